"""A stage in Polyscope's own window, in a process of its own: closing or killing it harms nobody here."""

import queue
import subprocess
import threading
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from jaxtyping import UInt8

from workbench.view.backends import no_display
from workbench.view.painter import Camera

from .renderer import PolyscopeMissing, Renderer, weakly
from .scenery import camera_at, seated
from .screen import plots
from .turns import Turns


class Window:
    """A back-end with a window of its own, drawn by Polyscope with its panels; a run's controls are in it.

    width, height  of the window when it opens, in pixels

    When the window is closed, or its process dies, the scene and the run go on; open() or stage.switch
    ("window") opens it again. Raises PolyscopeMissing where there is no display or Polyscope cannot draw.
    """

    widget = None

    def __init__(self, stage, width: int = 1280, height: int = 800):
        if lacking := no_display():
            raise PolyscopeMissing(lacking)
        self._stage, self.lost, self._camera = weakref.ref(stage), None, stage.camera
        room = {"do": "room", "width": width, "height": height, "background": [1.0, 1.0, 1.0]}
        self._settings = {"room": room | {"panels": True}}
        self._back, self._seen, self._turns = threading.Event(), queue.SimpleQueue(), Turns()
        self._renderer = Renderer(weakly(self._news), weakly(self._told), "window_child", deaths=0)
        self._ending = weakref.finalize(self, self._renderer.end)

    @property
    def title(self) -> str:
        """Words for the reader, with what became of the window."""
        return f"Polyscope's window, {self.lost}" if self.lost else "Polyscope's window"

    def changed(self, part: str, name: str) -> None:
        """Let the process know soon."""
        self._renderer.changed()

    def controls(self, told: Mapping, hear: Callable[[dict], None]) -> None:
        """Draw a run's buttons and knobs in the window (see Stage.controls)."""
        self._turns.hear = hear
        self._settings = self._settings | {"controls": {"do": "controls", **told}}
        self._renderer.changed()

    def open(self, seconds: float = 60.0) -> None:
        """Open the window again, if it was lost. Raises PolyscopeMissing where that fails."""
        if not self._renderer.broken:
            return
        self._back.clear()
        self._renderer.revive()
        if not self._back.wait(seconds) or self.lost:
            raise PolyscopeMissing(f"the window did not come back: {self.lost or 'no answer'}")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the window is closed; for the end of a script. Whether it is closed by then."""
        try:
            self._renderer.process.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def seen(self, seconds: float = 10.0) -> UInt8[np.ndarray, "h w 3"] | None:
        """What the window shows now, without panels; None where no window answers in time."""
        number = uuid.uuid4().hex
        self._seen = queue.SimpleQueue()  # what came too late for others is nobody's
        self._renderer.say({"do": "picture", "number": number})
        try:
            while (piece := self._seen.get(timeout=seconds))["number"] not in (number, None):
                pass
        except queue.Empty:
            return None
        return np.frombuffer(piece["data"], np.uint8).reshape(piece["shape"]) if piece["number"] else None

    def card(self) -> dict:
        """What a page shows in the window's stead: where the scene is, and the ways to it."""
        back = ["Show it in the cell", {"do": "switch", "to": "web"}]
        if not self.lost:
            return {"words": "This scene is in Polyscope's window.", "doors": [back]}
        words = f"Polyscope's window is {self.lost}; what runs goes on."
        return {"words": words, "doors": [["Open the window again", {"do": "open"}], back]}

    def bodies(self, width: int, height: int) -> None:
        """None: the window keeps its size and its panels; the painter makes stills."""

    def follow(self, camera: Camera) -> None:
        """See from there, as if a hand had turned it."""
        self._renderer.say(seated(camera, self._camera.yaw))

    def close(self) -> None:
        """Close the window."""
        self._ending()

    def _news(self, account) -> Iterator[dict]:
        """Messages after which the window shows the present state."""
        stage = self._stage()
        if stage is None:
            return
        settings, fresh = dict(self._settings), account.fresh
        if stage.marked:
            settings["mark"] = {"do": "mark", **stage.marked}
        yield from account.setting(settings.pop("room"))
        yield from account.news(stage.board, stage.up, self._camera.yaw)
        if fresh:
            yield seated(stage.camera, self._camera.yaw)
        yield from account.setting({"do": "plots", **plots(stage.board.copy())})
        for piece in settings.values():
            yield from account.setting(piece)

    def _told(self, piece):
        """Hear the window's process; runs in the renderer's thread."""
        do = piece.pop("do")
        if do == "picture":
            self._seen.put(piece)
        elif do == "pick":
            self._turns.put(("pick",), lambda: self._pick(**piece))
        elif do in ("press", "turn"):
            message = {"do": do, **piece}
            self._turns.put((do, piece.get("name", piece.get("button"))), lambda: self._turns.hear(message))
        elif do == "camera" and (stage := self._stage()) is not None and stage.screen is self:
            stage.outlook.heard(camera_at(piece, self._camera.yaw, stage.up))
        elif do == "closed":
            self.lost = piece["words"]
        elif do in ("up", "broken"):
            self.lost = None if do == "up" else self.lost or _ending_words(piece["words"])
            self._seen.put({"number": None})
            self._back.set()
            if (stage := self._stage()) is not None and stage.screen is self:
                stage.refill()

    def _pick(self, name, vertex, face=None, edge=None):
        if (stage := self._stage()) is not None and name in stage.board.shapes:
            stage.picked(name, vertex, face, edge)


def _ending_words(words):
    """'ended by SIGKILL', out of the renderer's 'The drawing process ended by SIGKILL.'"""
    return words.removeprefix("The drawing process ").rstrip(".")
