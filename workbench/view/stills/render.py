"""One mesh as a picture, and all that stands in one place of a stage."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import UInt8

from workbench.shapes import Mesh
from workbench.view.board import Board
from workbench.view.painter import Camera, Frame
from workbench.view.sizes import alike

from .layers import layers_of, surface
from .raster import Layer, composed, halved


def rendered(
    mesh: Mesh, tint: Callable, camera: Camera, width: int, height: int
) -> UInt8[np.ndarray, "h w 4"]:
    """The mesh, as large as fits, as bytes (height, width, 4) of red, green, blue, opacity.

    tint  tint(face (p,), weights (p, 3)) -> (p, 3) colors in [0, 1], at points given by barycentric weights
    """
    size = (2 * height, 2 * width)  # twice as fine, for soft edges
    return _bytes([surface(mesh, tint, Frame(mesh.V, camera, size))], size)


def staged(
    board: Board, place: str, camera: Camera, width: int, height: int, scale: float | None = None
) -> UInt8[np.ndarray, "h w 4"]:
    """The structure of a place and all that stand over it, in its frame: bytes (height, width, 4).

    scale  pixels to one unit before the zoom (see common_scale); None: as large as fits
    """
    size = (2 * height, 2 * width)
    frame = Frame(_points(board, place), camera, size, scale and 2 * scale)
    names = [name for name in board.shapes if board.place_of(name) == place]
    return _bytes([layer for name in names for layer in layers_of(board, name, frame)], size)


def common_scale(board: Board, cameras: Mapping[str, Camera], width: int, height: int) -> float | None:
    """Pixels to one unit, before any zoom, at which every place's structure fits a picture of this size; None
    where one is a giant beside another, and each is drawn as large as fits.

    cameras  name of each place's structure -> the camera that sees it
    """
    frames = [Frame(_points(board, name), camera, (height, width)) for name, camera in cameras.items()]
    return min(frame.scale for frame in frames) if alike([frame.radius for frame in frames]) else None


def _points(board, name):
    shape = board.shapes[name]
    return shape.V if isinstance(shape, Mesh) else shape.X


def _bytes(layers: Sequence[Layer], size):
    return np.round(255 * np.clip(halved(composed(layers, size)), 0, 1)).astype(np.uint8)
