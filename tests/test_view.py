"""The stage without a browser: what is refused, sent and remembered; knobs, the panel, and who looks."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from workbench.quantities import Quantity, Snapshot
from workbench.shapes import PointCloud, icosphere, sphere
from workbench.view import Album, SceneError, Stage
from workbench.view import exploring as explore_room
from workbench.view import panels as panel_room
from workbench.view import stages as stages_room
from workbench.view.browser import desk as desk_room
from workbench.view.browser import kept as kept_room
from workbench.view.browser.pieces import packed
from workbench.view.browser.web import Courier
from workbench.view.cells import somebody_looks
from workbench.view.exploring import explore
from workbench.view.knobs import Choice, Slider
from workbench.view.panels import panel

BALL = icosphere(2)


def height(name="ball", values=None):
    return Quantity(name, "vertices", BALL.V[:, 2] if values is None else values)


@pytest.fixture
def stage():
    """A stage with a ball that is shown; stage.sent is what went to the browser since."""
    stage = Stage()
    stage.add("ball", BALL)
    stage.sent = []
    stage.screen.widget.send = lambda content, buffers=None: stage.sent.append((content, buffers))
    return stage


@pytest.mark.parametrize("scene", [Album, Stage])
def test_a_quantity_needs_its_structure(scene):
    scene = scene()
    scene.add("ball", BALL)
    with pytest.raises(SceneError, match="'bal', which is not on the stage; structures here: 'ball'"):
        scene.show("height", height("bal"))


@pytest.mark.parametrize("scene", [Album, Stage])
def test_a_quantity_has_a_value_for_each_element(scene):
    scene = scene()
    scene.add("ball", BALL)
    with pytest.raises(SceneError, match=f"5 values on vertices of 'ball', which has {BALL.n_vertices}"):
        scene.show("height", height(values=np.zeros(5)))
    scene.add("cloud", PointCloud(BALL.V))
    with pytest.raises(SceneError, match="which has 0"):
        scene.show("x", Quantity("cloud", "faces", np.zeros(4)))


def test_what_cannot_be_drawn_is_refused_and_not_dropped():
    album = Album()
    album.add("ball", BALL)
    with pytest.raises(SceneError, match="uv on faces; a stage draws it on vertices or corners"):
        album.show("uv", Quantity("ball", "faces", np.zeros((BALL.n_faces, 2)), "uv"))
    with pytest.raises(SceneError, match="a Mesh, a PointCloud or a CurveNetwork, got ndarray"):
        album.add("V", BALL.V)


def test_a_new_shape_takes_the_old_ones_quantities_away():
    album = Album()
    album.add("ball", BALL)
    album.show("height", height())
    album.add("ball", sphere(1))
    assert not album.board.on("ball")
    album.frame()


def test_an_album_keeps_every_state_and_shows_the_last():
    album = Album()
    album.add("ball", BALL)
    for power in (1, 2, 3):
        album.show("height", height(values=BALL.V[:, 2] ** power))
    assert len(album.states) == 3
    assert np.array_equal(album.board.quantities["height"].values, BALL.V[:, 2] ** 3)


def test_curves_that_name_one_plot_share_it():
    album = Album()
    for name in ("train", "test"):
        album.show(name, Quantity("loss", "plot", np.ones((4, 2)), "curve"))
    assert list(album.board.plots()) == ["loss"] and list(album.board.plots()["loss"]) == ["train", "test"]


def test_the_world_holds_the_present_state_whenever_it_is_asked_for(stage):
    stage.show("height", height())
    stage.show("height", height(values=2 * BALL.V[:, 2]))
    world = stage.screen.widget.get_state("world")["world"]
    assert np.array_equal(
        np.frombuffer(world["quantities"][0]["values"], np.float32), np.float32(2 * BALL.V[:, 2])
    )
    assert np.array_equal(np.frombuffer(world["structures"][0]["F"], np.uint32).reshape(-1, 3), BALL.F)


def test_an_update_is_one_binary_message_with_the_values_alone(stage):
    stage.show("height", height())
    ((content, buffers),) = stage.sent
    assert content["do"] == "quantity" and content["piece"]["of"] == "ball"
    assert buffers[content["piece"]["values"]["bytes"]] == np.float32(BALL.V[:, 2]).tobytes()
    assert sum(map(len, buffers)) < 4 * BALL.n_vertices + 1000


def test_nothing_is_sent_before_somebody_is_shown_the_stage():
    stage = Stage()
    stage.add("ball", BALL)
    stage.show("height", height())
    assert stage.screen._window is None


def test_a_page_that_missed_something_is_told_everything(stage):
    stage.show("height", height())
    stage.sent.clear()
    stage.screen._heard(None, {"do": "hello", "version": 0}, [])
    assert stage.sent[0][0]["do"] == "world"
    version = stage.screen.widget.get_state("world")["world"]["version"]
    stage.screen._heard(None, {"do": "hello", "version": version}, [])
    assert len(stage.sent) == 1


def test_a_flood_of_states_is_thinned_and_the_last_one_arrives(stage):
    for k in range(300):
        stage.show("height", height(values=np.full(BALL.n_vertices, float(k))))
    time.sleep(0.2)
    assert len(stage.sent) < 100  # 30 a second, however fast the loop
    last, buffers = stage.sent[-1]
    assert np.frombuffer(buffers[last["piece"]["values"]["bytes"]], np.float32)[0] == 299


def test_the_courier_leaves_no_thread_behind():
    sent, before = [], threading.active_count()
    courier = Courier(sent.append, rate=50)
    for _ in range(20):
        courier.post("a")
    time.sleep(0.15)
    assert sent == ["a", "a"] and threading.active_count() <= before


def test_a_new_shape_is_never_overtaken_by_what_is_shown_on_it(stage):
    for level in (1, 2, 1):
        ball = icosphere(level)
        stage.add("ball", ball)
        stage.show("x", Quantity("ball", "vertices", ball.V[:, 0]))
    time.sleep(0.2)
    current = None
    for content, buffers in stage.sent:
        if content["do"] == "structure":
            current = len(buffers[content["piece"]["V"]["bytes"]]) // 12
        if content["do"] == "quantity":
            assert len(buffers[content["piece"]["values"]["bytes"]]) // 4 == current


def test_picks_reach_their_listeners_until_dismissed(stage):
    heard = []
    dismiss = stage.on_pick(lambda name, vertex: heard.append((name, vertex)))
    stage.screen._heard(None, {"do": "pick", "name": "ball", "vertex": 7}, [])
    dismiss()
    stage.screen._heard(None, {"do": "pick", "name": "ball", "vertex": 8}, [])
    assert heard == [("ball", 7)]


def test_missing_values_are_counted_and_sent_as_numbers_a_shader_can_test(stage):
    values = BALL.V[:, 2].copy()
    values[:3] = np.nan, np.inf, -np.inf
    stage.show("height", height(values=values))
    ((content, buffers),) = stage.sent
    assert content["piece"]["absent"] == 3
    assert (np.frombuffer(buffers[content["piece"]["values"]["bytes"]], np.float32)[:3] < -1e37).all()


def test_packing_takes_out_the_bytes_and_nothing_else():
    piece = {"a": b"xy", "b": [1, {"c": b"z"}], "d": None}
    content, buffers = packed(piece)
    assert content == {"a": {"bytes": 0}, "b": [1, {"c": {"bytes": 1}}], "d": None} and buffers == [
        b"xy",
        b"z",
    ]


def test_a_shown_stage_leaves_what_pages_without_a_kernel_show(stage, looked_at, monkeypatch):
    stage._ipython_display_()
    (alone,) = looked_at
    assert alone["image/png"].startswith(b"\x89PNG") and "<iframe" in alone["text/html"]
    monkeypatch.setattr(stages_room, "somebody_looks", lambda: True)
    stage._ipython_display_()
    assert settled(looked_at) == ["kept", "place", "living", "kept"]


def test_knobs_keep_to_their_range_and_name_their_options():
    assert Slider("lr", 1e-4, 1e-1, log=True).accept(5.0) == 1e-1
    assert Slider("k", 0, 9, whole=True).accept(3.6) == 4
    choice = Choice("mesh", ["a", "b"])
    assert [choice.accept(sent) for sent in (-1, 1, 2)] == ["a", "b", "b"] and choice.sent("b") == 1
    with pytest.raises(ValueError, match="low > 0"):
        Slider("lr", 0, 1, log=True)
    with pytest.raises(ValueError, match="'c' is no option of 'mesh'"):
        Choice("mesh", ["a", "b"]).sent("c")


class Knobs:
    def __init__(self, **values):
        self.values = values

    def read(self):
        return dict(self.values)

    def turn(self, name, value):
        self.values[name] = value


class FakePlay:
    """A run of five steps that moves only when a test says so."""

    def __init__(self, fail=False):
        self.knobs, self.state, self.error, self.losses = Knobs(lr=0.01, mesh="a"), "ready", None, []
        self.fail, self.seers, self.hearers = fail, [], []

    progress = property(lambda self: (len(self.losses), 5))

    def watch(self, seer, lazily=False):
        self.seers.append(seer)
        return lambda: self.seers.remove(seer)

    def watch_state(self, hearer):
        self.hearers.append(hearer)
        return lambda: self.hearers.remove(hearer)

    def become(self, state):
        self.state = state
        for hearer in self.hearers:
            hearer(state)

    def start(self):
        if self.state == "finished":
            raise RuntimeError("this run is finished")
        self.become("running")

    def pause(self):
        self.become("paused")

    def take(self):
        self.losses.append(1.0 / (1 + len(self.losses)))
        quantity = height(values=np.full(BALL.n_vertices, float(len(self.losses))))
        for seer in self.seers:
            seer(Snapshot(len(self.losses), self.losses[-1], {"height": lambda: quantity}))

    def finish(self):
        self.become("running")
        for _ in range(5):
            self.take()
        self.become("finished")


@pytest.fixture
def looked_at(monkeypatch):
    """A person's front end seems to execute this; the outputs it would show."""
    shown = []

    class Shown:
        def update(self, data, raw, metadata):
            shown.append(data)

    def display(data, raw, metadata=None, display_id=False):
        shown.append(data)
        return Shown()

    monkeypatch.setattr(kept_room, "display", display)
    monkeypatch.setattr(panel_room, "somebody_looks", lambda: True)
    monkeypatch.setattr(explore_room, "somebody_looks", lambda: True)
    monkeypatch.setattr(panel_room, "cell_id", lambda: "cell-1")
    monkeypatch.setattr(panel_room, "_in_cells", {})
    return shown


def settled(outputs):
    """What was put into a cell, once nobody is about to put more there."""
    for thread in threading.enumerate():
        if thread.name == "workbench-keeper":
            thread.join(30)
    living = "application/vnd.jupyter.widget-view+json"
    return ["kept" if "image/png" in out else "living" if living in out else "place" for out in outputs]


@pytest.fixture
def album():
    album = Album()
    album.add("ball", BALL)
    return album


def test_nobody_looks_at_a_test():
    assert not somebody_looks()


def test_unwatched_the_run_is_finished_here_and_leaves_a_still(album, monkeypatch):
    shown, play = [], FakePlay()
    monkeypatch.setattr(kept_room, "display", lambda data, raw, metadata: shown.append(data))
    made = panel(play, album, [Slider("lr", 1e-4, 1)])
    assert play.state == "finished" and set(shown[0]) == {"image/png", "text/html", "text/plain"}
    assert (
        album.board.quantities["height"].values[0] == 5
        and len(album.board.plots()["loss"]["loss"].values) == 5
    )
    assert not play.seers and not play.hearers and "5 of 5" in repr(made)


def test_watched_the_run_starts_and_its_state_is_told(album, looked_at):
    play = FakePlay()
    live = panel(play, album)
    play.take()
    status = live._desk._controls.status
    assert play.state == "running" and status["done"] == 1 and status["loss"] == 1.0
    # the place of what a page without a kernel shows, the panel, and then what goes there: the start, step 1
    assert settled(looked_at) == ["place", "living", "kept", "kept"]


def test_buttons_and_knobs_reach_the_run(album, looked_at):
    play = FakePlay()
    live = panel(play, album, [Slider("lr", 1e-4, 1, log=True), Choice("mesh", ("a", "b"))], start=False)
    assert play.state == "ready"
    live._act({"do": "press", "button": "start"})
    live._act({"do": "press", "button": "pause"})
    live._act({"do": "turn", "name": "lr", "value": 0.5})
    live._act({"do": "turn", "name": "mesh", "value": 1})
    assert play.state == "paused" and play.knobs.read() == {"lr": 0.5, "mesh": "b"}
    assert live._desk._controls.values == {"lr": 0.5, "mesh": 1}


def test_a_press_that_fails_is_told_and_raises_nothing(album, looked_at):
    play = FakePlay()
    live = panel(play, album, start=False)
    play.state = "finished"
    live._act({"do": "press", "button": "start"})
    live._act({"do": "press", "button": "__class__"})
    assert live._desk._controls.status["notice"] == "RuntimeError: this run is finished"


def test_a_failed_run_shows_its_traceback(album, looked_at):
    play = FakePlay()
    live = panel(play, album)
    play.error = "Traceback ...\nFloatingPointError: nan"
    play.become("failed")
    assert live._desk._controls.status["error"].endswith("nan")
    # the panel itself is not drawn anew under the reader's hand
    assert settled(looked_at) == ["place", "living", "kept", "kept"]


def test_a_quantity_that_does_not_fit_is_told_and_the_panel_lives_on(looked_at):
    play, album = FakePlay(), Album()
    album.add("ball", sphere(1))
    live = panel(play, album)
    play.take()
    assert "values on vertices of 'ball'" in live._desk._controls.status["notice"]
    assert live._see in play.seers


def test_running_the_cell_again_ends_what_it_showed_before(album, looked_at):
    first, second = FakePlay(), FakePlay()
    first.stop = lambda: first.become("stopped")
    panel(first, album)
    panel(second, album)
    assert first.state == "stopped" and not first.seers and not first.hearers
    assert second.state == "running" and second.seers


def test_a_knob_the_run_does_not_have_is_refused(album):
    with pytest.raises(ValueError, match="no knob called 'rate'; it has lr, mesh"):
        panel(FakePlay(), album, [Slider("rate", 0, 1)])


def test_a_scene_answers_to_its_knobs(album, looked_at, monkeypatch):
    heard = []

    class Desk(desk_room.Desk):
        def __init__(self, scene, knobs, values, hear, status):
            super().__init__(scene, knobs, values, hear, status)
            heard.append(hear)

    monkeypatch.setattr(explore_room, "Desk", Desk)
    seen = []
    explore(album, [Slider("t", 0, 1), Choice("of", ("a", "b"))], lambda t, of: seen.append((t, of)), of="b")
    heard[0]({"do": "turn", "name": "t", "value": 0.5})
    assert seen == [(0, "b"), (0.5, "b")]
    with pytest.raises(TypeError, match="no knob called s"):
        explore(album, [Slider("t", 0, 1)], print, s=1)


def test_a_notebook_that_nobody_watches_ends_its_run_and_keeps_a_picture(tmp_path, monkeypatch):
    import nbclient
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    cells = [
        "from workbench.quantities import Quantity, Snapshot\nfrom workbench.shapes import icosphere\n"
        "from workbench.training import Play\nfrom workbench.view import Stage\n"
        "from workbench.view.exploring import explore\n"
        "from workbench.view import Slider, panel\n"
        "from workbench.view.cells import somebody_looks\n"
        "ball, stage = icosphere(2), Stage()\nstage.add('ball', ball)\n"
        "show = lambda k: stage.show('x', Quantity('ball', 'vertices', k * ball.V[:, 0]))\n"
        "explore(stage, [Slider('k', 1, 2)], show)",
        "panel(Play(iter([Snapshot(i, 1.0 / i) for i in range(1, 9)]), steps=8), stage)",
        "import threading\n"
        "print(somebody_looks(), [t.name for t in threading.enumerate()].count('workbench-play'))",
        "stage",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute(cwd=tmp_path)
    outputs = [cell.outputs for cell in notebook.cells]
    assert ["image/png" in output[0].get("data", {}) for output in outputs] == [True, True, False, True]
    assert outputs[1][0]["data"]["text/plain"] == "Panel(finished, step 8 of 8)"
    assert outputs[2][0]["text"] == "False 0\n"
    assert all(len(output) == 1 and "widgets" not in notebook.metadata for output in outputs[:2])


def test_a_structure_in_the_wings_comes_and_goes_with_its_quantities():
    album = Album()
    album.cast({"left": icosphere(1), "right": icosphere(2)})
    assert not album.board.shapes
    album.show("height", Quantity("left", "vertices", icosphere(1).V[:, 1]))
    assert list(album.board.shapes) == ["left"]
    album.show("height", Quantity("right", "vertices", icosphere(2).V[:, 1]))
    assert list(album.board.shapes) == ["right"]
    with pytest.raises(SceneError, match="which has 42"):
        album.show("height", Quantity("left", "vertices", icosphere(2).V[:, 1]))


def test_a_plot_holds_series_of_one_kind(stage):
    stage.show("loss", Quantity("loss", "plot", [[0.0, 1.0]], "curve"))
    stage.show("marks", Quantity("loss", "plot", [[0.0, 1.0]], "scatter"))
    with pytest.raises(SceneError, match="'losses' is a histogram in the plot 'loss', where 'loss'"):
        stage.show("losses", Quantity("loss", "plot", [[0.0, 1.0]], "histogram"))
    stage.remove("loss")
    stage.remove("marks")
    stage.show("losses", Quantity("loss", "plot", [[0.0, 1.0]], "histogram"))
    stage.show("losses", Quantity("loss", "plot", [[0.0, 1.0]], "matrix"))  # the same series may change
    assert [q.kind for q in stage.board.plots()["loss"].values()] == ["matrix"]


def test_a_series_that_goes_to_another_plot_leaves_none_behind(monkeypatch):
    stage, told = Stage(backend="still"), []
    monkeypatch.setattr(stage.screen, "changed", lambda *part: told.append(part))
    line = np.array([[0.0, 1.0], [1.0, 2.0]])
    stage.show("loss", Quantity("left", "plot", line, "curve"))
    stage.show("loss", Quantity("left", "plot", 2 * line, "curve"))
    stage.show("loss", Quantity("right", "plot", line, "curve"))
    assert list(stage.board.plots()) == ["right"]
    assert told == [("plot", "left"), ("plot", "left"), ("world", "")]
