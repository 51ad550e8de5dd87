"""What a drawing process must be told: the difference between a Board and what the process knows already."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from workbench.view.board import Board, Shape
from workbench.view.browser.pieces import origin_of, structure_look, structure_piece
from workbench.view.colors import PLAIN, rgb
from workbench.view.linked import seat_of
from workbench.view.painter import Camera
from workbench.view.sizes import ball_of, filling

from .drawings import closed, drawn, tube

#: structures stand this far apart, each scaled into a ball of radius 1; as many in a row
STEP, ROW = 2.15, 5


def places(count: int) -> Float[np.ndarray, "count 2"]:
    """Where the middles of so many structures stand: rows of at most ROW, around the origin, (count, 2)."""
    columns = min(count, ROW)
    row, column = np.divmod(np.arange(count), max(columns, 1))
    rows = -(-count // max(columns, 1))
    return STEP * np.stack([column - (columns - 1) / 2, (rows - 1) / 2 - row], axis=1)


def placed(
    shape: Shape, up: str, yaw: float = Camera.yaw, radius: float | None = None
) -> Float[np.ndarray, "4 4"]:
    """The motion and scaling that puts a shape of any size upright into the ball of radius 1, turned by yaw
    degrees: so each body of a row shows the side that it shows on other stages.

    radius  what becomes 1, in the shape's units: its own, or that of a larger body beside it (see filling)
    """
    middle, own = ball_of(shape)
    turned = Camera(yaw=yaw, pitch=0.0, up=up).rotation / (own if radius is None else radius)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turned, turned @ (origin_of(shape) - middle)
    return matrix


def seated(camera: Camera, yaw: float) -> dict:
    """Where a drawing process puts its camera, for bodies that are turned by yaw degrees already."""
    return {"do": "camera", **seat_of(camera), "yaw": camera.yaw - yaw}


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
        hosts = [name for name in board.shapes if board.place_of(name) == name]
        spots = dict(zip(hosts, places(len(hosts)), strict=True))
        radii = filling({name: board.shapes[name] for name in hosts})
        extent = [float(reach) + 1.0 for reach in places(len(hosts)).max(axis=0, initial=0.0)]
        if self._told.get(("layout", "")) != (extent, ""):
            self._told["layout", ""] = (extent, "")
            yield {"do": "layout", "extent": extent}
        for key in [key for key in self._told if not _known(board, *key)]:
            told = self._told.pop(key)
            if key[0] in ("structure", "quantity"):
                yield {"do": "remove", "kind": key[0], "name": key[1], "of": told[-1]}
        for name, shape in board.shapes.items():
            yield from self._structure(board, name, shape, up)
            host = board.place_of(name)
            yield from self._place(name, board.shapes[host], spots[host], (up, yaw, radii[host]))
            yield from self._look(board, name)
        for name in board.shapes:
            seen, overlays = board.seen_on(name), board.overlays_of(name)
            for key in board.on(name):
                shown = board.look_of(key).seen is not False if key in overlays else key == seen
                yield from self._quantity(board, key, shown)

    def _structure(self, board, name, shape, up):
        if self._told.get(("structure", name), (None,))[0] is shape:
            return
        # Polyscope drops an old structure's quantities with it
        gone = [key for key, told in self._told.items() if key[0] != "setting" and told[-1] == name]
        for key in gone:
            del self._told[key]
        self._told["structure", name] = (shape, name)
        extra = {"color": list(rgb(PLAIN)), "closed": closed(shape), "radius": tube(shape)}
        yield {"do": "structure", **structure_piece(board, name, up), **extra}

    def _place(self, name, host, spot, stands):
        """Where a structure stands: where its host stands, as large as that one is drawn."""
        before, now = self._told.get(("place", name)), (*spot, *stands)
        if before is None or before[0] is not host or before[1] != now:
            self._told["place", name] = (host, now, name)
            matrix = placed(host, *stands).tolist()
            yield {"do": "place", "name": name, "matrix": matrix, "spot": spot.tolist()}

    def _look(self, board, name):
        piece = {"do": "look", **structure_look(board, name), "cut": bool(board.slices_of(name))}
        if self._told.get(("look", name), (None,))[0] != piece:
            self._told["look", name] = (piece, name)
            yield piece

    def _quantity(self, board, name, seen):
        quantity, look = board.quantities[name], board.look_of(name)
        before, token = self._told.get(("quantity", name)), (quantity, look, seen, quantity.of)
        if before is not None and before[0] is quantity and before[1:] == token[1:]:
            return
        if before is not None and before[-1] != quantity.of:
            yield {"do": "remove", "kind": "quantity", "name": name, "of": before[-1]}
        self._told["quantity", name] = token
        yield drawn(board, name) | {"do": "quantity", "seen": seen}


def _known(board, kind, name):
    if kind in ("structure", "place", "look"):
        return name in board.shapes
    return kind != "quantity" or name in board.quantities
