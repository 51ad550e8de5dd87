"""The stage that Polyscope draws: in a process of its own, seen and touched in the notebook's cell."""

import queue
import threading
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping

import anywidget
import numpy as np
from jaxtyping import UInt8

from workbench.quantities import Quantity

from .cells import leaves_with_its_cell, reachable_while_busy
from .pieces import packed
from .renderer import PolyscopeMissing, Renderer, weakly
from .scene import DRAWN, Board
from .screen import Screen, legends, plots, words_at
from .web import Courier, png

__all__ = ["PolyscopeMissing", "PolyscopeStage"]

#: pixels of a picture at most, whatever a browser asks for
LARGEST = (2560, 1600)


class PolyscopeStage:
    """A Scene in a notebook's cell, drawn by Polyscope with its own camera, picking and panels.

    height  of the picture in CSS pixels
    up      the axis of the shapes' coordinates that points up: "y" or "z"
    panels  begin with Polyscope's panels open; a button in the cell opens and closes them

    The left mouse button turns, shift or the right one moves, the wheel zooms once the picture was clicked;
    so do arrows, + and -; R returns. A click picks the nearest vertex. Several bodies stand in a row and turn
    as one. On vertices and faces it draws scalars, labels, colours and vectors.

    Polyscope lives in a child process: when that dies, the kernel lives, and the scene comes back in a fresh
    one. close(), the next run of the same cell and the kernel's end free it. Raises PolyscopeMissing where
    Polyscope cannot draw, with the remedy.
    """

    def __init__(self, height: int = 420, up: str = "y", panels: bool = False):
        if up not in ("y", "z"):
            raise ValueError(f"up is 'y' or 'z', got {up!r}")
        self.board, self.height, self.up = Board(drawn=(*DRAWN, "vector")), height, up
        room = {"do": "room", "width": 800, "height": height, "background": [1.0, 1.0, 1.0]}
        self._settings = {"room": room | {"ratio": 1.0, "panels": panels}}
        self._listeners, self._chosen, self._view, self._screen = [], {}, None, None
        self._pictures, self._asking, self._picking = queue.SimpleQueue(), threading.Lock(), threading.Lock()
        self._courier = Courier(weakly(self._post_now), rate=10)
        self._renderer = Renderer(weakly(self._news), weakly(self._told))
        self._ending = weakref.finalize(self, self._renderer.end)
        leaves_with_its_cell(self)

    @property
    def widget(self) -> anywidget.AnyWidget:
        """The widget that pages show, opened when first asked for."""
        with self.board.lock:
            if self._screen is None:
                self._screen = Screen(key=uuid.uuid4().hex, height=self.height)
                self._screen.on_msg(weakly(self._heard))
                reachable_while_busy(self._screen)
            return self._screen

    def add(self, name: str, shape) -> None:
        """Put a structure on the stage; one of the same name leaves it, with its quantities."""
        self.board.add(name, shape)
        if self._settings.get("mark", {}).get("name") == name:
            del self._settings["mark"]
        self._changed("legends")

    def cast(self, shapes: Mapping) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last."""
        self.board.cast(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. Raises SceneError as Board.show does."""
        self.board.show(name, quantity)
        self._changed("plots" if quantity.on == "plot" else "legends")

    def look(self, name: str, **how) -> None:
        """Say how a quantity or plot is shown: map, low, high, labels, log, title (see Look)."""
        self.board.look(name, **how)
        self._changed("plots" if name in self.board.plots() else "legends")

    def mark(self, name: str, vertex: int) -> None:
        """Put the dot that shows a picked vertex there, as if somebody had clicked; no listener is called."""
        self._settings["mark"] = {"do": "mark", "name": name, "vertex": int(vertex)}
        self._renderer.changed()

    def on_pick(self, listener: Callable[[str, int], None]) -> Callable[[], None]:
        """Call listener(structure's name, vertex) at every pick; returns the function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """The present state as a still picture: bodies by Polyscope, by the painter while that is down."""
        from .figures import picture
        from .painter import Camera

        return picture(self.board, Camera(up=self.up), self._bodies)

    def close(self) -> None:
        """Take the stage out of every page that shows it, and end the drawing process."""
        self._ending()
        if self._screen is not None:
            self._screen.close()

    def _repr_mimebundle_(self, **_):
        data, metadata = self.widget._repr_mimebundle_()
        return {**data, "image/png": png(self.frame())}, metadata

    def _bodies(self, width, height, seconds=10.0):
        """The bodies as (height, width, 3) bytes; None when no process draws them in time."""
        if self._renderer.ended or self._renderer.broken:
            return None
        number = uuid.uuid4().hex
        with self._asking:
            self._pictures = queue.SimpleQueue()  # what came too late for others is nobody's
            self._renderer.say({"do": "picture", "number": number, "width": width, "height": height})
            try:
                while (piece := self._pictures.get(timeout=seconds))["number"] not in (number, None):
                    pass
            except queue.Empty:
                return None
        return np.frombuffer(piece["data"], np.uint8).reshape(piece["shape"]) if piece["number"] else None

    def _changed(self, part):
        self._renderer.changed()
        if self._screen is not None:
            self._courier.post(part)

    def _news(self, account) -> Iterator[dict]:
        """Messages after which the drawing process shows the present state."""
        with self.board.lock:
            settings, fresh = dict(self._settings), account.fresh
        yield from account.setting(settings.pop("room"))
        yield from account.news(self.board, self.up, self._chosen)
        if fresh and self._view:
            yield {"do": "view", "json": self._view}
        for piece in settings.values():
            yield from account.setting(piece)

    def _told(self, piece):
        """Hear the drawing process; runs in the renderer's thread."""
        do = piece.pop("do")
        if do == "picture":
            self._pictures.put(piece)
        elif do == "pick":
            # listeners may compute for long: pictures go on meanwhile
            threading.Thread(target=self._pick, args=(piece["name"], piece["vertex"]), daemon=True).start()
        elif do == "down":
            self._pictures.put({"number": None})
        if self._screen is not None and do in ("frame", "down", "up", "broken"):
            if do == "frame":
                self._view = piece.pop("view", self._view)
            content, buffers = packed({"do": do, "piece": piece})
            self._screen.send(content, buffers)

    def _heard(self, _, message, buffers):
        """Hear the browser; runs in a subshell's thread."""
        do = message.get("do")
        if do in ("seen", "hand"):
            self._renderer.say(message)
        elif do == "hello":
            self._settings["watch"] = {"do": "watch", "view": message.get("view")}
            self._courier.post("legends")
            self._courier.post("plots")
            self._renderer.changed()
        elif do == "room":
            asked = (message["width"], message["height"])
            width, height = (max(16, min(int(size), most)) for size, most in zip(asked, LARGEST, strict=True))
            shown = self._settings["room"]["panels"] if message["panels"] is None else message["panels"]
            self._settings["room"] = {**message, "width": width, "height": height, "panels": bool(shown)}
            self._renderer.changed()
        elif do == "revive":
            self._renderer.revive()
        elif do == "choose":
            self._chosen[message["structure"]] = message["quantity"]
            self._changed("legends")

    def _pick(self, name, vertex):
        if name not in self.board.shapes:
            return
        self.mark(name, vertex)
        if self._screen is not None:
            self._screen.send({"do": "read", "words": words_at(self.board, self._chosen, name, vertex)})
        with self._picking:
            for listener in tuple(self._listeners):
                listener(name, vertex)

    def _post_now(self, part):
        """Send legends or plots to the browser, which draws them itself."""
        board = self.board.copy()
        piece = plots(board) if part == "plots" else legends(board, self._chosen)
        content, buffers = packed({"do": part, "piece": piece})
        self._screen.send(content, buffers)
