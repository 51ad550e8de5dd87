"""What travels to the browser: structures, quantities and plots as small dicts with binary arrays."""

import numpy as np
from jaxtyping import Float

from workbench.shapes import CurveNetwork, Mesh
from workbench.view.arrows import stretch
from workbench.view.board import Board, Shape, is_overlay
from workbench.view.colors import LINES, label_colors, label_keys, label_names, label_places, lut, scale
from workbench.view.plots import histogram_edges, histogram_rows
from workbench.view.textures import texture

from .fewer import fewer_of
from .sides import sides

#: more pixels along a side than every browser takes
WIDEST = 4096


def packed(piece) -> tuple[object, list[bytes]]:
    """A nested piece without its bytes, and the bytes; {"bytes": i} stands where the i-th were."""
    buffers: list[bytes] = []

    def bare(value):
        if isinstance(value, bytes):
            buffers.append(value)
            return {"bytes": len(buffers) - 1}
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items()}
        return [bare(item) for item in value] if isinstance(value, list | tuple) else value

    return bare(piece), buffers


def origin_of(host: Shape) -> Float[np.ndarray, " 3"]:
    """What is taken off the coordinates of all that stands in the place of this shape: nothing, or its middle
    where it is so far out that positions would lose their digits as float32."""
    X = host.V if isinstance(host, Mesh) else host.X
    middle = (X.min(axis=0) + X.max(axis=0)) / 2
    far = np.abs(middle).max() > 1e3 * np.linalg.norm(X - middle, axis=1).max()
    return middle.astype(np.float64) if far else np.zeros(3)


def structure_piece(board: Board, name: str, up: str) -> dict:
    """Positions as float32 (n, 3); faces as uint32 (m, 3) and edges (e, 2), empty where there are none."""
    shape = board.shapes[name]
    X = shape.V if isinstance(shape, Mesh) else shape.X
    none = np.zeros((0, 3))
    return structure_look(board, name) | {
        "up": up,
        "place": board.place_of(name),
        "V": as_bytes(X - origin_of(board.shapes[board.place_of(name)]), np.float32),
        "F": as_bytes(shape.F if isinstance(shape, Mesh) else none, np.uint32),
        "E": as_bytes(shape.E if isinstance(shape, CurveNetwork) else none, np.uint32),
    }


def shown_piece(board: Board, name: str, up: str) -> dict:
    """A structure as the browser draws it: a huge mesh by fewer faces, with the way back to its own.

    closed  whether nobody sees its inside from outside
    inward  whether its faces turn the wrong way
    """
    shape = board.shapes[name]
    if not isinstance(shape, Mesh):
        return structure_piece(board, name, up)
    less = fewer_of(shape)
    drawn, origin = less.mesh if less else shape, origin_of(board.shapes[board.place_of(name)])
    closed, inward = sides(drawn)
    piece = structure_piece(board, name, up) if less is None else {
        **structure_look(board, name), "up": up, "place": board.place_of(name), "E": b"",
        "V": as_bytes(drawn.V - origin, np.float32), "F": as_bytes(drawn.F, np.uint32), "told": less.words,
        "vertexOf": as_bytes(less.vertex_of, np.uint32), "faceOf": as_bytes(less.face_of, np.uint32),
    }
    return piece | {"closed": closed, "inward": inward}


def marked_piece(board: Board, marked: dict | None) -> dict | None:
    """A picked vertex, with the one that is drawn for it in a huge mesh."""
    less = fewer_of(board.shapes.get(marked["name"])) if marked else None
    return marked if less is None else {**marked, "drawn": int(less.drawn_as[marked["vertex"]])}


def structure_look(board: Board, name: str) -> dict:
    """How a structure is shown."""
    look = board.look_of(name)
    words = {"wireframe": look.wireframe, "opacity": look.opacity, "slice": look.slice, "width": look.width}
    return {"name": name, **words}


def quantity_piece(board: Board, name: str) -> dict:
    """What a quantity looks like, and its values as float32; a row with anything missing is missing.

    A label is its place among those that have a name and a colour.
    """
    quantity = board.quantities[name]
    less, values = fewer_of(board.shapes.get(quantity.of)), quantity.values
    if quantity.kind == "label":
        values = label_places(values, board.look_of(name))
    values = values if less is None else values[less.taken(quantity.on)]
    return quantity_look(board, name) | {"values": as_bytes(drawable(values), np.float32)}


def quantity_look(board: Board, name: str) -> dict:
    """How a quantity is shown, with the colours it is looked up in: 256 of a map, or one for each label."""
    quantity, look = board.quantities[name], board.look_of(name)
    piece = {
        "name": name,
        "of": quantity.of,
        "on": quantity.on,
        "kind": quantity.kind,
        "title": look.title or name,
        "seen": look.seen,
        "overlay": is_overlay(board.shapes.get(quantity.of), quantity),
        "width": look.width,
    }
    if quantity.kind == "scalar":
        by = scale(quantity.values, look)
        piece |= {
            "map": by.map,
            "low": by.low,
            "high": by.high,
            "colors": lut(by.map).tobytes(),
            "absent": int((~np.isfinite(quantity.values)).sum()),
            "asked": {word: getattr(look, word) for word in ("map", "low", "high", "symmetric")},
        }
    if quantity.kind == "label":
        keys = label_keys(quantity.values, look)
        colors = as_bytes(np.round(255 * label_colors(max(len(keys), 1))), np.uint8)
        piece |= {"labels": label_names(keys, look), "colors": colors}
    if quantity.kind == "vector":
        piece |= _arrows_look(board, name)
    if quantity.kind == "uv":
        piece |= {"texture": _texture_piece(texture(look.texture))}
    return piece


def _arrows_look(board, name):
    """What vectors are multiplied by to be arrows, the length of the longest, the missing, the colour."""
    quantity = board.quantities[name]
    known = np.isfinite(quantity.values).all(axis=1)
    vectors = [key for key, other in board.on(quantity.of).items() if other.kind == "vector"]
    return {
        "stretch": stretch(board.shapes[quantity.of], quantity, board.look_of(name)),
        "longest": float(np.linalg.norm(quantity.values[known], axis=1).max(initial=0.0)),
        "absent": int((~known).sum()),
        "ink": (None, *LINES)[vectors.index(name) % (1 + len(LINES))],
    }


def _texture_piece(what):
    """A picture with its key; what has more than WIDEST pixels along a side loses some of them, evenly."""
    height, width = what.pixels.shape[:2]
    step = -(-max(height, width) // WIDEST)
    pixels = what.pixels[::step, ::step]
    return {"key": what.key, "width": pixels.shape[1], "height": pixels.shape[0], "pixels": pixels.tobytes()}


def once(piece: dict, sent: set[str]) -> dict:
    """A quantity's piece without the pixels of a texture whose key was sent before; else its key is noted."""
    key = piece.get("texture", {}).get("key")
    if key in sent:
        return piece | {"texture": {"key": key}}
    sent.update({key} - {None})
    return piece


def plot_piece(board: Board, plot: str) -> dict:
    """All series of one plot, with what its kind needs: bins for a histogram, colours for a matrix."""
    series, look = board.plots()[plot], board.look_of(plot)
    first = next(iter(series.values()))
    piece = {"name": plot, "kind": first.kind, "title": look.title or plot, "log": look.log, "at": look.at}
    if first.kind == "histogram":
        rows, names = histogram_rows(series, look)
        edges, log = histogram_edges(rows, look)
        counts = [np.histogram(row, edges)[0].tolist() for row in rows]
        bins = {"edges": edges.tolist(), "log": log, "rows": counts}
        return piece | {"bins": bins, "rowNames": names, "series": []}
    if first.kind == "matrix":
        by = scale(first.values.ravel(), look)
        piece |= {
            "low": by.low,
            "high": by.high,
            "shape": list(first.values.shape),
            "colors": lut(by.map).tobytes(),
        }
    piece["series"] = [{"name": name, "values": as_bytes(q.values, np.float32)} for name, q in series.items()]
    return piece


def drawable(values: np.ndarray) -> np.ndarray:
    """Values with NaN and infinity moved far below everything, because shaders test that safely."""
    known = np.isfinite(values)
    return np.where(known if values.ndim == 1 else known.all(axis=1)[:, None], values, np.float32(-1e38))


def as_bytes(array: np.ndarray, dtype: type) -> bytes:
    """The array's numbers in row order, as the given type."""
    return np.ascontiguousarray(array, dtype).tobytes()
