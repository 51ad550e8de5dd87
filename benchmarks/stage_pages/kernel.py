"""The kernel's side of the measurements: a body, a stream of scalars. A notebook's cell imports it."""

import gc
import json
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import ipywidgets  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
from precompute import bumpy  # noqa: E402

from workbench.quantities import Quantity  # noqa: E402
from workbench.view import Stage  # noqa: E402

GOLDEN = 0.381966

__all__ = [
    "Quantity",
    "Stage",
    "Stream",
    "bumpy",
    "curve",
    "held",
    "json",
    "np",
    "on_stage",
    "os",
    "say",
    "threading",
    "time",
    "waves",
]


def say(value) -> None:
    """Print a value as the harness reads it."""
    print(json.dumps(value))


def waves(mesh, count: int = 64) -> list[np.ndarray]:
    """Scalars that differ from one to the next at every vertex and in their range, as a run's do."""
    y = mesh.V[:, 1] / np.abs(mesh.V[:, 1]).max()
    return [(1 + 0.3 * np.sin(k)) * np.sin(4 * y + 2 * np.pi * GOLDEN * k) for k in range(count)]


def curve(k: int) -> Quantity:
    """A loss of 500 points."""
    x = np.arange(1.0, 501.0) + k
    return Quantity("loss", "plot", np.stack([x, np.exp(-x / 200) + 1e-3], axis=1), "curve")


def on_stage(mesh, **how):
    """A stage with a body that shows its first wave, and show(values)."""
    stage = Stage(**how)
    stage.add("body", mesh)

    def show(values):
        stage.show("wave", Quantity("body", "vertices", values))

    show(waves(mesh, 1)[0])
    return stage, show


class Stream:
    """Shows one field after the other at a steady rate, in a thread of its own.

    sent  the moment of every call, in seconds since 1970
    cost  seconds that every call took
    """

    def __init__(self, show, fields, rate: float, count: int | None = None):
        self.show, self.fields, self.rest, self.count = show, fields, 1.0 / rate, count
        self.sent, self.cost, self.stopped = [], [], False
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self):
        due, k = time.monotonic(), 1
        while not self.stopped and (self.count is None or k <= self.count):
            self.sent.append(time.time())
            began = time.perf_counter()
            self.show(self.fields[k % len(self.fields)])
            self.cost.append(time.perf_counter() - began)
            k, due = k + 1, max(due + self.rest, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))

    @property
    def done(self) -> bool:
        """Whether the last field was shown."""
        return not self._thread.is_alive()

    def stop(self) -> "Stream":
        """Show no more."""
        self.stopped = True
        self._thread.join()
        return self


def held() -> dict:
    """What this kernel holds now: MB, MB of its children, how many children, threads and widgets."""
    gc.collect()
    me = psutil.Process(os.getpid())
    children = [child for child in me.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    return {
        "kernel": me.memory_info().rss / 1e6,
        "child": sum(child.memory_info().rss for child in children) / 1e6,
        "children": len(children),
        "threads": threading.active_count(),
        "widgets": len(getattr(ipywidgets.widget, "_instances", ())),
    }
