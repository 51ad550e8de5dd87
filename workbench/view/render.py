"""A mesh as pixels: every pixel finds its nearest triangle, its place in it, and the light there."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int, UInt8

from workbench.shapes import Mesh

from .painter import Camera, lit


def rendered(
    mesh: Mesh, tint: Callable, camera: Camera, width: int, height: int
) -> UInt8[np.ndarray, "h w 4"]:
    """The mesh, as large as fits, as bytes (height, width, 4) of red, green, blue, opacity.

    tint  tint(face (p,), weights (p, 3)) -> (p, 3) colors in [0, 1], at points given by barycentric weights
    """
    size = (2 * height, 2 * width)  # twice as fine, for soft edges
    face, weights, where = _nearest(mesh, camera, size)
    normals = np.einsum("pk,pkc->pc", weights, mesh.vertex_normals[mesh.F[face]])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    away = normals @ camera.rotation[2] < 0
    if len(mesh.boundary_edges):
        normals[away] *= -1  # of an open surface both sides are seen
    picture = np.zeros((size[0] * size[1], 4), np.float32)
    picture[where, :3] = lit(tint(face, weights), normals, camera)
    picture[where, 3] = 1
    fine = picture.reshape(*size, 4)
    mean = (fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]) / 4
    mean[..., :3] /= np.maximum(mean[..., 3:], 0.25)
    return np.round(255 * mean).astype(np.uint8)


def _nearest(
    mesh: Mesh, camera: Camera, size: tuple[int, int]
) -> tuple[Int[np.ndarray, " p"], Float[np.ndarray, "p 3"], Int[np.ndarray, " p"]]:
    """For each covered pixel: the nearest face, barycentric weights (p, 3) in it, the pixel's flat index.

    Faces are taken from back to front, so the last one to claim a pixel has it.
    """
    points, depth = camera.see(mesh.V)
    low, high = points.min(axis=0), points.max(axis=0)
    unit = 0.96 * min(size[1] / max(high[0] - low[0], 1e-12), size[0] / max(high[1] - low[1], 1e-12))
    pixels = (points - (low + high) / 2) * [unit, -unit] + [size[1] / 2, size[0] / 2]
    faces = _back_to_front(mesh, pixels, depth)
    edges = _edges(pixels[mesh.F[faces]])
    triangle, x, y = _covered(pixels[mesh.F[faces]], edges, size)
    owner = np.full(size[0] * size[1], -1)
    owner[y * size[1] + x] = np.arange(len(triangle))
    where = np.flatnonzero(owner >= 0)
    mine = owner[where]
    triangle, x, y = triangle[mine], x[mine] + 0.5, y[mine] + 0.5
    a, b, c = edges[triangle].transpose(2, 0, 1)
    weights = np.clip(a * x[:, None] + b * y[:, None] + c, 0, None)
    return faces[triangle], weights / weights.sum(axis=1, keepdims=True), where


def _back_to_front(mesh, pixels, depth):
    """Numbers of the faces that can be seen: of a closed surface those turned to the eye, y running down."""
    corners = pixels[mesh.F]
    turn = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    seen = np.flatnonzero(np.abs(turn) > 1e-9 if len(mesh.boundary_edges) else turn < -1e-9)
    return seen[np.argsort(depth[mesh.F[seen]].mean(axis=1))]


def _edges(corners: Float[np.ndarray, "q 3 2"]) -> Float[np.ndarray, "q 3 3"]:
    """Coefficients (a, b, c) of the three barycentric weights a x + b y + c of each triangle."""
    p, q = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
    lines = np.stack([p[..., 1] - q[..., 1], q[..., 0] - p[..., 0], _cross(p, q)], axis=-1)
    return lines / _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, None, None]


def _covered(corners, edges, size):
    """Pixels whose middles lie in each triangle, in the triangles' order: number of the triangle, x and y."""
    top = np.clip(np.ceil(corners[..., 1].min(axis=1) - 0.5), 0, size[0] - 1).astype(np.int64)
    bottom = np.clip(np.ceil(corners[..., 1].max(axis=1) - 0.5), 0, size[0] - 1).astype(np.int64)
    triangle, row = _counted(bottom - top + 1)
    row += top[triangle]
    a, b, c = edges[triangle].transpose(2, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -(b * (row[:, None] + 0.5) + c) / a
    start = np.where(a > 0, crossing, -np.inf).max(axis=1)
    end = np.where(a < 0, crossing, np.inf).min(axis=1)
    first = np.clip(np.ceil(start - 0.5), 0, size[1]).astype(np.int64)
    beyond = np.clip(np.floor(end - 0.5) + 1, 0, size[1]).astype(np.int64)
    span, place = _counted(np.maximum(beyond - first, 0))
    return triangle[span], first[span] + place, row[span]


def _counted(counts):
    """Each index as often as its count says, and how often it came before: [2, 1] -> [0, 0, 1], [0, 1, 0]."""
    index = np.repeat(np.arange(len(counts)), counts)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)


def _cross(u, v):
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
