"""Where the camera stands and how the light falls; a cloud as coloured points, sorted by depth."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from workbench.shapes import PointCloud

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

    up  the axis of the shape's own coordinates that points up in the picture: "y" or "z"
    """

    yaw: float = 25.0
    pitch: float = 8.0
    up: str = "y"

    @cached_property
    def rotation(self) -> Float[np.ndarray, "3 3"]:
        """From the shape's coordinates to the camera's: rows are right, up and towards the eye."""
        a, b = np.deg2rad([self.yaw, self.pitch])
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        stand = np.eye(3) if self.up == "y" else np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
        return nod @ turn @ stand

    def see(self, X: Float[np.ndarray, "n 3"]) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, " n"]]:
        """Points in perspective, their middle at the centre: (n, 2) in the image plane, (n,) depth."""
        Y = (X - (X.min(axis=0) + X.max(axis=0)) / 2) @ self.rotation.T
        radius = np.linalg.norm(Y, axis=1).max() + 1e-300
        distance = radius / np.sin(HALF_ANGLE)
        return Y[:, :2] * (distance / (distance - Y[:, 2]))[:, None] / radius, Y[:, 2] / radius


def lit(
    colors: Float[np.ndarray, "m 3"], normals: Float[np.ndarray, "m 3"], camera: Camera
) -> Float[np.ndarray, "m 3"]:
    """color * (ambient + sum_i strength_i max(0, n . l_i)), with a sheen; normals as the shape's own."""
    n = normals @ camera.rotation.T
    shade = np.full(len(n), AMBIENT)
    for direction, strength in LIGHTS:
        shade += strength * np.clip(n @ (np.array(direction) / np.linalg.norm(direction)), 0, None)
    return np.clip(((1 - SHEEN) * colors + SHEEN) * shade[:, None], 0, 1)


def painted_cloud(
    cloud: PointCloud, colors: Float[np.ndarray, "n 3"], camera: Camera
) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 3"]]:
    """Points in the image plane from back to front (n, 2), and their colours (n, 3), paler with distance."""
    points, depth = camera.see(cloud.X)
    order = np.argsort(depth)
    near = ((depth[order] + 1) / 2).clip(0, 1)[:, None]
    return points[order], np.clip(colors[order] * (0.55 + 0.45 * near), 0, 1)
