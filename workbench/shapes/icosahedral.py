"""The icosahedral grid as a network sees it: points, frames, rings of neighbours, and the coarser level."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float, Int

from .mesh import Mesh, MeshError, cross, frozen, unit
from .sphere import icosphere

#: points with five neighbours, the corners of the icosahedron: the first of every level
CORNERS = 12


@dataclass(frozen=True, eq=False)
class Grid:
    """An icosahedral grid of 10 * 4**level + 2 points on the unit sphere, without a boundary.

    The points of a level are the first of the next. What is derived is computed once and read-only.
    """

    level: int
    mesh: Mesh

    @property
    def V(self) -> Float[np.ndarray, "n 3"]:
        """The points (n, 3), of length one."""
        return self.mesh.V

    @property
    def n(self) -> int:
        return self.mesh.n_vertices

    @property
    def spacing(self) -> float:
        """The mean distance of neighbours in radians, if cells were regular: sqrt(8 pi / (sqrt(3) n))."""
        return float(np.sqrt(8 * np.pi / (np.sqrt(3) * self.n)))

    @cached_property
    def frames(self) -> Float[np.ndarray, "n 3 3"]:
        """P_bar = Z(a) Y(b) of every point: columns south, east and out, as tangent_frames gives them."""
        return frozen(tangent_frames(self.V))

    @cached_property
    def areas(self) -> Float[np.ndarray, " n"]:
        """The share of the sphere that belongs to each point, a third of its faces' area: they sum to one."""
        corners = np.bincount(self.mesh.F.ravel(), np.repeat(self.mesh.face_areas, 3), self.n)
        return frozen(corners / corners.sum())

    def rings(self, width: int = 1) -> tuple[Int[np.ndarray, "n r"], Bool[np.ndarray, "n r"]]:
        """Points within `width` edges of every point, and which of these entries are true neighbours.

        r is 6 for one ring and 18 for two; near the corners rows are filled up with the point itself. Within
        a row neighbours run counter-clockwise from the south. Raises MeshError for a width below one.
        """
        if width < 1:
            raise MeshError(f"a ring has a width of at least one edge, got {width}")
        i, j = self.mesh.edges.T
        ones = np.ones(2 * len(i), dtype=np.int64)
        step = sp.csr_matrix((ones, (np.r_[i, j], np.r_[j, i])), shape=(self.n, self.n))
        reach = step
        for _ in range(width - 1):
            reach = reach @ step + reach
        rows, columns = reach.nonzero()
        off = rows != columns
        return self._filled(rows[off], columns[off])

    def _filled(self, rows, columns):
        x = np.einsum("eab,ea->eb", self.frames[rows], self.V[columns])
        order = np.lexsort((np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi), rows))
        rows, columns = rows[order], columns[order]
        count = np.bincount(rows, minlength=self.n)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        ring = np.tile(np.arange(self.n)[:, None], (1, count.max()))
        true = np.zeros(ring.shape, dtype=bool)
        ring[rows, place], true[rows, place] = columns, True
        return frozen(ring), frozen(true)

    @cached_property
    def parents(self) -> Int[np.ndarray, "n 2"]:
        """The two points of the coarser level between which each point lies; twice itself for its points.

        Raises MeshError at level 0, which has no coarser one.
        """
        if self.level == 0:
            raise MeshError("the grid of level 0 has no coarser level")
        coarse = grid(self.level - 1)
        ends = np.tile(np.arange(self.n)[:, None], (1, 2))
        ring, _ = self.rings()
        new = np.arange(coarse.n, self.n)
        old = np.where(ring[new] < coarse.n, ring[new], -1)
        ends[new] = np.sort(old, axis=1)[:, -2:]
        return frozen(ends)


def tangent_frames(V: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3 3"]:
    """A frame at every point of the unit sphere: columns (e1, e2, P), right-handed; (n, 3, 3).

    e1 points south and e2 east, which is Z(a) Y(b) of Shen et al. 2021; at the poles, where these directions
    end, a = 0 is taken.
    """
    east = cross(np.tile([0.0, 0.0, 1.0], (len(V), 1)), V)
    lost = np.linalg.norm(east, axis=1) < 1e-12
    east[lost] = [0.0, 1.0, 0.0]
    east = unit(east)
    return np.stack([cross(east, V), east, V], axis=2)


def symmetries() -> Float[np.ndarray, "60 3 3"]:
    """The 60 rotations of the icosahedron: each takes every grid onto itself, frames aside."""
    V, F = grid(0).V, grid(0).mesh.F
    a, b = V[F.ravel()], V[np.roll(F, -1, axis=1).ravel()]   # 60 directed edges
    side = unit(cross(a, b))
    frames = np.stack([a, cross(side, a), side], axis=2)
    return frames @ frames[0].T


@lru_cache(maxsize=12)
def grid(level: int) -> Grid:
    """The icosahedral grid of a level, made once. Raises MeshError for a level that icosphere refuses."""
    return Grid(int(level), icosphere(level))


def level_of(n: int) -> int:
    """The level of a grid of n points. Raises MeshError, which names the possible numbers, for another n."""
    for level in range(11):
        if 10 * 4**level + 2 == n:
            return level
    raise MeshError(f"an icosahedral grid has 10 * 4**level + 2 points: 12, 42, 162, 642, 2562, ...; got {n}")
