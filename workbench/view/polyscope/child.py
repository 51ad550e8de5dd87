"""The process that draws for a PolyscopeStage: it owns the GL context, the kernel only its end of a line.

Started as `python -m workbench.view.polyscope.child FD`, where FD is one end of a socket pair that no other
process can open. It ends by itself when the other end is closed.
"""

import ctypes
import importlib.util
import io
import math
import sys
import time
from multiprocessing.connection import Connection

import numpy as np

from . import wire

#: library -> the Debian package that brings it; Polyscope would end the process where one is missing
LIBRARIES = {"libX11.so.6": "libx11-6", "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1"}
#: seconds: a frame nobody acknowledged is lost, and what has rested so long is drawn sharply
LOST, REST = 2.0, 0.25
#: how many times as long as a picture took those that nobody asked for rest beside a run, and for how many
#: seconds a hand that has gone still counts as one that asks
LEISURE, LINGERS = 6.0, 1.0
#: moments after which ImGui's panels have found their places and know what is under the mouse
SETTLING = 3


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


class Leisure:
    """When the next picture is due: at once under a hand or where nothing runs; beside a run, later.

    A picture lasts from its drawing until a page has seen it, and takes a seventh of the time at most:
    drawing in software leaves a run on the same cores most of them. In seconds.
    """

    def __init__(self):
        self.running, self._felt, self._began, self._took = False, -math.inf, -math.inf, 0.0

    def feel(self, now: float) -> None:
        """A hand is at the picture."""
        self._felt = now

    def begin(self, now: float) -> None:
        """A picture is begun."""
        self._began = now

    def seen(self, now: float) -> None:
        """A page has seen it; one that got lost counts as one that took long."""
        self._took = min(now - self._began, LOST)

    def due(self, now: float) -> float:
        """The moment before which no picture should be drawn."""
        asked = now - self._felt < LINGERS
        return self._began + (1 + LEISURE) * self._took if self.running and not asked else -math.inf


class Atelier:
    """Takes messages, keeps Polyscope's scene, and sends pictures as long as somebody looks.

    At most one picture is under way; what changes meanwhile goes into the next one. A picture that looks like
    the one before is not sent.
    """

    def __init__(self, line: Connection):
        from .hand import Hand
        from .props import Props

        self.line, self.props = line, Props()
        self.hand, self.leisure = Hand(self.props), Leisure()
        self.watched, self.sharp, self.flying, self.plain = False, True, False, None
        self.moments = 0  # of ImGui's that are still to be looked at, because something may have changed
        self.under_way, self.number, self.sequence, self.changed = 0.0, 0, 0, 0.0
        self.seat = self.props.seat()  # as the kernel knows it

    def work(self) -> None:
        """Until the line ends."""
        wire.send(self.line, {"do": "ready"})
        while True:
            for piece in self._messages():
                self._act(piece)
            self._go_on()

    def _messages(self):
        """All messages that are here, once one is here or it is time for something else."""
        pieces, wait = [], self._patience(time.monotonic())
        while self.line.poll(wait):
            pieces.append(wire.receive(self.line))
            wait = 0
        return pieces

    def _patience(self, now):
        """Seconds to wait for messages at most; None where nothing is to be done without one."""
        if self.watched and self.under_way and (self.moments or not self.sharp):
            return max(0.0, self.under_way + LOST - now)
        if self.moments:
            return max(0.0, self.leisure.due(now) - now) if self.watched else 0.0
        return max(0.0, self.changed + REST - now) if self.watched and not self.sharp else None

    def _act(self, piece):
        do = piece["do"]
        if do == "seen" or (do == "hand" and "seen" in piece):
            self.under_way = 0.0
            self.leisure.seen(time.monotonic())
        if do == "picture":
            wire.send(self.line, self.props.picture(piece))
        elif do == "watch":
            self.watched, self.under_way, self.plain = True, 0.0, None
            self.hand.release()
            self._expect(1)
        elif do == "hand":
            self.leisure.feel(time.monotonic())
            self._feel(piece)
        elif do == "run":
            self.leisure.running = piece["running"]
        elif do != "seen":
            self.props.act(piece)
            if do == "camera":
                self.seat = self.props.seat()  # the kernel knows
            self._expect(1)

    def _expect(self, moments):
        self.moments, self.changed = max(self.moments, moments), time.monotonic()

    def _feel(self, piece):
        standing = self.props.standing()
        if self.hand.held or any(event["t"] in ("down", "wheel") for event in piece["events"]):
            self.props.hasten()
        self.hand.act(piece["events"])
        self.sequence = piece["sequence"]
        if self.hand.held or self.props.panels:
            self._expect(SETTLING if self.props.panels else 1)
        else:
            self.props.tick()
            self.flying = any(event["t"] != "move" for event in piece["events"])
            if self.flying or standing != self.props.standing():
                self._expect(1)
        if self.hand.clicked is not None:
            picked, self.hand.clicked = self.props.vertex(*self.hand.clicked), None
            if picked:
                wire.send(self.line, {"do": "pick", **picked})

    def _go_on(self):
        """One moment of Polyscope's, with a picture where somebody looks."""
        now = time.monotonic()
        if not self.watched:
            for _ in range(self.moments):
                self.props.tick()
            self.moments = 0
        elif not self.under_way or now - self.under_way >= LOST:
            if self.moments and now >= self.leisure.due(now):
                self._draw(now)
            elif not self.moments and not self.sharp and now - self.changed >= REST:
                self._send(self.props.shot(fine=True), now, sharp=True)

    def _draw(self, now):
        self.leisure.begin(now)
        standing = self.props.standing()
        self.props.hasten()
        if self.flying:
            self.hand.wait()
        picture = self.props.shot()
        self.moments -= 1
        self.flying = self.flying and standing != self.props.standing()
        if self.flying:
            self._expect(1)
        if self.plain is None or not np.array_equal(picture, self.plain):
            self.plain = picture
            self._send(picture, now, sharp=False)

    def _send(self, picture, now, sharp):
        """Send a picture, with the place of the camera where a hand has moved that."""
        self.number, self.under_way, self.sharp = self.number + 1, now, sharp
        view, before, self.seat = {"view": self.props.view()} if sharp else {}, self.seat, self.props.seat()
        view |= {"camera": self.seat} if self.seat != before else {}
        wire.send(self.line, {"do": "frame", "number": self.number, "sequence": self.sequence,
                              "data": jpeg(picture, sharp), "sharp": sharp, **view})


def jpeg(picture: np.ndarray, still: bool) -> bytes:
    """A picture as JPEG: small while things move, sharp when they rest."""
    from PIL import Image

    file = io.BytesIO()
    how = {"quality": 95, "subsampling": 0} if still else {"quality": 82}
    Image.fromarray(picture).save(file, "jpeg", **how)
    return file.getvalue()


def main(number: int) -> None:
    """Draw for whoever holds the other end of the line with this file descriptor."""
    wire.serve(number, missing, lambda line: Atelier(line).work(), "the drawing process")


if __name__ == "__main__":
    main(int(sys.argv[1]))
