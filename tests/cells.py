"""Notebook cells that tests of real pages run: something to show, a stage, a scene with a knob."""

SETUP = """
import threading, time
import numpy as np
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import bumpy_sphere, icosphere
from workbench.training import Knobs, Play
from workbench.view import Stage
from workbench.view.exploring import explore
from workbench.view import Choice, Slider, panel

ball, bumpy = icosphere(3), bumpy_sphere(3)

def run(steps, fail=0):
    for step in range(1, steps + 1):
        time.sleep(0.01)
        if step == fail:
            raise FloatingPointError("the loss is nan at step 20")
        labels = np.arange(bumpy.n_vertices) * step // 2000 % 5
        parts = lambda: Quantity("bumpy", "vertices", labels, "label")
        times = lambda: Quantity("times", "plot", np.random.rand(3, 32) ** (1 + step / 300), "histogram")
        yield Snapshot(step, 2 * np.exp(-step / 200), {"parts": parts, "times": times})
"""

STAGE = """
stage, picks = Stage(height=320), []
stage.add("ball", ball)
stage.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
stage.on_pick(lambda name, vertex: picks.append((name, vertex, threading.current_thread().name)))
stage
"""

EXPLORE = """
waves = Stage(height=240)
waves.add("waves", ball)
sines = lambda k: waves.show("sin", Quantity("waves", "vertices", np.sin(k * ball.V[:, 1])))
explore(waves, [Slider("k", 1, 9)], sines)
"""

PANEL = """
body, knobs = Stage(height=300), Knobs(lr=1e-3, mesh="a")
body.add("bumpy", bumpy)
play = Play(run(40_000), knobs, 40_000)
rate = Slider("lr", 1e-5, 1e-1, log=True, label="learning rate")
live = panel(play, body, [rate, Choice("mesh", ("a", "b"))])
"""
