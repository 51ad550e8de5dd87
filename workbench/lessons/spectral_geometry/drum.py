"""A string and a drum: their tones, how they swing, and what that sounds like."""

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from workbench.operators.laplacian import Laplacian, cotan_laplacian
from workbench.operators.spectrum import Spectrum, spectrum
from workbench.shapes.mesh import Mesh, MeshError

#: samples of sound in a second: enough for tones up to 4 kHz
RATE = 8000

#: the lowest tone that is played, in Hz, and the seconds it sounds
LOWEST, SECONDS = 110.0, 1.5


def disc(rings: int) -> Mesh:
    """The unit disc at z = 0: a middle and rings of 6, 12, 18, ... vertices, normals along +z.

    3 rings (rings + 1) + 1 vertices, the rim last; its area tends to pi with O(h^2). Raises MeshError for
    less than one ring.
    """
    if rings < 1:
        raise MeshError(f"a disc has at least one ring, got {rings}")
    radius = np.repeat(np.arange(rings + 1), np.maximum(6 * np.arange(rings + 1), 1))
    first = _first(np.arange(rings + 1))
    turn = 2 * np.pi * (np.arange(len(radius)) - first[radius]) / np.maximum(6 * radius, 1)
    V = np.stack([radius * np.cos(turn), radius * np.sin(turn), 0 * turn], axis=1) / rings
    return Mesh(V, np.concatenate([_between(ring) for ring in range(1, rings + 1)]))


def clamped(laplacian: Laplacian, held: Bool[np.ndarray, " n"], k: int) -> Spectrum:
    """The k lowest modes that are zero where held: L phi = lambda M phi on the other vertices.

    The rows and columns of held vertices are left out (Dirichlet conditions); the modes (n, k) get their
    zeros back, and Phi^T M Phi = I holds. Raises SpectrumError as spectrum does.
    """
    free = np.flatnonzero(~held)
    inside = spectrum(Laplacian(laplacian.L[free][:, free], laplacian.M[free]), k)
    evecs = np.zeros((len(held), k))
    evecs[free] = inside.evecs
    return Spectrum(inside.evals, evecs, laplacian.M)


def drum_modes(skin: Mesh, k: int) -> Spectrum:
    """The k lowest modes of a mesh that is held along its boundary."""
    held = np.zeros(skin.n_vertices, dtype=bool)
    held[skin.boundary_edges] = True
    return clamped(cotan_laplacian(skin), held, k)


def string_modes(n: int, k: int) -> Spectrum:
    """The k lowest modes of a string of length 1 that is held at both ends, from n points.

    (L u)_i = (2 u_i - u_(i-1) - u_(i+1)) / h with h = 1 / (n - 1), and M = h: a drum in one dimension, whose
    eigenvalues tend to (pi j)^2.
    """
    h = 1 / (n - 1)
    i = np.arange(n - 1)
    ends = np.stack([i, i + 1], axis=1).ravel()
    d = csr_array((np.tile([-1.0, 1.0], n - 1), (np.repeat(i, 2), ends)), shape=(n - 1, n))
    held = np.isin(np.arange(n), (0, n - 1))
    return clamped(Laplacian(csr_array(d.T @ d / h), np.full(n, h)), held, k)


def swung(skin: Mesh, mode: Float[np.ndarray, " n"], moment: float, height: float = 0.3) -> Mesh:
    """The flat skin lifted along z by height cos(2 pi moment) mode / max |mode|: one moment of one tone."""
    lift = height * np.cos(2 * np.pi * moment) * mode / abs(mode).max()
    return Mesh(skin.V + lift[:, None] * [0.0, 0.0, 1.0], skin.F)


def pitches(evals: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
    """How often each mode swings, as a multiple of the first one: sqrt(lambda_i / lambda_1)."""
    return np.sqrt(evals / evals[0])


def numbered(values: Float[np.ndarray, " k"]) -> Float[np.ndarray, "k 2"]:
    """Rows (1, value), (2, value), ...: a curve."""
    return np.stack([np.arange(1.0, len(values) + 1), values], axis=1)


def spikes(places: Float[np.ndarray, " k"], heights: Float[np.ndarray, " k"]) -> Float[np.ndarray, "p 2"]:
    """A curve (3 k, 2) that leaves the axis only to climb to each height at its place."""
    zero = np.zeros_like(heights)
    return np.stack([np.repeat(places, 3), np.stack([zero, heights, zero], axis=1).ravel()], axis=1)


def loudness(modes: Spectrum, vertex: int) -> Float[np.ndarray, " k"]:
    """How loud each mode sounds when a drum is struck at a vertex: |phi_i(vertex)|, the largest 1.

    A blow at v is a delta there, whose coefficients are Phi^T M delta_v = Phi[v]. Struck at the rim, nothing
    sounds: zeros.
    """
    heard = abs(modes.evecs[vertex])
    return heard / max(float(heard.max()), np.finfo(float).tiny)


def sound(times: Float[np.ndarray, " k"], loud: Float[np.ndarray, " k"]) -> Float[np.ndarray, " s"]:
    """The tones `times` LOWEST Hz, `loud`, added and fading, as RATE samples a second.

    High tones fade faster, in proportion to their pitch. Tones that RATE cannot tell are left out.
    """
    t = np.arange(int(SECONDS * RATE)) / RATE
    heard = LOWEST * times < RATE / 2
    waves = np.sin(2 * np.pi * LOWEST * np.outer(t, times[heard]))
    return (waves * np.exp(-4 * np.outer(t, times[heard]))) @ loud[heard]


def _first(ring):
    """The number of the first vertex of a ring."""
    return np.where(ring > 0, 1 + 3 * ring * (ring - 1), 0)


def _between(ring: int) -> Int[np.ndarray, "m 3"]:
    """The triangles between a ring and the one inside it, counter-clockwise."""
    sector, step = (x.ravel() for x in np.meshgrid(np.arange(6), np.arange(ring), indexing="ij"))
    outer = _first(ring) + (sector * ring + step) % (6 * ring)
    after = _first(ring) + (sector * ring + step + 1) % (6 * ring)
    count = max(6 * (ring - 1), 1)
    inner = _first(ring - 1) + (sector * (ring - 1) + step) % count
    beside = _first(ring - 1) + (sector * (ring - 1) + step + 1) % count
    outward = np.stack([outer, after, inner], axis=1)
    inward = np.stack([inner, after, beside], axis=1)[step < ring - 1]
    return np.concatenate([outward, inward])
