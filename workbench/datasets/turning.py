"""Pictures of a body on a turntable, drawn by ourselves: one angle, seen through thousands of pixels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from workbench.datasets.humans import humans
from workbench.shapes import Mesh

#: from where the light comes, in the camera's frame: left, above, before the body
LIGHT = np.array([-0.5, 0.6, 0.62])


@dataclass(frozen=True, eq=False)
class Frames:
    """Grey pictures (n, h, w) in [0, 1], and how far the body is turned in each, (n,) in [0, 2 pi)."""

    pixels: Float[np.ndarray, "n h w"]
    angles: Float[np.ndarray, " n"]


def turning(n: int = 2000, seed: int = 0, height: int = 40, dots: int = 12_000,
            mesh: Mesh | None = None) -> Frames:
    """n pictures of a turning body, at angles drawn evenly at random, `height` x `height` pixels.

    The surface is drawn as `dots` points of even density, each pixel the nearest of them, lit from one side
    (Lambert), so that no two angles look alike. The body is the third generated test body unless a mesh, y
    up, is given. Turned about the vertical axis; seen from afar (no perspective).
    """
    draw = np.random.default_rng(seed)
    mesh = (humans("test", "5k")[2].mesh if mesh is None else mesh).in_unit_ball()
    X, normals = _dots(mesh, dots, draw)
    angles = np.sort(draw.uniform(0, 2 * np.pi, n))
    return Frames(np.stack([_picture(X, normals, angle, height) for angle in angles]), angles)


def _dots(mesh, count, draw):
    """Points of the surface, evenly at random, with the normals of their faces."""
    face = draw.choice(mesh.n_faces, count, p=mesh.face_areas / mesh.area)
    a, b = np.sort(draw.random((2, count)), axis=0)
    corners = np.stack([a, b - a, 1 - b], axis=1)
    return np.einsum("nc,ncd->nd", corners, mesh.V[mesh.F[face]]), mesh.face_normals[face]


def _picture(X, normals, angle, height):
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    seen = normals @ turn.T @ [0, 0, 1] > 0
    at, light = X[seen] @ turn.T, (normals[seen] @ turn.T @ LIGHT).clip(0)
    column, row = (np.clip((height * (0.5 + 0.5 * sign * at[:, axis])).astype(int), 0, height - 1)
                   for axis, sign in ((0, 1), (1, -1)))
    far_to_near = np.argsort(at[:, 2])
    picture = np.zeros((height, height))
    picture[row[far_to_near], column[far_to_near]] = 0.2 + 0.8 * light[far_to_near]
    return picture
