"""Polyscope's stage: a process that really draws, hears of changes only, dies without harm, and is freed."""

import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection

import numpy as np
import pytest

from workbench.quantities import Quantity
from workbench.shapes import PointCloud, icosphere, sphere
from workbench.view import Stage, polyscope_child, wire
from workbench.view.board import Board
from workbench.view.colors import label_colors
from workbench.view.painter import Camera, lit
from workbench.view.renderer import ROOT, PolyscopeMissing, Process
from workbench.view.scenery import Account, placed

BALL = icosphere(2)


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


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


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


@pytest.mark.parametrize("on", ["vertices", "faces"])
@pytest.mark.parametrize("kind", ["scalar", "label", "color", "vector"])
def test_all_kinds_are_drawn_on_vertices_and_faces(stage, on, kind):
    X = BALL.V if on == "vertices" else BALL.V[BALL.F].mean(axis=1)
    values = {"scalar": X[:, 2], "label": (X[:, 2] > 0.9).astype(int), "color": abs(X), "vector": X}[kind]
    stage.add("ball", BALL)
    before = bodies(stage)
    stage.show(kind, Quantity("ball", on, values, kind))
    assert (bodies(stage) != before).any(axis=-1).mean() > 0.002


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
        "from workbench.view import polyscope_child, polyscope_hand, polyscope_scene\n"
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


def test_nothing_is_drawn_unwatched_and_one_picture_waits_for_its_acknowledgement(watched):
    time.sleep(0.4)
    assert watched.ear.frames() == []
    watched.screen._heard(None, {"do": "hello", "view": "a"}, [])
    assert until(lambda: watched.ear.frames() == [1])
    for k in range(20):
        watched.show("height", Quantity("ball", "vertices", BALL.V[:, 1] * BALL.V[:, 0] ** k))
    time.sleep(0.5)
    assert watched.ear.frames() == [1]
    watched.screen._heard(None, {"do": "seen", "number": 1}, [])
    assert until(lambda: watched.ear.frames() == [1, 2])  # twenty states, one picture: the last


def test_a_scene_at_rest_is_drawn_once_more_sharply_and_then_no_more(watched):
    watched.screen._heard(None, {"do": "hello", "view": "a"}, [])
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
    watched.on_pick(lambda name, vertex: picks.append((name, vertex)))
    watched.on_pick(lambda name, vertex: time.sleep(5))
    at = {"x": 0.5, "y": 0.5, "b": 0}
    events = [{"t": "down", **at}, {"t": "up", **at}]
    watched.screen._heard(None, {"do": "hand", "sequence": 1, "events": events}, [])
    assert until(lambda: picks)
    name, vertex = picks[0]
    assert name == "ball" and Camera().rotation[2] @ BALL.V[vertex] > 0.9
    words = [content["words"] for content in watched.ear.heard if content["do"] == "read"]
    assert words == [f"vertex {vertex} · {BALL.V[vertex, 1]:.5g}"]
    bodies(watched)  # meanwhile it draws


def test_a_name_that_moves_to_another_body_leaves_the_first():
    board, account = Board(), Account()
    for name in ("a", "b"):
        board.add(name, BALL)
    board.show("x", Quantity("a", "vertices", BALL.V[:, 0]))
    list(account.news(board, "y"))
    board.show("x", Quantity("b", "vertices", BALL.V[:, 0]))
    said = [(piece["do"], piece["of"]) for piece in account.news(board, "y")]
    assert said == [("remove", "a"), ("quantity", "b")]
