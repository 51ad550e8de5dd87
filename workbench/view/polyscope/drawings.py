"""How Polyscope draws what is on a board: values it can map itself, colours and textures where it cannot."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from workbench.shapes import CurveNetwork, Mesh
from workbench.view.arrows import stretch
from workbench.view.board import Board, Shape
from workbench.view.browser.pieces import as_bytes, structure_piece
from workbench.view.colors import colors_of, label_table, lut, scale
from workbench.view.textures import texture

#: pixels in which a body of radius 1 is seen at home, roughly: what a width in pixels is measured by
PIXELS = 190.0
#: how wide the lines of an edge quantity are, in pixels, where nobody said
WIDTH = 3.0
#: more labels than fit a texture of a map go as colours; a map has eight pixels or more for each
MOST_LABELS = 1000
#: a tiled texture has no more pixels across: it gets coarser instead
LARGEST = 1536


def drawn(board: Board, name: str) -> dict:
    """A quantity as Polyscope draws it.

    Scalars stay scalars with the house's map, so that the panel's range, map and histogram work on them; with
    values missing they go as colours, because Polyscope has no colour for a missing value. Labels take the
    nearest corner's colour, out of the house's palette; where they are very many, they go as colours too.
    Colours on corners, which Polyscope does not have, become the mean colour of each face. What is on the
    edges of a surface brings a structure of its own.
    """
    quantity, look = board.quantities[name], board.look_of(name)
    values, kind, shape = quantity.values, quantity.kind, board.shapes[quantity.of]
    piece = {"name": name, "of": quantity.of, "on": quantity.on, "kind": kind}
    if isinstance(shape, Mesh) and quantity.on == "edges":
        V = structure_piece(board, quantity.of, "y")["V"]
        piece |= {"V": V, "E": as_bytes(shape.edges, np.uint32)}
        piece["radius"] = 1e-4 if kind == "vector" else tube(shape, look.width or WIDTH)
    if kind == "vector":
        arrows = stretch(shape, quantity, look) * np.where(np.isfinite(values), values, 0)
        return piece | {"values": as_bytes(arrows, np.float32)}
    if kind == "uv":
        return piece | _textured(values, look)
    if kind == "label" and len((table := label_table(values, look))[1]) <= MOST_LABELS:
        places, colors = table
        count = len(colors) - 1
        return piece | {"values": as_bytes(places + 1, np.float32), "map": f"labels {count}", "low": 0.0,
                        "high": float(max(count, 1)),
                        "colors": as_bytes(np.round(255 * np.roll(colors, 1, axis=0)), np.uint8)}
    if kind == "scalar" and np.isfinite(values).all():
        by = scale(values, look)
        return piece | {"values": as_bytes(values, np.float32), "map": f"house {by.map}", "low": by.low,
                        "high": by.high, "colors": lut(by.map).tobytes()}
    colors = colors_of(values, kind, look)
    if quantity.on == "corners":
        colors, piece["on"] = colors.reshape(-1, 3, 3).mean(axis=1), "faces"
    return piece | {"kind": "color", "values": as_bytes(colors, np.float32)}


def _textured(uv, look):
    """Coordinates within a texture that is tiled as often as they reach, because Polyscope repeats none."""
    uv = np.where(np.isfinite(uv), uv, 0.0)
    low = np.floor(uv.min(axis=0, initial=0.0))
    tiles = np.maximum(np.ceil(uv.max(axis=0, initial=1.0)) - low, 1).astype(int)
    pixels = texture(look.texture).pixels
    coarser = max(1, *(-(-pixels.shape[1 - k] * int(tiles[k]) // LARGEST) for k in (0, 1)))
    pixels = pixels[::coarser, ::coarser]
    return {"values": as_bytes((uv - low) / tiles, np.float32), "tiles": tiles.tolist(),
            "shape": list(pixels.shape[:2]), "colors": pixels.tobytes(), "texture": texture(look.texture).key}


def tube(shape: Shape, width: float | None = None) -> float:
    """How thick edges are drawn, as a radius in a ball of radius 1 that holds the shape: half of the width in
    pixels, or a quarter of the mean edge, but no more than can be told apart."""
    ends = getattr(shape, "edges", None)
    if ends is None or not len(ends):
        return 0.0
    X = shape.V if isinstance(shape, Mesh) else shape.X
    size = np.linalg.norm(X - (X.min(axis=0) + X.max(axis=0)) / 2, axis=1).max() or 1.0
    mean = np.linalg.norm(X[ends[:, 0]] - X[ends[:, 1]], axis=1).mean() / size
    if isinstance(shape, CurveNetwork) and width is None:
        return float(np.clip(0.25 * mean, 0.004, 0.014))
    return float(min(0.5 * (width or WIDTH) / PIXELS, max(0.2 * mean, 0.001)))


def closed(shape: Shape) -> bool:
    """Whether a surface has no hole and all its faces look outwards, so that nobody sees their backs.

    Every edge must be run along once each way, and every piece must enclose a positive volume.
    """
    if not isinstance(shape, Mesh) or not shape.n_faces:
        return False
    F, n = shape.F.astype(np.int64), shape.n_vertices
    a, b = F.ravel(), np.roll(F, -1, axis=1).ravel()
    along, back = np.sort(a * n + b), np.sort(b * n + a)
    if (along[1:] == along[:-1]).any() or not np.array_equal(along, back):
        return False
    piece = connected_components(coo_array((np.ones(len(a), bool), (a, b)), (n, n)), directed=False)[1]
    corners = shape.V[F] - shape.V.mean(axis=0)
    volumes = np.bincount(piece[F[:, 0]], np.linalg.det(corners))
    return bool((volumes[np.unique(piece[F[:, 0]])] > 0).all())
