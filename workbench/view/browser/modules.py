"""The files of which a stage in the browser is made, and the widget that brings them there."""

import uuid
from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent

#: the module the browser loads: plain files, one after the other
MODULES = (
    *("lens.js", "picking.js", "gpu.js", "light.js", "surface.js", "points.js", "lines.js", "arrows.js"),
    *("held.js", "bodies.js", "pace.js", "plots.js", "grips.js", "legend.js", "pieces.js", "hand.js"),
    *("cameras.js", "wishes.js", "store.js", "menu.js", "tools.js", "shot.js", "view.js", "web.js"),
)
SOURCE = "\n".join((HERE / name).read_text("utf-8") for name in MODULES)


class Window(anywidget.AnyWidget):
    """A stage's widget. `world` is no stored value: it is read off the board when somebody asks."""

    _esm = SOURCE
    _css = (HERE / "web.css").read_text("utf-8")  # anywidget keeps what has a file for a style sheet alive
    key = traitlets.Unicode().tag(sync=True)
    world = traitlets.Int(0).tag(sync=True, to_json=lambda value, window: window.describe())

    def __init__(self, describe: Callable[[], dict]):
        self.describe = describe
        super().__init__(key=uuid.uuid4().hex)
