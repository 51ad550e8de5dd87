"""A triangle mesh as a value: vertices, faces, and what follows from them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int


class MeshError(ValueError):
    """Arrays or a file that no operator can work on; the message names what was expected and what came."""


@dataclass(frozen=True, eq=False, init=False)
class Mesh:
    """A triangle mesh, frozen: arrays are copied and made read-only, so what is derived from them stays true.

    V  (n, 3) float64, vertex positions in any unit of length
    F  (m, 3) int64, corner indices from 0, counter-clockwise seen from outside

    Two meshes are equal when they are the same object. Raises MeshError when the arrays are no triangle mesh
    (axes, dtype, NaN, indices out of range, quads, nothing there); `diagnose(V, F)` names all that is wrong
    with such arrays and `repair(V, F)` mends what can be mended.
    """

    V: Float[np.ndarray, "n 3"]
    F: Int[np.ndarray, "m 3"]

    def __init__(self, V, F):
        V, F = _numbers(V, "V"), _numbers(F, "F")
        _expect(V.ndim == 2 and V.shape[1] == 3, f"V has shape (n, 3), got {V.shape}")
        _expect(F.ndim == 2 and F.shape[1] == 3, f"F has shape (m, 3): triangles; got {F.shape}")
        _expect(len(V) > 0 and len(F) > 0, f"a mesh has vertices and faces, got {len(V)} and {len(F)}")
        _expect(np.isrealobj(V), f"V holds real numbers, got {V.dtype}")
        _expect(np.issubdtype(F.dtype, np.integer), f"F holds whole numbers, got {F.dtype}")
        V = V.astype(np.float64)
        finite = np.isfinite(V).all(axis=1)
        _expect(finite.all(), f"V is finite; {np.sum(~finite)} vertices are not, first {np.argmin(finite)}")
        inside = ((F >= 0) & (F < len(V))).all(axis=1)
        _expect(inside.all(), f"F names vertices 0..{len(V) - 1}; {np.sum(~inside)} faces do not, "
                              f"the first is face {np.argmin(inside)}: {F[np.argmin(inside)].tolist()}")
        object.__setattr__(self, "V", frozen(V))
        object.__setattr__(self, "F", frozen(F.astype(np.int64)))

    def __reduce__(self):
        return Mesh, (self.V, self.F)  # a copy is frozen, too

    def __repr__(self):
        return f"Mesh({self.n_vertices} vertices, {self.n_faces} faces)"

    @property
    def n_vertices(self) -> int:
        return len(self.V)

    @property
    def n_faces(self) -> int:
        return len(self.F)

    @cached_property
    def _edge_census(self):
        """Undirected edges and how many faces share each: codes i n + j sort as the pairs (i, j) do."""
        pairs = np.sort(np.concatenate([self.F[:, [0, 1]], self.F[:, [1, 2]], self.F[:, [2, 0]]]), axis=1)
        codes, count = np.unique(pairs[:, 0] * self.n_vertices + pairs[:, 1], return_counts=True)
        edges = np.stack(np.divmod(codes, self.n_vertices), axis=1)
        proper = edges[:, 0] != edges[:, 1]
        return edges[proper], count[proper]

    @cached_property
    def edges(self) -> Int[np.ndarray, "e 2"]:
        """Every undirected edge once, as (i, j) with i < j, in lexicographic order: shape (e, 2)."""
        return frozen(self._edge_census[0])

    @cached_property
    def boundary_edges(self) -> Int[np.ndarray, "b 2"]:
        """The edges that belong to exactly one face, as in `edges`: shape (b, 2), b = 0 on a closed mesh."""
        edges, count = self._edge_census
        return frozen(edges[count == 1])

    @cached_property
    def _face_vectors(self):
        """(v1 - v0) x (v2 - v0) for each face, twice its area along its normal: shape (m, 3)."""
        a, b, c = self.V[self.F.T]
        return cross(b - a, c - a)

    @cached_property
    def face_areas(self) -> Float[np.ndarray, " m"]:
        """|(v1 - v0) x (v2 - v0)| / 2: shape (m,), square units of V."""
        return frozen(np.linalg.norm(self._face_vectors, axis=1) / 2)

    @cached_property
    def face_normals(self) -> Float[np.ndarray, "m 3"]:
        """Unit normals of the faces by their corners' turn; zero where a face has no area: shape (m, 3)."""
        return frozen(unit(self._face_vectors))

    @cached_property
    def vertex_normals(self) -> Float[np.ndarray, "n 3"]:
        """Unit area-weighted mean of the normals around each vertex; zero where no area is: shape (n, 3)."""
        corners = self.F.T.ravel()
        sums = [np.bincount(corners, np.tile(column, 3), self.n_vertices) for column in self._face_vectors.T]
        return frozen(unit(np.stack(sums, axis=1)))

    @cached_property
    def area(self) -> float:
        """The surface's area: the sum of the faces' areas."""
        return float(self.face_areas.sum())

    def normalised(self) -> "Mesh":
        """The same mesh at area 1 with its area-weighted centroid at the origin.

        Raises MeshError when the area is zero or not a finite number.
        """
        _expect(0 < self.area < np.inf, f"one to be normalised has a positive finite area, got {self.area}")
        centres = self.V[self.F].mean(axis=1)
        centroid = self.face_areas @ centres / self.area
        return Mesh((self.V - centroid) / np.sqrt(self.area), self.F)

    def in_unit_ball(self) -> "Mesh":
        """The same mesh with its vertices' mean at the origin and its farthest vertex at distance 1.

        The papers call this "centred and scaled to the unit sphere". Raises MeshError when all vertices
        coincide.
        """
        return Mesh(into_unit_ball(self.V), self.F)


def into_unit_ball(X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    """(X - mean) / max |X - mean|: shape (n, 3). Raises MeshError when all points coincide."""
    centred = X - X.mean(axis=0)
    radius = np.linalg.norm(centred, axis=1).max()
    if not 0 < radius < np.inf:
        raise MeshError(f"points to be scaled lie apart from their mean, got largest distance {radius}")
    return centred / radius


def cross(a: Float[np.ndarray, "m 3"], b: Float[np.ndarray, "m 3"]) -> Float[np.ndarray, "m 3"]:
    """Row-wise cross product, shape (m, 3); written out, it is faster than numpy's general one."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)


def unit(X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    """Rows divided by their length, zero rows left zero: shape (n, 3)."""
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return np.divide(X, length, out=np.zeros_like(X), where=length > 0)


def frozen(array: np.ndarray) -> np.ndarray:
    """The same array, read-only from here on."""
    array.setflags(write=False)
    return array


def _numbers(array, name):
    try:
        array = np.array(array)
    except (ValueError, TypeError, RuntimeError) as error:
        raise MeshError(f"{name} must be rows of numbers, all of the same length. diagnose(V, F) tells more, "
                        "repair(V, F) may mend it") from error
    _expect(array.dtype.kind in "iufcb", f"{name} holds numbers, got dtype {array.dtype}")
    return array


def _expect(holds, rule):
    if not holds:
        raise MeshError(f"not a triangle mesh: {rule}. diagnose(V, F) lists all defects, repair(V, F) mends")
