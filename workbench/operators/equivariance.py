"""The meter: how far a function is from commuting with a motion, as a number and as a picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import stats

from workbench.operators.harmonics import BandLimited, random_signal
from workbench.operators.rotations import random_rotation
from workbench.operators.spherical import sampled
from workbench.shapes.icosahedral import Grid, grid, level_of

#: what a network does at a level and with N turns: signals (n, c) on the grid in, (n, d) out
Answer = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Diagram:
    """Both paths of pi_R f = f pi_R at every point: (n, d) each.

    first_turned  f(pi_R s): the signal is turned, then answered
    last_turned   (f s)(R^-1 P): the signal is answered, then turned
    """

    first_turned: Float[np.ndarray, "n d"]
    last_turned: Float[np.ndarray, "n d"]

    @property
    def difference(self) -> Float[np.ndarray, "n d"]:
        return self.first_turned - self.last_turned

    @property
    def error(self) -> float:
        """The root mean square difference over the answer's own spread: 0 commutes, about 1 is unrelated."""
        return relative_error(self.first_turned, self.last_turned)


def relative_error(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square of one - other over the root mean square deviation of `other` from its mean.

    For any two answers of one shape, points first; where `other` is constant its size takes the spread's
    place. This is what tests of permutation, remeshing or sign flips compare, too.
    """
    spread = np.sqrt(np.mean((other - other.mean(axis=0)) ** 2))
    scale = spread if spread > 1e-12 else np.sqrt(np.mean(other**2))
    return float(np.sqrt(np.mean((one - other) ** 2)) / max(scale, 1e-300))


def invariance_error(answer: Callable, inputs, moved, undo: Callable = lambda x: x) -> float:
    """relative_error of undo(answer(moved)) against answer(inputs), for a motion of any kind.

    inputs, moved  what goes in, before and after the motion: a rotated body, permuted vertices, other
                   triangles, flipped eigenvectors
    undo           brings the moved answer back to the order of the first: a permutation, a lookup
    """
    return relative_error(np.asarray(undo(answer(moved))), np.asarray(answer(inputs)))


def diagram(answer: Answer, on: Grid, signal: BandLimited, R: Float[np.ndarray, "3 3"]) -> Diagram:
    """Both paths for one signal and rotation, on the grid where the answer lives: `on` or a coarser one.

    The answer is turned by sampling it at R^-1 P, to O(h^3). Raises RotationError for an improper R,
    MeshError when the answer lives on no grid, SphereError when it is not finite.
    """
    first, plain = answer(signal.turned(R)(on.V)), answer(signal(on.V))
    there = grid(level_of(len(plain)))
    return Diagram(first, sampled(there, plain, there.V @ R))


def equivariance_error(network: Callable[[int, int], Answer], level: int, N: int, *, rotations: int = 4,
                       degree: int = 4, channels: int = 1, seed: int = 0) -> Float[np.ndarray, " rotations"]:
    """Diagram.error of network(level, N) for random rotations, each with a random signal of its own.

    network   makes the function to be measured at a level and with N turns
    degree    of the signals, which are band-limited
    """
    answer, on, draw = network(level, N), grid(level), np.random.default_rng(seed)
    pairs = [(random_signal(degree, channels, seed + i), random_rotation(draw)) for i in range(rotations)]
    return np.array([diagram(answer, on, signal, R).error for signal, R in pairs])


@dataclass(frozen=True)
class Slope:
    """The exponent p of error = c x^p by least squares in logarithms, and the half width of its interval."""

    p: float
    half_width: float

    def __str__(self):
        return f"{self.p:.2f} ± {self.half_width:.2f}"


def log_slope(x: Float[np.ndarray, " m"], errors: Float[np.ndarray, " m"], confidence: float = 0.95
              ) -> Slope:
    """The slope of log(error) over log(x) with Student's interval; at least three points.

    Raises ValueError for fewer, or for numbers that are not positive.
    """
    if len(x) < 3 or min(x.min(), errors.min()) <= 0:
        raise ValueError(f"a slope wants three positive points or more, got x {x} and errors {errors}")
    line = stats.linregress(np.log(x), np.log(errors))
    return Slope(float(line.slope), float(line.stderr * stats.t.ppf((1 + confidence) / 2, len(x) - 2)))
