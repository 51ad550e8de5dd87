"""What a stage promises (Scene), what it remembers (Board), and the stage without a screen (Album)."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from workbench.quantities import Quantity
from workbench.shapes import Mesh, PointCloud

from .colors import Look

Shape = Mesh | PointCloud

#: what can be drawn on a structure; anything else is refused with a sentence
DRAWN = ("scalar", "label", "color")


class SceneError(ValueError):
    """A quantity that fits no structure on the stage; the message says which, and what would fit."""


@runtime_checkable
class Scene(Protocol):
    """A stage: structures are added, quantities shown on them or beside them, and a picture can be taken."""

    def add(self, name: str, shape: Shape) -> None:
        """Put a structure on the stage; one of the same name leaves it, with its quantities."""

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last."""

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. A plot (on == "plot") is drawn beside."""

    def look(self, name: str, **how) -> None:
        """Say how the quantity or plot of this name is shown, now and later; the words are Look's."""

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """A still picture of what is on stage, made without a browser."""


class Board:
    """What is on a stage now: structures, quantities, looks. Checked at the door, safe from any thread.

    drawn  the kinds of quantities on elements that the stage can draw
    """

    def __init__(self, drawn: Sequence[str] = DRAWN):
        self.drawn = tuple(drawn)
        self.lock = threading.RLock()
        self.shapes: dict[str, Shape] = {}
        self.wings: dict[str, Shape] = {}
        self.quantities: dict[str, Quantity] = {}
        self.looks: dict[str, Look] = {}

    def add(self, name: str, shape) -> None:
        """Keep a structure; what was on an earlier one of this name goes. Raises SceneError for no shape."""
        _expect_shape(name, shape)
        with self.lock:
            self.shapes[name] = shape
            self.quantities = {key: q for key, q in self.quantities.items() if q.on == "plot" or q.of != name}

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last."""
        for name, shape in shapes.items():
            _expect_shape(name, shape)
        with self.lock:
            self.wings.update(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Keep a quantity. Raises SceneError for an unknown structure, a wrong length, or no way to draw."""
        with self.lock:
            if quantity.on != "plot":
                self._check(name, quantity)
                self.shapes.setdefault(quantity.of, self.wings.get(quantity.of))
            before = self.quantities.get(name)
            self.quantities[name] = quantity
            if before is not None and before.of in self.wings and not self.on(before.of):
                self.shapes.pop(before.of, None)

    def look(self, name: str, **how) -> None:
        """Change some of the words of a name's Look. Raises TypeError for words that Look does not have."""
        with self.lock:
            self.looks[name] = replace(self.look_of(name), **how)

    def look_of(self, name: str) -> Look:
        """The Look of a quantity or plot; the default one where nobody said anything."""
        return self.looks.get(name, Look())

    def on(self, structure: str) -> Mapping[str, Quantity]:
        """The quantities of a structure in the order in which their names first came; the first one is
        seen.
        """
        with self.lock:
            return {name: q for name, q in self.quantities.items() if q.on != "plot" and q.of == structure}

    def plots(self) -> dict[str, dict[str, Quantity]]:
        """Plot name -> series name -> Quantity: curves that name the same plot share its axes."""
        plots: dict[str, dict[str, Quantity]] = {}
        with self.lock:
            for name, quantity in self.quantities.items():
                if quantity.on == "plot":
                    plots.setdefault(quantity.of, {})[name] = quantity
        return plots

    def copy(self) -> "Board":
        """A Board with the present state, to be read at leisure while this one goes on."""
        other = Board(self.drawn)
        with self.lock:
            other.shapes, other.quantities, other.looks = (
                dict(self.shapes),
                dict(self.quantities),
                dict(self.looks),
            )
        return other

    def _check(self, name, quantity):
        shape = self.shapes.get(quantity.of, self.wings.get(quantity.of))
        if shape is None:
            known = ", ".join(map(repr, {**self.shapes, **self.wings})) or "none"
            raise SceneError(
                f"{name!r} is of {quantity.of!r}, which is not on the stage; structures here: {known}"
            )
        length = element_count(shape, quantity.on)
        if length != len(quantity.values):
            raise SceneError(
                f"{name!r} has {len(quantity.values)} values on {quantity.on} of {quantity.of!r}, "
                f"which has {length}"
            )
        if quantity.kind not in self.drawn or quantity.on not in ("vertices", "faces"):
            raise SceneError(
                f"{name!r} is a {quantity.kind} on {quantity.on}; this stage draws "
                f"{', '.join(self.drawn)} on vertices or faces"
            )


def _expect_shape(name, shape):
    if not isinstance(shape, Mesh | PointCloud):
        raise SceneError(f"{name!r}: a structure is a Mesh or a PointCloud, got {type(shape).__name__}")


def element_count(shape: Shape, on: str) -> int:
    """How many vertices, faces, edges or corners a structure has; a cloud has vertices only."""
    if on == "vertices":
        return shape.n_vertices
    if isinstance(shape, PointCloud):
        return 0
    return {"faces": shape.n_faces, "edges": len(shape.edges), "corners": 3 * shape.n_faces}[on]


class Album:
    """A Scene that keeps every state in memory and needs no screen: for scripts, tests and unwatched
    notebooks.

    states  every (name, quantity) shown so far, in order
    """

    def __init__(self):
        self.board = Board()
        self.states: list[tuple[str, Quantity]] = []

    def add(self, name: str, shape) -> None:
        """Put a structure into the album. Raises SceneError for anything but a Mesh or PointCloud."""
        self.board.add(name, shape)

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings until a quantity of theirs is shown."""
        self.board.cast(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Keep one more state. Raises SceneError as Board.show does."""
        self.board.show(name, quantity)
        self.states.append((name, quantity))

    def look(self, name: str, **how) -> None:
        """Say how a name is shown; the words are Look's."""
        self.board.look(name, **how)

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """The last state as a picture."""
        from .figures import picture

        return picture(self.board)
