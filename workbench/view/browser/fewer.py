"""A huge mesh as a smaller one that is drawn for it, with the way back to the elements it was made of."""

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from workbench.shapes import Mesh
from workbench.view.board import Shape

#: meshes with more faces are drawn by fewer, about this many
HUGE, DRAWN_FACES = 1_000_000, 240_000


@dataclass(frozen=True, eq=False)
class Fewer:
    """Some of a mesh's vertices, joined as the mesh joins the cells of a grid around them.

    original   the mesh it stands for
    mesh       V = original.V[vertex_of], F (m, 3)
    vertex_of  (n,) the vertex of the original that each vertex is
    face_of    (m,) a face of the original that joins the same three cells, its corners in the same order
    drawn_as   (original n,) the vertex that is drawn for each vertex of the original
    """

    original: Mesh
    mesh: Mesh
    vertex_of: Int[np.ndarray, " n"]
    face_of: Int[np.ndarray, " m"]
    drawn_as: Int[np.ndarray, " k"]

    @property
    def words(self) -> str:
        """What a reader must be told."""
        return f"{self.original.n_faces:,} faces, drawn as {self.mesh.n_faces:,}"

    def taken(self, on: str) -> Int[np.ndarray, " e"]:
        """For each vertex, face, edge or corner that is drawn, the element of the original it shows."""
        if on == "vertices":
            return self.vertex_of
        if on == "faces":
            return self.face_of
        if on == "corners":
            return (3 * self.face_of[:, None] + np.arange(3)).ravel()
        return self._edge_of

    @functools.cached_property
    def _edge_of(self):
        """An edge of the original between the two cells of each edge that is drawn."""
        count = self.mesh.n_vertices
        first, last = np.sort(self.drawn_as[self.original.edges], axis=1).T
        codes, where = np.unique(first * count + last, return_index=True)
        return where[np.searchsorted(codes, self.mesh.edges[:, 0] * count + self.mesh.edges[:, 1])]


@functools.lru_cache(maxsize=3)
def fewer(mesh: Mesh, faces: int = DRAWN_FACES) -> Fewer:
    """The mesh by about so many faces: vertex clustering on a grid (Rossignac and Borrel 1993).

    Each occupied cell keeps the vertex nearest to the mean of its vertices; faces within a cell or along two
    go, and of several faces between the same three cells the first stays. The last few results are kept.
    """
    size, cells = np.sqrt(2 * mesh.area / faces), None
    for _ in range(3):
        cells = _cells(mesh.V, size)
        size *= np.sqrt(2 * (cells.max(initial=0) + 1) / faces)
    vertex_of = _representatives(mesh.V, cells)
    corners = cells[mesh.F]
    a, b, c = np.sort(corners, axis=1).T
    count = len(vertex_of)
    face_of = np.flatnonzero((a != b) & (b != c))
    _, first = np.unique((a[face_of] * count + b[face_of]) * count + c[face_of], return_index=True)
    face_of = face_of[np.sort(first)]
    return Fewer(mesh, Mesh(mesh.V[vertex_of], corners[face_of]), vertex_of, face_of, cells)


def _cells(V: Float[np.ndarray, "n 3"], size: float) -> Int[np.ndarray, " n"]:
    """The number of the occupied grid cell of each vertex, counted from 0."""
    place = np.floor((V - V.min(axis=0)) / size).astype(np.int64)
    wide = place.max(axis=0) + 1
    return np.unique((place[:, 0] * wide[1] + place[:, 1]) * wide[2] + place[:, 2], return_inverse=True)[1]


def _representatives(V, cells) -> Int[np.ndarray, " c"]:
    """Of each cell the vertex nearest to the mean of its vertices."""
    many = np.bincount(cells)
    mean = np.stack([np.bincount(cells, column) for column in V.T], axis=1) / many[:, None]
    order = np.lexsort((((V - mean[cells]) ** 2).sum(axis=1), cells))
    return order[np.cumsum(many) - many]


def fewer_of(shape: Shape) -> Fewer | None:
    """What is drawn in the place of a huge mesh; None where the shape itself is drawn."""
    return fewer(shape) if isinstance(shape, Mesh) and shape.n_faces > HUGE else None
