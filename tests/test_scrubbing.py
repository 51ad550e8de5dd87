"""A recorded run on the stage, without a browser: what is read, shown, taken away, compared and told."""

import numpy as np
import pytest

from workbench.quantities import Quantity, Snapshot
from workbench.recordings import Reader, RecordingError
from workbench.shapes import PointCloud, icosphere
from workbench.training import finish, record
from workbench.view import Album, Look, Texture
from workbench.view import exploring as explore_room
from workbench.view.knobs import Frames, described
from workbench.view.recorded import Recording, look_from
from workbench.view.recording import compare, played, played_beside, scrub

BALL, DOTS = icosphere(2), PointCloud(icosphere(1).V)
CAST = {"ball": BALL, "dots": DOTS}


def heights(step, scale=1.0):
    return Quantity("ball", "vertices", scale * step * BALL.V[:, 2])


def run(steps, every=1, scale=1.0, more=lambda step: {}):
    for step in range(every, steps + 1, every):
        thunks = {"height": lambda step=step: heights(step, scale)} | more(step)
        yield Snapshot(step, scale / step, thunks)


@pytest.fixture
def taped(tmp_path):
    """Records a run and opens it: taped("name", run, ...) -> Recording."""

    def tape(name, snapshots, **how):
        finish(record(snapshots, tmp_path / name, cast=CAST, **how))
        return Recording(tmp_path / name)

    return tape


@pytest.fixture
def reads(monkeypatch):
    """The numbers of the frames that are read from disk."""
    seen, frame = [], Reader.frame
    monkeypatch.setattr(Reader, "frame", lambda self, i: seen.append(i) or frame(self, i))
    return seen


def test_a_recording_is_a_sequence_that_stays_on_disk(taped, reads):
    recording = taped("run.wbrec", run(10))
    assert len(recording) == 10 and recording.steps.tolist() == list(range(1, 11)) and reads == []
    assert recording[-1].step == 10 and recording[-1].loss == 0.1 and reads == [9, 9]
    assert np.array_equal(recording[3].look()["height"].values, heights(4).values)
    with pytest.raises(IndexError):
        recording[10]


def test_a_slice_is_a_recording_that_has_read_nothing(taped, reads):
    every_third = taped("run.wbrec", run(10))[::-3]
    assert every_third.steps.tolist() == [10, 7, 4, 1] and len(every_third) == 4 and reads == []
    assert [snapshot.step for snapshot in every_third] == [10, 7, 4, 1]
    assert every_third[1:3][-1].step == 4 and every_third.losses[-1] == 1.0
    assert len(every_third[5:]) == 0 and "no frames" in repr(every_third[5:])


def test_leaving_the_block_closes_the_file_and_keeps_what_was_asked_for(taped):
    with taped("run.wbrec", run(3)) as recording:
        part = recording[:2]
        shapes = recording.structures
    assert np.array_equal(shapes["ball"].V, BALL.V) and part.steps.tolist() == [1, 2]
    with pytest.raises(RecordingError, match="closed"):
        part[0]


def test_a_recording_says_what_it_is(taped):
    assert repr(taped("run.wbrec", run(20, every=5), about="a try")) == (
        "Recording(run.wbrec: 4 frames, step 5 to 20)"
    )
    assert taped("one.wbrec", run(1), about="a try").about == "a try"


def test_looks_come_back_and_words_of_tomorrow_are_left_out(taped):
    looks = {
        "height": Look(
            map="magma", low=0.0, texture=Texture(np.zeros((2, 2, 3), np.uint8)), slice=("x", 0.5)
        ),
        "loss": {"log": True},
    }
    back = taped("run.wbrec", run(1), looks=looks).looks
    assert (back["height"].map, back["height"].low, back["height"].slice) == ("magma", 0.0, ("x", 0.5))
    assert back["height"].texture.pixels.shape == (2, 2, 3) and back["loss"] == Look(log=True)
    assert look_from({"log": True, "smell": "of roses"}) == Look(log=True)


def test_where_nobody_looks_a_still_of_the_last_frame_is_left(taped, capsys, reads):
    recording, album = taped("run.wbrec", run(50)), Album()
    scrub(recording, album)
    assert np.array_equal(album.board.quantities["height"].values, heights(50).values)
    assert album.board.look_of("loss").at == 50 and set(reads) == {49}
    shown = capsys.readouterr().out  # without a notebook, what a cell would show is printed
    assert "image/png" in shown and repr(recording) in shown


def test_scrubbing_shows_any_frame_with_its_marker_and_reads_no_other(taped, reads):
    recording, album = taped("run.wbrec", run(40, every=4), looks={"height": {"map": "cividis"}}), Album()
    knob, show = played(recording, album)
    assert knob.steps == tuple(range(4, 41, 4)) and knob.first == 9
    reads.clear()
    for frame in (9, 0, 5):
        show(frame)
        assert np.array_equal(album.board.quantities["height"].values, heights(4 * frame + 4).values)
        assert album.board.look_of("loss").at == 4 * frame + 4
    assert reads == [9, 0, 5] and album.board.look_of("height").map == "cividis"
    curve = album.board.quantities["loss"].values
    assert np.array_equal(curve, np.stack([recording.steps, recording.losses], axis=1))


def test_what_stays_the_same_is_not_shown_again(taped):
    def more(step):
        return {"truth": lambda: Quantity("ball", "vertices", BALL.V[:, 0])}

    album = Album()
    _, show = played(taped("run.wbrec", run(3, more=more)), album)
    for frame in (0, 1, 2):
        show(frame)
    names = [name for name, _ in album.states]
    assert names.count("truth") == 1 and names.count("height") == 3
    album.show("truth", heights(1))  # somebody else showed something under that name
    show(1)
    assert np.array_equal(album.board.quantities["truth"].values, BALL.V[:, 0])


def test_what_is_in_no_frame_leaves_the_stage(taped):
    def more(step):
        dots = {"dots": lambda: Quantity("dots", "vertices", DOTS.X[:, 0])}
        steep = {"steep": lambda: heights(1)}
        return dots if step == 2 else steep if step == 3 else {}

    album = Album()
    _, show = played(taped("run.wbrec", run(3, more=more)), album)
    album.add("mine", BALL)
    for frame, bodies, names in (
        (1, {"ball", "dots"}, {"height", "dots"}),
        (0, {"ball"}, {"height"}),
        (2, {"ball"}, {"height", "steep"}),
        (1, {"ball", "dots"}, {"height", "dots"}),
    ):
        show(frame)
        assert set(album.board.shapes) == bodies | {"mine"}
        assert set(album.board.quantities) == names | {"loss"}


def test_a_quantity_that_moves_to_another_body_takes_the_body_with_it(taped):
    def wandering():
        for step in range(1, 5):
            name, n = ("ball", BALL.n_vertices) if step % 2 else ("dots", DOTS.n_vertices)
            yield Snapshot(
                step, 1.0, {"here": lambda name=name, n=n: Quantity(name, "vertices", np.zeros(n))}
            )

    album = Album()
    _, show = played(taped("run.wbrec", wandering()), album)
    for frame in (3, 2, 1, 0, 3):
        show(frame)
        assert list(album.board.shapes) == [["ball", "dots"][frame % 2]]


def test_a_plot_of_losses_that_the_run_recorded_itself_is_not_drawn_over(taped):
    def more(step):
        return {"train": lambda: Quantity("loss", "plot", [[1.0, 2.0], [step, 3.0]], "curve")}

    album = Album()
    _, show = played(taped("run.wbrec", run(3, more=more)), album)
    show(2)
    assert list(album.board.plots()["loss"]) == ["train"]


def test_a_long_run_draws_a_short_curve_to_its_end(taped):
    album = Album()
    played(taped("run.wbrec", (Snapshot(k, 1.0 / k) for k in range(1, 3001))), album)
    curve = album.board.quantities["loss"].values
    assert len(curve) <= 1001 and curve[0].tolist() == [1.0, 1.0] and curve[-1, 0] == 3000


def test_two_runs_show_their_latest_frames_by_a_step(taped):
    a, b = taped("a.wbrec", run(20, every=10)), taped("b.wbrec", run(24, every=6, scale=2.0))
    album = Album()
    knob, show = played_beside(a, b, album, ("old", "new"))
    assert knob.steps == (6, 10, 12, 18, 20, 24)
    for frame, old, new in ((0, 10, 6), (2, 10, 12), (5, 20, 24)):  # before its first frame, the first one
        show(frame)
        seen = album.board.quantities
        assert np.array_equal(seen["old · height"].values, heights(old).values)
        assert np.array_equal(seen["new · height"].values, heights(new, 2.0).values)
    assert list(album.board.shapes) == ["old · ball", "new · ball"]
    assert list(album.board.plots()["loss"]) == ["old", "new"] and album.board.look_of("loss").at == 24
    assert album.board.look_of("old · height").title == "height"


def test_beside_each_other_one_colour_means_one_number(taped):
    a, b = taped("a.wbrec", run(4)), taped("b.wbrec", run(4, scale=3.0))
    album = Album()
    _, show = played_beside(a, b, album, ("a", "b"))
    for frame in range(4):
        show(frame)
        looks = [album.board.look_of(f"{word} · height") for word in "ab"]
        assert (looks[0].map, looks[0].low, looks[0].high) == (looks[1].map, looks[1].low, looks[1].high)
        assert looks[0].high == pytest.approx(3 * (frame + 1) * BALL.V[:, 2].max())


def test_curves_share_a_plot_and_matrices_do_not(taped):
    def more(step):
        return {
            "test": lambda: Quantity("accuracy", "plot", [[step, 1.0]], "curve"),
            "map": lambda: Quantity("map", "plot", np.eye(3) * step, "matrix"),
        }

    a, b = (
        taped(name, run(2, more=more), looks={"map": Look(title="of maps")})
        for name in ("a.wbrec", "b.wbrec")
    )
    album = Album()
    _, show = played_beside(a, b, album, ("a", "b"))
    show(1)
    plots = {plot: list(series) for plot, series in album.board.plots().items()}
    assert plots["accuracy"] == ["a · test", "b · test"] and plots["a · map"] == ["a · map"]
    assert plots["b · map"] == ["b · map"]
    assert [album.board.look_of(f"{word} · map").title for word in "ab"] == ["a · of maps", "b · of maps"]


def test_comparing_takes_files_and_two_names(taped, capsys):
    paths = [taped(name, run(3)).path for name in ("a.wbrec", "b.wbrec")]
    album = Album()
    compare(*paths, album)
    assert list(album.board.shapes) == ["before · ball", "after · ball"]
    assert "before: Recording(a.wbrec: 3 frames" in capsys.readouterr().out
    with pytest.raises(ValueError, match="need two names, got 'x' twice"):
        compare(*paths, album, words=("x", "x"))


def test_the_slider_keeps_to_the_frames_and_tells_their_steps():
    knob = Frames("frame", [5, 10, 20])
    assert [knob.accept(sent) for sent in (-3, 1.2, 99)] == [0, 1, 2] and knob.first == 2
    assert described(knob) == {"name": "frame", "steps": (5, 10, 20), "label": "frame", "kind": "frames"}
    with pytest.raises(ValueError, match="at least one step"):
        Frames("frame", [])


@pytest.fixture
def watched(monkeypatch):
    """A person's front end seems to execute this: desk["hear"](message), desk["told"], desk["first"]."""
    desk = {"told": []}

    class Desk:
        def __init__(self, scene, knobs, values, hear, status):
            desk.update(hear=hear, first=status)

        def display(self, words):
            pass

        def tell(self, values, status):
            desk["told"].append(status["notice"])

    monkeypatch.setattr(explore_room, "Desk", Desk)
    monkeypatch.setattr(explore_room, "somebody_looks", lambda: True)
    return desk


def test_a_damaged_frame_is_told_of_and_the_others_are_shown(taped, watched):
    recording, album = taped("run.wbrec", run(5)), Album()
    data = bytearray(recording.path.read_bytes())
    place = int(Reader(recording.path)._table["place"][2])
    data[place + 25] ^= 1
    recording.path.write_bytes(data)
    scrub(recording.path, album)
    for frame in (2, 1):
        watched["hear"]({"do": "turn", "name": "frame", "value": frame})
    assert "frame 2 of 5 (step 3) is damaged" in watched["told"][0] and not watched["told"][1]
    assert np.array_equal(album.board.quantities["height"].values, heights(2).values)


def test_a_recording_that_was_cut_off_says_so_as_long_as_it_is_shown(taped, watched):
    path = taped("run.wbrec", run(5)).path
    path.write_bytes(path.read_bytes()[:-600])
    scrub(path, Album())
    watched["hear"]({"do": "turn", "name": "frame", "value": 0})
    assert "run.wbrec was cut off" in watched["first"]["notice"] and watched["told"] == [
        watched["first"]["notice"]
    ]
