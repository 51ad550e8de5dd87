"""What is left behind by stages that leave: no widget, no mesh, no thread; and nothing is freed twice."""

import gc
import threading
import time
import weakref

import ipywidgets
import numpy as np
import pytest
from waiting import until

from workbench.quantities import Quantity
from workbench.shapes import icosphere
from workbench.view import Stage, cells
from workbench.view.browser import kept as kept_room
from workbench.view.browser import place as place_room
from workbench.view.browser.desk import Desk
from workbench.view.browser.kept import Keeper
from workbench.view.knobs import Slider


def widgets():
    """How many widgets the kernel keeps for pages."""
    return len(ipywidgets.widgets.widget._instances)


@pytest.fixture
def executed(monkeypatch):
    """Pretends that a front end executes a cell: executed(cell, run)."""
    monkeypatch.setattr(cells, "_in_cells", {})

    def execute(cell, run):
        request = {"header": {"msg_id": f"{cell} {run}"}, "metadata": {"cellId": cell}}
        monkeypatch.setattr(cells, "parent_request", lambda: request)

    return execute


def shown_stage():
    """A stage that a page shows, and its body."""
    stage, ball = Stage(), icosphere(2)
    stage.add("ball", ball)
    stage.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
    assert stage.widget is not None and stage.screen.widget is not None
    return stage, ball


def test_ten_runs_of_a_cell_leave_the_widgets_and_the_meshes_of_one(executed):
    meshes, counts = [], []
    for run in range(10):
        executed("cell", run)
        stage, ball = shown_stage()
        meshes.append(weakref.ref(ball))
        counts.append(widgets())
    del ball
    gc.collect()
    assert counts == counts[:1] * 10
    assert [mesh() is None for mesh in meshes] == [True] * 9 + [False]
    stage.close()
    assert widgets() < counts[0]


def test_stages_of_other_cells_stay(executed):
    executed("one", 0)
    first, _ = shown_stage()
    executed("two", 0)
    second, _ = shown_stage()
    place = first.widget
    executed("two", 1)
    third, _ = shown_stage()
    assert first.widget is place and place.comm is not None and third.widget.comm is not None
    for stage in (first, second, third):
        stage.close()


def test_a_stage_that_left_with_its_cell_can_be_shown_again_with_its_scene(executed):
    executed("cell", 0)
    stage, ball = shown_stage()
    before = stage.widget
    executed("cell", 1)
    other, _ = shown_stage()
    assert before.comm is None
    world = stage.screen.widget.get_state("world")["world"]
    assert stage.widget is not before and [piece["name"] for piece in world["structures"]] == ["ball"]
    stage.show("height", Quantity("ball", "vertices", ball.V[:, 0]))
    for made in (stage, other):
        made.close()


def test_a_desk_takes_all_of_its_widgets_with_it():
    stage, _ = shown_stage()
    before = widgets()
    for _ in range(3):
        Desk(stage, [Slider("k", 0, 1)], {"k": 0.5}, lambda message: None, {}).close()
    assert widgets() == before
    stage.close()


def test_a_turn_sent_again_is_heard_once_and_an_older_one_no_more():
    stage, heard = shown_stage()[0], []
    desk = Desk(stage, [Slider("k", 0, 1)], {"k": 0.5}, heard.append, {})
    turns = [("k", "a 1"), ("k", "a 1"), ("k", "a 3"), ("k", "a 2"), ("k", "b 1"), ("other", "a 2")]
    for name, turn in turns:
        desk._heard(None, {"do": "turn", "name": name, "turn": turn}, None)
    for turn in ("a 4", "a 4", "a 5"):
        desk._heard(None, {"do": "press", "button": "step", "turn": turn}, None)
    assert [message["turn"] for message in heard] == ["a 1", "a 3", "b 1", "a 2", "a 4", "a 5"]
    for page in ("a", "b"):  # each page learns that its own press was heard, be it the other's turn
        desk._heard(None, {"do": "press", "button": "step", "turn": f"{page} 9"}, None)
    desk._heard(None, {"do": "press", "button": "step", "turn": "a 9"}, None)
    assert desk._controls.heard[""] == "a 9" and len(heard) == 8
    desk.close()
    stage.close()


class Screen:
    """A back-end's place: counts how often it is freed, slowly."""

    title, widget, closed = "a back-end", None, 0

    def close(self):
        closed = self.closed
        time.sleep(0.005)
        self.closed = closed + 1

    def card(self):
        return {"words": ""}


def freed_by_all():
    """How often four back-ends are freed that pages, a clock and a hand free at once; and what was raised."""
    stage, screens, failed = Stage(backend="still"), [Screen() for _ in range(4)], []
    assert stage._lodging.place() is not None
    stage.screen = screens[-1]

    def act(do, *given):
        try:
            do(*given)
        except Exception as error:
            failed.append(error)

    for screen in screens[:-1]:
        stage._lodging.leave(screen)
    arrived = (stage._lodging._heard, {"do": "arrived", "child": None})
    threads = [threading.Thread(target=act, args=what) for what in (arrived, arrived, (stage.close,))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: all(screen.closed for screen in screens), 5)
    return [screen.closed for screen in screens], failed


def test_what_a_page_a_clock_and_a_hand_free_at_once_is_freed_once(monkeypatch):
    monkeypatch.setattr(place_room, "GRACE", 0.02)
    for _ in range(10):
        counts, failed = freed_by_all()
        assert counts == [1, 1, 1, 1] and not failed
    assert until(lambda: not any(isinstance(one, threading.Timer) for one in threading.enumerate()), 5)


def test_a_back_end_that_left_last_is_freed_last(monkeypatch):
    monkeypatch.setattr(place_room, "GRACE", 0.3)
    stage, first, second = Stage(backend="still"), Screen(), Screen()
    assert stage.widget is not None
    stage._lodging.leave(first)
    time.sleep(0.2)
    stage._lodging.leave(second)
    assert until(lambda: first.closed == 1, 5) and second.closed == 0  # its own time is not over
    assert until(lambda: second.closed == 1, 5)
    stage.close()


def keepers():
    return [thread for thread in threading.enumerate() if thread.name == "workbench-keeper"]


def test_one_thread_keeps_what_a_cell_shows_however_often_it_is_asked(monkeypatch):
    kept, free = [], threading.Event()

    class Output:
        def update(self, data, raw, metadata):
            kept.append(data)

    def slow(scene, words, followed):
        assert free.wait(10)
        return words

    monkeypatch.setattr(kept_room, "kept", slow)
    keeper = Keeper(Stage(backend="still"))
    keeper._output = Output()
    for number in range(50):
        keeper.keep_soon(str(number))
        assert len(keepers()) == 1
    free.set()
    assert until(lambda: not keepers(), 10)
    assert kept[-1] == "49" and len(kept) <= 2
    keeper.keep_soon("once more")
    assert until(lambda: kept[-1] == "once more" and not keepers(), 10)


def test_a_picture_that_fails_leaves_no_thread_and_hinders_no_later_one(monkeypatch, caplog):
    def fails(scene, words, followed):
        raise OSError("no picture")

    keeper, kept = Keeper(Stage(backend="still")), []
    keeper._output = type("Output", (), {"update": lambda self, data, raw, metadata: kept.append(data)})()
    monkeypatch.setattr(kept_room, "kept", fails)
    keeper.keep_soon("a")
    assert until(lambda: not keepers(), 10) and "OSError: no picture" in caplog.text
    monkeypatch.setattr(kept_room, "kept", lambda scene, words, followed: words)
    keeper.keep_soon("b")
    assert until(lambda: kept == ["b"], 10)


def test_polyscope_in_the_cell_leaves_no_thread_and_no_process():
    before = set(threading.enumerate())
    processes = []
    for _ in range(3):
        stage = Stage(backend="polyscope")
        stage.add("ball", icosphere(2))
        assert stage.frame().std() > 10 and stage.widget is not None
        processes.append(stage.screen._renderer.process.popen)
        stage.close()
    assert until(lambda: set(threading.enumerate()) <= before, 20)
    assert [process.poll() for process in processes] == [0, 0, 0]


def test_closing_twice_is_closing_once():
    stage, _ = shown_stage()
    before = widgets()
    stage.close()
    after = widgets()
    stage.close()
    assert after < before and widgets() == after
    assert np.ptp(stage.frame()) > 50  # its scene is there
