"""What stands in one place of a still, as layers of triangles: surfaces, points, lines, arrows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud
from workbench.view.arrows import arrows_of
from workbench.view.board import Board, Shape
from workbench.view.colors import MISSING, PLAIN, Look, colors_of, label_table, rgb, scale
from workbench.view.painter import Frame, lit
from workbench.view.textures import texture

from .raster import Layer
from .ribbons import dots, heads, ribbons

#: lines on a surface lie this far above it, in radii; arrows and lines nobody coloured are of this ink
LIFT, LINES = 0.01, "#3A3A42"


def layers_of(board: Board, name: str, frame: Frame) -> Iterator[Layer]:
    """A structure with what is seen on it and over its colours."""
    shape, look = board.shapes[name], board.look_of(name)
    key = board.seen_on(name)
    quantity = board.quantities.get(key) if key else None
    by = settled(quantity, board.look_of(key)) if quantity is not None else Look()
    cut = _cut(board, name)
    if isinstance(shape, Mesh):
        yield surface(shape, tint_of(shape, quantity, by), frame, look.opacity, cut)
        if look.wireframe:
            ink = np.tile(rgb(LINES), (len(shape.edges), 2, 1))
            yield ribbons(shape.V[shape.edges], ink, frame, 0.6, LIFT / 2, cut)
    else:
        colors = np.tile(rgb(PLAIN if isinstance(shape, PointCloud) else LINES), (shape.n_vertices, 1))
        if quantity is not None and quantity.on == "vertices":
            colors = colors_of(quantity.values, quantity.kind, by)
        size = float(np.clip(90 / np.sqrt(shape.n_vertices), 1.2, 9))
        if isinstance(shape, CurveNetwork):
            ends = colors[shape.E]
            if quantity is not None and quantity.on == "edges":
                ends = np.repeat(colors_of(quantity.values, quantity.kind, by)[:, None], 2, axis=1)
                colors = _at_nodes(shape, ends[:, 0])
            yield ribbons(shape.X[shape.E], ends, frame, look.width or 2.5, LIFT, cut)
            size = (look.width or 2.5) / 2
        yield dots(shape.X, colors, frame, size, LIFT if name != board.place_of(name) else 0.0, cut)
    for over in board.overlays_of(name):
        if board.look_of(over).seen is not False:
            yield from _overlay(shape, board.quantities[over], board.look_of(over), frame, cut)


def settled(quantity: Quantity, look: Look) -> Look:
    """The look with its range fixed by the quantity's own values, whatever part of it is seen."""
    if quantity.kind != "scalar":
        return look
    by = scale(quantity.values, look)
    return replace(look, map=by.map, low=by.low, high=by.high)


def surface(
    mesh: Mesh, tint: Callable, frame: Frame, opacity: float = 1.0, cut: Callable | None = None
) -> Layer:
    """A mesh as a layer; of a closed and whole one only the faces turned to the eye.

    tint  tint(face (p,), weights (p, 3)) -> (p, 3) colours in [0, 1], at points given by barycentric weights
    cut   cut(points (p, 3)) -> which of them are there
    """
    pixels, depth = frame.see(mesh.V)
    corners = pixels[mesh.F]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    turn = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    closed = not len(mesh.boundary_edges)
    faces = np.flatnonzero(turn < 0) if closed and cut is None else np.arange(mesh.n_faces)

    def paint(triangle, weights):
        face = faces[triangle]
        normals = np.einsum("pk,pkc->pc", weights, mesh.vertex_normals[mesh.F[face]])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        away = turn[face] > 0
        normals[away] *= -1  # of an open or a cut surface both sides are seen
        colors = lit(tint(face, weights), normals, frame.camera)
        return np.where((away & closed)[:, None], 0.55 * colors, colors)

    keep = None if cut is None else lambda triangle, weights: cut(
        np.einsum("pk,pkc->pc", weights, mesh.V[mesh.F[faces[triangle]]])
    )
    return Layer(corners[faces], depth[mesh.F[faces]], paint, keep, opacity)


def tint_of(mesh: Mesh, quantity: Quantity | None, look: Look) -> Callable:
    """The colour of points on faces: values between vertices are mixed, labels are those of the nearest."""
    if quantity is None:
        return lambda face, weights: np.tile(rgb(PLAIN), (len(face), 1))
    values, kind = quantity.values, quantity.kind
    if kind == "label":
        return _parts(mesh, quantity, look)

    def tint(face, weights):
        if quantity.on == "faces":
            return colors_of(values[face], kind, look)
        at = mesh.F[face] if quantity.on == "vertices" else 3 * face[:, None] + np.arange(3)
        mixed = np.einsum("pk,pk...->p...", weights, values[at])
        return _carried(mixed, look) if kind == "uv" else colors_of(mixed, kind, look)

    return tint


def _parts(mesh, quantity, look):
    """The tint of labels: of a face, or of the vertex whose weight is the largest."""
    places, colors = label_table(quantity.values, look)
    if quantity.on == "faces":
        return lambda face, weights: colors[places[face]]
    return lambda face, weights: colors[places[mesh.F[face, weights.argmax(axis=1)]]]


def _carried(uv: Float[np.ndarray, "p 2"], look) -> Float[np.ndarray, "p 3"]:
    """The texture's colours at (u, v), v running up; it repeats. Coordinates may be missing."""
    pixels = texture(look.texture).pixels
    known = np.isfinite(uv).all(axis=1)
    u, v = np.where(known[:, None], uv, 0.0).T % 1.0
    rows = np.minimum(((1 - v) * len(pixels)).astype(int), len(pixels) - 1)
    colors = pixels[rows, (u * pixels.shape[1]).astype(int) % pixels.shape[1]] / 255.0
    return np.where(known[:, None], colors, rgb(MISSING))


def _cut(board: Board, name: str):
    """cut(points (p, 3)) -> which of them all slices of a structure keep; None where nothing is cut away."""
    planes = [_plane(board.shapes[cutter], board.look_of(cutter).slice) for cutter in board.slices_of(name)]
    if not planes:
        return None
    return lambda points: np.all([points[:, axis] <= most for axis, most in planes], axis=0)


def _plane(shape: Shape, slice_):
    """The axis of a slice, and the largest coordinate along it that is kept."""
    X = shape.V if isinstance(shape, Mesh) else shape.X
    axis = "xyz".index(slice_[0])
    low, high = X[:, axis].min(), X[:, axis].max()
    return axis, low + slice_[1] * (high - low)


def _at_nodes(curves, colors):
    """The mean colour of the edges that meet at each node."""
    total, count = np.zeros((curves.n_vertices, 3)), np.zeros(curves.n_vertices)
    for end in (0, 1):
        np.add.at(total, curves.E[:, end], colors)
        np.add.at(count, curves.E[:, end], 1)
    return np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], rgb(LINES))


def _overlay(shape, quantity, look, frame, cut):
    """Arrows, or the edges of a surface in the colours of their values."""
    if quantity.kind == "vector":
        starts, tips = arrows_of(shape, quantity, look)
        ink = np.tile(rgb(LINES), (len(starts), 2, 1))
        yield ribbons(np.stack([starts, tips], axis=1), ink, frame, 1.3, LIFT, cut, short=0.7)
        yield heads(starts, tips, rgb(LINES), frame, LIFT, cut)
    else:
        colors = colors_of(quantity.values, quantity.kind, settled(quantity, look))
        colors = np.repeat(colors[:, None], 2, axis=1)
        yield ribbons(shape.V[shape.edges], colors, frame, look.width or 1.6, LIFT, cut)
