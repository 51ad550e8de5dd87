"""Spectra that are known on paper, and how fast those of meshes come near them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.sparse import coo_array
from scipy.special import jn_zeros

from workbench.lessons.spectral_geometry.drum import disc, drum_modes
from workbench.operators.laplacian import Laplacian, cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes import Mesh, sphere

#: modes that are compared
MODES = 12

#: what is measured, in the order of Config.grids
KNOWN = ("drum", "sphere", "flat torus")


def drum_eigenvalues(k: int) -> Float[np.ndarray, " k"]:
    """The unit disc held at its rim: squares of the zeros of the Bessel functions J_m, those of m > 0 twice.

    k up to 300: the lowest 60 zeros of each m < 60 are looked through.
    """
    zeros = [np.repeat(jn_zeros(m, 60), 1 if m == 0 else 2) for m in range(60)]
    return np.sort(np.concatenate(zeros))[:k] ** 2


def sphere_eigenvalues(k: int) -> Float[np.ndarray, " k"]:
    """The unit sphere: l (l + 1), each 2 l + 1 times."""
    degrees = np.arange(k)
    return np.repeat(degrees * (degrees + 1.0), 2 * degrees + 1)[:k]


def torus_eigenvalues(k: int) -> Float[np.ndarray, " k"]:
    """The flat torus, a unit square with its opposite sides joined: 4 pi^2 (a^2 + b^2) for all whole a, b."""
    a = np.arange(-k, k + 1.0)
    return np.sort((4 * np.pi**2 * (a[:, None] ** 2 + a**2)).ravel())[:k]


def flat_torus(n: int) -> tuple[Laplacian, float]:
    """A unit square of n x n cells whose opposite sides are joined: its Laplacian (n^2 vertices), and h.

    The square's L and M are made as always; joined vertices add their rows and columns: P^T L P with P
    naming for each vertex the one it becomes. No mesh in space is this torus without stretching.
    """
    i, j = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    at = i * (n + 1) + j
    a, b, c, d = (at[s, t].ravel() for s, t in _corners())
    V = np.stack([i.ravel() / n, j.ravel() / n, np.zeros(at.size)], axis=1)
    square = cotan_laplacian(Mesh(V, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])))
    becomes = (i % n * n + j % n).ravel()
    P = coo_array((np.ones(at.size), (np.arange(at.size), becomes)), shape=(at.size, n * n)).tocsr()
    return Laplacian((P.T @ square.L @ P).tocsr(), P.T @ square.M), 1 / n


def errors(name: str, grids: Sequence[int]) -> Float[np.ndarray, "g 2"]:
    """Mean relative error of the MODES lowest eigenvalues above zero, over the edge length: rows (h, error).

    name is one of KNOWN; grids as in Config. Raises KeyError for another name.
    """
    measure = {"drum": _drum, "sphere": _sphere, "flat torus": _torus}[name]
    rows = [measure(grid) for grid in grids]
    return np.array([(h, np.mean(abs(evals / exact - 1))) for h, evals, exact in rows])


def slope(curve: Float[np.ndarray, "g 2"]) -> float:
    """The power p of the law error = c h^p that fits the rows (h, error) best, in logarithms."""
    return float(np.polyfit(*np.log(curve).T, 1)[0])


def _drum(rings):
    return 1 / rings, drum_modes(disc(rings), MODES).evals, drum_eigenvalues(MODES)


def _sphere(level):
    mesh = sphere(level)
    h = np.linalg.norm(mesh.V[mesh.edges[:, 0]] - mesh.V[mesh.edges[:, 1]], axis=1).mean()
    return h, spectrum(cotan_laplacian(mesh), MODES + 1).evals[1:], sphere_eigenvalues(MODES + 1)[1:]


def _torus(n):
    joined, h = flat_torus(n)
    return h, spectrum(joined, MODES + 1).evals[1:], torus_eigenvalues(MODES + 1)[1:]


def _corners():
    low, high = slice(None, -1), slice(1, None)
    return (low, low), (high, low), (high, high), (low, high)
