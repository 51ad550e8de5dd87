"""Where the camera stands, how points reach the pixels of a picture, and how the light falls."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

#: half of the opening angle, vertical, in radians; the browser's stage has the same lens
HALF_ANGLE = np.deg2rad(14.0)

#: direction and strength of the lights in camera coordinates (x right, y up, z to the eye): key, fill, rim
LIGHTS = ((-0.45, 0.75, 0.85), 0.46), ((0.9, 0.1, 0.55), 0.16), ((0.0, -1.0, 0.0), 0.06)
AMBIENT = 0.52
#: a little white in every colour, so that black keeps its form
SHEEN = 0.06


@dataclass(frozen=True)
class Camera:
    """A turntable: yaw around the up axis, then pitch, in degrees; looks at the shape's middle and fits it.

    up    the axis of the shape's own coordinates that points up in the picture: "y" or "z"
    zoom  how much larger than fits
    pan   how far the shape is moved right and up, in its own radii
    """

    yaw: float = 25.0
    pitch: float = 8.0
    up: str = "y"
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)

    @cached_property
    def rotation(self) -> Float[np.ndarray, "3 3"]:
        """From the shape's coordinates to the camera's: rows are right, up and towards the eye."""
        a, b = np.deg2rad([self.yaw, self.pitch])
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        stand = np.eye(3) if self.up == "y" else np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
        return nod @ turn @ stand


class Frame:
    """How points reach the pixels of a picture in which one shape is as large as fits, or as it is told.

    X      (n, 3) the points that are to fit, before zoom and pan
    size   rows and columns of the picture
    scale  pixels to one unit of X before the zoom, in the plane through the middle; None: as large as fits
    """

    def __init__(
        self, X: Float[np.ndarray, "n 3"], camera: Camera, size: tuple[int, int], scale: float | None = None
    ):
        self.camera, self.size = camera, size
        self.middle = (X.min(axis=0) + X.max(axis=0)) / 2
        self.radius = float(np.linalg.norm(X - self.middle, axis=1).max()) or 1.0
        points, _ = self._plane(X)
        low, high = points.min(axis=0), points.max(axis=0)
        across, up = np.maximum(high - low, 1e-12)
        fits = min(0.96 * min(size[1] / across, size[0] / up), 4.0 * max(size))  # a single point is no giant
        self.scale = fits / self.radius if scale is None else scale
        self.unit = self.scale * self.radius * camera.zoom
        self.center = (low + high) / 2 - np.array(camera.pan)

    def see(self, X: Float[np.ndarray, "n 3"]) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, " n"]]:
        """Points in perspective: (n, 2) pixels, x right and y down; (n,) depth in radii, larger is nearer."""
        points, depth = self._plane(X)
        return (points - self.center) * [self.unit, -self.unit] + [self.size[1] / 2, self.size[0] / 2], depth

    def _plane(self, X):
        Y = (X - self.middle) @ self.camera.rotation.T / self.radius
        distance = 1 / np.sin(HALF_ANGLE)
        return Y[:, :2] * (distance / np.maximum(distance - Y[:, 2], 0.05 * distance))[:, None], Y[:, 2]


def lit(
    colors: Float[np.ndarray, "m 3"], normals: Float[np.ndarray, "m 3"], camera: Camera
) -> Float[np.ndarray, "m 3"]:
    """color * (ambient + sum_i strength_i max(0, n . l_i)), with a sheen; normals as the shape's own."""
    n = normals @ camera.rotation.T
    shade = np.full(len(n), AMBIENT)
    for direction, strength in LIGHTS:
        shade += strength * np.clip(n @ (np.array(direction) / np.linalg.norm(direction)), 0, None)
    return np.clip(((1 - SHEEN) * colors + SHEEN) * shade[:, None], 0, 1)
