"""Picks: which vertex is marked, and who wants to hear what a reader's click has hit, or drags."""

import math
import operator
from collections.abc import Callable, Sequence

from .board import Board, SceneError, Shape, edge_index

#: what the index that a listener hears may count
COUNTED = ("vertices", "faces", "edges")


class Listeners:
    """Functions that are called with (structure's name, index) at every pick, until they are dismissed."""

    def __init__(self):
        self._all: list[tuple[Callable[[str, int], None], str]] = []

    def add(self, listener: Callable[[str, int], None], on: str) -> Callable[[], None]:
        """Call listener(name, index of the vertex, face or edge); returns the function that ends this.

        Raises ValueError for anything else to count.
        """
        if on not in COUNTED:
            raise ValueError(f"a pick is on vertices, faces or edges, got {on!r}")
        entry = (listener, on)
        self._all.append(entry)
        return lambda: self._all.remove(entry) if entry in self._all else None

    def tell(
        self, name: str, shape: Shape, vertex: int, face: int | None, edge: Sequence[int] | None
    ) -> str:
        """Tell all of a pick (edge: its two ends); returns what failed, in words, or nothing."""
        found = {"vertices": vertex, "faces": face, "edges": edge_index(shape, edge)}
        failed = []
        for listener, on in tuple(self._all):
            try:
                if found[on] is not None:
                    listener(name, found[on])
            except Exception as error:  # the others hear of it; no thread of a back-end ends with it
                failed.append(f"{type(error).__name__}: {error}")
        return f"a listener to picks failed: {'; '.join(failed)}" if failed else ""


class Grips:
    """Points of scatters that a hand may drag: the series' names, each with who hears where to.

    A listener is called with (index of the point, (x, y) in the plot's own numbers), again and again while a
    hand drags. It shows nothing by itself: whoever hears moves the point.
    """

    def __init__(self):
        self._all: dict[str, Callable[[int, tuple[float, float]], None]] = {}

    def add(self, series: str, listener: Callable[[int, tuple[float, float]], None]) -> Callable[[], None]:
        """Let points of this series be dragged; returns the function that ends this."""
        self._all[series] = listener
        return lambda: self._all.pop(series, None) if self._all.get(series) is listener else None

    def among(self, names: Sequence[str]) -> list[str]:
        """Those of some series whose points can be dragged."""
        return [name for name in names if name in self._all]

    def tell(self, series: str, index: int, to: Sequence[float]) -> str:
        """Tell of a drag; returns what failed, in words, or nothing."""
        listener, (x, y) = self._all.get(series), map(float, to)
        if listener is None or index < 0 or not math.isfinite(x + y):
            return ""
        try:
            listener(index, (x, y))
        except Exception as error:  # the page stays as it is, and says why
            return f"a listener to drags failed: {type(error).__name__}: {error}"
        return ""


def mark_of(board: Board, name: str, vertex) -> dict:
    """{"name", "vertex"}, for a dot at a vertex of a structure that stands on the board.

    Raises SceneError for another structure, for a vertex that it does not have, and for no whole number.
    """
    shape = board.shapes.get(name)
    if shape is None:
        known = ", ".join(map(repr, board.shapes)) or "none"
        raise SceneError(
            f"{name!r} is not on the stage, so no vertex of it can be marked; structures here: {known}"
        )
    try:
        number = operator.index(vertex)
    except TypeError:
        raise SceneError(f"a vertex is marked by its number, got {vertex!r}") from None
    if not 0 <= number < shape.n_vertices:
        last = f"its vertices are 0 to {shape.n_vertices - 1}" if shape.n_vertices else "it has no vertices"
        raise SceneError(f"{name!r} has no vertex {number}; {last}")
    return {"name": name, "vertex": number}
