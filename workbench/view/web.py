"""The stage in a notebook's cell: WebGL drawn by the browser; turning a shape never waits for the kernel."""

import io
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from jaxtyping import UInt8

from workbench.quantities import Quantity

from .cells import reachable_while_busy
from .colors import LINES, MISSING, PLAIN, STEPS
from .pieces import packed, plot_piece, quantity_piece, structure_piece
from .scene import Board, Shape

HERE = Path(__file__).parent

#: the module the browser loads: plain files, one after the other
MODULES = ("lens.js", "bodies.js", "plots.js", "legend.js", "pieces.js", "hand.js", "web.js")
SOURCE = "\n".join((HERE / name).read_text("utf-8") for name in MODULES)

THEME = {"lines": LINES, "steps": STEPS, "plain": PLAIN, "missing": MISSING}


class Courier:
    """Posts the latest state of each name, at most `rate` times a second; the last one always leaves.

    Nobody waits: a state that comes too early is posted by a timer, unless a newer one replaces it first.
    """

    def __init__(self, send: Callable[[str], None], rate: float = 30.0):
        self._send, self._rest = send, 1.0 / rate
        self._sent: dict[str, float] = {}
        self._late: set[str] = set()
        self._lock = threading.Lock()

    def post(self, name: str) -> None:
        """Send what is now known under this name, at once or a little later."""
        with self._lock:
            if name in self._late:
                return
            wait = self._sent.get(name, 0.0) + self._rest - time.monotonic()
            if wait > 0:
                self._late.add(name)
                timer = threading.Timer(wait, self._now, [name])
                timer.daemon = True
                timer.start()
                return
        self._now(name)

    def _now(self, name):
        with self._lock:
            self._late.discard(name)
            self._sent[name] = time.monotonic()
        self._send(name)


class _Window(anywidget.AnyWidget):
    """A Stage's widget. `world` is no stored value: it is read off the board when somebody asks."""

    _esm = SOURCE
    _css = HERE / "web.css"
    key = traitlets.Unicode().tag(sync=True)
    world = traitlets.Int(0).tag(sync=True, to_json=lambda value, window: window.describe())

    def __init__(self, describe: Callable[[], dict]):
        self.describe = describe
        super().__init__(key=uuid.uuid4().hex)


class Stage:
    """A Scene in a notebook's cell: bodies side by side under one camera, plots beside them.

    height  of the picture in CSS pixels
    up      the axis of the shapes' coordinates that points up: "y" or "z"

    The left mouse button turns, the right one (or shift) moves, the wheel zooms once the picture was clicked;
    so do the arrow keys, + and -; r returns. A click on a shape picks its nearest vertex. The stage can be
    shown in several cells and survives a reload of the page. Executed where no browser looks, the cell keeps
    the still picture. add and show may be called from any thread, and never wait for a browser.
    """

    def __init__(self, height: int = 420, up: str = "y"):
        if up not in ("y", "z"):
            raise ValueError(f"up is 'y' or 'z', got {up!r}")
        self.board, self.height, self.up = Board(), height, up
        self._version, self._listeners, self._marked = 0, [], None
        self._courier, self._window = Courier(self._send_now), None

    @property
    def widget(self) -> anywidget.AnyWidget:
        """The widget that pages show, opened when first asked for, with all that is on stage by then."""
        with self.board.lock:
            if self._window is None:
                self._window = _Window(self._world)
                self._window.on_msg(self._heard)
                reachable_while_busy(self._window)
            return self._window

    def add(self, name: str, shape) -> None:
        """Put a structure on the stage; one of the same name leaves it, with its quantities."""
        with self.board.lock:
            self.board.add(name, shape)
            self._version += 1
            # at once and under the lock: what is shown on the new shape must not overtake it
            self._send_now(f"structure {name}")

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last.

        So a run may speak of another body from one step to the next.
        """
        self.board.cast(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. Raises SceneError as Board.show does."""
        with self.board.lock:
            company = list(self.board.shapes)
            self.board.show(name, quantity)
            changed = company != list(self.board.shapes)
        if changed:
            self._post("world", "")
        else:
            self._post(*(("plot", quantity.of) if quantity.on == "plot" else ("quantity", name)))

    def look(self, name: str, **how) -> None:
        """Say how a quantity or plot is shown: map, low, high, labels, log, title (see Look)."""
        self.board.look(name, **how)
        self._post("plot" if name in self.board.plots() else "quantity", name)

    def mark(self, name: str, vertex: int) -> None:
        """Put the dot that shows a picked vertex there, as if somebody had clicked; no listener is called."""
        self._marked = {"name": name, "vertex": int(vertex)}
        if self._window is not None:
            self._window.send({"do": "mark", **self._marked})

    def on_pick(self, listener: Callable[[str, int], None]) -> Callable[[], None]:
        """Call listener(structure's name, vertex) at every pick; returns the function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """The present state as a still picture, made without a browser."""
        from .figures import picture
        from .painter import Camera

        return picture(self.board, Camera(up=self.up))

    def close(self) -> None:
        """Take the stage out of every page that shows it."""
        if self._window is not None:
            self._window.close()

    def _repr_mimebundle_(self, **_):
        data, metadata = self.widget._repr_mimebundle_()
        return {**data, "image/png": png(self.frame())}, metadata

    def _world(self):
        board = self.board
        with board.lock:
            return {
                "version": self._version,
                "height": self.height,
                "theme": THEME,
                "marked": self._marked,
                "structures": [structure_piece(name, shape, self.up) for name, shape in board.shapes.items()],
                "quantities": [
                    quantity_piece(board, name) for name, q in board.quantities.items() if q.on != "plot"
                ],
                "plots": [plot_piece(board, name) for name in board.plots()],
            }

    def _post(self, kind, name):
        self._version += 1
        if self._window is not None:
            self._courier.post(f"{kind} {name}")

    def _send_now(self, parcel):
        kind, name = parcel.split(" ", 1)
        board = self.board
        with board.lock:
            if kind == "world" and self._window is not None:
                return self._send_world()
            places = {"structure": board.shapes, "quantity": board.quantities, "plot": board.plots()}
            if self._window is None or name not in places[kind]:
                return
            if kind == "structure":
                piece = structure_piece(name, board.shapes[name], self.up)
            else:
                piece = (quantity_piece if kind == "quantity" else plot_piece)(board, name)
            content, buffers = packed(piece)
            self._window.send({"do": kind, "version": self._version, "piece": content}, buffers)

    def _send_world(self):
        content, buffers = packed(self._world())
        self.widget.send({"do": "world", "piece": content}, buffers)

    def _heard(self, _, message, buffers):
        if message.get("do") == "hello" and message.get("version") != self._version:
            self._send_world()
        elif message.get("do") == "still":
            self.widget.send({"do": "still"}, [png(self.frame())])
        elif message.get("do") == "pick" and message.get("name") in self.board.shapes:
            self._marked = {"name": message["name"], "vertex": int(message["vertex"])}
            for listener in tuple(self._listeners):
                listener(message["name"], int(message["vertex"]))


def png(picture: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """A picture as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=6)
    return file.getvalue()
