"""The live cell: a stage, buttons, knobs and the state of a run in one place; a still where nobody looks."""

import time
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from jaxtyping import Float

from workbench.quantities import Quantity

from .cells import cell_id, reachable_while_busy, somebody_looks
from .knobs import Choice, Knob, Slider, described
from .scene import Scene
from .web import png

__all__ = ["Choice", "Panel", "Slider", "panel", "somebody_looks"]

HERE = Path(__file__).parent
OVER = ("finished", "stopped", "failed")
BUTTONS = ("start", "pause", "step", "stop")


class _Controls(anywidget.AnyWidget):
    """Buttons, knobs and words of one run, all in one widget: one line between page and kernel."""

    _esm = HERE / "panel.js"
    _css = HERE / "panel.css"
    knobs = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)


class Panel:
    """What panel() put into the cell: subscriptions to a run, and the widgets that tell of it."""

    def __init__(self, play, scene: Scene, knobs: Sequence[Knob]):
        self.play, self.scene, self.knobs = play, scene, {knob.name: knob for knob in knobs}
        self._pace: deque[tuple[float, int]] = deque(maxlen=30)
        self._loss, self._notice, self._shown, self._controls = None, None, None, None
        self._known(play.knobs.read())
        scene.look("loss", log=True)
        self._endings = [play.watch(self._see), play.watch_state(self._hear)]

    def _known(self, values):
        unknown = [name for name in self.knobs if name not in values]
        if unknown:
            raise ValueError(
                f"the run has no knob called {', '.join(map(repr, unknown))}; it has {', '.join(values)}"
            )

    def display(self) -> None:
        """Show stage and controls in the present cell, with a still picture for pages without a kernel."""
        import ipywidgets
        from IPython.display import display

        self._controls = _Controls(
            knobs=[described(knob) for knob in self.knobs.values()],
            values=self._values(),
            status=self._status(),
        )
        self._controls.on_msg(self._act)
        reachable_while_busy(self._controls)
        stage = [self.scene.widget] if hasattr(self.scene, "widget") else []
        self._box = ipywidgets.VBox([*stage, self._controls])
        self._shown = display(*self._bundle(), raw=True, display_id=True)

    def display_still(self) -> None:
        """Show the present state as a picture only."""
        from IPython.display import display

        display({"image/png": png(self.scene.frame()), "text/plain": repr(self)}, raw=True)

    def close(self) -> None:
        """Look no more: end the subscriptions and take the controls out of the page; the run goes on."""
        for ending in self._endings:
            if callable(ending):
                ending()
        self._endings = []
        if self._controls is not None:
            for widget in (self._box, self._box.layout, self._controls, self._controls.layout):
                widget.close()

    def __repr__(self):
        done, total = self.play.progress
        return f"Panel({self.play.state}, step {done}{f' of {total}' if total else ''})"

    def _ipython_display_(self):
        """Nothing: panel() has shown it already."""

    def _bundle(self):
        return (
            {**self._box._repr_mimebundle_(), "image/png": png(self.scene.frame()), "text/plain": repr(self)},
        )

    def _see(self, snapshot):
        """Called by the run between two steps, a few times a second."""
        self._pace.append((time.monotonic(), snapshot.step))
        self._loss = float(snapshot.loss)
        try:
            losses = np.array(getattr(self.play, "losses", None) or [snapshot.loss], np.float64)
            self.scene.show("loss", Quantity("loss", "plot", thinned(losses), "curve"))
            for name, quantity in snapshot.look().items():
                self.scene.show(name, quantity)
        except ValueError as error:
            self._notice = f"not shown: {error}"
        self._tell()

    def _hear(self, state):
        self._pace.clear()
        self._tell()
        if state in OVER and self._shown is not None:
            # a saved notebook should keep the picture of the end, not of the beginning
            self._shown.update(*self._bundle(), raw=True)

    def _tell(self):
        if self._controls is not None:
            self._controls.status = self._status()

    def _status(self):
        done, total = self.play.progress
        rate = None
        if len(self._pace) > 1 and self._pace[-1][0] > self._pace[0][0]:
            rate = (self._pace[-1][1] - self._pace[0][1]) / (self._pace[-1][0] - self._pace[0][0])
        loss = self._loss if self._loss is not None and np.isfinite(self._loss) else None
        return {
            "state": self.play.state,
            "done": done,
            "total": total,
            "loss": loss,
            "rate": rate,
            "left": (total - done) / rate if total and rate else None,
            "error": self.play.error,
            "notice": self._notice,
        }

    def _values(self):
        values = self.play.knobs.read()
        return {
            name: knob.options.index(values[name]) if isinstance(knob, Choice) else float(values[name])
            for name, knob in self.knobs.items()
        }

    def _act(self, _, message, buffers):
        """A button or a knob in the browser; arrives in a subshell's thread."""
        try:
            if message.get("do") == "press" and message.get("button") in BUTTONS:
                getattr(self.play, message["button"])()
                self._notice = None
            elif message.get("do") == "turn" and message.get("name") in self.knobs:
                self.play.knobs.turn(message["name"], self.knobs[message["name"]].accept(message["value"]))
                self._controls.values = self._values()
        except Exception as error:
            self._notice = f"{type(error).__name__}: {error}"
        self._tell()


_in_cells: "weakref.WeakValueDictionary[str, Panel]" = weakref.WeakValueDictionary()


def panel(play, scene: Scene, knobs: Sequence[Knob] = (), start: bool = True) -> Panel:
    """Show a run in this cell: the scene, the loss, buttons, and knobs that act while it runs.

    play   has start(), pause(), step(), stop(), finish(); state, error, progress, losses; watch, watch_state;
           and knobs with read() and turn(name, value): what workbench.training.Play is
    scene  where the run's quantities are shown; their structures are on it already
    knobs  Slider or Choice, one for each knob to be turned here
    start  begin at once; False waits for the button

    The run goes on beside the notebook; play.wait() waits for its end. Running the cell again stops the
    run that was shown in it. Where nobody looks (a script, a test, nbconvert) the run is taken to its
    end here and now, and a still picture is left. Raises ValueError for a knob that the run does not have.
    """
    cell = cell_id()
    before = _in_cells.pop(cell, None) if cell else None
    if before is not None:
        before.close()
        if before.play is not play:
            before.play.stop()
        if before.scene is not scene and hasattr(before.scene, "close"):
            before.scene.close()
    shown = Panel(play, scene, knobs)
    if not somebody_looks():
        play.finish()
        shown.display_still()
        shown.close()
        return shown
    _in_cells[cell] = shown
    shown.display()
    if start and play.state == "ready":
        play.start()
    return shown


def thinned(losses: Float[np.ndarray, " n"], at_most: int = 500) -> Float[np.ndarray, "m 2"]:
    """The curve (step, loss), at most `at_most` points, each the mean of as many losses: (m, 2)."""
    width = -(-len(losses) // at_most) or 1
    whole = len(losses) // width * width
    means = losses[:whole].reshape(-1, width).mean(axis=1)
    return np.stack([width * (1.0 + np.arange(len(means))) - (width - 1) / 2, means], axis=1)
