"""Triangles as pixels: which of them each pixel sees, where in it, and what is seen through others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

Paint = Callable[[Int[np.ndarray, " p"], Float[np.ndarray, "p 3"]], Float[np.ndarray, "p 3"]]


@dataclass(frozen=True)
class Layer:
    """Triangles of one thing in the image plane.

    corners  (q, 3, 2) x to the right and y down, in pixels
    depth    (q, 3) larger is nearer
    paint    paint(triangle (p,), weights (p, 3)) -> colours (p, 3) in [0, 1] at those barycentric weights
    keep     keep(triangle, weights) -> (p,) which of those points there are; None: all
    opacity  from 0 to 1
    """

    corners: Float[np.ndarray, "q 3 2"]
    depth: Float[np.ndarray, "q 3"]
    paint: Paint
    keep: Callable | None = None
    opacity: float = 1.0


def composed(layers: Sequence[Layer], size: tuple[int, int]) -> Float[np.ndarray, "h w 4"]:
    """What a picture of that many rows and columns shows: red, green, blue, opacity.

    Opaque layers hide each other by depth at every pixel; of each layer that can be seen through, the nearest
    surface is laid over what is behind it.
    """
    count = size[0] * size[1]
    picture, front = np.zeros((count, 4), np.float32), np.full(count, -np.inf)
    solid = [layer for layer in layers if layer.opacity >= 1]
    for layer in solid:
        triangle, weights, where, depth = nearest(layer, size)
        seen = depth > front[where]
        triangle, weights, where, depth = triangle[seen], weights[seen], where[seen], depth[seen]
        picture[where, :3], picture[where, 3], front[where] = layer.paint(triangle, weights), 1, depth
    for layer in layers:
        if layer.opacity < 1:
            triangle, weights, where, depth = nearest(layer, size)
            seen = depth > front[where]
            _lay_over(picture, where[seen], layer.paint(triangle[seen], weights[seen]), layer.opacity)
    return picture.reshape(*size, 4)


def _lay_over(picture, where, colors, share):
    below, under = picture[where, :3], picture[where, 3:]
    total = share + under * (1 - share)
    picture[where, :3] = (share * colors + (1 - share) * under * below) / np.maximum(total, 1e-9)
    picture[where, 3:] = total


def halved(fine: Float[np.ndarray, "h2 w2 4"]) -> Float[np.ndarray, "h w 4"]:
    """Every four pixels as one, their colours weighed by their opacity."""
    weighed = np.concatenate([fine[..., :3] * fine[..., 3:], fine[..., 3:]], axis=-1)
    mean = (weighed[::2, ::2] + weighed[1::2, ::2] + weighed[::2, 1::2] + weighed[1::2, 1::2]) / 4
    mean[..., :3] /= np.maximum(mean[..., 3:], 1e-9)
    return mean


def nearest(
    layer: Layer, size: tuple[int, int]
) -> tuple[
    Int[np.ndarray, " p"], Float[np.ndarray, "p 3"], Int[np.ndarray, " p"], Float[np.ndarray, " p"]
]:
    """For each pixel that a layer covers: its nearest triangle, the weights in it, the pixel, the depth."""
    area = _cross(
        layer.corners[:, 1] - layer.corners[:, 0], layer.corners[:, 2] - layer.corners[:, 0]
    )
    some = np.flatnonzero(np.abs(area) > 1e-9)
    corners = layer.corners[some]
    edges = _edges(corners)
    triangle, x, y = _covered(corners, edges, size)
    a, b, c = edges[triangle].transpose(2, 0, 1)
    weights = np.clip(a * (x[:, None] + 0.5) + b * (y[:, None] + 0.5) + c, 0, None)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    triangle, where = some[triangle], y * size[1] + x
    if layer.keep is not None:
        kept = layer.keep(triangle, weights)
        triangle, weights, where = triangle[kept], weights[kept], where[kept]
    depth = (weights * layer.depth[triangle]).sum(axis=1)
    order = np.argsort(depth, kind="stable")
    owner = np.full(size[0] * size[1], -1)
    owner[where[order]] = order
    mine = owner[owner >= 0]
    return triangle[mine], weights[mine], where[mine], depth[mine]


def _edges(corners: Float[np.ndarray, "q 3 2"]) -> Float[np.ndarray, "q 3 3"]:
    """Coefficients (a, b, c) of the three barycentric weights a x + b y + c of each triangle."""
    p, q = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
    lines = np.stack([p[..., 1] - q[..., 1], q[..., 0] - p[..., 0], _cross(p, q)], axis=-1)
    return lines / _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, None, None]


def _covered(corners, edges, size):
    """Pixels whose middles lie in each triangle, in the triangles' order: number of the triangle, x and y."""
    top = np.clip(np.ceil(corners[..., 1].min(axis=1) - 0.5), 0, size[0]).astype(np.int64)
    beyond = np.clip(np.floor(corners[..., 1].max(axis=1) - 0.5) + 1, 0, size[0]).astype(np.int64)
    triangle, row = _counted(np.maximum(beyond - top, 0))
    row += top[triangle]
    a, b, c = edges[triangle].transpose(2, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -(b * (row[:, None] + 0.5) + c) / a
    level = (np.abs(a) < 1e-12) & (b * (row[:, None] + 0.5) + c < 0)  # a row outside a level edge
    start = np.where(a > 0, crossing, -np.inf).max(axis=1)
    end = np.where(a < 0, crossing, np.inf).min(axis=1)
    first = np.clip(np.ceil(start - 0.5), 0, size[1]).astype(np.int64)
    last = np.clip(np.floor(end - 0.5) + 1, 0, size[1]).astype(np.int64)
    span, place = _counted(np.where(level.any(axis=1), 0, np.maximum(last - first, 0)))
    return triangle[span], first[span] + place, row[span]


def _counted(counts):
    """Each index as often as its count says, and how often it came before: [2, 1] -> [0, 0, 1], [0, 1, 0]."""
    index = np.repeat(np.arange(len(counts)), counts)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)


def _cross(u, v):
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
