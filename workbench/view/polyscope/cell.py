"""A stage drawn by Polyscope: in a process of its own, seen and touched in the notebook's cell."""

import queue
import threading
import uuid
import warnings
import weakref
from collections.abc import Iterator

import anywidget
import numpy as np
from jaxtyping import UInt8

from workbench.view.browser.pieces import packed
from workbench.view.browser.web import PLOTTED, Courier
from workbench.view.cells import leaves_with_its_cell, reachable_while_busy
from workbench.view.painter import Camera

from .renderer import PolyscopeMissing, Renderer, weakly
from .scenery import camera_at, seated
from .screen import Screen, legends, plots
from .turns import Turns
from .words import words_at

__all__ = ["Cell", "PolyscopeMissing"]

#: pixels of a picture at most, whatever a browser asks for
LARGEST = (2560, 1600)
#: seconds after which the process of a view that nobody has opened ends, and one that the last page has left
UNSEEN, LEFT = 90.0, 12.0


class Cell:
    """A back-end in the cell, drawn by Polyscope with its own camera, picking and panels.

    panels  begin with Polyscope's panels open; a button in the cell opens and closes them

    Several bodies stand in a row that faces the eye: each turns about its own middle. Polyscope lives in a
    child process: when that dies, the kernel lives, and the scene comes back in a fresh one. Where no page
    looks any more, the process ends, and starts again when one does, or when a picture is wanted. close(),
    the next run of the same cell and the kernel's end free it for good. Raises PolyscopeMissing where
    Polyscope cannot draw, with the remedy.
    """

    title = "Polyscope in the cell"

    def __init__(self, stage, panels: bool = False):
        self._stage, self._height = weakref.ref(stage), stage.height
        room = {"do": "room", "width": 800, "height": stage.height, "background": [1.0, 1.0, 1.0]}
        self._settings = {"room": room | {"ratio": 1.0, "panels": panels}}
        self._view, self._screen, self._camera = None, None, stage.camera
        self._pictures, self._asking, self._turns = queue.SimpleQueue(), threading.Lock(), Turns()
        self._courier = Courier(weakly(self._post_now), rate=PLOTTED)
        self._renderer = Renderer(weakly(self._news), weakly(self._told))
        self._ending = weakref.finalize(self, self._renderer.end)
        self._views, self._nap = set(), None
        self._sleep_in(UNSEEN)
        leaves_with_its_cell(stage)

    @property
    def widget(self) -> anywidget.AnyWidget:
        """The widget that pages show, opened when first asked for."""
        if self._screen is None:
            self._screen = Screen(key=uuid.uuid4().hex, height=self._height)
            self._screen.on_msg(weakly(self._heard))
            reachable_while_busy(self._screen)
        return self._screen

    def changed(self, part: str, name: str) -> None:
        """Let the process know soon, if a page looks; legends and plots are drawn by the browser."""
        if self._views:  # Polyscope draws for every change that it hears of: 19 ms of a processor
            self._renderer.changed()
        if self._screen is not None and part != "mark":
            if part != "plot":
                self._courier.post("legends")
            if part in ("plot", "world"):
                self._courier.post("plots")

    def follow(self, camera: Camera) -> None:
        """See from there, as if a hand had turned it."""
        self._view = None
        self._renderer.say(seated(camera, self._camera.yaw))

    def close(self) -> None:
        """Take the stage out of every page that shows it, and end the drawing process."""
        self._ending()
        self._nap.cancel()
        if self._screen is not None:
            self._screen.close()

    def bodies(self, width: int, height: int, seconds: float = 10.0) -> UInt8[np.ndarray, "h w 3"] | None:
        """The bodies as Polyscope draws them; None when no process draws them in time."""
        if self._renderer.ended or self._renderer.broken:
            return _painted("the drawing process is down")
        self._renderer.wake()
        if not self._views:
            self._sleep_in(UNSEEN)
        number = uuid.uuid4().hex
        with self._asking:
            self._pictures = queue.SimpleQueue()  # what came too late for others is nobody's
            self._renderer.changed()
            self._renderer.say({"do": "picture", "number": number, "width": width, "height": height})
            try:
                while (piece := self._pictures.get(timeout=seconds))["number"] not in (number, None):
                    pass
            except queue.Empty:
                return _painted(f"the drawing process gave no picture within {seconds:g} s")
        if piece["number"] is None:
            return _painted("the drawing process died")
        return np.frombuffer(piece["data"], np.uint8).reshape(piece["shape"])

    def _news(self, account) -> Iterator[dict]:
        """Messages after which the drawing process shows the present state."""
        stage = self._stage()
        if stage is None:
            return
        with stage.board.lock:
            settings, fresh = dict(self._settings), account.fresh
        if stage.marked:
            settings["mark"] = {"do": "mark", **stage.marked}
        yield from account.setting(settings.pop("room"))
        yield from account.setting({"do": "run", "running": stage.running})
        yield from account.news(stage.board, stage.up, self._camera.yaw)
        if fresh:
            yield seated(stage.camera, self._camera.yaw)
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
            self._turns.put(("pick",), lambda: self._pick(**piece))
        elif do == "down":
            self._pictures.put({"number": None})
        if self._screen is not None and do in ("frame", "down", "up", "broken"):
            if do == "frame":
                self._view = piece.pop("view", self._view)
                if (seat := piece.pop("camera", None)) and (stage := self._stage()) is not None:
                    stage.outlook.heard(camera_at(seat, self._camera.yaw, stage.up))
            content, buffers = packed({"do": do, "piece": piece})
            self._screen.send(content, buffers)

    def _heard(self, _, message, buffers):
        """Hear the browser; runs in a subshell's thread."""
        do = message.get("do")
        if do in ("seen", "hand"):
            self._renderer.say(message)
        elif do == "bye":
            self._views.discard(message.get("view"))
            if not self._views:
                self._settings.pop("watch", None)
                self._sleep_in(LEFT)
        elif do == "hello":
            self._views.add(message.get("view"))
            self._renderer.wake()
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
        elif do == "switch" and (stage := self._stage()) is not None:
            stage.asked(message, self._screen.send)
        elif do == "choose":
            self._stage().look(message["quantity"], seen=True)

    def _sleep_in(self, seconds):
        """End the process after so long, if no page looks then."""
        if self._nap is not None:
            self._nap.cancel()
        self._nap = threading.Timer(seconds, weakly(self._sleep))
        self._nap.daemon = True
        self._nap.start()

    def _sleep(self):
        if not self._views:
            self._renderer.sleep()

    def _pick(self, name, vertex, face=None, edge=None):
        stage = self._stage()
        if stage is None or name not in stage.board.shapes:
            return
        if self._screen is not None:
            self._screen.send({"do": "read", "words": words_at(stage.board, name, vertex, face, edge)})
        stage.picked(name, vertex, face, edge)

    def _post_now(self, part):
        """Send legends or plots to the browser, which draws them itself."""
        stage = self._stage()
        if stage is None or self._screen is None:
            return
        board = stage.board.copy()
        content, buffers = packed({"do": part, "piece": plots(board) if part == "plots" else legends(board)})
        self._screen.send(content, buffers)


def _painted(why):
    """Nothing, and a warning: whoever asked for Polyscope's picture gets another one."""
    warnings.warn(f"painted without Polyscope: {why}", stacklevel=3)
