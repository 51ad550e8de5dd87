"""Polyscope's stage: a process that really draws, hears of changes only, dies without harm, and is freed."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection

import numpy as np
import pytest
from PIL import Image
from waiting import until

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud, icosphere, plane_with_hole, sphere
from workbench.view import Stage
from workbench.view.board import DRAWN, Board, element_count
from workbench.view.colors import label_colors
from workbench.view.painter import Camera, lit
from workbench.view.polyscope import cell as polyscope
from workbench.view.polyscope import child as polyscope_child
from workbench.view.polyscope import wire
from workbench.view.polyscope.drawings import closed
from workbench.view.polyscope.renderer import ROOT, PolyscopeMissing, Process
from workbench.view.polyscope.scenery import Account, placed
from workbench.view.textures import Texture

BALL = icosphere(2)


def test_beside_a_run_pictures_take_a_seventh_of_the_time_unless_a_hand_asks():
    leisure = polyscope_child.Leisure()
    leisure.begin(10.0), leisure.seen(10.1)
    assert leisure.due(10.1) < 10.1  # nothing runs
    leisure.running = True
    assert leisure.due(10.1) == pytest.approx(10.7)
    leisure.feel(10.15)
    assert leisure.due(10.2) < 10.2 and leisure.due(11.0) < 11.0
    assert leisure.due(11.2) == pytest.approx(10.7)  # it has gone


@pytest.fixture(scope="module")
def shared():
    """One stage for all tests that leave it drawing."""
    stage = Stage(backend="polyscope")
    yield stage
    stage.close()


@pytest.fixture
def stage(shared):
    """A stage with nothing but a ball, whose height is shown."""
    with shared.board.lock:
        shared.board.shapes.clear(), shared.board.quantities.clear(), shared.board.looks.clear()
    shared.add("ball", BALL)
    shared.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    return shared


def bodies(stage):
    """What Polyscope draws, (h, w, 3); fails where it draws nothing."""
    picture = stage.screen.bodies(320, 240)
    assert picture is not None
    return picture


def coloured(picture):
    """Where something is drawn on the white ground."""
    return (picture < 250).any(axis=-1)


def test_a_ball_is_drawn_round_in_the_middle_with_its_map_running_upwards(stage):
    picture = bodies(stage)
    rows, columns = np.nonzero(coloured(picture))
    assert abs(rows.mean() - 119.5) < 3 and abs(columns.mean() - 159.5) < 3
    assert 0.95 < np.ptp(rows) / np.ptp(columns) < 1.05
    top, bottom = picture[rows.min() + 25, 160].astype(int), picture[rows.max() - 25, 160].astype(int)
    assert top[0] > top[2] and bottom[2] > bottom[0]  # the diverging map goes from blue to red


def test_new_values_change_the_picture_and_old_ones_bring_it_back(stage):
    before = bodies(stage)
    stage.show("height", Quantity("ball", "vertices", -BALL.V[:, 1]))
    assert (bodies(stage) != before).any(axis=-1).mean() > 0.1
    stage.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    assert np.array_equal(bodies(stage), before)


def test_every_label_has_its_colour_of_the_palette_in_the_houses_light(stage):
    stage.look("height", labels=[str(label) for label in range(10)])
    towards_the_eye = np.tile([0.0, 0.0, 1.0], (10, 1))
    expected = lit(label_colors(10), towards_the_eye, Camera(yaw=0.0, pitch=0.0))
    for label in range(10):
        stage.show("height", Quantity("ball", "vertices", np.full(BALL.n_vertices, label), "label"))
        # colours and lamps go through eight bits and a gamma; the ball's facets tilt the middle a little
        assert np.abs(bodies(stage)[120, 160] / 255 - expected[label]).max() < 0.05, label


def test_missing_values_are_grey_and_neighbours_keep_their_colours(stage):
    values = np.where(BALL.V[:, 1] > 0, np.nan, BALL.V[:, 0])
    stage.show("height", Quantity("ball", "vertices", values))
    picture = bodies(stage).astype(int)
    rows, _ = np.nonzero(coloured(picture))
    assert np.ptp(picture[rows.min() + 30, 150]) < 12
    assert np.ptp(picture[rows.max() - 40, 110]) > 40


FRAME = CurveNetwork(BALL.V, BALL.edges)
ON = {"vertices": BALL.V, "faces": BALL.V[BALL.F].mean(axis=1), "edges": BALL.V[BALL.edges].mean(axis=1),
      "corners": BALL.V[BALL.F].reshape(-1, 3)}


@pytest.mark.parametrize(
    "shape, kind, on",
    [(shape, kind, on) for shape in (BALL, FRAME) for kind, places in DRAWN.items() for on in places
     if element_count(shape, on) and (kind != "uv" or shape is BALL)],
)
def test_all_that_a_board_holds_is_drawn_and_new_values_move_in(stage, shape, kind, on):
    X = ON[on]
    values = {"scalar": X[:, 2], "label": (X[:, 2] > 0.9).astype(int), "color": abs(X), "vector": X,
              "uv": 1.7 * X[:, :2]}[kind]
    stage.add("ball", shape)
    before = bodies(stage)
    stage.show(kind, Quantity("ball", on, values, kind))
    first = bodies(stage)
    assert (first != before).any(axis=-1).mean() > 0.001
    stage.show(kind, Quantity("ball", on, values[::-1], kind))
    assert (bodies(stage) != first).any(axis=-1).mean() > 0.001
    stage.remove(kind)
    assert np.array_equal(bodies(stage), before)


def test_a_texture_repeats_and_its_first_row_is_at_v_one(stage):
    rows = np.repeat(np.array([[[255, 0, 0]], [[0, 0, 255]]], np.uint8), 2, axis=1)
    stage.look("uv", texture=Texture(rows))
    for low in (0.0, 3.0):  # whole numbers change nothing
        v = low + (BALL.V[:, 1] + 1) / 2
        stage.show("uv", Quantity("ball", "vertices", np.stack([v, v], axis=1), "uv"))
        stage.look("uv", seen=True)
        picture = bodies(stage).astype(int)
        assert picture[70, 160, 0] > 1.3 * picture[70, 160, 2]
        assert picture[170, 160, 2] > 1.3 * picture[170, 160, 0]


def test_a_slice_takes_its_share_of_one_body_only(stage):
    stage.add("other", BALL)
    whole = coloured(bodies(stage))
    stage.look("ball", slice=("y", 0.5))
    cut = coloured(bodies(stage))
    assert 0.4 < cut[:, :160].sum() / whole[:, :160].sum() < 0.7  # one sees a little into the lower half
    assert np.array_equal(cut[:, 170:], whole[:, 170:])
    stage.look("ball", slice=None)
    assert np.array_equal(coloured(bodies(stage)), whole)


def test_a_wireframe_darkens_and_an_opaque_body_hides_what_is_over_it(stage):
    plain = bodies(stage)
    stage.look("ball", wireframe=True)
    assert bodies(stage).mean() < plain.mean() - 1
    stage.look("ball", wireframe=False)
    stage.add("core", PointCloud(0.4 * BALL.V), over="ball")
    assert np.array_equal(bodies(stage), plain)
    stage.look("ball", opacity=0.3)
    seen_through = bodies(stage)
    stage.remove("core")
    assert (bodies(stage) != seen_through).any(axis=-1).mean() > 0.02


@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_at_rest_edges_are_soft_also_of_what_is_seen_through(stage, opacity):
    stage.look("ball", opacity=opacity)
    picture = bodies(stage).astype(float)
    covers = []
    for row in picture[60:180]:
        first = np.flatnonzero((row < 252).any(axis=-1))[0]
        covers.append(np.abs(255 - row[first]).max() / np.abs(255 - row[first + 3]).max())
    partly = (np.array(covers) > 0.1) & (np.array(covers) < 0.85)
    assert partly.mean() > 0.25  # of its four samples a pixel on the edge shows some


def test_clouds_and_several_bodies_stand_in_a_row(stage):
    stage.add("cloud", PointCloud(BALL.V))
    stage.add("small", sphere(1))
    columns = coloured(bodies(stage)).any(axis=0).astype(int)
    assert (np.diff(columns) == 1).sum() == 3


def test_a_structure_leaves_with_its_last_quantity(stage):
    stage.cast({"guest": BALL})
    alone = bodies(stage)
    stage.show("visit", Quantity("guest", "vertices", BALL.V[:, 0]))
    assert (bodies(stage) != alone).any(axis=-1).mean() > 0.1
    stage.show("visit", Quantity("ball", "vertices", BALL.V[:, 0]))
    assert np.array_equal(bodies(stage), alone)


def test_nothing_is_told_twice_and_a_step_is_its_values_alone():
    board, account = Board(), Account()
    board.add("ball", BALL)
    board.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    said = [piece["do"] for piece in account.news(board, "y")]
    assert said == ["layout", "structure", "place", "look", "quantity"]
    assert not list(account.news(board, "y"))
    board.show("height", Quantity("ball", "vertices", BALL.V[:, 0]))
    (piece,) = account.news(board, "y")
    assert piece["do"] == "quantity" and len(piece["values"]) == 4 * BALL.n_vertices
    board.add("ball", sphere(1))
    assert [piece["do"] for piece in account.news(board, "y")] == ["remove", "structure", "place", "look"]


def test_a_shape_of_any_size_and_place_fills_the_ball_of_radius_one():
    for up in ("y", "z"):
        X = 1e3 * BALL.V + [5.0, -7.0, 1e4]
        matrix = placed(PointCloud(X), up)
        Y = X @ matrix[:3, :3].T + matrix[:3, 3]
        assert np.allclose(np.linalg.norm(Y, axis=1).max(), 1, atol=1e-9)
    upright = placed(PointCloud(BALL.V), "z")[:3, :3] @ [0, 0, 1]
    assert np.argmax(upright) == 1


def test_a_row_is_scaled_again_when_a_larger_body_joins_it():
    board, account = Board(), Account()
    board.add("ball", BALL)
    list(account.news(board, "y"))
    board.add("larger", PointCloud(2 * BALL.V))
    scales = {piece["name"]: np.linalg.norm(np.array(piece["matrix"])[:3, 0])
              for piece in account.news(board, "y") if piece["do"] == "place"}
    assert scales["ball"] == pytest.approx(scales["larger"]) == pytest.approx(0.5, rel=1e-6)
    board.add("giant", PointCloud(100 * BALL.V))
    said = [np.array(piece["matrix"]) for piece in account.news(board, "y") if piece["do"] == "place"]
    assert sorted(np.linalg.norm(m[:3, 0]) for m in said) == pytest.approx([0.01, 0.5, 1.0], rel=1e-6)


def test_what_stands_over_another_stands_where_and_as_large_as_that_one_does():
    board, account = Board(), Account()
    board.add("ball", BALL)
    board.add("core", PointCloud(0.1 * BALL.V), over="ball")
    board.add("other", BALL)
    said = {piece["name"]: piece for piece in account.news(board, "y") if piece["do"] == "place"}
    assert said["core"]["matrix"] == said["ball"]["matrix"] and said["core"]["spot"] == said["ball"]["spot"]
    assert said["other"]["spot"] == [-said["ball"]["spot"][0], 0.0]


def test_closed_is_what_shows_no_back():
    flipped = Mesh(BALL.V, BALL.F[:, ::-1])
    both = Mesh(np.vstack([BALL.V, BALL.V + 3]), np.vstack([BALL.F, BALL.F[:, ::-1] + BALL.n_vertices]))
    assert closed(BALL)
    assert not any(closed(shape) for shape in (flipped, both, plane_with_hole(), Mesh(BALL.V, BALL.F[1:])))


def test_a_picture_without_its_process_is_announced():
    stage = Stage(backend="polyscope")
    stage.add("ball", BALL)
    stage.screen._renderer._most = 0
    os.kill(stage.screen._renderer.process.popen.pid, signal.SIGKILL)
    assert until(lambda: stage.screen._renderer.broken)
    with pytest.warns(UserWarning, match="painted without Polyscope: the drawing process is down"):
        assert stage.frame().std() > 10
    stage.close()


def test_a_killed_process_comes_back_with_its_scene(stage):
    before, process = bodies(stage), stage.screen._renderer.process
    os.kill(process.popen.pid, signal.SIGKILL)
    assert until(lambda: stage.screen._renderer.process is not process)
    assert np.array_equal(bodies(stage), before)
    assert stage.frame().std() > 10


def test_three_stages_draw_at_once_and_closing_frees_their_processes():
    stages = [Stage(backend="polyscope") for _ in range(3)]
    for k, stage in enumerate(stages):
        stage.add("ball", BALL)
        stage.show("height", Quantity("ball", "vertices", BALL.V[:, k]))
    pictures = [bodies(stage) for stage in stages]
    assert all((a != b).any() for a, b in zip(pictures, pictures[1:], strict=False))
    for stage in stages:
        stage.close()
        stage.show("height", Quantity("ball", "vertices", BALL.V[:, 0]))  # nobody draws it, and nobody minds
        assert stage.screen._renderer.process.popen.poll() == 0


def test_a_forgotten_stage_and_a_finished_program_leave_no_process():
    code = (
        "import gc\nfrom workbench.view import Stage\n"
        "stage = Stage(backend='polyscope'); first = stage.screen._renderer.process.popen\n"
        "del stage; gc.collect(); print(first.poll())\n"
        "stage = Stage(backend='polyscope'); print(stage.screen._renderer.process.popen.pid)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    code, pid = done.stdout.split()
    assert code == "0" and not done.stderr
    assert until(lambda: not os.path.exists(f"/proc/{pid}"), 5)


JUNK = (b"", b"junk", b"\x80\x04\x95", b"wb1\n\xff\xff\xff\xff[]", b"wb1\n\x02\0\0\0{}")


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_no_message(junk):
    with pytest.raises(wire.WireError):
        wire.opened(junk)


def test_the_process_refuses_pickles_and_ends():
    import pickle

    process = Process()
    process.first_word()
    process.line.send_bytes(pickle.dumps(("os.system", "true")))
    assert process.popen.wait(10) == 1
    assert "ended with exit code 1" in process.how_it_ended()
    process.end()


def test_the_process_imports_neither_torch_nor_widgets():
    code = (
        "import sys\n"
        "from workbench.view.polyscope import child, hand, props\n"
        "print([name for name in ('torch', 'anywidget', 'ipykernel', 'matplotlib') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).strip() == "[]"


def test_what_is_missing_is_named_with_the_package_that_brings_it(monkeypatch):
    assert polyscope_child.missing() is None
    monkeypatch.setattr(polyscope_child, "LIBRARIES", {"libNothing.so.1": "libnothing1"})
    assert "libNothing.so.1, which is not here: apt-get install libnothing1" in polyscope_child.missing()


def test_a_process_that_cannot_draw_raises_its_sentence():
    process = Process.__new__(Process)
    ours, theirs = socket.socketpair()
    process._ours, process.line = ours, Connection(os.dup(ours.fileno()))
    process.popen = subprocess.Popen([sys.executable, "-c", ""])
    wire.send(Connection(theirs.detach()), {"do": "missing", "why": "apt-get install libegl1"})
    with pytest.raises(PolyscopeMissing, match="apt-get install libegl1"):
        process.first_word()


class Ear:
    """A widget's place: keeps what a page would be sent."""

    def __init__(self):
        self.heard = []

    def send(self, content, buffers=None):
        self.heard.append(content)

    def close(self):
        pass

    def frames(self):
        return [content["piece"]["number"] for content in self.heard if content["do"] == "frame"]


@pytest.fixture
def watched():
    """A stage of its own that a page looks at; watched.ear is the page."""
    stage = Stage(height=200, backend="polyscope")
    stage.ear = stage.screen._screen = Ear()
    stage.add("ball", BALL)
    stage.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    yield stage
    stage.close()


def look(stage):
    """A page comes to look."""
    stage.screen._heard(None, {"do": "hello", "view": "a"}, [])


def test_nothing_is_drawn_unwatched_and_one_picture_waits_for_its_acknowledgement(watched):
    time.sleep(0.4)
    assert watched.ear.frames() == []
    look(watched)
    assert until(lambda: watched.ear.frames() == [1])
    for k in range(20):
        watched.show("height", Quantity("ball", "vertices", BALL.V[:, 1] * BALL.V[:, 0] ** k))
    time.sleep(0.5)
    assert watched.ear.frames() == [1]
    watched.screen._heard(None, {"do": "seen", "number": 1}, [])
    assert until(lambda: watched.ear.frames() == [1, 2])  # twenty states, one picture: the last


def test_a_scene_at_rest_is_drawn_once_more_sharply_and_then_no_more(watched):
    look(watched)
    for _ in range(15):
        time.sleep(0.1)
        watched.screen._heard(None, {"do": "seen"}, [])
    drawn = watched.ear.frames()
    sharp = [content["piece"]["sharp"] for content in watched.ear.heard if content["do"] == "frame"]
    assert sharp[-1] and sharp.count(True) == 1
    hover = {"do": "hand", "sequence": 1, "events": [{"t": "move", "x": 0.1, "y": 0.3}]}
    watched.screen._heard(None, hover, [])
    time.sleep(0.6)
    assert watched.ear.frames() == drawn


def test_a_click_picks_and_a_slow_listener_stops_no_picture(watched):
    picks = []
    look(watched)
    watched.on_pick(lambda name, vertex: picks.append((name, vertex)))
    watched.on_pick(lambda name, face: picks.append((name, *BALL.F[face])), on="faces")
    watched.on_pick(lambda name, edge: picks.append((name, *BALL.edges[edge])), on="edges")
    watched.on_pick(lambda name, vertex: time.sleep(5))
    at = {"x": 0.5, "y": 0.5, "b": 0}
    events = [{"t": "down", **at}, {"t": "up", **at}]
    watched.screen._heard(None, {"do": "hand", "sequence": 1, "events": events}, [])
    assert until(lambda: len(picks) == 3)
    name, vertex = picks[0]
    _, *face = picks[1]
    assert vertex in face and set(picks[2][1:]) < set(face)
    weights = np.linalg.solve(BALL.V[face].T, Camera().rotation[2])
    assert (weights > -0.1).all()  # the eye sees the ball's middle through it, but for half a pixel
    assert name == "ball" and Camera().rotation[2] @ BALL.V[vertex] > 0.9
    words = [content["words"] for content in watched.ear.heard if content["do"] == "read"]
    assert words == [f"vertex {vertex} · {BALL.V[vertex, 1]:.5g}"]
    bodies(watched)  # meanwhile it draws


def test_many_clicks_wait_in_one_thread_and_the_last_one_counts(watched):
    heard, free, before = [], threading.Event(), set(threading.enumerate())
    watched.on_pick(lambda name, vertex: heard.append(vertex) or free.wait(20))
    watched.screen._told({"do": "pick", "name": "ball", "vertex": 0})
    assert until(lambda: heard == [0])
    for vertex in range(1, 40):
        watched.screen._told({"do": "pick", "name": "ball", "vertex": vertex})
    fresh = set(threading.enumerate()) - before
    assert sum(thread.name == "workbench-hand" for thread in fresh) == 1
    free.set()
    assert until(lambda: heard == [0, 39])


def test_a_click_on_a_tube_picks_its_edge_with_its_value_and_one_on_the_dot_the_same_again(watched):
    picks, middles = [], BALL.V[BALL.edges].mean(axis=1)
    watched.show("star", Quantity("ball", "edges", middles[:, 1]))
    watched.look("star", width=14)
    look(watched)
    watched.on_pick(lambda name, vertex: picks.append((name, vertex)))
    watched.on_pick(lambda name, edge: picks.append((name, edge)), on="edges")
    watched.on_pick(lambda name, face: picks.append((name, face)), on="faces")
    at = {"x": 0.5, "b": 0}  # straight up from the middle, many edges are crossed

    def click(y):
        picks.clear()
        events = [{"t": "down", "y": y, **at}, {"t": "up", "y": y, **at}]
        watched.screen._heard(None, {"do": "hand", "sequence": 1, "events": events}, [])
        assert until(lambda: len(picks) == 3)
        return [index for _, index in picks], [c["words"] for c in watched.ear.heard if c["do"] == "read"][-1]

    for y in (0.35, 0.42, 0.5):
        (vertex, edge, face), words = click(y)
        assert vertex in BALL.edges[edge] and set(BALL.edges[edge]) < set(BALL.F[face])
        assert words == f"vertex {vertex} · {BALL.V[vertex, 1]:.5g} · edge {edge} · {middles[edge, 1]:.5g}"
        seen = Camera().rotation @ middles[edge]  # a lens, half an edge, and the thickness of the tube
        assert abs(seen[0]) < 0.2 and abs(seen[1] - 2.24 * (0.5 - y)) < 0.25 and seen[2] > 0.5
    assert click(y)[0][0] == vertex  # the dot lies before what was picked


def test_a_click_on_a_curve_picks_the_edge_too(watched):
    line = np.linspace(-1, 1, 4)[:, None] * Camera().rotation[0]  # from left to right, whoever looks
    watched.add("ball", CurveNetwork.path(line))
    watched.show("x", Quantity("ball", "edges", np.array([0.25, 0.5, 0.75])))
    picks, at = [], {"x": 0.5, "y": 0.5, "b": 0}
    watched.on_pick(lambda name, edge: picks.append(edge), on="edges")
    look(watched)
    events = [{"t": "down", **at}, {"t": "up", **at}]
    watched.screen._heard(None, {"do": "hand", "sequence": 1, "events": events}, [])
    assert until(lambda: picks == [1])
    words = [content["words"] for content in watched.ear.heard if content["do"] == "read"]
    assert words == ["edge 1 · 0.5"]


def test_a_name_that_moves_to_another_body_leaves_the_first():
    board, account = Board(), Account()
    for name in ("a", "b"):
        board.add(name, BALL)
    board.show("x", Quantity("a", "vertices", BALL.V[:, 0]))
    list(account.news(board, "y"))
    board.show("x", Quantity("b", "vertices", BALL.V[:, 0]))
    said = [(piece["do"], piece["of"]) for piece in account.news(board, "y")]
    assert said == [("remove", "a"), ("quantity", "b")]


def test_bodies_in_a_row_stay_there_while_each_is_turned(watched):
    watched.add("other", BALL)
    look(watched)
    before = watched.screen.bodies(800, 200)  # as in the room: a camera that was turned keeps its distance
    across = [{"t": "move", "x": 0.5 + 0.1 * k, "y": 0.5} for k in range(4)]
    events = [{"t": "down", "b": 0, "x": 0.5, "y": 0.5}, *across, {"t": "up", "b": 0, "x": 0.8, "y": 0.5}]
    for number, event in enumerate(events):
        watched.screen._heard(None, {"do": "hand", "sequence": number, "events": [event], "seen": number}, [])
        time.sleep(0.02)
    after = watched.screen.bodies(800, 200)
    assert (after != before).any(axis=-1).mean() > 0.05  # facets are seen from elsewhere
    for picture in (before, after):
        columns = np.flatnonzero(coloured(picture).any(axis=0))
        assert (np.diff(coloured(picture).any(axis=0).astype(int)) == 1).sum() == 2
        assert abs(columns.min() + columns.max() - 799) < 8


def test_a_view_that_no_page_shows_frees_its_process_and_comes_back_with_its_scene(watched, monkeypatch):
    monkeypatch.setattr(polyscope, "LEFT", 0.2)
    heard = watched.screen._heard
    heard(None, {"do": "hello", "view": "a"}, [])
    before, process = bodies(watched), watched.screen._renderer.process
    heard(None, {"do": "bye", "view": "a"}, [])
    assert until(lambda: process.popen.poll() is not None)
    watched.show("height", Quantity("ball", "vertices", -BALL.V[:, 1]))
    watched.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    time.sleep(0.3)
    assert watched.screen._renderer.process is process  # nobody looks, nothing starts
    heard(None, {"do": "hello", "view": "b"}, [])
    assert np.array_equal(bodies(watched), before)
    assert watched.screen._renderer.process is not process
    assert "down" not in [content["do"] for content in watched.ear.heard]


class Page:
    """A page's place at the end of a drawing process's line: acknowledges every picture, keeps the last."""

    def __init__(self, width=840, height=320):
        self.process, self.picture, self.sequence = Process(), None, 0
        self.process.first_word()
        self.say({"do": "room", "width": width, "height": height, "background": [1, 1, 1], "panels": True})

    def say(self, piece):
        wire.send(self.process.line, piece)

    def hand(self, *events):
        self.sequence += 1
        self.say({"do": "hand", "sequence": self.sequence, "events": list(events)})

    def hear(self, seconds, enough=lambda picture: False):
        """Take pictures as they come, until one is enough or none comes for so long; whether one was."""
        while self.process.line.poll(seconds):
            piece = wire.receive(self.process.line)
            if piece["do"] == "frame":
                self.picture = np.asarray(Image.open(io.BytesIO(piece["data"])).convert("RGB")).astype(int)
                self.say({"do": "seen", "number": piece["number"]})
                if enough(self.picture):
                    return True
        return False


def test_every_press_in_a_panel_is_heard_after_the_body_was_turned():
    page, board = Page(), Board()
    board.add("ball", BALL)
    for piece in [*Account().news(board, "y"), {"do": "watch", "view": "a"}]:
        page.say(piece)
    page.hear(3.0)
    arrow = {"x": 20 / 840, "y": 22 / 320}  # folds the topmost panel, whereupon the next one moves up
    for k in range(6):
        page.hand({"t": "down", "b": 0, "x": 0.5, "y": 0.5})
        page.hand({"t": "move", "x": 0.5, "y": 0.6}, {"t": "move", "x": 0.55, "y": 0.7})
        page.hand({"t": "up", "b": 0, "x": 0.55, "y": 0.7})
        page.hear(1.0)
        before = page.picture[60:320, 12:260]
        page.hand({"t": "move", **arrow}, {"t": "down", "b": 0, **arrow})
        time.sleep(0.05 * (k % 3))
        page.hand({"t": "up", "b": 0, **arrow})
        assert page.hear(15, lambda now: abs(now[60:320, 12:260] - before).mean() > 8), k  # noqa: B023
    page.process.end()


def test_a_flick_that_ends_beyond_the_window_turns(watched):
    free, heard = {"with": [False] * 3}, watched.screen._heard
    heard(None, {"do": "hello", "view": "a"}, [])
    for events in (
        [{"t": "down", "b": 0, "x": 0.5, "y": 0.7, **free}],
        [{"t": "move", "x": 0.6, "y": 1.2, **free}, {"t": "up", "b": 0, "x": 0.6, "y": 1.2, **free}],
    ):
        heard(None, {"do": "hand", "sequence": 1, "events": events}, [])

    def turned():
        heard(None, {"do": "seen", "number": 1}, [])
        return watched.camera.pitch > 18  # it begins at 8

    assert until(turned)
