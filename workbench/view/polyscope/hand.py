"""A hand in the drawing process: the browser's mouse, wheel and keys, felt by Polyscope through ImGui."""

import time

import numpy as np
import polyscope as ps
import polyscope.imgui as psim

#: the browser's buttons (left, middle, right) by ImGui's numbers
BUTTONS = {0: 0, 1: 2, 2: 1}
MODIFIERS = ("Shift", "Ctrl", "Alt")
#: the browser's names of keys that ImGui calls otherwise
KEYS = {"ArrowLeft": "LeftArrow", "ArrowRight": "RightArrow", "ArrowUp": "UpArrow", "ArrowDown": "DownArrow"}
#: what an arrow turns, in pixels of a drag, and what + and - zoom, in notches of a wheel
TURNS = {"ArrowLeft": (-24, 0), "ArrowRight": (24, 0), "ArrowUp": (0, -24), "ArrowDown": (0, 24)}
ZOOMS = {"+": 1.0, "=": 1.0, "-": -1.0, "_": -1.0}
#: a click travels less, in pixels
STILL = 4.0
#: seconds in a moment of ImGui's, and how many pass at most for a pause: more than a double click may last
TICK, MOMENTS = 1 / 60, 24
#: where ImGui believes that there is no mouse
NOWHERE = float(-np.finfo(np.float32).max)


class Hand:
    """Feels what the browser's hand does; events say where by shares of the window, from its upper left.

    held     the buttons that are down
    clicked  where a click on the scene ended, until somebody takes it away
    """

    def __init__(self, props):
        self._props, self._io = props, psim.GetIO()
        self.held, self.clicked = set(), None
        self._travelled, self._at, self._size, self._ticked = 0.0, (NOWHERE, NOWHERE), None, time.monotonic()

    def act(self, events: list[dict]) -> None:
        """Feel all events in their order. Of moves in a row the last one counts; where that is the last
        event, Polyscope learns of it in the next moment, which is for a picture."""
        self._settle()
        for event, after in zip(events, [*events[1:], None], strict=True):
            if event["t"] == "move" and after is not None and after["t"] == "move":
                continue
            {"move": self._move, "down": self._button, "up": self._button, "wheel": self._wheel,
             "key": self._key, "text": self._text}[event["t"]](event)

    def wait(self) -> None:
        """Let moments pass for the time that has passed: ImGui tells double clicks by moments."""
        now = time.monotonic()
        for _ in range(min(MOMENTS, int((now - self._ticked) / TICK))):
            self._props.tick()
        self._ticked = now

    def release(self) -> None:
        """Let all buttons go: the page that held them is another one now."""
        for button in tuple(self.held):
            self._io.AddMouseButtonEvent(BUTTONS[button], False)
            self._props.tick()
        self.held.clear()

    def _settle(self):
        """Tell ImGui where the mouse is in a window of another size, without a motion that turns bodies."""
        size = ps.get_window_size()
        if self._size not in (None, size):
            self._io.AddMousePosEvent(NOWHERE, NOWHERE)
            self._props.tick()
            self._io.AddMousePosEvent(*self._pixels(*self._at))
            self._props.tick()
        self._size = size

    def _pixels(self, x, y):
        """Pixels of the window; a drag that leaves it goes on along its border: beyond, nothing turns."""
        if x < 0:
            return (NOWHERE, NOWHERE)
        if self.held:
            x, y = min(x, 1 - 1 / self._size[0]), min(y, 1 - 1 / self._size[1])
        return (x * self._size[0], y * self._size[1])

    def _move(self, event):
        before, self._at = self._pixels(*self._at), (float(event["x"]), float(event["y"]))
        x, y = self._pixels(*self._at)
        if self.held:
            self._travelled += abs(x - before[0]) + abs(y - before[1])
        self._modify(event)
        self._io.AddMousePosEvent(x, y)

    def _button(self, event):
        down, button = event["t"] == "down", event["b"]
        if down != (button in self.held):
            self._press(event, button, down)

    def _press(self, event, button, down):
        """A frame at the place before the press: ImGui knows then what is under the mouse."""
        self._move(event)
        self._props.tick()
        if down:
            self.wait()
            self.held.add(button)
            self._travelled = 0.0
        else:
            self.held.discard(button)
        self._io.AddMouseButtonEvent(BUTTONS[button], down)
        self._props.tick()
        if not down:
            mine = button == 0 and self._travelled < STILL and not self._io.WantCaptureMouse
            self.clicked = self._pixels(*self._at) if mine and not any(event.get("with", ())) else None

    def _wheel(self, event):
        self._move(event)
        self._props.tick()
        self._io.AddMouseWheelEvent(float(event["dx"]), float(event["dy"]))
        self._props.tick()

    def _key(self, event):
        """A key for a panel that listens, else for the camera: arrows turn, + and - zoom, R returns."""
        name = KEYS.get(event["code"], event["code"].removeprefix("Key").removeprefix("Digit"))
        if self._io.WantTextInput:
            key = getattr(psim, f"ImGuiKey_{name}", None)
            if key is not None:
                self._modify(event)
                self._io.AddKeyEvent(key, bool(event["down"]))
                self._props.tick()
        elif event["down"]:
            self._camera(event["key"])

    def _camera(self, key):
        middle = {"x": 0.5, "y": 0.5}
        if key in ("r", "R", "0"):
            self._props.home({})
        elif key in ZOOMS:
            self._wheel({**middle, "dx": 0.0, "dy": ZOOMS[key]})
        elif key in TURNS:
            (dx, dy), (width, height) = TURNS[key], self._size
            there = {"x": 0.5 + dx / width, "y": 0.5 + dy / height}
            self._button({"t": "down", "b": 0, **middle})
            self._button({"t": "up", "b": 0, **there})
            self.clicked = None

    def _text(self, event):
        for letter in event["text"]:
            self._io.AddInputCharacter(ord(letter))
        self._props.tick()

    def _modify(self, event):
        for name, pressed in zip(MODIFIERS, event.get("with", (False,) * 3), strict=True):
            self._io.AddKeyEvent(getattr(psim, f"ImGuiMod_{name}"), bool(pressed))
