"""A point cloud as a value: positions, perhaps with normals."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .mesh import MeshError, frozen, into_unit_ball, unit


@dataclass(frozen=True, eq=False, init=False)
class PointCloud:
    """Points in space, frozen: arrays are copied and made read-only.

    X        (n, 3) float64, positions in any unit of length
    normals  (n, 3) float64, scaled to length 1 here, or None when nobody knows them

    Raises MeshError for anything but finite real numbers in these shapes, and for a zero normal.
    """

    X: Float[np.ndarray, "n 3"]
    normals: Float[np.ndarray, "n 3"] | None = None

    def __init__(self, X, normals=None):
        X = rows_of_points(X, "X")
        object.__setattr__(self, "X", frozen(X))
        object.__setattr__(self, "normals", None if normals is None else _directions(normals, X.shape))

    def __reduce__(self):
        return PointCloud, (self.X, self.normals)  # a copy is frozen, too

    def __repr__(self):
        return f"PointCloud({self.n_vertices} points{', with normals' if self.normals is not None else ''})"

    @property
    def n_vertices(self) -> int:
        """The number of points, by the name that meshes use, because operators ask both alike."""
        return len(self.X)

    def in_unit_ball(self) -> "PointCloud":
        """The same cloud with its mean at the origin and its farthest point at distance 1.

        Raises MeshError when all points coincide.
        """
        return PointCloud(into_unit_ball(self.X), self.normals)


def _directions(normals, shape):
    rows = rows_of_points(normals, "normals")
    if rows.shape != shape:
        raise MeshError(f"normals have the points' shape {shape}, got {rows.shape}")
    somewhere = rows.any(axis=1)
    if not somewhere.all():
        raise MeshError(f"normals have a direction; the normal of point {np.argmin(somewhere)} is zero")
    # a length is the root of squares, which overflow and vanish long before the numbers do
    return frozen(unit(rows / np.abs(rows).max(axis=1, keepdims=True)))


def rows_of_points(array, name: str) -> Float[np.ndarray, "n 3"]:
    """The array as finite points (n, 3) float64. Raises MeshError, which calls the array by its name."""
    try:
        rows = np.array(array)
    except (ValueError, TypeError, RuntimeError) as error:
        raise MeshError(f"{name} must be an array of numbers: {error}") from error
    if rows.dtype.kind not in "iuf" or rows.ndim != 2 or rows.shape[1] != 3 or len(rows) == 0:
        raise MeshError(f"{name} has shape (n, 3) and real numbers, got {rows.shape} of {rows.dtype}")
    rows = rows.astype(np.float64)
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise MeshError(f"{name} is finite; {np.sum(~finite)} rows are not, the first is {np.argmin(finite)}")
    return rows
