"""What a drawing process must be told: the difference between a Board and what the process knows already."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from workbench.shapes import Mesh

from .board import Board, Shape
from .colors import MISSING, PLAIN, colors_of, label_colors, lut, rgb, scale
from .painter import Camera
from .pieces import as_bytes, structure_piece

#: structures stand this far apart, each scaled to radius 1; as many in a row
STEP, ROW = 2.15, 5


def places(count: int) -> Float[np.ndarray, "count 2"]:
    """Where the middles of so many structures stand: rows of at most ROW, around the origin, (count, 2)."""
    columns = min(count, ROW)
    row, column = np.divmod(np.arange(count), max(columns, 1))
    rows = -(-count // max(columns, 1))
    return STEP * np.stack([column - (columns - 1) / 2, (rows - 1) / 2 - row], axis=1)


def placed(
    shape: Shape, place: Float[np.ndarray, " 2"], up: str, yaw: float = Camera.yaw
) -> Float[np.ndarray, "4 4"]:
    """The motion and scaling that puts a shape of any size upright into the ball of radius 1 at its place,
    turned by yaw degrees: so each body of a row shows the side that it shows on other stages."""
    X = shape.V if isinstance(shape, Mesh) else shape.X
    middle = (X.min(axis=0) + X.max(axis=0)) / 2
    radius = float(np.linalg.norm(X - middle, axis=1).max()) or 1.0  # a single point stays where it is
    turned = Camera(yaw=yaw, pitch=0.0, up=up).rotation / radius
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turned, [*place, 0.0] - turned @ middle
    return matrix


def seated(camera: Camera) -> dict:
    """Where a drawing process puts its camera, for bodies that are turned by the camera's yaw already."""
    return {"do": "camera", "yaw": 0.0, "pitch": camera.pitch, "zoom": camera.zoom, "pan": list(camera.pan)}


def camera_at(seat: dict, yaw: float, up: str) -> Camera:
    """The camera that sees what a drawing process sees, whose bodies are turned by yaw degrees."""
    turned = (yaw + seat["yaw"]) % 360
    right, above = (round(share, 4) for share in seat["pan"])
    return Camera(round(turned, 3), round(seat["pitch"], 3), up, round(seat["zoom"], 4), (right, above))


class Account:
    """What one drawing process has been told so far. A fresh process has a fresh account: it hears all."""

    def __init__(self):
        self._told: dict[tuple[str, str], tuple] = {}

    @property
    def fresh(self) -> bool:
        """Whether nothing was told yet."""
        return not self._told

    def setting(self, piece: dict) -> Iterator[dict]:
        """The message, unless it was the last one that said what to `do` about this."""
        key = ("setting", piece["do"])
        if self._told.get(key, [None])[0] != piece:
            self._told[key] = (piece, "")
            yield piece

    def news(self, board: Board, up: str, yaw: float = Camera.yaw) -> Iterator[dict]:
        """The messages after which the process shows the board; they count as told.

        yaw  by which each body is turned where it stands, in degrees
        """
        board = board.copy()
        extent = [float(reach) + 1.0 for reach in places(len(board.shapes)).max(axis=0, initial=0.0)]
        if self._told.get(("layout", "")) != (extent, ""):
            self._told["layout", ""] = (extent, "")
            yield {"do": "layout", "extent": extent}
        for key in [key for key in self._told if not _known(board, *key)]:
            yield {"do": "remove", "kind": key[0], "name": key[1], "of": self._told.pop(key)[-1]}
        for (name, shape), place in zip(board.shapes.items(), places(len(board.shapes)), strict=True):
            yield from self._structure(board, name, shape, place, (up, yaw))
        for name in board.shapes:
            seen = board.seen_on(name)
            for key, quantity in board.on(name).items():
                if quantity.kind == "uv" or quantity.on in ("edges", "corners"):
                    continue
                yield from self._quantity(board, key, key == seen)

    def _structure(self, board, name, shape, place, stands):
        before = self._told.get(("structure", name))
        if before is not None and before[0] is shape and np.array_equal(before[1], place):
            return
        if before is None or before[0] is not shape:
            # Polyscope drops an old structure's quantities with it
            for key in [key for key, told in self._told.items() if key[0] == "quantity" and told[-1] == name]:
                del self._told[key]
            yield {"do": "structure", "color": list(rgb(PLAIN)), **structure_piece(board, name, stands[0])}
        yield {"do": "place", "name": name, "matrix": placed(shape, place, *stands).tolist()}
        self._told["structure", name] = (shape, place, name)

    def _quantity(self, board, name, seen):
        quantity, look = board.quantities[name], board.look_of(name)
        before, token = self._told.get(("quantity", name)), (quantity, look, seen, quantity.of)
        if before is not None and all(a is b or a == b for a, b in zip(before[1:], token[1:], strict=True)):
            if before[0] is quantity:
                return
        if before is not None and before[-1] != quantity.of:
            yield {"do": "remove", "kind": "quantity", "name": name, "of": before[-1]}
        self._told["quantity", name] = token
        yield drawn(board, name) | {"do": "quantity", "seen": seen}


def _known(board, kind, name):
    place = {"structure": board.shapes, "quantity": board.quantities}
    return kind not in place or name in place[kind]


def drawn(board: Board, name: str) -> dict:
    """A quantity as Polyscope draws it.

    Scalars stay scalars with the house's map, so that the panel's range, map and histogram work on them; with
    values missing they go as colours, because Polyscope has no colour for a missing value. Labels take the
    nearest corner's colour, out of the house's palette.
    """
    quantity, look = board.quantities[name], board.look_of(name)
    values, kind = quantity.values, quantity.kind
    piece = {"name": name, "of": quantity.of, "on": quantity.on, "kind": kind}
    if kind == "vector":
        return piece | {"values": as_bytes(np.where(np.isfinite(values), values, 0), np.float32)}
    if kind == "label":
        count = max(int(values.max(initial=0)) + 1, len(look.labels), 1)
        colors = np.vstack([rgb(MISSING), label_colors(count)])
        return piece | {"values": as_bytes(values + 1, np.float32), "map": f"labels {count}", "low": 0.0,
                        "high": float(count), "colors": as_bytes(np.round(255 * colors), np.uint8)}
    if kind == "scalar" and np.isfinite(values).all():
        by = scale(values, look)
        return piece | {"values": as_bytes(values, np.float32), "map": f"house {by.map}", "low": by.low,
                        "high": by.high, "colors": lut(by.map).tobytes()}
    return piece | {"kind": "color", "values": as_bytes(colors_of(values, kind, look), np.float32)}
