"""A hand in the drawing process: the browser's mouse, wheel and keys, felt by Polyscope through ImGui."""

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


class Hand:
    """Feels what the browser's hand does.

    pressed  where the mouse is while a button is down, else None
    clicked  where a click on the scene ended, until somebody takes it away
    """

    def __init__(self, props):
        self._props, self._io = props, psim.GetIO()
        self.pressed, self._travelled, self.clicked = None, 0.0, None

    def act(self, events: list[dict]) -> bool:
        """Do all events in their order; True when the camera moved. Of moves in a row the last one counts."""
        before = ps.get_view_as_json()
        for event, after in zip(events, [*events[1:], None], strict=True):
            if event["t"] == "move" and after is not None and after["t"] == "move":
                continue
            {"move": self._move, "down": self._button, "up": self._button, "wheel": self._wheel,
             "key": self._key, "text": self._text}[event["t"]](event)
        return ps.get_view_as_json() != before

    def tick(self) -> bool:
        """Let one moment pass; True when the camera moved in it, as it does in flight."""
        before = ps.get_view_as_json()
        ps.set_render_scene(False)
        ps.frame_tick()
        return ps.get_view_as_json() != before

    def _move(self, event):
        x, y = float(event["x"]), float(event["y"])
        if self.pressed:
            self._travelled += abs(x - self.pressed[0]) + abs(y - self.pressed[1])
            self.pressed = (x, y)
        self._modify(event)
        self._io.AddMousePosEvent(x, y)
        self.tick()

    def _button(self, event):
        down = event["t"] == "down"
        self._move(event)
        if down:
            self.pressed, self._travelled = (float(event["x"]), float(event["y"])), 0.0
        self._io.AddMouseButtonEvent(BUTTONS[event["b"]], down)
        self.tick()
        if not down:
            mine = event["b"] == 0 and self._travelled < STILL and not self._io.WantCaptureMouse
            self.clicked = self.pressed if mine and not any(event.get("with", ())) else None
            self.pressed = None

    def _wheel(self, event):
        self._move(event)
        self._io.AddMouseWheelEvent(float(event["dx"]), float(event["dy"]))
        self.tick()

    def _key(self, event):
        """A key for a panel that listens, else for the camera: arrows turn, + and - zoom, R returns."""
        name = KEYS.get(event["code"], event["code"].removeprefix("Key").removeprefix("Digit"))
        if self._io.WantTextInput:
            key = getattr(psim, f"ImGuiKey_{name}", None)
            if key is not None:
                self._modify(event)
                self._io.AddKeyEvent(key, bool(event["down"]))
                self.tick()
        elif event["down"]:
            self._camera(event["key"])

    def _camera(self, key):
        width, height = ps.get_window_size()
        middle = {"x": width / 2, "y": height / 2}
        if key in ("r", "R", "0"):
            self._props.home({})
        elif key in ZOOMS:
            self._wheel({**middle, "dx": 0.0, "dy": ZOOMS[key]})
        elif key in TURNS:
            dx, dy = TURNS[key]
            self._button({"t": "down", "b": 0, **middle})
            self._move({"x": middle["x"] + dx, "y": middle["y"] + dy})
            self._button({"t": "up", "b": 0, "x": middle["x"] + dx, "y": middle["y"] + dy})
            self.clicked = None

    def _text(self, event):
        for letter in event["text"]:
            self._io.AddInputCharacter(ord(letter))
        self.tick()

    def _modify(self, event):
        for name, pressed in zip(MODIFIERS, event.get("with", (False,) * 3), strict=True):
            self._io.AddKeyEvent(getattr(psim, f"ImGuiMod_{name}"), bool(pressed))
