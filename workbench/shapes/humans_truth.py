"""What a new mesh of a human inherits from the template: a place on it, part labels, correspondence."""

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from workbench.shapes.mesh import Mesh


def locate(
    mesh: Mesh, surface: Mesh, scale: float
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n 3"]]:
    """For each vertex of the mesh the closest point of the surface that faces the same way.

    Candidates are the triangles around the 6 surface vertices that are nearest in position and normal (which
    counts `scale` units of length), so that where a hand touches a thigh neither takes the other's place.
    Returns triangles (n,) and barycentric coordinates (n, 3).
    """
    near = _nearest(mesh, surface, scale, 6)
    faces = _faces_around(surface)[near].reshape(mesh.n_vertices, -1)
    bary = closest_barycentric(mesh.V[:, None], surface.V[surface.F[faces]])
    feet = np.einsum("nfc,nfcd->nfd", bary, surface.V[surface.F[faces]])
    best = np.where(faces < 0, np.inf, np.linalg.norm(feet - mesh.V[:, None], axis=2)).argmin(axis=1)
    rows = np.arange(mesh.n_vertices)
    return faces[rows, best], bary[rows, best]


def correspond(surface: Mesh, mesh: Mesh, scale: float) -> Int[np.ndarray, " s"]:
    """For each surface vertex the nearest mesh vertex, in position and normal (which counts `scale`)."""
    return _nearest(surface, mesh, scale, 1)[:, 0]


def _nearest(queries: Mesh, mesh: Mesh, scale: float, k: int):
    points, targets = (np.hstack([shape.V, scale * shape.vertex_normals]) for shape in (queries, mesh))
    return KDTree(targets).query(points, range(1, k + 1))[1]


def closest_barycentric(
    P: Float[np.ndarray, "n 1 3"], T: Float[np.ndarray, "n f 3 3"]
) -> Float[np.ndarray, "n f 3"]:
    """Barycentric coordinates (n, f, 3) of the points of triangles T that are closest to points P.

    The foot of the perpendicular where it lies in the triangle, else the closest point of the three sides.
    """
    a, u, v = T[..., 0, :], T[..., 1, :] - T[..., 0, :], T[..., 2, :] - T[..., 0, :]
    normal = np.cross(u, v)
    double = np.maximum((normal * normal).sum(-1), 1e-30)
    b1, b2 = (np.cross(P - a, v) * normal).sum(-1) / double, (np.cross(u, P - a) * normal).sum(-1) / double
    foot = np.stack([1 - b1 - b2, b1, b2], -1)
    gaps, sides = zip(*(_closest_on_side(P, T, i) for i in range(3)), strict=True)
    side = np.take_along_axis(np.stack(sides, -2), np.argmin(gaps, axis=0)[..., None, None], -2)[..., 0, :]
    return np.where((foot >= 0).all(-1, keepdims=True), foot, side)


def _closest_on_side(P, T, i):
    """Distance to side i of each triangle, and the barycentric coordinates of the closest point."""
    start, along = T[..., i, :], T[..., (i + 1) % 3, :] - T[..., i, :]
    s = np.clip(((P - start) * along).sum(-1) / np.maximum((along * along).sum(-1), 1e-30), 0, 1)
    bary = np.zeros(s.shape + (3,))
    bary[..., i], bary[..., (i + 1) % 3] = 1 - s, s
    return np.linalg.norm(start + s[..., None] * along - P, axis=-1), bary


def _faces_around(mesh: Mesh):
    """The faces around each vertex in a table (n, largest valence), filled up with -1."""
    corners = mesh.F.ravel()
    order = np.argsort(corners, kind="stable")
    valence = np.bincount(corners, minlength=mesh.n_vertices)
    table = np.full((mesh.n_vertices, valence.max()), -1)
    place = np.arange(len(corners)) - np.repeat(np.cumsum(valence) - valence, valence)
    table[corners[order], place] = order // 3
    return table


def without_speckles(labels: Int[np.ndarray, " n"], edges: Int[np.ndarray, "e 2"]) -> Int[np.ndarray, " n"]:
    """Labels of which each is one connected piece: smaller pieces take over a neighbour's label."""
    labels = labels.copy()
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    for _ in range(len(labels)):
        piece = label_pieces(labels, edges)
        size = np.bincount(piece)[piece]
        largest = np.array([size[labels == label].max(initial=0) for label in range(labels.max() + 1)])
        stray = size < largest[labels]
        if not stray.any():
            return labels
        rim = stray[a] & ~stray[b]
        labels[a[rim]] = labels[b[rim]]
    return labels


def label_pieces(labels: Int[np.ndarray, " n"], edges: Int[np.ndarray, "e 2"]) -> Int[np.ndarray, " n"]:
    """The number of the connected piece of equal label that each vertex lies in: shape (n,)."""
    a, b = edges[labels[edges[:, 0]] == labels[edges[:, 1]]].T
    return connected_components(coo_matrix((np.ones(len(a)), (a, b)), (len(labels),) * 2))[1]


def spread(X: Float[np.ndarray, "n 3"], count: int) -> Int[np.ndarray, " t"]:
    """Indices of `count` evenly spread points, ascending: each is the farthest from those before it."""
    chosen, gap = [0], np.linalg.norm(X - X[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(gap.argmax()))
        gap = np.minimum(gap, np.linalg.norm(X - X[chosen[-1]], axis=1))
    return np.sort(np.array(chosen))
