"""Shapes by formula: small meshes whose areas, holes and spectra are known on paper."""

import numpy as np

from .mesh import Mesh, MeshError
from .sphere import icosphere


def sphere(level: int = 3) -> Mesh:
    """The unit sphere as an icosahedral grid: 10 * 4**level + 2 vertices, area -> 4 pi, genus 0."""
    return icosphere(level)


def torus(n: int = 48, m: int = 24, R: float = 1.0, r: float = 0.4) -> Mesh:
    """A torus around the z axis: ((R + r cos b) cos a, (R + r cos b) sin a, r sin b); area -> 4 pi^2 R r.

    n steps of a around the hole, m steps of b around the tube: n m vertices, genus 1, outward.
    Raises MeshError unless n, m >= 3 and 0 < r < R.
    """
    _expect(min(n, m) >= 3 and 0 < r < R, "a torus has n, m >= 3 and 0 < r < R", n=n, m=m, R=R, r=r)
    a, b = np.meshgrid(2 * np.pi * np.arange(n) / n, 2 * np.pi * np.arange(m) / m, indexing="ij")
    V = np.stack([(R + r * np.cos(b)) * np.cos(a), (R + r * np.cos(b)) * np.sin(a), r * np.sin(b)], axis=-1)
    return Mesh(V.reshape(-1, 3), _grid_faces(np.pad(np.arange(n * m).reshape(n, m), (0, 1), mode="wrap")))


def plane_with_hole(n: int = 32) -> Mesh:
    """The square [-1, 1]^2 at z = 0 without the disc of radius 0.3: area -> 4 - 0.09 pi, two boundary loops.

    n edges along each side of the square and n // 2 rings from the hole to the border; normals along +z.
    Raises MeshError unless n >= 2.
    """
    _expect(n >= 2, "a plane with a hole has n >= 2", n=n)
    side = np.linspace(-1, 1, n, endpoint=False)
    one = np.ones(n)
    sides = [(side, -one), (one, side), (-side, one), (-one, -side)]
    border = np.concatenate([np.stack(xy, axis=1) for xy in sides])
    hole = 0.3 * border / np.linalg.norm(border, axis=1, keepdims=True)
    t = np.linspace(0, 1, n // 2 + 1)[:, None, None]
    V = np.concatenate([hole + t * (border - hole), np.zeros((len(t), 4 * n, 1))], axis=-1)
    grid = np.arange(len(t) * 4 * n).reshape(len(t), 4 * n)
    return Mesh(V.reshape(-1, 3), _grid_faces(np.pad(grid, ((0, 0), (0, 1)), mode="wrap")))


def bumpy_sphere(level: int = 4, seed: int = 0) -> Mesh:
    """A sphere without symmetry: radius 1 + 0.3 mean_i sin(w_i . x + p_i) over six seeded waves w_i, p_i.

    Star-shaped about the origin, radius between 0.7 and 1.3, genus 0, outward; 10 * 4**level + 2 vertices.
    """
    rng = np.random.default_rng(seed)
    waves, phases = rng.normal(scale=3.0, size=(6, 3)), rng.uniform(0, 2 * np.pi, size=6)
    ball = icosphere(level)
    radius = 1 + 0.3 * np.sin(ball.V @ waves.T + phases).mean(axis=1, keepdims=True)
    return Mesh(radius * ball.V, ball.F)


def two_spheres(level: int = 3) -> Mesh:
    """Two unit spheres apart, centred at x = -1.5 and x = 1.5: one mesh of two components, area -> 8 pi."""
    ball = icosphere(level)
    shift = np.array([1.5, 0.0, 0.0])
    F = np.concatenate([ball.F, ball.F + ball.n_vertices])
    return Mesh(np.concatenate([ball.V - shift, ball.V + shift]), F)


def crease(n: int = 24, angle: float = np.pi / 2) -> Mesh:
    """Two flat unit squares that meet along the y axis like a roof: area exactly 2, one boundary loop.

    angle  between the two sheets, measured below the roof, in radians from 0 (shut) to pi (one flat sheet)
    n      steps along each side of a square: (2 n + 1)(n + 1) vertices, normals up

    Raises MeshError unless n >= 1 and 0 < angle <= pi.
    """
    _expect(n >= 1 and 0 < angle <= np.pi, "a crease has n >= 1 and 0 < angle <= pi", n=n, angle=angle)
    u, y = np.meshgrid(np.linspace(-1, 1, 2 * n + 1), np.linspace(0, 1, n + 1), indexing="ij")
    V = np.stack([u * np.sin(angle / 2), y, -np.abs(u) * np.cos(angle / 2)], axis=-1)
    return Mesh(V.reshape(-1, 3), _grid_faces(np.arange(u.size).reshape(u.shape)))


def _grid_faces(index):
    """Two triangles for each cell of a grid of vertex numbers, turning from axis 0 to axis 1: (m, 3)."""
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    return np.concatenate([np.stack(corners, axis=-1).reshape(-1, 3) for corners in [(a, b, c), (a, c, d)]])


def _expect(holds, rule, **given):
    if not holds:
        raise MeshError(f"{rule}; got {', '.join(f'{name}={value!r}' for name, value in given.items())}")
