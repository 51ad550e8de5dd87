"""Exterior derivatives d0, d1 and the diagonal Hodge stars: calculus on a triangle mesh."""

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from workbench.shapes.mesh import Mesh, MeshError


def corner_cotangents(mesh: Mesh) -> Float[np.ndarray, "m 3"]:
    """Cotangent of the angle at corner c of every face, (m, 3), no unit: cot = (u . v) / |u x v|.

    u and v are the two edges that leave the corner; |u x v| is twice the face's area.
    Raises MeshError when a face has no area, because the cotangent is infinite there.
    """
    corners = mesh.V[mesh.F]                                        # (m, 3, 3)
    sides = np.roll(corners, -1, axis=1) - corners                  # side c runs from corner c to c + 1
    back = np.roll(sides, 1, axis=1)                                # side that arrives at corner c
    dots = -np.einsum("mcd,mcd->mc", sides, back)
    doubled = 2 * mesh.face_areas
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cotangents = dots / doubled[:, None]
    bad = np.flatnonzero(~np.isfinite(cotangents).all(axis=1))
    if bad.size:
        raise MeshError(f"{bad.size} of {mesh.n_faces} faces have no area (first: face {bad[0]}): infinite "
                        f"cotangents; use repair(mesh), or robust_laplacian(mesh), which stands it")
    return cotangents


def corner_edges(mesh: Mesh) -> Int[np.ndarray, "m 3"]:
    """Index into mesh.edges of the edge opposite corner c of every face, (m, 3).

    Raises MeshError when a face names a vertex twice.
    """
    n = mesh.n_vertices
    tails, heads = np.roll(mesh.F, -1, axis=1), np.roll(mesh.F, -2, axis=1)
    twice = (tails == heads).any(axis=1)
    if twice.any():
        raise MeshError(f"face {int(twice.argmax())} names a vertex twice; use repair(mesh)")
    keys = np.minimum(tails, heads) * n + np.maximum(tails, heads)
    return np.searchsorted(mesh.edges[:, 0] * n + mesh.edges[:, 1], keys)


def d0(mesh: Mesh) -> csr_array:
    """Exterior derivative on functions, csr (e, n): (d0 u)(ij) = u_j - u_i with i < j, every edge once.

    Row e holds -1 at edges[e, 0] and +1 at edges[e, 1]; no metric enters.
    (Desbrun, Kanso, Tong 2006.)
    """
    e = len(mesh.edges)
    signs = np.tile([-1.0, 1.0], e)
    starts = np.arange(0, 2 * e + 1, 2, dtype=np.int32)
    return csr_array((signs, mesh.edges.astype(np.int32).ravel(), starts), shape=(e, mesh.n_vertices))


def d1(mesh: Mesh) -> csr_array:
    """Exterior derivative on edge values, csr (m, e): the circulation around every face in its order.

    An entry is +1 where the face runs along the edge's direction i < j and -1 where it runs against it,
    hence d1 d0 = 0. (Desbrun, Kanso, Tong 2006.)
    """
    tails, heads = np.roll(mesh.F, -1, axis=1), np.roll(mesh.F, -2, axis=1)
    signs = np.where(tails < heads, 1.0, -1.0)
    starts = np.arange(0, 3 * mesh.n_faces + 1, 3, dtype=np.int32)
    columns = corner_edges(mesh).astype(np.int32)
    matrix = csr_array((signs.ravel(), columns.ravel(), starts), shape=(mesh.n_faces, len(mesh.edges)))
    matrix.sort_indices()
    return matrix


def star0(mesh: Mesh) -> Float[np.ndarray, " n"]:
    """Hodge star on functions, (n,), in length^2: a third of the area of the faces around a vertex.

    Barycentric; it sums to the mesh's area and is the lumped mass M of the Laplacian.
    """
    thirds = np.repeat(mesh.face_areas / 3, 3)
    return np.bincount(mesh.F.ravel(), thirds, minlength=mesh.n_vertices)


def star1(mesh: Mesh) -> Float[np.ndarray, " e"]:
    """Hodge star on edge values, (e,), unitless: (cot alpha + cot beta) / 2 at the corners opposite the edge.

    Negative where the two angles sum to more than pi (the edge is not Delaunay); half as many terms on a
    boundary. (Pinkall and Polthier 1993.) Raises MeshError when a face has no area.
    """
    halves = corner_cotangents(mesh).ravel() / 2
    return np.bincount(corner_edges(mesh).ravel(), halves, minlength=len(mesh.edges))


def star2(mesh: Mesh) -> Float[np.ndarray, " m"]:
    """Hodge star on face values, (m,), in 1 / length^2: one over the face's area.

    Raises MeshError when a face has no area.
    """
    if not (mesh.face_areas > 0).all():
        face = int(np.argmin(mesh.face_areas))
        raise MeshError(f"face {face} has no area, so star2 = 1 / area is infinite; use repair(mesh)")
    return 1 / mesh.face_areas
