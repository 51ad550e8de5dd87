"""The stage in a notebook's cell: WebGL drawn by the browser; turning a shape never waits for the kernel."""

import math
import threading
import time
from collections.abc import Callable

import anywidget

from workbench.view.board import element_count
from workbench.view.cells import reachable_while_busy
from workbench.view.colors import INK, LINES, MAPS, MISSING, PLAIN, STEPS, lut
from workbench.view.film import film
from workbench.view.linked import seat_of
from workbench.view.painter import Camera
from workbench.view.pictures import png
from workbench.view.textures import texture

from .modules import Window
from .pieces import (
    marked_piece,
    once,
    packed,
    plot_piece,
    quantity_look,
    quantity_piece,
    shown_piece,
    structure_look,
)

#: times a second that a plot, or a legend under Polyscope's picture, is told of: nobody reads faster
PLOTTED = 5.0

THEME = {"lines": LINES, "steps": STEPS, "plain": PLAIN, "missing": MISSING, "ink": INK}


class Courier:
    """Posts the latest state of each name, at most `rate` times a second; the last one always leaves.

    Nobody waits: a state that comes too early is posted by a timer, unless a newer one replaces it first.
    """

    def __init__(self, send: Callable[[str], None], rate: float = 30.0):
        self._send, self._rest = send, 1.0 / rate
        self._sent: dict[str, float] = {}
        self._late: set[str] = set()
        self._lock = threading.Lock()

    def post(self, name: str, rate: float = math.inf) -> None:
        """Send what is now known under this name, at once or a little later; at most `rate` times a second,
        where that is less than the courier's own."""
        with self._lock:
            if name in self._late:
                return
            wait = self._sent.get(name, 0.0) + max(self._rest, 1.0 / rate) - time.monotonic()
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


class Web:
    """A back-end in the cell: the browser draws, and asks the kernel for nothing while a hand turns."""

    title = "WebGL in the cell"

    def __init__(self, stage):
        self.stage, self._version = stage, 0
        self._wishes: list[str] = []  # of all pages, until they are told that their looks are worn
        self._courier, self._window = Courier(self._send_now), None
        self._pictures: set[str] = set()  # keys of the textures that open pages wear

    @property
    def widget(self) -> anywidget.AnyWidget:
        """The widget that pages show, opened when first asked for, with all that is on stage by then."""
        with self.stage.board.lock:
            if self._window is None:
                self._window = Window(self.world)
                self._window.on_msg(self._heard)
                reachable_while_busy(self._window)
            return self._window

    def changed(self, part: str, name: str) -> None:
        """Send the part soon, as it is then; a structure at once: what is shown on it comes after it."""
        self._version += 1
        if self._window is None:
            return
        if part == "structure":
            self._pictures.clear()  # with a structure its quantities leave the page, and what they wear
            self._send_now(f"structure {name}")
        elif part == "mark":
            marked = marked_piece(self.stage.board, self.stage.marked)
            self._window.send({"do": "mark", "marked": marked})
        elif part == "link":
            self._window.send({"do": "link", **self._linked()})
        else:
            self._courier.post(f"{part} {name}", PLOTTED if part == "plot" else math.inf)

    def bodies(self, width: int, height: int) -> None:
        """None: the kernel does not see what the browser draws; the painter makes stills."""

    def follow(self, camera: Camera) -> None:
        """Turn what pages show."""
        if (window := self._window) is not None:
            window.send({"do": "camera", "camera": seat_of(camera)})

    def close(self) -> None:
        """Take the stage out of every page that shows it; asked for again, its widget is another one."""
        with self.stage.board.lock:
            window, self._window = self._window, None
            self._pictures.clear()
        if window is not None:
            window.close()

    def world(self) -> dict:
        """All that is on stage, as pieces."""
        stage, board = self.stage, self.stage.board
        with board.lock:
            quantities = [quantity_piece(board, name) for name in self._on_shapes()]
            self._pictures = {piece["texture"]["key"] for piece in quantities if "texture" in piece}
            return {
                "version": self._version,
                "height": stage.height,
                "theme": THEME,
                "maps": [{"name": name, "colors": lut(name).tobytes()} for name in MAPS],
                "camera": seat_of(stage.camera),
                "own": [{"place": name, **seat_of(seat)} for name, seat in stage.outlook.own.items()],
                **self._linked(),
                "marked": marked_piece(board, stage.marked),
                "structures": [shown_piece(board, name, stage.up) for name in board.shapes],
                "quantities": quantities,
                "plots": [self._plot(board, name) for name in board.plots()],
            }

    def _linked(self):
        link = self.stage.outlook.link
        return {"link": link and link.token, "live": bool(link and link.live)}

    def _worn(self):
        """The keys of the textures that were sent and are worn still: the set that `once` adds to."""
        board = self.stage.board
        worn = [name for name in self._on_shapes() if board.quantities[name].kind == "uv"]
        self._pictures &= {texture(board.look_of(name).texture).key for name in worn}
        return self._pictures

    def _plot(self, board, name):
        piece = plot_piece(board, name)
        return piece | {"held": self.stage.grips.among([series["name"] for series in piece["series"]])}

    def _on_shapes(self):
        return [name for name, quantity in self.stage.board.quantities.items() if quantity.on != "plot"]

    def _send_now(self, parcel):
        part, name = parcel.split(" ", 1)
        board = self.stage.board
        with board.lock:
            if self._window is None:
                return
            if part == "world":
                return self._send_world()
            if part == "looks":
                looks = {"structures": [structure_look(board, key) for key in board.shapes]}
                seen = [quantity_look(board, key) for key in self._on_shapes()]
                looks["quantities"] = [once(look, self._worn()) for look in seen]
                content, buffers = packed(looks)
                told = {"do": "looks", "version": self._version, "wishes": self._answered(part)}
                return self._window.send(told | {"piece": content}, buffers)
            places = {"structure": board.shapes, "quantity": board.quantities, "plot": board.plots()}
            if name not in places[part]:
                return
            if part == "structure":
                piece = shown_piece(board, name, self.stage.up)
            else:
                piece = (quantity_piece if part == "quantity" else self._plot)(board, name)
                piece = once(piece, self._worn())
            content, buffers = packed(piece)
            told = {"do": part, "version": self._version, "wishes": self._answered(part)}
            self._window.send(told | {"piece": content}, buffers)

    def _answered(self, part):
        """The wishes that come true with a message of looks or of a plot; each is told of once."""
        wishes = self._wishes if part in ("looks", "plot") else []
        if wishes:
            self._wishes = []
        return wishes

    def _send_world(self):
        content, buffers = packed(self.world())
        self.widget.send({"do": "world", "piece": content}, buffers)

    def _heard(self, _, message, buffers):
        """Hear the browser; runs in a subshell's thread. What fails is said where the reader looks."""
        try:
            self._do(message, buffers)
        except Exception as error:
            self.widget.send({"do": "say", "words": f"{type(error).__name__}: {error}"})

    def _do(self, message, buffers):
        do, stage = message.get("do"), self.stage
        if do == "hello" and message.get("version") != self._version:
            with stage.board.lock:
                self._send_world()
        elif do == "still":
            self.widget.send({"do": "still"}, [png(stage.frame())])
        elif do == "pick" and message.get("name") in stage.board.shapes:
            faces = range(element_count(stage.board.shapes[message["name"]], "faces"))
            face = message["face"] if message.get("face") in faces else None
            stage.picked(message["name"], int(message["vertex"]), face, message.get("edge"))
        elif do == "drag":
            stage.dragged(message["series"], int(message["index"]), message["to"])
        elif do == "look":
            with stage.board.lock:  # whatever leaves with this wish has its look
                self._wishes += [message["wish"]] if "wish" in message else []
                self._look(message["name"], message["how"])
        elif do == "camera":
            own = {one["place"]: _seated(one, stage.up) for one in message.get("own") or ()}
            stage.outlook.heard(_seated(message, stage.up), own)
        elif do == "switch":
            stage.asked(message, self.widget.send)
        elif do == "film":
            self.widget.send({"do": "film", "number": message["number"]}, [film(buffers, message["seconds"])])

    def _look(self, name, how):
        try:
            if isinstance(how.get("slice"), list):
                how = how | {"slice": tuple(how["slice"])}
            self.stage.look(name, **how)
        except Exception as error:
            self.widget.send({"do": "say", "words": str(error)})
            self.changed("looks", "")


def _seated(message, up):
    """The camera that a page tells of. Raises ValueError for numbers that are none."""
    right, above = map(float, message["pan"])
    seat = {key: float(message[key]) for key in ("yaw", "pitch", "zoom")}
    if not all(map(math.isfinite, (right, above, *seat.values()))) or seat["zoom"] <= 0:
        raise ValueError(f"a camera stands nowhere: {message}")
    return Camera(up=up, pan=(right, above), **seat)
