"""Band-limited signals on the sphere with exact values, gradients and Hessians, and exactly turned."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex, Float, Int

from workbench.operators.rotations import check_rotation


@dataclass(frozen=True, eq=False)
class BandLimited:
    """Signals s_c(x) = Re sum_i a_ic (d_i . x)^l_i, one per channel c: sums of spherical harmonics.

    d (m, 3) are complex with d . d = 0, so that (d . x)^l is a harmonic polynomial and its restriction to the
    sphere a harmonic of degree l; 2 l + 1 such directions span that degree. degrees (m,), a (m, c).
    """

    d: Complex[np.ndarray, "m 3"]
    degrees: Int[np.ndarray, " m"]
    a: Complex[np.ndarray, "m c"]

    def __call__(self, X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n c"]:
        """Values (n, c) at points of the unit sphere."""
        return ((X @ self.d.T) ** self.degrees @ self.a).real

    def gradient(self, X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n c 3"]:
        """The gradient of the polynomial in space, (n, c, 3)."""
        slope = self.degrees * (X @ self.d.T) ** np.maximum(self.degrees - 1, 0)
        return np.einsum("nm,mc,mx->ncx", slope, self.a, self.d, optimize=True).real

    def hessian(self, X: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n c 3 3"]:
        """The Hessian of the polynomial in space, (n, c, 3, 3)."""
        l = self.degrees  # noqa: E741, the degree's name
        bend = l * (l - 1) * (X @ self.d.T) ** np.maximum(l - 2, 0)
        return np.einsum("nm,mc,mx,my->ncxy", bend, self.a, self.d, self.d, optimize=True).real

    def chart_derivatives(self, frames: Float[np.ndarray, "n 3 3"]) -> Float[np.ndarray, "n c 5"]:
        """d1, d2, d11, d12, d22 of s o phi_P^-1 at 0 in the chart of every frame, exactly: (n, c, 5).

        The chart is x -> P_bar (x1, x2, sqrt(1 - |x|^2)); its second derivative is -P on the diagonal, so
        d_ab = e_a^T Hess e_b - delta_ab P . grad. Shen et al. 2021, section 3.
        """
        e, P = frames[:, :, :2], frames[:, :, 2]
        G, H = self.gradient(P), self.hessian(P)
        first = np.einsum("ncx,nxa->nca", G, e)
        second = np.einsum("nxa,ncxy,nyb->ncab", e, H, e, optimize=True)
        second -= np.eye(2) * np.einsum("ncx,nx->nc", G, P)[:, :, None, None]
        return np.concatenate([first, second[:, :, [0, 0, 1], [0, 1, 1]]], axis=2)

    def turned(self, R: Float[np.ndarray, "3 3"]) -> "BandLimited":
        """pi_R s, that is x -> s(R^-1 x), exactly. Raises RotationError when R is no proper rotation."""
        return replace(self, d=self.d @ check_rotation(R).T)


def random_signal(degree: int, channels: int = 1, seed: int = 0) -> BandLimited:
    """A random signal of all degrees 1 to `degree`, with about one half of mean square for each channel.

    Power falls as 1 / l. Raises ValueError for a degree below one.
    """
    if degree < 1:
        raise ValueError(f"a signal has a degree of at least one, got {degree}")
    draw = np.random.default_rng(seed)
    degrees = np.repeat(np.arange(1, degree + 1), 2 * np.arange(1, degree + 1) + 1)
    frames = np.linalg.qr(draw.standard_normal((len(degrees), 3, 3)))[0]
    d = frames[:, :, 0] + 1j * frames[:, :, 1]
    a = draw.standard_normal((len(degrees), channels)) + 1j * draw.standard_normal((len(degrees), channels))
    power = _mean_square(degrees) * (2 * degrees + 1) * degrees * np.sum(1 / np.arange(1, degree + 1))
    return BandLimited(d, degrees, a / np.sqrt(2 * power)[:, None])


def _mean_square(degrees):
    """The mean of |d . x|^(2 l) over the sphere, which is prod_j 2 j / (2 j + 1), j = 1 .. l."""
    j = np.arange(1, degrees.max() + 1)
    return np.cumprod(2 * j / (2 * j + 1))[degrees - 1]
