"""A curve network as a value: nodes in space, joined by straight edges."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from .cloud import rows_of_points
from .mesh import MeshError, frozen


@dataclass(frozen=True, eq=False, init=False)
class CurveNetwork:
    """Straight edges between nodes, frozen: paths, stencils, the frame of a shape; arrays are read-only.

    X  (n, 3) float64, positions of the nodes in any unit of length
    E  (e, 2) int64, each row the two nodes that an edge joins

    Raises MeshError for anything but finite points, and for edges that name nodes that are not there.
    """

    X: Float[np.ndarray, "n 3"]
    E: Int[np.ndarray, "e 2"]

    def __init__(self, X, E):
        X = rows_of_points(X, "X")
        object.__setattr__(self, "X", frozen(X))
        object.__setattr__(self, "E", frozen(_pairs(E, len(X))))

    def __reduce__(self):
        return CurveNetwork, (self.X, self.E)  # a copy is frozen, too

    def __repr__(self):
        return f"CurveNetwork({self.n_vertices} nodes, {len(self.E)} edges)"

    @property
    def n_vertices(self) -> int:
        """The number of nodes, by the name that meshes use, because stages ask all shapes alike."""
        return len(self.X)

    @property
    def edges(self) -> Int[np.ndarray, "e 2"]:
        """The edges, by the name that meshes use."""
        return self.E

    @classmethod
    def path(cls, X, closed: bool = False) -> "CurveNetwork":
        """The curve through points (n, 3) one after the other; closed joins the last to the first."""
        count = len(X)
        ends = np.stack([np.arange(count), np.arange(1, count + 1) % max(count, 1)], axis=1)
        return cls(X, ends if closed else ends[:-1])


def _pairs(E, count):
    pairs = np.asarray(E)
    if pairs.dtype.kind not in "iu" or pairs.ndim != 2 or pairs.shape[1] != 2:
        raise MeshError(f"E has shape (e, 2) and whole numbers, got {pairs.shape} of {pairs.dtype}")
    pairs = pairs.astype(np.int64)
    wrong = ((pairs < 0) | (pairs >= count)).any(axis=1)
    if wrong.any():
        first = pairs[wrong][0].tolist()
        raise MeshError(f"E names nodes 0 to {count - 1}; edge {np.argmax(wrong)} is {first}")
    return pairs
