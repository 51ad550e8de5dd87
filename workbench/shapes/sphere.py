"""Icosahedral grids: nearly even triangulations of the unit sphere."""

import numpy as np

from .mesh import Mesh, MeshError, unit

#: the icosahedron's faces, counter-clockwise from outside; vertices as `_icosahedron` lists them
FACES = np.array([
    [0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11], [1, 5, 9], [5, 11, 4], [11, 10, 2], [10, 7, 6],
    [7, 1, 8], [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8], [3, 8, 9], [4, 9, 5], [2, 4, 11], [6, 2, 10],
    [8, 6, 7], [9, 8, 1]])


def icosphere(level: int | np.integer) -> Mesh:
    """The icosahedron with every triangle split in four `level` times, all vertices on the unit sphere.

    10 * 4**level + 2 vertices and 20 * 4**level faces, outward; the vertices of a level are the first of the
    next. Area and volume inside tend to 4 pi and 4 pi / 3 with O(h^2). Raises MeshError when level is not a
    whole number from 0 to 10.
    """
    if not isinstance(level, int | np.integer) or not 0 <= level <= 10:
        raise MeshError(f"an icosphere's level is a whole number from 0 to 10, got {level!r}")
    V, F = _icosahedron(), FACES
    for _ in range(level):
        V, F = _split(V, F)
    return Mesh(V, F)


def _icosahedron():
    """Twelve corners of three golden rectangles, on the unit sphere: shape (12, 3)."""
    golden = (1 + np.sqrt(5)) / 2
    flat = np.array([[-1, golden, 0], [1, golden, 0], [-1, -golden, 0], [1, -golden, 0]])
    return unit(np.concatenate([flat, np.roll(flat, 1, axis=1), np.roll(flat, 2, axis=1)]))


def _split(V, F):
    """One new vertex at the middle of every edge, pushed out to the sphere, and four faces for one."""
    n = len(V)
    pairs = np.sort(np.concatenate([F[:, [0, 1]], F[:, [1, 2]], F[:, [2, 0]]]), axis=1)
    codes, place = np.unique(pairs[:, 0] * n + pairs[:, 1], return_inverse=True)
    ends = np.stack(np.divmod(codes, n), axis=1)
    ab, bc, ca = n + place.reshape(3, -1)
    a, b, c = F.T
    quarters = [[a, ab, ca], [b, bc, ab], [c, ca, bc], [ab, bc, ca]]
    faces = np.concatenate([np.stack(corners, axis=1) for corners in quarters])
    return np.concatenate([V, unit(V[ends].sum(axis=1))]), faces
