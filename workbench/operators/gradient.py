"""Gradients as sparse matrices: in the tangent planes of vertices (complex), and in faces."""

import numpy as np
from jaxtyping import Float
from scipy.sparse import coo_array, csr_array

from workbench.operators.neighbours import CLOUD_NEIGHBOURS, estimated_normals, nearest
from workbench.shapes.cloud import PointCloud
from workbench.shapes.door import at_the_door
from workbench.shapes.mesh import Mesh, MeshError

#: neighbours whose spread across is below a thousandth of their spread along say nothing about across
FLATNESS = 1e-6


def tangent_frames(normals: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2 3"]:
    """An orthonormal basis (e1, e2) of every tangent plane with e1 x e2 = normal: (n, 2, 3).

    e1 is the coordinate axis farthest from the normal, projected; any other choice turns the basis within
    its plane. Where the normal is zero (an isolated vertex) e1, e2 are the x and y axes.
    """
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.where(length > 0, normals / np.where(length > 0, length, 1), [0.0, 0.0, 1.0])
    axes = np.eye(3)[np.abs(normals).argmin(axis=1)]
    e1 = axes - np.einsum("nc,nc->n", axes, normals)[:, None] * normals
    e1 /= np.linalg.norm(e1, axis=1, keepdims=True)
    return np.stack([e1, np.cross(normals, e1)], axis=1)


def vertex_gradient(shape: Mesh | PointCloud, frames: Float[np.ndarray, "n 2 3"] | None = None) -> csr_array:
    """Gradient in tangent planes as one complex csr (n, n), in 1 / length: (G u)_i = g . e1 + i g . e2.

    g solves min_g sum_j (g . e_ij - (u_j - u_i))^2 over the edges e_ij to the one-ring of a mesh or the 30
    nearest points of a cloud, projected into the tangent plane (Sharp et al. 2022, section 3.4). The
    imaginary axis is the quarter turn to the left about the outward normal. frames: (n, 2, 3), by default
    tangent_frames of the normals; turning a frame by a multiplies its row by exp(-i a). Exact for linear
    functions on a plane; scales as 1 / s. Where all neighbours lie on one line, g has no part across it;
    without neighbours the row is zero.
    """
    if isinstance(shape, Mesh):
        at_the_door(shape)
    points, normals, tails, heads = _edges(shape)
    if frames is None:
        frames = tangent_frames(normals)
    elif frames.shape != (len(points), 2, 3):
        raise MeshError(f"frames have shape ({len(points)}, 2, 3), two axes a vertex; got {frames.shape}")
    edges = np.einsum("ecd,ed->ec", frames[tails], points[heads] - points[tails])       # (e, 2)
    weights = _least_squares(edges, tails, len(points))
    n = len(points)
    diagonal = -np.bincount(tails, weights.real, n) - 1j * np.bincount(tails, weights.imag, n)
    rows = np.concatenate([tails, np.arange(n)]).astype(np.int32)
    columns = np.concatenate([heads, np.arange(n)]).astype(np.int32)
    return coo_array((np.concatenate([weights, diagonal]), (rows, columns)), shape=(n, n)).tocsr()


def _edges(shape):
    """Points, normals, and the directed edges (tail, head) that a gradient is fitted to."""
    if isinstance(shape, Mesh):
        i, j = shape.edges.T
        return shape.V, shape.vertex_normals, np.concatenate([i, j]), np.concatenate([j, i])
    heads = nearest(shape.X, min(CLOUD_NEIGHBOURS, shape.n_vertices - 1))
    normals = estimated_normals(shape.X, heads) if shape.normals is None else shape.normals
    return shape.X, normals, np.repeat(np.arange(len(heads)), heads.shape[1]), heads.ravel()


def _least_squares(edges, tails, n):
    """The weight of every edge, complex (e,): row of A^-1 e for A = sum of e e^T over the edges of a tail."""
    x, y = edges.T
    xx, xy, yy = (np.bincount(tails, products, n) for products in (x * x, x * y, y * y))
    trace, det = xx + yy, xx * yy - xy * xy
    full = det > FLATNESS * trace**2
    over = np.where(full, det, trace**2)
    over = np.divide(1, over, out=np.zeros(n), where=over > 0)
    # the inverse is adj(A) / det; of a rank-one A the pseudo-inverse is A / trace^2
    p, q, r = np.where(full, yy, xx) * over, np.where(full, -xy, xy) * over, np.where(full, xx, yy) * over
    return (p[tails] * x + q[tails] * y) + 1j * (q[tails] * x + r[tails] * y)


def face_gradient(mesh: Mesh) -> csr_array:
    """Gradient of a piecewise linear function, constant in each face: csr (3m, n), in 1 / length.

    Rows: the x components of all faces, then the y, then the z: (G u).reshape(3, m). In a face with unit
    normal N and area a, grad u = sum_c u_c (N x side opposite c) / (2 a), and L = G^T A G with A =
    diag(areas, areas, areas) is the cotan Laplacian. (Crane et al. 2013, section 3.2.1.) Raises MeshError
    when a face has no area.
    """
    at_the_door(mesh)
    if not (mesh.face_areas > 0).all():
        face = int(np.argmin(mesh.face_areas))
        raise MeshError(f"face {face} has no area and so no gradient; use repair(mesh)")
    opposite = mesh.V[np.roll(mesh.F, -2, axis=1)] - mesh.V[np.roll(mesh.F, -1, axis=1)]  # (m, 3, 3)
    bumps = np.cross(mesh.face_normals[:, None], opposite) / (2 * mesh.face_areas[:, None, None])
    m = mesh.n_faces
    starts = np.arange(0, 9 * m + 1, 3, dtype=np.int32)
    columns = np.tile(mesh.F.astype(np.int32).ravel(), 3)
    matrix = csr_array((bumps.transpose(2, 0, 1).ravel(), columns, starts), shape=(3 * m, mesh.n_vertices))
    matrix.sort_indices()
    return matrix
