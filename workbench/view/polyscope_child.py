"""The process that draws for a PolyscopeStage: it owns the GL context, the kernel only its end of a line.

Started as `python -m workbench.view.polyscope_child FD`, where FD is one end of a socket pair that no other
process can open. It ends by itself when the other end is closed.
"""

import ctypes
import importlib.util
import io
import sys
import time
from multiprocessing.connection import Connection

import numpy as np

from . import wire

#: library -> the Debian package that brings it; Polyscope would end the process where one is missing
LIBRARIES = {"libX11.so.6": "libx11-6", "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1"}
#: seconds: a frame nobody acknowledged is lost, a mouse at rest, and how long clicks and flights go on
LOST, REST, LINGER = 2.0, 0.25, 0.6
#: seconds in a moment of ImGui's
TICK = 0.016


def missing() -> str | None:
    """A sentence about the first thing that drawing lacks here; None when nothing is missing."""
    if sys.platform != "linux":
        return "Polyscope draws into a cell on Linux only, because it needs EGL there"
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"Polyscope draws with {library}, which is not here: apt-get install {package} (Debian)"
    if importlib.util.find_spec("polyscope") is None:
        return f"polyscope is not installed: {sys.executable} -m pip install polyscope"
    return None


class Atelier:
    """Takes messages, keeps Polyscope's scene, and sends pictures as long as somebody looks.

    At most one picture is under way; what changes meanwhile goes into the next one.
    """

    def __init__(self, line: Connection):
        from .polyscope_hand import Hand
        from .polyscope_scene import Props

        self.line, self.props = line, Props()
        self.hand = Hand(self.props)
        self.watched, self.dirty, self.sharp = False, False, True
        self.under_way, self.number, self.sequence = 0.0, 0, 0
        self.changed = self.touched = self.ticked = 0.0

    def work(self) -> None:
        """Until the line ends."""
        wire.send(self.line, {"do": "ready"})
        while True:
            for piece in self._messages():
                self._act(piece)
            self._tick()
            self._draw()

    def _messages(self):
        """All messages that are here, once one is here or it is time for something else."""
        pieces, wait = [], self._patience(time.monotonic())
        while self.line.poll(wait):
            pieces.append(wire.receive(self.line))
            wait = 0
        return pieces

    def _patience(self, now):
        waits = []
        if now - self.touched < LINGER:
            waits.append(TICK)
        if self.watched and self.under_way and (self.dirty or not self.sharp):
            waits.append(self.under_way + LOST - now)
        elif self.watched and (self.dirty or not self.sharp):
            waits.append(0 if self.dirty else self.changed + REST - now)
        return max(0.0, min(waits)) if waits else None

    def _act(self, piece):
        do, now = piece["do"], time.monotonic()
        if do == "seen":
            self.under_way = 0.0
            return
        if do == "picture":
            return wire.send(self.line, self.props.picture(piece))
        seen = True
        if do == "watch":
            self.watched, self.under_way = True, 0.0
        elif do == "hand":
            seen = self.hand.act(piece["events"]) or self.props.panels
            self.sequence, self.touched = piece["sequence"], now
        else:
            self.props.act(piece)
        if seen:
            self.dirty, self.changed = True, now

    def _tick(self):
        """Let Polyscope's clock go on after a touch: clicks, flights of the camera, what is hovered."""
        if time.monotonic() - self.touched > LINGER:
            return
        now = time.monotonic()
        # ImGui counts moments, not seconds: as many pass as there was time for while a picture was drawn
        moments = 1 if self.hand.pressed else min(20, max(1, int((now - self.ticked) / TICK)))
        self.ticked = now
        if any([self.hand.tick() for _ in range(moments)]):
            self.dirty, self.changed, self.touched = True, now, now
        if self.hand.clicked is not None:
            picked = self.props.vertex(*self.hand.clicked)
            self.hand.clicked = None
            if picked:
                wire.send(self.line, {"do": "pick", **picked})

    def _draw(self):
        now = time.monotonic()
        if not self.watched or (self.under_way and now - self.under_way < LOST):
            return
        still = not self.dirty and not self.sharp and now - self.changed >= REST
        if not self.dirty and not still:
            return
        data = jpeg(self.props.shot(fine=still), still)
        self.number, self.under_way, self.dirty, self.sharp = self.number + 1, now, False, still
        view = {"view": self.props.view(), "camera": self.props.seat()} if still else {}
        wire.send(self.line, {"do": "frame", "number": self.number, "sequence": self.sequence, "data": data,
                              "sharp": still, **view})


def jpeg(picture: np.ndarray, still: bool) -> bytes:
    """A picture as JPEG: small while things move, sharp when they rest."""
    from PIL import Image

    file = io.BytesIO()
    how = {"quality": 95, "subsampling": 0} if still else {"quality": 82}
    Image.fromarray(picture).save(file, "jpeg", **how)
    return file.getvalue()


def main(number: int) -> None:
    """Draw for whoever holds the other end of the line with this file descriptor."""
    line = Connection(number)
    lacking = missing()
    if lacking:
        return wire.send(line, {"do": "missing", "why": lacking})
    try:
        Atelier(line).work()
    except (EOFError, ConnectionError):
        return  # the kernel has gone, or wants us no more
    except wire.WireError:
        sys.exit("the drawing process was sent something that is no message of ours")


if __name__ == "__main__":
    main(int(sys.argv[1]))
