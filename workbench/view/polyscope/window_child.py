"""The process of Polyscope's window: its own event loop, the scene as the kernel tells it, a run's controls.

Started as `python -m workbench.view.polyscope.window_child FD`, where FD is one end of a socket pair that no
other process can open. It ends when the window is closed, or the other end of the line.
"""

import ctypes
import importlib.util
import os
import sys
import time
from multiprocessing.connection import Connection

from . import wire

#: library -> the Debian package that brings it
LIBRARIES = {"libX11.so.6": "libx11-6", "libGL.so.1": "libgl1"}
#: pictures a second at most: while a hand is in the window, while the scene changes, while nothing does
HAND, SCENE, REST = 60.0, 30.0, 8.0
#: pixels of the window's width that Polyscope's panels cover, at both sides
SIDES = 650
#: seconds after which a hand that does nothing counts as gone; and for how long messages are read at least
LINGER, READING = 1.0, 0.05
#: seconds between two accounts of where the camera is
TELL = 0.1


def missing() -> str | None:
    """A sentence about the first thing that a window lacks here; None when nothing is missing."""
    if sys.platform == "linux":
        for library, package in LIBRARIES.items():
            try:
                loaded = ctypes.CDLL(library)
            except OSError:
                return f"a window needs {library}, which is not here: apt-get install {package} (Debian)"
            if library == "libX11.so.6" and (nobody := _silent(loaded)):
                return nobody
    if importlib.util.find_spec("polyscope") is None:
        return f"polyscope is not installed: {sys.executable} -m pip install polyscope"
    return None


def _silent(x11: ctypes.CDLL) -> str | None:
    """A sentence where DISPLAY names a display that does not answer: Polyscope would end the process."""
    if os.environ.get("WAYLAND_DISPLAY") or not os.environ.get("DISPLAY"):
        return None
    x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if display:
        x11.XCloseDisplay(display)
        return None
    return f"no display here: DISPLAY is {os.environ['DISPLAY']!r}, and no screen answers there"


class Loop:
    """Lets Polyscope's window live, takes messages between its pictures, and sleeps where nothing happens."""

    def __init__(self, line: Connection):
        import polyscope as ps
        import polyscope.imgui as psim

        from .controls import Controls
        from .props import Props

        ps.set_program_name("workbench")
        self.ps, self.line, self.io = ps, line, None
        self.props, self.controls = Props("openGL3_glfw"), Controls(lambda piece: wire.send(line, piece))
        ps.set_open_imgui_window_for_user_callback(True)
        ps.set_user_callback(self._moment)
        ps.set_render_scene(True)
        self.props.sides = SIDES
        self.props.home({})
        self.io, self._picked, self._hand, self._seat = psim.GetIO(), None, None, self.props.seat()
        self.touched = self._drawing = self._told = 0.0

    def work(self) -> None:
        """Until the window or the line is closed."""
        wire.send(self.line, {"do": "ready"})
        while not self.ps.window_requests_close():
            began = time.monotonic()
            self._read(began)
            before = time.monotonic()
            self.ps.frame_tick()
            self._drawing = time.monotonic() - before
            self._watch_hand(began)
            self._tell_pick()
            self._sleep(began)
        wire.send(self.line, {"do": "closed", "words": "closed"})

    def _moment(self):
        """What happens inside each of Polyscope's moments, between the camera's motion and the drawing."""
        self.props.follow()
        self.controls.draw()

    def _read(self, began):
        """The messages that are here; where they never end, the window is drawn half of the time."""
        longest = max(READING, self._drawing)
        while self.line.poll(0) and time.monotonic() - began < longest:
            piece = wire.receive(self.line)
            if piece["do"] in ("controls", "plots"):
                self.controls.take(piece)
            elif piece["do"] == "picture":
                self._picture(piece)
            else:
                self._act(piece)

    def _act(self, piece):
        if piece["do"] == "room":
            piece["ratio"] = self.ps.get_ui_scale()  # of the screen; nobody there knows it
        self.props.act(piece)
        if piece["do"] == "camera":
            self._seat = self.props.seat()  # the kernel knows
        if piece["do"] == "mark":
            selected = self.props.selected() or {}
            if any(selected.get(key) != piece[key] for key in ("name", "vertex")):
                self.ps.reset_selection()  # another vertex is marked now, by another hand

    def _picture(self, piece):
        shot = self.ps.screenshot_to_buffer(transparent_bg=False)[..., :3]
        answer = {"do": "picture", "number": piece["number"], "shape": list(shot.shape)}
        wire.send(self.line, answer | {"data": shot.tobytes()})

    def _watch_hand(self, now):
        """Note when a hand does something, and tell where it has moved the camera, now and then."""
        hand = (tuple(self.io.MousePos), tuple(self.io.MouseDown), self.io.WantTextInput)
        if hand != self._hand or any(self.io.MouseDown) or self.io.MouseWheel:
            self.touched = now
        self._hand = hand
        if now - self._told > TELL and self._seat != (seat := self.props.seat()):
            self._seat, self._told = seat, now
            wire.send(self.line, {"do": "camera", **seat})

    def _tell_pick(self):
        """Tell of a vertex that a click has selected, once."""
        picked = self.props.selected()
        if picked is not None and picked != self._picked:
            wire.send(self.line, {"do": "pick", **picked})
        self._picked = picked

    def _sleep(self, began):
        """Rest until the next picture is due: while no hand is here, as long as this one took at least, and
        then until something has changed, or it is time to look for a hand.

        Software OpenGL takes tens of milliseconds for a picture: a run on the same cores must not starve.
        """
        took = time.monotonic() - began
        if began - self.touched < LINGER:
            return self.line.poll(max(0.0, 1 / HAND - took))
        time.sleep(max(1 / SCENE - took, min(took, 0.1)))
        self.line.poll(max(0.0, 1 / REST - (time.monotonic() - began)))


def _work(line):
    try:
        Loop(line).work()
    except (EOFError, ConnectionError, wire.WireError):
        raise
    except Exception as error:
        words = f"lost by an error in it ({type(error).__name__}: {error})"
        wire.send(line, {"do": "closed", "words": words})
    os._exit(0)


def main(number: int) -> None:
    """Open a window for whoever holds the other end of the line with this file descriptor."""
    wire.serve(number, missing, _work, "the window's process")


if __name__ == "__main__":
    main(int(sys.argv[1]))
