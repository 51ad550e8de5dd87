"""Polyscope's window: what is on the stage is in it, its controls act on a run, and its end harms nobody."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import displays
import numpy as np
import pytest
from waiting import until

from workbench.quantities import Quantity, Snapshot
from workbench.shapes import icosphere
from workbench.training import Knobs, Play
from workbench.view import Choice, Slider, Stage, backends, link, panel
from workbench.view.linked import same
from workbench.view.painter import Camera
from workbench.view.polyscope.renderer import ROOT, PolyscopeMissing

pytestmark = pytest.mark.skipif(displays.why_not() is not None, reason=f"a screen: {displays.why_not()}")

BALL = icosphere(3)
#: where the house's controls begin in a window of the usual size, in pixels
RIGHT, SLIDER, BUTTONS = 940, 140, 57


@pytest.fixture(scope="module")
def screen():
    with displays.display() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", made.name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield made


@pytest.fixture
def stage(screen):
    """A stage in a window, with a ball that shows its height."""
    made = Stage(backend="window")
    made.add("ball", BALL)
    made.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    yield made
    made.close()


def insist(act, holds):
    """Act until something holds: a busy machine's window may be too slow to see a hand."""
    return any(act() or until(holds, 6) for _ in range(5))


def alike(shot, before):
    return shot is not None and shot.shape == before.shape and np.abs(shot - before.astype(int)).mean() < 3


def pid(stage):
    return stage.screen._renderer.process.popen.pid


def run(steps=100_000):
    for step in range(1, steps + 1):
        time.sleep(0.002)
        waves = lambda: Quantity("ball", "vertices", np.sin(BALL.V[:, 1] * step / 50))  # noqa: B023, E731
        yield Snapshot(step, float(np.exp(-step / 500)), {"height": waves})


def keep(screen, name):
    """Leave what the screen shows where CI collects pictures, to be looked at."""
    if folder := os.environ.get("WORKBENCH_PICTURES"):
        from PIL import Image

        Path(folder).mkdir(parents=True, exist_ok=True)
        Image.fromarray(screen.picture()).save(Path(folder) / name)


def test_the_scene_is_in_the_window_and_the_body_between_its_panels(stage, screen):
    def coloured():
        seen = stage.screen.seen()
        return seen is not None and (np.ptp(seen.astype(int), axis=-1) > 60)

    assert until(lambda: np.any(coloured()))
    rows, columns = np.nonzero(coloured())
    height, width = coloured().shape
    assert abs((columns.min() + columns.max()) / 2 - width / 2) < 8 and np.ptp(columns) < width - 640
    assert abs((rows.min() + rows.max()) / 2 - height / 2) < 8
    assert until(lambda: (np.ptp(screen.picture().astype(int), axis=-1) > 60).sum() > 50_000)


def test_knobs_and_buttons_in_the_window_act_on_a_run_that_goes_on_without_it(stage, screen):
    knobs = Knobs(rate=1e-3, mesh="a")
    play = Play(run(), knobs, 100_000)
    shown = panel(play, stage, [Slider("rate", 1e-5, 1e-1, log=True), Choice("mesh", ("a", "b"))])
    assert play.state == "running"
    assert until(lambda: stage.screen.seen() is not None)
    time.sleep(1.0)
    window = screen.windows()[-1]
    place = screen.hand("getwindowgeometry", "--shell", window).split()[1:3]
    left, top = (int(line.split("=")[1]) for line in place)
    start, end = (left + RIGHT + 120, top + SLIDER), (left + RIGHT + 190, top + SLIDER)
    assert insist(lambda: screen.drag(start, end), lambda: knobs.read()["rate"] > 5e-3)  # 1e-3 is the middle
    keep(screen, "window.png")
    assert insist(lambda: screen.click(left + RIGHT + 85, top + BUTTONS), lambda: play.state == "paused")
    assert insist(lambda: screen.click(left + RIGHT + 25, top + BUTTONS), lambda: play.state == "running")

    screen.ask_to_close(window)
    assert until(lambda: stage.screen.lost == "closed")
    steps = play.progress[0]
    assert until(lambda: play.progress[0] > steps + 20) and play.error is None
    assert "closed" in repr(stage) and not stage.has_window
    stage.screen.open()
    assert until(lambda: stage.screen.seen() is not None) and play.state == "running"
    shown.close()
    play.stop()


def test_a_killed_window_is_told_of_and_comes_back_with_its_scene(stage):
    assert until(lambda: (shot := stage.screen.seen()) is not None and shot.std() > 20)
    before, first = stage.screen.seen(), pid(stage)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: stage.screen.lost == "ended by SIGKILL")
    assert "ended by SIGKILL" in repr(stage) and stage.frame().std() > 10
    stage.show("height", Quantity("ball", "vertices", -BALL.V[:, 1]))  # nobody shows it, and nobody minds
    stage.switch("window")
    assert pid(stage) != first and "ended" not in repr(stage)
    stage.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    assert until(lambda: alike(stage.screen.seen(), before))


def test_a_click_in_the_window_picks_the_vertex_under_it(stage, screen):
    picks = []
    stage.on_pick(lambda name, vertex: picks.append((name, vertex)))
    assert until(lambda: (shot := stage.screen.seen()) is not None and shot.std() > 20)
    assert insist(lambda: screen.click(630, 390), lambda: picks)
    name, vertex = picks[0]
    towards_the_eye = stage.camera.rotation[2]
    assert name == "ball" and towards_the_eye @ BALL.V[vertex] > 0.95
    assert until(lambda: stage.marked == {"name": "ball", "vertex": vertex})


def test_an_orbit_in_the_window_moves_the_stages_camera(stage, screen):
    before = stage.camera
    assert until(lambda: (shot := stage.screen.seen()) is not None and shot.std() > 20)
    assert insist(lambda: screen.drag((620, 400), (700, 400)), lambda: abs(stage.camera.yaw - before.yaw) > 5)
    assert abs(stage.camera.pitch - before.pitch) < 3


def test_a_linked_stage_turns_with_the_window_and_the_window_with_it(stage, screen):
    other = Stage(backend="still")
    link(stage, other)
    assert until(lambda: (shot := stage.screen.seen()) is not None and shot.std() > 20)
    before = other.camera
    assert insist(lambda: screen.drag((620, 400), (700, 400)), lambda: not same(other.camera, before))
    assert until(lambda: same(other.camera, stage.camera))
    stage.show("height", Quantity("ball", "vertices", BALL.V[:, 0]))
    time.sleep(2.0)
    shot = stage.screen.seen()
    other.camera = Camera(yaw=other.camera.yaw + 90.0)
    assert same(stage.camera, other.camera)
    assert until(lambda: (now := stage.screen.seen()) is not None and not alike(now, shot))
    time.sleep(1.0)
    assert same(stage.camera, other.camera)  # no echo


def test_closing_the_stage_frees_the_process(screen):
    stage = Stage(backend="window")
    process = stage.screen._renderer.process.popen
    stage.close()
    assert process.poll() in (0, -signal.SIGKILL)  # a slow machine's process is killed after a second


SCRIPT = """
import time
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import icosphere
from workbench.training import Knobs, Play
from workbench.view import stage
from workbench.view import Slider, panel

def run():
    for step in range(1, 60):
        time.sleep(0.02)
        yield Snapshot(step, 1 / step, {"height": lambda: Quantity("ball", "vertices", ball.V[:, 1] / step)})

ball, scene = icosphere(2), stage()
scene.add("ball", ball)
play = Play(run(), Knobs(rate=1.0), 59)
panel(play, scene, [Slider("rate", 0, 1)])
print(play.state, scene)
print(play.wait().state, scene.screen.wait(0.1), scene.screen._renderer.process.popen.pid)
"""


def test_a_script_takes_a_window_shows_its_run_there_and_leaves_no_process(screen):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DISPLAY": screen.name}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    first, last = done.stdout.splitlines()
    assert first.startswith("running Stage(Polyscope's window, because a script, and a display")
    assert not done.stderr
    state, closed, number = last.split()
    assert (state, closed) == ("finished", "False")
    assert until(lambda: not os.path.exists(f"/proc/{number}"), 5)


def test_a_display_that_does_not_answer_is_said_and_so_is_none(screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(PolyscopeMissing, match="':9999', and no screen answers"):
        Stage(backend="window")
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(PolyscopeMissing, match="no display here.*xvfb-run"):
        Stage(backend="window")
    assert backends.suited()[0] == "still"
