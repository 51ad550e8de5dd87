"""Meshes of every kind, random Hodge stars on them, and the same eigenproblem by dense algebra."""

import numpy as np

from workbench.operators.exterior import d0
from workbench.operators.pencil import pattern
from workbench.shapes import Mesh, bumpy_sphere


def square(cells=6):
    """A flat unit square with a boundary."""
    x, y = np.meshgrid(np.linspace(0, 1, cells + 1), np.linspace(0, 1, cells + 1), indexing="ij")
    i = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    a, b, c, d = i[:-1, :-1].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel(), i[:-1, 1:].ravel()
    F = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return Mesh(np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1), F)


def two_pieces():
    """A square and a sphere that do not touch."""
    one, other = square(), bumpy_sphere(level=1)
    return Mesh(np.concatenate([one.V, other.V + 5]), np.concatenate([one.F, other.F + one.n_vertices]))


MESHES = {"closed": lambda: bumpy_sphere(level=2), "boundary": square, "two pieces": two_pieces}


def stars(mesh, k, seed=0):
    """Random positive definite blocks on vertices and edges."""
    draw = np.random.default_rng(seed)
    f, g = (draw.standard_normal((count, k, k)) for count in (mesh.n_vertices, len(mesh.edges)))
    return tuple(x @ x.transpose(0, 2, 1) + 0.05 * np.eye(k) for x in (f, g))


def dense(mesh, star0, star1):
    """L and M written out entry by entry."""
    n, k = star0.shape[:2]
    d = np.kron(d0(mesh).toarray(), np.eye(k))
    star = np.zeros((len(star1) * k,) * 2)
    for e, block in enumerate(star1):
        star[e * k:e * k + k, e * k:e * k + k] = block
    M = np.zeros((n * k, n * k))
    for v, block in enumerate(star0):
        M[v * k:v * k + k, v * k:v * k + k] = block
    return d.T @ star @ d, M


def large():
    """Large enough for the sparse way: 642 vertices, two components each."""
    mesh = bumpy_sphere(level=3)
    return mesh, pattern(mesh), stars(mesh, 2)


def moved(blocks, by, seed=5):
    """Stars of which every entry is a little different."""
    draw = np.random.default_rng(seed)
    return [(1 + by * draw.standard_normal((len(x), 1, 1))) * x for x in blocks]
