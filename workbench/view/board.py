"""What is on a stage now: structures, quantities on them and beside them, and how each is looked at."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud

from .colors import Look, label_keys

Shape = Mesh | PointCloud | CurveNetwork

#: what can be drawn: kind of a quantity -> the elements it may live on
DRAWN = {
    "scalar": ("vertices", "faces", "edges", "corners"),
    "label": ("vertices", "faces", "edges"),
    "color": ("vertices", "faces", "edges", "corners"),
    "vector": ("vertices", "faces", "edges"),
    "uv": ("vertices", "corners"),
}

#: a stage tells no more labels apart
MOST_LABELS = 4096


class SceneError(ValueError):
    """A quantity that fits no structure on the stage; the message says which, and what would fit."""


class Board:
    """What is on a stage now: structures, quantities, looks. Checked at the door, safe from any thread.

    shapes  structure name -> shape, in the order in which they stand
    over    structure name -> the one in whose place it stands too
    lookers called with a name whose Look changed; they must not wait for anything
    """

    def __init__(self):
        self.lock = threading.RLock()
        self.shapes: dict[str, Shape] = {}
        self.over: dict[str, str] = {}
        self.wings: dict[str, Shape] = {}
        self.quantities: dict[str, Quantity] = {}
        self.looks: dict[str, Look] = {}
        self.lookers: list[Callable[[str], None]] = []

    def add(self, name: str, shape, over: str | None = None) -> None:
        """Keep a structure; what was on an earlier one of this name goes.

        Raises SceneError for no shape, and for a place that is not on the stage.
        """
        _expect_shape(name, shape)
        with self.lock:
            if over is not None and (over not in self.shapes or self.place_of(over) == name):
                raise SceneError(f"{name!r} cannot stand over {over!r}; structures here: {self._known()}")
            self.shapes[name] = shape
            self.over.pop(name, None)
            if over is not None:
                self.over[name] = self.place_of(over)
            self.quantities = {key: q for key, q in self.quantities.items() if q.on == "plot" or q.of != name}

    def cast(self, shapes: Mapping[str, Shape]) -> bool:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last.

        One that came from the wings and is another shape now leaves at once; the answer is whether any did.
        """
        for name, shape in shapes.items():
            _expect_shape(name, shape)
        with self.lock:
            came = {name for name, shape in self.wings.items() if self.shapes.get(name) is shape}
            left = [name for name in shapes if name in came and shapes[name] is not self.wings[name]]
            self.wings.update(shapes)
            for name in left:
                self._leave(name)
        return bool(left)

    def show(self, name: str, quantity: Quantity) -> None:
        """Keep a quantity. Raises SceneError for an unknown structure, a wrong length, or no way to draw."""
        with self.lock:
            if quantity.on == "plot":
                self._check_company(name, quantity)
            else:
                self._check(name, quantity)
                self.shapes.setdefault(quantity.of, self.wings.get(quantity.of))
            before = self.quantities.get(name)
            self.quantities[name] = quantity
            if before is not None and before.of in self.wings and not self.on(before.of):
                self._leave(before.of)

    def remove(self, name: str) -> None:
        """Take a structure of this name away, with what is on it and over it; or a quantity or plot.

        Raises SceneError where nothing is called so.
        """
        with self.lock:
            if name in self.shapes:
                self._leave(name)
            elif name in self.quantities:
                del self.quantities[name]
            elif name in self.plots():
                self.quantities = {
                    key: q for key, q in self.quantities.items() if q.on != "plot" or q.of != name
                }
            else:
                known = ", ".join(map(repr, [*self.shapes, *self.quantities])) or "nothing"
                raise SceneError(f"nothing on the stage is called {name!r}; there is {known}")

    def look(self, name: str, **how) -> None:
        """Change some of the words of a name's Look. Raises TypeError for words that Look does not have.

        A structure wears one colour at a time: seen=True takes it from the others.
        """
        with self.lock:
            self.looks[name] = replace(self.look_of(name), **how)
            quantity = self.quantities.get(name)
            if how.get("seen") and quantity is not None and quantity.on != "plot":
                for rival in self.colours_of(quantity.of):
                    if rival != name and name not in self.overlays_of(quantity.of):
                        self.looks[rival] = replace(self.look_of(rival), seen=None)
        for looker in tuple(self.lookers):
            looker(name)

    def look_of(self, name: str) -> Look:
        """The Look of a structure, quantity or plot; the default one where nobody said anything."""
        return self.looks.get(name, Look())

    def place_of(self, structure: str) -> str:
        """The structure in whose place this one stands: itself, or what it stands over."""
        return self.over.get(structure, structure)

    def on(self, structure: str) -> Mapping[str, Quantity]:
        """The quantities of a structure in the order in which their names first came."""
        with self.lock:
            return {name: q for name, q in self.quantities.items() if q.on != "plot" and q.of == structure}

    def colours_of(self, structure: str) -> list[str]:
        """The quantities that can colour the structure, of which one is seen at a time."""
        shape = self.shapes.get(structure)
        return [name for name, q in self.on(structure).items() if not is_overlay(shape, q)]

    def overlays_of(self, structure: str) -> list[str]:
        """The quantities drawn over its colours: arrows, and values on the edges of a surface."""
        shape = self.shapes.get(structure)
        return [name for name, q in self.on(structure).items() if is_overlay(shape, q)]

    def seen_on(self, structure: str) -> str | None:
        """The quantity that colours a structure: the one that is to be seen, else the first not hidden."""
        names = [name for name in self.colours_of(structure) if self.look_of(name).seen is not False]
        asked = [name for name in names if self.look_of(name).seen]
        return next(iter(asked or names), None)

    def slices_of(self, structure: str) -> list[str]:
        """The structures whose slices cut this one: itself, and what it stands over, where they have one."""
        both = dict.fromkeys((self.place_of(structure), structure))
        return [name for name in both if self.look_of(name).slice is not None]

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
        other = Board()
        with self.lock:
            for part in ("shapes", "over", "wings", "quantities", "looks"):
                setattr(other, part, dict(getattr(self, part)))
        return other

    def _leave(self, name):
        """Take a structure away, with what is on it and over it."""
        for gone in [name, *(key for key, place in self.over.items() if place == name)]:
            self.shapes.pop(gone, None)
            self.over.pop(gone, None)
            self.quantities = {key: q for key, q in self.quantities.items() if q.on == "plot" or q.of != gone}

    def _known(self):
        return ", ".join(map(repr, {**self.shapes, **self.wings})) or "none"

    def _check_company(self, name, quantity):
        for other, q in self.plots().get(quantity.of, {}).items():
            if other != name and q.kind != quantity.kind and {q.kind, quantity.kind} != {"curve", "scatter"}:
                raise SceneError(
                    f"{name!r} is a {quantity.kind} in the plot {quantity.of!r}, where {other!r} is a "
                    f"{q.kind}; give it a plot of its own"
                )

    def _check(self, name, quantity):
        shape = self.shapes.get(quantity.of, self.wings.get(quantity.of))
        if shape is None:
            raise SceneError(
                f"{name!r} is of {quantity.of!r}, which is not on the stage; structures here: {self._known()}"
            )
        length = element_count(shape, quantity.on)
        if length != len(quantity.values):
            raise SceneError(
                f"{name!r} has {len(quantity.values)} values on {quantity.on} of {quantity.of!r}, "
                f"which has {length}"
            )
        places = DRAWN[quantity.kind]
        if quantity.on not in places:
            raise SceneError(
                f"{name!r} is a {quantity.kind} on {quantity.on}; a stage draws it on {' or '.join(places)}"
            )
        if quantity.kind == "label" and (count := len(label_keys(quantity.values))) > MOST_LABELS:
            raise SceneError(
                f"{name!r} has {count:,} different labels, and a stage tells {MOST_LABELS:,} apart; show it "
                "as a scalar"
            )
        if quantity.kind == "uv" and not isinstance(shape, Mesh):
            raise SceneError(f"{name!r} is a uv of {quantity.of!r}; textures lie on a Mesh")


def _expect_shape(name, shape):
    if not isinstance(shape, Shape):
        raise SceneError(
            f"{name!r}: a structure is a Mesh, a PointCloud or a CurveNetwork, got {type(shape).__name__}"
        )


def is_overlay(shape: Shape | None, quantity: Quantity) -> bool:
    """Whether a quantity is drawn over the colours of its structure instead of being one of them."""
    return quantity.kind == "vector" or (quantity.on == "edges" and isinstance(shape, Mesh))


def element_count(shape: Shape, on: str) -> int:
    """How many vertices, faces, edges or corners a structure has; a cloud has vertices only."""
    if on == "vertices":
        return shape.n_vertices
    if isinstance(shape, PointCloud):
        return 0
    if isinstance(shape, CurveNetwork):
        return len(shape.E) if on == "edges" else 0
    return {"faces": shape.n_faces, "edges": len(shape.edges), "corners": 3 * shape.n_faces}[on]


def edge_index(shape: Shape, ends: Sequence[int] | None) -> int | None:
    """Where the edge between two vertices stands in shape.edges; None where there is none."""
    if ends is None or not hasattr(shape, "edges"):
        return None
    low, high = sorted(int(end) for end in ends)
    places = np.flatnonzero((np.sort(shape.edges, axis=1) == (low, high)).all(axis=1))
    return int(places[0]) if len(places) else None
