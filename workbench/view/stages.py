"""The stage a user holds: one scene, and the back-end that shows it, which can be changed while it plays."""

import io
from collections.abc import Callable, Mapping
from typing import Protocol

import ipywidgets
import numpy as np
from jaxtyping import UInt8

from workbench.quantities import Quantity

from .board import Board, Shape
from .painter import Camera

#: the ways to be seen, by name; each is one module with one class, made with the stage and what it is told
BACKENDS = ("web", "polyscope", "window", "still")


class Backend(Protocol):
    """What shows a Stage. It reads stage.board, .height, .camera and .marked; it calls stage.picked, .switch.

    title   words for the reader: "WebGL in the cell"
    widget  what a cell shows; opened when first asked for; None where there is none
    """

    title: str

    @property
    def widget(self) -> ipywidgets.DOMWidget | None:
        """What a cell shows."""

    def changed(self, part: str, name: str) -> None:
        """Hear that a part is another one now: the "structure", "quantity" or "plot" of this name, the
        "mark", the "looks" of all structures and quantities, or the whole "world".

        Called with board.lock held; never waits for a browser or a process.
        """

    def bodies(self, width: int, height: int) -> UInt8[np.ndarray, "h w 3"] | None:
        """The bodies as a picture on white; None where the painter should make it."""

    def close(self) -> None:
        """Leave every page and free what was held."""


class Stage:
    """A Scene in a notebook's cell: bodies side by side under one camera, plots beside them.

    height   of the picture in CSS pixels
    up       the axis of the shapes' coordinates that points up: "y" or "z"
    backend  "web": WebGL in the cell, drawn by the browser. "polyscope": Polyscope in the cell, with its own
             panels, in a child process. "window": Polyscope's window, in a child process. "still": pictures
    how      words for the back-end (see its class)

    The left mouse button turns, the right one (or shift) moves, the wheel zooms once the picture was clicked;
    so do the arrow keys, + and -; r returns. A click on a shape picks its nearest vertex. The stage can be
    shown in several cells and survives a reload of the page. Executed where no browser looks, the cell keeps
    the still picture. add and show may be called from any thread, and never wait for a browser.
    """

    def __init__(self, height: int = 420, up: str = "y", backend: str = "web", **how):
        if up not in ("y", "z"):
            raise ValueError(f"up is 'y' or 'z', got {up!r}")
        self.board, self.height, self.up = Board(), height, up
        self.camera, self.marked = Camera(up=up), None
        self._listeners: list[tuple[Callable, str]] = []
        self._box = None
        self.backend, self.screen = backend, opened(backend)(self, **how)

    def __repr__(self):
        names = ", ".join(self.board.shapes) or "nothing on it"
        return f"Stage({self.screen.title}: {names})"

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
        self.board.cast(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. Raises SceneError as Board.show does."""
        with self.board.lock:
            company = list(self.board.shapes)
            self.board.show(name, quantity)
            if company != list(self.board.shapes):
                self.screen.changed("world", "")
            else:
                part = ("plot", quantity.of) if quantity.on == "plot" else ("quantity", name)
                self.screen.changed(*part)

    def look(self, name: str, **how) -> None:
        """Say how the structure, quantity or plot of this name is shown; the words are Look's."""
        with self.board.lock:
            self.board.look(name, **how)
            self.screen.changed(*(("plot", name) if name in self.board.plots() else ("looks", "")))

    def remove(self, name: str) -> None:
        """Take a structure away, with what is on it and over it; or a quantity, or a plot."""
        with self.board.lock:
            self.board.remove(name)
            if self.marked and self.marked["name"] not in self.board.shapes:
                self.marked = None
            self.screen.changed("world", "")

    def mark(self, name: str, vertex: int) -> None:
        """Put the dot that shows a picked vertex there, as if somebody had clicked; no listener is called."""
        self.marked = {"name": name, "vertex": int(vertex)}
        self.screen.changed("mark", name)

    def on_pick(self, listener: Callable[[str, int], None], on: str = "vertices") -> Callable[[], None]:
        """Call listener(structure's name, index) at every pick; returns the function that ends this.

        on  what the index counts: the nearest of the "vertices", the "faces", or the nearest of the "edges"
        """
        if on not in ("vertices", "faces", "edges"):
            raise ValueError(f"a pick is on vertices, faces or edges, got {on!r}")
        entry = (listener, on)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry) if entry in self._listeners else None

    def picked(self, name: str, vertex: int, face: int | None = None, edge: list[int] | None = None) -> None:
        """Hear from a back-end of a pick: the nearest vertex, the face, the ends of the nearest edge."""
        shape = self.board.shapes.get(name)
        if shape is None or not 0 <= vertex < shape.n_vertices:
            return
        self.mark(name, vertex)
        found = {"vertices": vertex, "faces": face, "edges": _edge_index(shape, edge)}
        for listener, on in tuple(self._listeners):
            if found[on] is not None:
                listener(name, found[on])

    def switch(self, backend: str, **how) -> "Stage":
        """Show the same scene by another back-end, in the same cells; the old one is freed.

        Raises what the new back-end raises where it cannot be had; the old one then stays.
        """
        fresh = opened(backend)(self, **how)
        with self.board.lock:
            old, self.screen, self.backend = self.screen, fresh, backend
            if self._box is not None:
                self._box.children = self._filled()
        old.close()
        return self

    @property
    def widget(self) -> ipywidgets.Box:
        """The widget that pages show, with all that is on stage: a box that holds the back-end's own."""
        with self.board.lock:
            if self._box is None:
                self._box = ipywidgets.VBox(self._filled())
            return self._box

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """The present state as a still picture, made without a browser."""
        from .figures import picture

        return picture(self.board, self.camera, self.screen.bodies)

    def close(self) -> None:
        """Take the stage out of every page that shows it, and free what its back-end holds."""
        self.screen.close()
        if self._box is not None:
            self._box.close()

    def _filled(self):
        return [self.screen.widget] if self.screen.widget is not None else []

    def _repr_mimebundle_(self, **_):
        shown = {"text/plain": repr(self), "image/png": png(self.frame())}
        if self.screen.widget is None:
            return shown
        return {**self.widget._repr_mimebundle_(), **shown}


def stage(backend: str | None = None, height: int = 420, up: str = "y") -> Stage:
    """A Stage, by the back-end that is asked for; without a word by WebGL in the cell."""
    return Stage(height, up, backend or "web")


def opened(backend: str) -> Callable[..., Backend]:
    """The class of a back-end, imported when first needed. Raises ValueError for a name that is none."""
    if backend == "web":
        from .web import Web as screen
    elif backend == "polyscope":
        from .polyscope import Cell as screen
    elif backend == "still":
        from .still import Still as screen
    else:
        raise ValueError(f"a stage is shown by one of {', '.join(BACKENDS)}, got {backend!r}")
    return screen


def _edge_index(shape, ends):
    """Where the edge between two vertices stands in shape.edges; None where there is none."""
    if ends is None or not hasattr(shape, "edges"):
        return None
    low, high = sorted(int(end) for end in ends)
    places = np.flatnonzero((np.sort(shape.edges, axis=1) == (low, high)).all(axis=1))
    return int(places[0]) if len(places) else None


def png(picture: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """A picture as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=6)
    return file.getvalue()
