"""The painter's algorithm: a shape seen from a camera as coloured, softly lit, depth-sorted polygons."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from workbench.shapes import Mesh, PointCloud

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


def painted_mesh(
    mesh: Mesh, colors: Float[np.ndarray, "m 3"], camera: Camera
) -> tuple[Float[np.ndarray, "q 3 2"], Float[np.ndarray, "q 3"]]:
    """Triangles in the image plane from back to front (q, 3, 2), and their colours (q, 3).

    Faces turned away are left out, unless the surface has a boundary: then both its sides can be seen.
    Normals are the vertices' own, averaged, so that the light flows over the facets.
    """
    points, depth = camera.see(mesh.V)
    corners = points[mesh.F]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    facing = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 0
    normals = mesh.vertex_normals[mesh.F].mean(axis=1)
    if len(mesh.boundary_edges):
        normals, seen = np.where(facing[:, None], normals, -normals), np.arange(mesh.n_faces)
    else:
        seen = np.flatnonzero(facing)
    order = seen[np.argsort(depth[mesh.F[seen]].mean(axis=1))]
    return corners[order], lit(colors[order], normals[order], camera)


def painted_cloud(
    cloud: PointCloud, colors: Float[np.ndarray, "n 3"], camera: Camera
) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 3"]]:
    """Points in the image plane from back to front (n, 2), and their colours (n, 3), paler with distance."""
    points, depth = camera.see(cloud.X)
    order = np.argsort(depth)
    near = ((depth[order] + 1) / 2).clip(0, 1)[:, None]
    return points[order], np.clip(colors[order] * (0.55 + 0.45 * near), 0, 1)


def on_faces(mesh: Mesh, values: np.ndarray, kind: str) -> np.ndarray:
    """Vertex values carried to faces: the corners' mean, or for labels what two of three say."""
    corners = values[mesh.F]
    if kind != "label":
        return corners.mean(axis=1)
    a, b, c = corners.T
    return np.where(b == c, b, a)
