"""The stage a user holds: one scene, and the back-end that shows it, which can be changed while it plays."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import UInt8

from workbench.quantities import Quantity

from .backends import opened
from .board import Board, Shape
from .browser.place import Lodging, Place
from .cells import leaves_with_its_cell, somebody_looks
from .linked import Outlook
from .painter import Camera
from .picks import Grips, Listeners, mark_of


class Stage:
    """A Scene in a notebook's cell: bodies side by side under one camera, plots beside them. Bodies share one
    scale, unless one is more than four times as large as another: then each is as large as fits.

    height   of the picture in CSS pixels
    up       the axis of the shapes' coordinates that points up: "y" or "z"
    backend  "web": WebGL in the cell, drawn by the browser. "polyscope": Polyscope in the cell, with its own
             panels, in a child process. "window": Polyscope's window, in a child process. "still": pictures
    how      words for the back-end (see its class)

    The left mouse button turns, the right one (or shift) moves, the wheel zooms once the picture was clicked;
    so do the arrow keys, + and -; r returns. A click on a shape picks its nearest vertex. In the browser c, v
    and s open the tools for colours, views and saved pictures; w shows edges, l gives each body its own
    camera. What is chosen there is the look of every back-end, and stills stand where the reader stood. The
    stage can be shown in several cells and survives a reload of the page. Executed where no browser looks,
    the cell keeps the still picture. add and show may be called from any thread, and never wait for a
    browser.
    """

    def __init__(self, height: int = 420, up: str = "y", backend: str = "web", **how):
        if up not in ("y", "z"):
            raise ValueError(f"up is 'y' or 'z', got {up!r}")
        self.board, self.height, self.up = Board(), height, up
        self.outlook, self.marked, self.why = Outlook(self, Camera(up=up)), None, ""
        self._listeners, self.grips, self._controls = Listeners(), Grips(), None
        self._lodging, self._switching = Lodging(self), threading.Lock()
        #: whether a run computes beside it: what no hand asks for then leaves it most of the machine
        self.running = False
        self.backend, self.screen = backend, opened(backend)(self, **how)
        leaves_with_its_cell(self)

    def __repr__(self):
        names = ", ".join(self.board.shapes) or "nothing on it"
        why = f", because {self.why}" if self.why else ""
        return f"Stage({self.screen.title}{why}: {names})"

    @property
    def camera(self) -> Camera:
        """Where it is seen from; set it, and pages, windows and linked stages follow. While each body has a
        camera of its own (see outlook.own), the one that was touched last."""
        return self.outlook.camera

    @camera.setter
    def camera(self, camera: Camera) -> None:
        self.outlook.put(camera)

    def add(self, name: str, shape, over: str | None = None) -> None:
        """Put a structure on the stage, beside the others or over one; one of the same name leaves it."""
        with self.board.lock:
            self.board.add(name, shape, over)
            if self.marked and self.marked["name"] == name:
                self.marked = None
            self.screen.changed("structure", name)

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last.

        So a run may speak of another body from one step to the next.
        """
        if self.board.cast(shapes):
            self.screen.changed("world", "")

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. Raises SceneError as Board.show does."""
        with self.board.lock:
            company, before = list(self.board.shapes), self.board.quantities.get(name)
            self.board.show(name, quantity)
            plots = {q.of if q.on == "plot" else None for q in (before or quantity, quantity)}
            if company != list(self.board.shapes) or len(plots) > 1:  # it has left another plot
                self.screen.changed("world", "")
            else:
                part = ("plot", quantity.of) if quantity.on == "plot" else ("quantity", name)
                self.screen.changed(*part)

    def look(self, name: str, **how) -> None:
        """Say how the structure, quantity or plot of this name is shown; the words are Look's."""
        with self.board.lock:
            self.board.look(name, **how)
            plot, on = name in self.board.plots(), getattr(self.board.quantities.get(name), "on", "plot")
            if plot:
                self.screen.changed("plot", name)
            if not plot or on != "plot" or name in self.board.shapes:  # several things may share a name
                self.screen.changed("looks", "")

    def remove(self, name: str) -> None:
        """Take a structure away, with what is on it and over it; or a quantity, or a plot."""
        with self.board.lock:
            self.board.remove(name)
            if self.marked and self.marked["name"] not in self.board.shapes:
                self.marked = None
            self.screen.changed("world", "")

    def mark(self, name: str, vertex) -> None:
        """Put the dot that shows a picked vertex there, as if somebody had clicked; no listener is called.

        Raises SceneError for a structure or a vertex that is not there.
        """
        with self.board.lock:
            self.marked = mark_of(self.board, name, vertex)
            self.screen.changed("mark", name)

    def on_pick(self, listener: Callable[[str, int], None], on: str = "vertices") -> Callable[[], None]:
        """Call listener(structure's name, index) at every pick; returns the function that ends this.

        on  what the index counts: the nearest of the "vertices", the "faces", or the nearest of the "edges"
        """
        return self._listeners.add(listener, on)

    def picked(self, name: str, vertex: int, face: int | None = None, edge: list[int] | None = None) -> None:
        """Hear from a back-end of a pick: the nearest vertex, the face, the ends of the nearest edge."""
        shape = self.board.shapes.get(name)
        if shape is None or not 0 <= vertex < shape.n_vertices:
            return
        self.mark(name, vertex)
        self._lodging.say(self._listeners.tell(name, shape, vertex, face, edge))

    def on_drag(self, series: str, listener: Callable[[int, tuple[float, float]], None]) -> Callable:
        """Let a scatter's points be dragged on "web", by mouse or keys; see Grips. Returns what ends this."""
        return self.grips.add(series, listener)

    def dragged(self, series: str, index: int, to: Sequence[float]) -> None:
        """Hear from a back-end that a hand drags a point of a scatter."""
        self._lodging.say(self.grips.tell(series, index, to))

    def switch(self, backend: str, **how) -> "Stage":
        """Show the same scene by another back-end, in the same cells; the old one is freed.

        To the back-end that is there already: opened again where it was lost. Raises what the new back-end
        raises where it cannot be had; the old one then stays.
        """
        with self._switching:
            if backend == self.backend and not how:
                getattr(self.screen, "open", lambda: None)()
                return self
            fresh = opened(backend)(self, **how)
            with self.board.lock:
                old, self.screen, self.backend, self.why = self.screen, fresh, backend, ""
                fresh.changed("world", "")
                if self._controls is not None and hasattr(fresh, "controls"):
                    fresh.controls(*self._controls)
            self._lodging.leave(old)
            if self.outlook.link is not None:
                self.outlook.link.announce()
        return self

    @property
    def has_window(self) -> bool:
        """Whether it is seen outside any page now, in a window that also takes a run's controls."""
        return self.backend == "window" and not self.screen.lost

    def asked(self, message: Mapping, say: Callable[[dict], None]) -> None:
        """Hear that a reader wants another back-end ({"do": "switch", "to": ...}) or the lost one again
        ({"do": "open"}); where it cannot be had, say({"do": "say", "words": why, "view": who asked})."""
        try:
            self.switch(message["to"] if message["do"] == "switch" else self.backend)
        except Exception as error:
            words = str(error) or type(error).__name__
            say({"do": "say", "words": words, "view": message.get("view")})

    def controls(self, told: Mapping, hear: Callable[[dict], None]) -> None:
        """Keep a run's buttons and knobs for a back-end that draws them itself, beside the bodies.

        told  {"knobs": described ones, "values": {name: sent}, "status": words of a run}, the latest of each
        hear  called with {"do": "press", "button": ...} and {"do": "turn", "name": ..., "value": ...}
        """
        self._controls = (told, hear)
        if hasattr(self.screen, "controls"):
            self.screen.controls(told, hear)

    @property
    def widget(self) -> Place:
        """The widget that pages show: the place that holds the back-end's own, with all that is on stage."""
        with self.board.lock:
            return self._lodging.place()

    def frame(self, turned: float | None = None) -> UInt8[np.ndarray, "h w 3"]:
        """The present state as a still picture, made without a browser: each body by its own camera.

        turned  degrees by which every camera is turned further; the painter makes such a picture
        """
        from .stills.figures import picture

        spin, outlook = turned or 0.0, self.outlook
        cameras = {name: replace(seat, yaw=seat.yaw + spin) for name, seat in outlook.own.items()}
        drawn = self.screen.bodies if turned is None and not cameras else None
        return picture(self.board, replace(outlook.camera, yaw=outlook.camera.yaw + spin), drawn, cameras)

    def save_html(self, path, title: str = "", **how):
        """Save what is on stage as one HTML file that needs no kernel and no network; see page.save_html."""
        from .browser.page import save_html

        return save_html(self, path, title, **how)

    def save(self, path, width: int = 1300):
        """Save a still picture as .png or .svg, so many pixels wide; see film.save_still."""
        from .film import save_still

        return save_still(self, path, width)

    def save_turntable(self, path, width: int = 880, seconds: float = 6.0):
        """Save one turn around what is on stage as .gif or .mp4; see film.save_turntable."""
        from .film import save_turntable

        return save_turntable(self, path, width, seconds)

    def close(self) -> None:
        """Take the stage out of every page that shows it, and free what its back-end holds.

        On "web" and "still" it can be shown again; Polyscope's back-ends are gone for good.
        """
        self._lodging.close()

    def left(self) -> None:
        """The cell that made this stage runs again: free what it holds in pages and in other processes."""
        self.close()

    def refill(self) -> None:
        """Hear from a back-end that its card says something else now."""
        self._lodging.fill()

    def _ipython_display_(self):
        """Show it, after what the cell keeps for pages without a kernel; where nobody looks, that alone."""
        from .browser.kept import Keeper, show_kept

        if not somebody_looks():
            return show_kept(self)
        data, _ = self.widget._repr_mimebundle_()
        Keeper(self).display(data)
