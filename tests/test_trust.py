"""What a page says is not trusted, what no stage can draw is refused, what goes leaves nothing hanging."""

from types import SimpleNamespace

import numpy as np
import pytest

from workbench.quantities import Quantity, Snapshot
from workbench.shapes import PointCloud, icosphere
from workbench.training import Play
from workbench.view import SceneError, Stage
from workbench.view import panels as panel_room
from workbench.view.board import Board
from workbench.view.browser.web import Web
from workbench.view.colors import Look, scale
from workbench.view.panels import Panel

BALL, FINER = icosphere(1), icosphere(2)

ODD = [
    {"low": "x"},
    {"low": [1]},
    {"high": float("nan")},
    {"low": 5.0, "high": 1.0},
    {"opacity": None},
    {"width": "w"},
    {"title": 5},
    {"slice": ["x"]},
    {"slice": ["x", "b"]},
    {"slice": "x"},
    {"labels": 5},
    {"no such word": 1},
    5,
    None,
]


class Unseen:
    """A desk that shows nothing."""

    def tell(self, values=None, status=None):
        assert status["done"] == 0

    def keep_soon(self, words):
        pass


def ones(of, shape=BALL):
    return Quantity(of, "vertices", np.ones(shape.n_vertices))


@pytest.fixture
def stage():
    stage = Stage()
    stage.add("ball", BALL)
    stage.show("u", ones("ball"))
    stage.said = []
    stage.screen.widget.send = lambda content, buffers=None: stage.said.append(content)
    return stage


@pytest.mark.parametrize("how", ODD, ids=repr)
def test_an_odd_look_from_a_page_is_said_back_and_changes_nothing(stage, how):
    stage.screen._heard(None, {"do": "look", "name": "u", "how": how, "wish": "w 1"}, [])
    assert stage.said[0]["do"] == "say" and stage.board.look_of("u") == Look()
    Web(stage).world()
    stage.frame()


@pytest.mark.parametrize(
    "message",
    [
        {"do": "pick", "name": "ball"},
        {"do": "pick", "name": "ball", "vertex": "seven"},
        {"do": "look"},
        {"do": "camera", "yaw": 1, "pitch": 2},
        {"do": "film", "number": 1},
    ],
    ids=str,
)
def test_half_a_message_raises_nothing_in_the_kernel_and_is_said(stage, message):
    stage.screen._heard(None, message, [])
    assert stage.said[-1]["do"] == "say"


def test_a_camera_that_is_nowhere_is_not_taken(stage):
    before = stage.camera
    seat = {"yaw": "inf", "pitch": 0, "zoom": 1, "pan": [0, 0]}
    stage.screen._heard(None, {"do": "camera", **seat}, [])
    assert stage.camera == before


def test_a_face_that_the_shape_does_not_have_is_nobodys_pick(stage):
    heard = []
    stage.on_pick(lambda name, face: heard.append(face), on="faces")
    for face in ("junk", BALL.n_faces, -1, 3):
        stage.screen._heard(None, {"do": "pick", "name": "ball", "vertex": 0, "face": face}, [])
    assert heard == [3]


def test_a_listener_that_fails_is_told_to_the_reader_and_the_others_hear(stage):
    told, heard = [], []
    stage.widget.send = lambda content, buffers=None: told.append(content["words"])
    ends = stage.on_pick(lambda name, vertex: {}["nothing here"])
    stage.on_pick(lambda name, vertex: heard.append(vertex))
    stage.picked("ball", 3)
    ends()
    stage.picked("ball", 4)
    assert heard == [3, 4]
    assert "KeyError" in told[0] and told[1:] == [""]


def test_a_picture_for_a_folder_that_is_not_there_says_what_to_do(stage, tmp_path):
    with pytest.raises(FileNotFoundError, match="make the folder first") as told:
        stage.save(tmp_path / "nowhere" / "x.png")
    assert told.value.filename == str(tmp_path / "nowhere" / "x.png")


def test_the_pace_of_a_run_can_be_cleared_while_it_is_read(stage, monkeypatch):
    shown = Panel(Play(iter(())), stage, ())
    shown._desk = Unseen()

    class Clock(float):
        """A moment; while two are compared, a hand turns the speed, as another thread may."""

        def __gt__(self, other):
            shown._pace.clear() if hasattr(shown._pace, "clear") else setattr(shown, "_pace", ())
            return float(self) > float(other)

    moments = iter(map(Clock, (1.0, 2.0)))
    monkeypatch.setattr(panel_room, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    shown._see(Snapshot(1, 1.0, {}))
    shown._see(Snapshot(2, 1.0, {}))
    assert shown._status()["state"] == "ready"


def test_a_quantity_keeps_its_look_where_a_plot_has_its_name(stage):
    stage.show("mean", Quantity("u", "plot", np.zeros((2, 2)), "curve"))
    told = []
    stage.screen.changed = lambda part, name: told.append(part)
    stage.look("u", map="magma")
    stage.look("ball", opacity=0.5)
    assert told == ["plot", "looks", "looks"]


def test_what_stands_over_a_body_leaves_with_it_when_its_last_quantity_goes():
    stage = Stage()
    stage.cast({"a": BALL, "b": BALL})
    stage.show("u", ones("a"))
    stage.add("dots", PointCloud(BALL.V), over="a")
    stage.show("u", ones("b"))
    assert list(stage.board.shapes) == ["b"]
    assert [piece["name"] for piece in Web(stage).world()["structures"]] == ["b"]


def test_another_shape_may_be_cast_under_a_name_that_is_on_stage():
    stage = Stage()
    stage.cast({"body": BALL})
    stage.show("u", ones("body"))
    stage.cast({"body": FINER})
    stage.show("u", ones("body", FINER))
    assert stage.board.shapes["body"] is FINER


def test_a_shape_that_was_added_is_not_replaced_from_the_wings():
    board = Board()
    board.add("body", BALL)
    assert not board.cast({"body": FINER})
    assert board.shapes["body"] is BALL


def test_two_bodies_cannot_stand_over_each_other():
    board = Board()
    board.add("a", BALL)
    board.add("b", BALL, over="a")
    with pytest.raises(SceneError, match="cannot stand over"):
        board.add("a", BALL, over="b")
    board.remove("a")
    assert not board.shapes


@pytest.mark.parametrize("value", [0.0, 5.0, -3e8, 1e-9])
def test_a_constant_has_a_range_that_is_not_empty_in_the_browsers_numbers(value):
    by = scale(np.full(4, value), Look(symmetric=False))
    assert np.float32(by.low) < np.float32(by.high)
