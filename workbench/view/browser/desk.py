"""A desk: one output of a cell that holds a scene, and knobs and buttons under it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from workbench.view.cells import reachable_while_busy
from workbench.view.knobs import Knob, described
from workbench.view.scene import Scene

from .kept import Keeper
from .page import PANEL

HERE = Path(__file__).parent

#: the module the browser loads: plain files, one after the other
SOURCE = "\n".join((HERE / name).read_text("utf-8") for name in PANEL)


class _Controls(anywidget.AnyWidget):
    """Buttons, knobs and words, all in one widget: one line between page and kernel."""

    _esm = SOURCE
    _css = (HERE / "panel.css").read_text("utf-8")  # anywidget keeps what has a file for a style sheet alive
    knobs = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    turns = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)


class Desk:
    """A scene with controls, opened at once and shown by display().

    hear    called with each message of the browser, in a subshell's thread
    status  words for the row of buttons; empty: no such row
    """

    def __init__(self, scene: Scene, knobs: Sequence[Knob], values: Mapping, hear: Callable, status: Mapping):
        self.scene, self._knobs = scene, {knob.name: knob for knob in knobs}
        self._hear, self._turns, self._counts = hear, {}, {}
        self._controls = _Controls(
            knobs=[described(knob) for knob in knobs], values=self._sent(values), status=dict(status)
        )
        self._controls.on_msg(self._heard)
        reachable_while_busy(self._controls)
        stage = [scene.widget] if getattr(scene, "widget", None) is not None else []
        self._box = ipywidgets.VBox([*stage, self._controls])
        self._keeper = Keeper(scene)
        # a scene may have a place of its own for them, where no page is: a window
        self._beside = getattr(scene, "controls", None)
        self._pass_on()

    def display(self, words: str) -> None:
        """Show it in the present cell, after what the cell keeps of it for pages without a kernel."""
        self._keeper.display(self._box._repr_mimebundle_(), words)

    def keep(self, words: str) -> None:
        """Put the present scene and words into the saved output."""
        self._keeper.keep(words)

    def keep_soon(self, words: str) -> None:
        """The same, later: nobody waits for it."""
        self._keeper.keep_soon(words)

    def tell(self, values: Mapping | None = None, status: Mapping | None = None) -> None:
        """Tell the browser of new values or a new state; told of values, it sends the next turn.

        With the values goes which turn of each knob was heard last: a hand may be ahead of them.
        """
        if status is not None:
            self._controls.status = dict(status)
        if values is not None:
            with self._controls.hold_sync():
                self._controls.values = self._sent(values)
                self._answer()
        self._pass_on()

    def close(self) -> None:
        """Take the controls out of every page, and off the scene, which stays."""
        if self._beside is not None:
            self._beside({"knobs": [], "values": {}, "status": {}}, self._hear)
        for widget in (self._box, self._box.layout, self._controls, self._controls.layout):
            widget.close()

    def _heard(self, _, message, buffers):
        """Hear a press or a turn once: a page sends it again until it is answered, perhaps by another way."""
        if (turn := message.get("turn")) is not None:
            page, count = turn.split()
            name = message.get("name", "")  # presses have none
            last = self._counts.get((page, name), 0)
            self._counts[page, name] = max(last, int(count))
            if int(count) < last:
                return
            self._turns[name] = turn
            if int(count) == last:
                self._answer()
                return
        self._hear(message)

    def _answer(self):
        with self._controls.hold_sync():
            self._controls.heard = dict(self._turns)
            self._controls.turns += 1

    def _pass_on(self):
        if self._beside is not None:
            told = {part: getattr(self._controls, part) for part in ("knobs", "values", "status")}
            self._beside(told, self._hear)

    def _sent(self, values):
        return {name: knob.sent(values[name]) for name, knob in self._knobs.items()}
