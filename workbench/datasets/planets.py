"""Planets made of random harmonics: height and warmth everywhere, and sea, land, ice or desert to learn."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from workbench.operators.harmonics import BandLimited, random_signal
from workbench.shapes.icosahedral import tangent_frames

KINDS = ("sea", "land", "ice", "desert")

#: the share of a planet under water, and how far warmth reaches from the warm axis before it freezes
SEA, FROST = 0.55, -0.35


@dataclass(frozen=True, eq=False)
class Planet:
    """A height, band-limited, and a sun that shines from one side: both turn with the planet.

    signal  two channels: height, and warmth, a harmonic of degree two, which is cold around two opposite
            poles that the planet has chosen for itself
    shore   the height of the sea
    """

    signal: BandLimited
    shore: float

    def inputs(self, X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2"]:
        """Height and warmth at points of the sphere: (n, 2)."""
        return self.signal(X)

    def kinds(self, X: Float[np.ndarray, "n 3"]) -> Int[np.ndarray, " n"]:
        """0 sea, 1 land, 2 ice, 3 desert; as KINDS.

        Ice floats and lies wherever it is cold and low or very cold. The wind blows from warm to cold and
        leaves its rain where it climbs: land is desert where it descends, grad height . grad warmth > 0.
        """
        height, warmth = self.signal(X).T
        to_height, to_warmth = self.signal.chart_derivatives(tangent_frames(X))[:, :, :2].transpose(1, 0, 2)
        lee = (to_height * to_warmth).sum(axis=1) > 0
        dry = np.where(height > self.shore, np.where(lee, 3, 1), 0)
        return np.where(warmth - 0.25 * np.maximum(height - self.shore, 0) < FROST, 2, dry)

    def seen(self, X: Float[np.ndarray, "n 3"], noise: float, seed: int) -> Float[np.ndarray, "n 2"]:
        """Height and warmth as bad instruments tell them: with white noise of this standard deviation."""
        return self.inputs(X) + noise * np.random.default_rng(seed).standard_normal((len(X), 2))

    def turned(self, R: Float[np.ndarray, "3 3"]) -> "Planet":
        """The planet turned by R. Raises RotationError when R is no proper rotation."""
        return Planet(self.signal.turned(R), self.shore)


def planet(seed: int, degree: int = 6, upright: bool = False) -> Planet:
    """The planet of a seed: heights up to `degree`, a little more sea than land, an axis of its own.

    upright  its axis is that of the sphere: the cold is in the north and in the south
    """
    height, axis = random_signal(degree, 1, seed), np.random.default_rng((seed, 1)).standard_normal(3)
    axis = np.array([0.0, 0.0, 1.0]) if upright else axis / np.linalg.norm(axis)
    d, a = _zonal(axis)
    both = BandLimited(
        np.concatenate([height.d, d]), np.concatenate([height.degrees, np.full(len(d), 2)]),
        np.block([[height.a, np.zeros_like(height.a)], [np.zeros((len(d), 1)), a[:, None]]]))
    X = np.random.default_rng(0).standard_normal((2000, 3))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return Planet(both, float(np.quantile(both(X)[:, 0], SEA)))


def _zonal(axis):
    """Null directions and weights whose squares add up to (1 - 3 (axis . x)^2) / 2: warm around the equator.

    For orthonormal u, v, w: (u.x)^2 - (w.x)^2 and (v.x)^2 - (w.x)^2 are real parts of null squares, and their
    sum is 1 - 3 (w.x)^2 on the sphere.
    """
    w = axis
    u = np.linalg.svd(w[None])[2][1]
    v = np.cross(w, u)
    return np.stack([u + 1j * w, v + 1j * w]), np.array([0.5 + 0j, 0.5 + 0j])
