"""A harness for tests with a window: a pretended screen of their own, a hand on it, and what it shows."""

import contextlib
import ctypes
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator

import numpy as np

#: the size of the pretended screen in pixels
SCREEN = (1400, 900)


def why_not() -> str | None:
    """What this machine lacks for tests with a window, in words; None when nothing is missing."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            return f"no {program} here (Debian: apt-get install {program.lower()})"
    return None if importlib.util.find_spec("PIL") else "pillow is not installed"


class Display:
    """A screen that nobody sees. name: what DISPLAY must be; pictures and the hand are of this screen."""

    def __init__(self, name: str):
        self.name = name

    def picture(self) -> np.ndarray:
        """What the screen shows now, (h, w, 3) bytes."""
        from PIL import ImageGrab

        return np.asarray(ImageGrab.grab(xdisplay=self.name).convert("RGB"))

    def hand(self, *words) -> str:
        """Let xdotool do something with mouse or keys; it takes a moment for a window to notice."""
        environment = os.environ | {"DISPLAY": self.name}
        done = subprocess.run(
            ["xdotool", *map(str, words)], env=environment, check=True, capture_output=True, text=True
        )
        time.sleep(0.15)
        return done.stdout

    def click(self, x: int, y: int) -> None:
        """A click with the left button, slow enough for a busy machine to see it."""
        self.hand("mousemove", x, y)
        time.sleep(0.4)
        self.hand("mousedown", 1)
        time.sleep(0.25)
        self.hand("mouseup", 1)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at one place, let go at another."""
        self.hand("mousemove", *start)
        time.sleep(0.4)
        self.hand("mousedown", 1)
        for share in (0.3, 0.6, 1.0):
            time.sleep(0.15)
            self.hand("mousemove", *(round(a + share * (b - a)) for a, b in zip(start, end, strict=True)))
        time.sleep(0.25)
        self.hand("mouseup", 1)

    def windows(self) -> list[int]:
        """The numbers of the workbench's windows that are open."""
        with contextlib.suppress(subprocess.CalledProcessError):
            return [int(line) for line in self.hand("search", "--name", "workbench").split()]
        return []

    def ask_to_close(self, window: int) -> None:
        """What a window manager does when somebody clicks the cross: it asks the window to close."""
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        display = ctypes.c_void_p(x11.XOpenDisplay(self.name.encode()))
        x11.XInternAtom.restype = ctypes.c_ulong
        words = (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
        protocols, delete = (x11.XInternAtom(display, word, 0) for word in words)

        class Message(ctypes.Structure):
            _fields_ = [
                ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("room", ctypes.c_long * 24),
            ]

        client_message = 33
        event = Message(type=client_message, window=window, message=protocols, format=32)
        event.data[0] = delete
        x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XFlush(display)
        x11.XCloseDisplay(display)


@contextlib.contextmanager
def display() -> Iterator[Display]:
    """A screen of its own, gone after."""
    read, write = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    server = subprocess.Popen(command, pass_fds=[write], **quiet)
    os.close(write)
    with open(read) as line:
        number = line.readline().strip()
    try:
        assert number, "Xvfb did not start"
        yield Display(f":{number}")
    finally:
        server.terminate()
        server.wait(10)
