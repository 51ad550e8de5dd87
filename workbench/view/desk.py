"""A desk: one output of a cell that holds a scene, and knobs and buttons under it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import anywidget
import ipywidgets
import traitlets
from IPython.display import display

from .cells import reachable_while_busy
from .knobs import Knob, described
from .scene import Scene
from .web import png

HERE = Path(__file__).parent


class _Controls(anywidget.AnyWidget):
    """Buttons, knobs and words, all in one widget: one line between page and kernel."""

    _esm = HERE / "panel.js"
    _css = HERE / "panel.css"
    knobs = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    turns = traitlets.Int(0).tag(sync=True)
    status = traitlets.Dict().tag(sync=True)


class Desk:
    """A scene with controls, opened at once and shown by display().

    hear    called with each message of the browser, in a subshell's thread
    status  words for the row of buttons; empty: no such row
    """

    def __init__(self, scene: Scene, knobs: Sequence[Knob], values: Mapping, hear: Callable, status: Mapping):
        self.scene, self._knobs = scene, {knob.name: knob for knob in knobs}
        self._controls = _Controls(
            knobs=[described(knob) for knob in knobs], values=self._sent(values), status=dict(status)
        )
        self._controls.on_msg(lambda _, message, buffers: hear(message))
        reachable_while_busy(self._controls)
        stage = [scene.widget] if hasattr(scene, "widget") else []
        self._box = ipywidgets.VBox([*stage, self._controls])
        self._shown = None

    def display(self, words: str) -> None:
        """Show it in the present cell, with a still picture and words for pages without a kernel."""
        self._shown = display(self._bundle(words), raw=True, display_id=True)

    def keep(self, words: str) -> None:
        """Put the present picture and words into the saved output."""
        if self._shown is not None:
            self._shown.update(self._bundle(words), raw=True)

    def tell(self, values: Mapping | None = None, status: Mapping | None = None) -> None:
        """Tell the browser of new values or a new state; told of values, it sends the next turn."""
        if status is not None:
            self._controls.status = dict(status)
        if values is not None:
            with self._controls.hold_sync():
                self._controls.values = self._sent(values)
                self._controls.turns += 1

    def close(self) -> None:
        """Take the controls out of every page; the scene stays."""
        for widget in (self._box, self._box.layout, self._controls, self._controls.layout):
            widget.close()

    def _bundle(self, words):
        data = self._box._repr_mimebundle_()
        return {**data, "image/png": png(self.scene.frame()), "text/plain": words}

    def _sent(self, values):
        return {name: knob.sent(values[name]) for name, knob in self._knobs.items()}


def display_still(scene: Scene, words: str) -> None:
    """Show a scene's present state as a picture only."""
    display({"image/png": png(scene.frame()), "text/plain": words}, raw=True)
