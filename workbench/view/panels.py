"""The live cell: a stage, buttons, knobs and the state of a run in one place; a still where nobody looks."""

import threading
import time
import weakref
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from workbench.quantities import Quantity

from .browser.desk import Desk
from .browser.kept import show_kept
from .browser.web import PLOTTED, Courier
from .cells import cell_id, somebody_looks
from .knobs import Knob, Slider
from .scene import Scene

OVER = ("finished", "stopped", "failed")
BUTTONS = ("start", "pause", "step", "stop")

#: the knob of the run itself: how fast it may go
SPEED = Slider("steps/s", 0.5, 500.0, log=True, label="steps/s at most", top="free")


class Panel:
    """What panel() put into the cell: subscriptions to a run, and the widgets that tell of it."""

    def __init__(self, play, scene: Scene, knobs: Sequence[Knob]):
        self.play, self.scene, self.knobs = play, scene, {knob.name: knob for knob in knobs}
        # a tuple, replaced and never changed: the run and the browser's thread both read and clear it
        self._pace: tuple[tuple[float, int], ...] = ()
        self._loss, self._notice, self._desk = None, None, None
        self._left_out: set[str] = set()
        self._courier = Courier(self._say, rate=PLOTTED)
        self._known(play.knobs.read())
        self._told = self._values()
        scene.look("loss", log=True)
        self._endings = [play.watch(self._see, lazily=True), play.watch_state(self._hear)]
        if hasattr(scene, "board"):
            self._endings.append(self._listen(scene.board.lookers))

    def _listen(self, lookers):
        lookers.append(self._looked)
        return lambda: lookers.remove(self._looked)

    def _looked(self, name):
        """Another quantity is to be seen: it is computed now, beside whoever asked."""
        if name in self._left_out:
            threading.Thread(target=self.play.refresh, daemon=True).start()

    def _values(self):
        values = self.play.knobs.read()
        return {**values, SPEED.name: self.play.speed} if hasattr(self.play, "speed") else values

    def _known(self, values):
        unknown = [name for name in self.knobs if name not in values]
        if unknown:
            raise ValueError(
                f"the run has no knob called {', '.join(map(repr, unknown))}; it has {', '.join(values)}"
            )

    def display(self) -> None:
        """Show stage and controls in the present cell, with a still picture for pages without a kernel; a
        scene with a window shows them there too, in a script there alone."""
        speed = [SPEED] if hasattr(self.play, "speed") else []
        knobs = [*self.knobs.values(), *speed]
        self._desk = Desk(self.scene, knobs, self._values(), self._act, self._status())
        if somebody_looks():
            self._desk.display(repr(self))

    def close(self) -> None:
        """Look no more: end the subscriptions and take the controls out of the page; the run goes on."""
        for ending in self._endings:
            if callable(ending):
                ending()
        self._endings = []
        if self._desk is not None:
            self._desk.close()

    def __repr__(self):
        done, total = self.play.progress
        return f"Panel({self.play.state}, step {done}{f' of {total}' if total else ''})"

    def _ipython_display_(self):
        """Nothing: panel() has shown it already."""

    def _see(self, snapshot):
        """Called by the run between two steps, a few times a second."""
        first = self._loss is None
        self._pace = (*self._pace[-29:], (time.monotonic(), snapshot.step))
        self._loss = float(snapshot.loss)
        failure = self._show(snapshot)
        if self._values() != self._told:
            self._tell(self._values())
        self._courier.post("run")
        if first and self._desk is not None:
            # a page saved while the run goes on shows what it learns on; the run does not wait for a picture
            self._desk.keep_soon(repr(self))
        if failure is not None:
            raise failure

    def _say(self, _):
        """Draw the losses and tell of the run, less often than its quantities are shown."""
        if self._endings:  # the last word may come when nobody listens any more
            self._draw_losses()
            self._tell()

    def _show(self, snapshot):
        """Compute what is seen and show it; the rest too where another body comes on, and at the end."""
        board, failure, moved = getattr(self.scene, "board", None), None, False
        done, total = self.play.progress
        everything = self._desk is None or board is None or done == total
        seen = [name for name in snapshot.quantities if everything or _is_seen(board, name)]
        hidden = [name for name in snapshot.quantities if name not in seen]
        self._left_out = set(hidden)
        for name in [*seen, *hidden]:
            if name in hidden and not moved:
                break
            try:
                quantity = snapshot.quantities[name]()
            except Exception as error:
                failure = error
                continue
            before = board.quantities.get(name) if board is not None else None
            moved = moved or (before is not None and before.of != quantity.of)
            try:
                self.scene.show(name, quantity)
            except ValueError as error:
                self._notice = f"not shown: {error}"
        return failure

    def _hear(self, state):
        self._pace = ()
        if hasattr(self.scene, "running"):
            self.scene.running = state == "running"
        self._draw_losses()
        self._tell()
        if state in OVER and self._desk is not None:
            # a saved notebook should keep the picture of the end, not of the beginning
            self._desk.keep_soon(repr(self))

    def _draw_losses(self):
        if self.play.losses:
            curve = thinned(np.array(self.play.losses, np.float64))
            self.scene.show("loss", Quantity("loss", "plot", curve, "curve"))

    def _tell(self, values=None):
        if self._desk is not None:
            self._told = values or self._told
            self._desk.tell(values, self._status())

    def _status(self):
        done, total = self.play.progress
        rate, pace = None, self._pace
        if len(pace) > 1 and pace[-1][0] > pace[0][0]:
            rate = (pace[-1][1] - pace[0][1]) / (pace[-1][0] - pace[0][0])
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

    def _act(self, message):
        """A button or a knob in the browser; arrives in a subshell's thread."""
        try:
            if message.get("do") == "press" and message.get("button") in BUTTONS:
                getattr(self.play, message["button"])()
                self._notice = None
            elif message.get("do") == "turn" and message.get("name") == SPEED.name:
                self.play.speed = SPEED.accept(message["value"])
                self._pace = ()
            elif message.get("do") == "turn" and message.get("name") in self.knobs:
                self.play.knobs.turn(message["name"], self.knobs[message["name"]].accept(message["value"]))
        except Exception as error:
            self._notice = f"{type(error).__name__}: {error}"
        self._tell(self._values())


def _is_seen(board, name):
    """Whether a reader sees the quantity of this name; one that never was on the board is seen."""
    quantity = board.quantities.get(name)
    if quantity is None or quantity.on == "plot":
        return True
    if name in board.overlays_of(quantity.of):
        return board.look_of(name).seen is not False
    return board.seen_on(quantity.of) == name


_in_cells: "weakref.WeakValueDictionary[str, Panel]" = weakref.WeakValueDictionary()


def panel(play, scene: Scene, knobs: Sequence[Knob] = (), start: bool = True) -> Panel:
    """Show a run in this cell: the scene, the loss, buttons, and knobs that act while it runs.

    play   has start(), pause(), step(), stop(), finish(); state, error, progress, losses; watch, watch_state;
           and knobs with read() and turn(name, value): what workbench.training.Play is. Of its quantities
           those are computed that are seen, all of them at the first look and at the end
    scene  where the run's quantities are shown; their structures are on it already
    knobs  Slider or Choice, one for each knob to be turned here
    start  begin at once; False waits for the button

    The run goes on beside the notebook; play.wait() waits for its end. Running the cell again stops the
    run that was shown in it. Where nobody looks (a script, a test, nbconvert; a scene that has no window of
    its own) the run is taken to its end here and now, and a still picture is left. Raises ValueError for a
    knob that the run does not have.
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
    if not somebody_looks() and not getattr(scene, "has_window", False):
        play.finish()
        show_kept(scene, repr(shown))
        shown.close()
        return shown
    if cell:
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
