"""Lines, points and arrow heads of a still, as flat triangles that face the eye."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from workbench.view.painter import Frame, lit

from .raster import Layer

#: a still is rendered twice as fine as it is kept, so a pixel of the picture is two here
FINE = 2
#: the local coordinates of a dot's two triangles
CORNERS = np.array([[[-1.0, -1], [1, -1], [1, 1]], [[-1, -1], [1, 1], [-1, 1]]])


def ribbons(
    ends: Float[np.ndarray, "s 2 3"],
    colors: Float[np.ndarray, "s 2 3"],
    frame: Frame,
    width: float,
    lift: float,
    cut: Callable | None = None,
    short: float = 1.0,
) -> Layer:
    """Segments between two points each as lines of a width in pixels; colours run from end to end.

    lift   how much nearer to the eye than they are, in radii
    short  the share of each segment that is drawn, from its first point
    """
    if short < 1:
        ends = np.stack([ends[:, 0], ends[:, 0] + short * (ends[:, 1] - ends[:, 0])], axis=1)
    pixels, depth = frame.see(ends.reshape(-1, 3))
    pixels, depth = pixels.reshape(-1, 2, 2), depth.reshape(-1, 2)
    along = pixels[:, 1] - pixels[:, 0]
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    aside = FINE * width / 2 * np.stack([-along[:, 1], along[:, 0]], axis=1)
    a, b, c, d = pixels[:, 0] - aside, pixels[:, 1] - aside, pixels[:, 1] + aside, pixels[:, 0] + aside
    near, far = depth[:, 0] + lift, depth[:, 1] + lift
    corners = np.stack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)], axis=1).reshape(-1, 3, 2)
    depths = np.stack([[near, far, far], [near, far, near]]).transpose(2, 0, 1).reshape(-1, 3)
    share = np.array([[0.0, 1, 1], [0, 1, 0]])

    def at(triangle, weights):
        return (weights * share[triangle % 2]).sum(axis=1)[:, None]

    def paint(triangle, weights):
        t, own = at(triangle, weights), colors[triangle // 2]
        return (1 - t) * own[:, 0] + t * own[:, 1]

    def keep(triangle, weights):
        t, own = at(triangle, weights), ends[triangle // 2]
        return cut((1 - t) * own[:, 0] + t * own[:, 1])

    return Layer(corners, depths, paint, keep if cut else None)


def dots(
    X: Float[np.ndarray, "n 3"],
    colors: Float[np.ndarray, "n 3"],
    frame: Frame,
    size: float,
    lift: float,
    cut: Callable | None = None,
) -> Layer:
    """Points as small balls of a radius in pixels, lit like the surfaces."""
    there = np.arange(len(X)) if cut is None else np.flatnonzero(cut(X))
    pixels, depth = frame.see(X[there])
    corners = (pixels[:, None, None] + FINE * size * CORNERS[None]).reshape(-1, 3, 2)
    depths = np.repeat(depth + lift, 6).reshape(-1, 3)

    def local(triangle, weights):
        return np.einsum("pk,pkc->pc", weights, CORNERS[triangle % 2])

    def paint(triangle, weights):
        x, y = local(triangle, weights).T
        normals = np.stack([x, -y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))], axis=1)
        return lit(colors[there[triangle // 2]], normals @ frame.camera.rotation, frame.camera)

    return Layer(corners, depths, paint, lambda t, w: (local(t, w) ** 2).sum(axis=1) <= 1)


def heads(
    starts: Float[np.ndarray, "s 3"],
    tips: Float[np.ndarray, "s 3"],
    color: Float[np.ndarray, " 3"],
    frame: Frame,
    lift: float,
    cut: Callable | None = None,
) -> Layer:
    """The last third of each arrow as a triangle that ends in its tip."""
    (from_, _), (to, depth) = frame.see(starts), frame.see(tips)
    along = to - from_
    length = np.linalg.norm(along, axis=1, keepdims=True)
    half = np.clip(0.14 * length, FINE * 1.2, FINE * 5.0) / np.maximum(length, 1e-9)
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    foot = to - 0.36 * along
    corners = np.stack([to, foot - aside, foot + aside], axis=1)
    there = np.ones(len(tips), bool) if cut is None else cut(starts)
    ink = np.asarray(color)
    return Layer(corners[there], np.repeat((depth + lift)[there, None], 3, axis=1),
                 lambda triangle, weights: np.tile(ink, (len(triangle), 1)))
