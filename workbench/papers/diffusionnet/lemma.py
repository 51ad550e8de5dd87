"""Lemma 1 by numbers, in a periodic plane: what diffusion for all times knows of a point, circles know too.

u is an image on an n x n grid of spacing h that goes round at its borders, so that diffusion, circle
integrals and convolutions are products in Fourier space and exact up to quadrature.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import j0

Image = Float[np.ndarray, "n n"]


def _frequencies(n, h):
    """|k| of each Fourier coefficient."""
    k = 2 * np.pi * np.fft.fftfreq(n, h)
    return np.hypot(k[:, None], k)


def _filtered(u, multiplier):
    return np.fft.ifft2(multiplier * np.fft.fft2(u)).real


def diffused(u: Image, t: float, h: float) -> Image:
    """u after heat flowed for the time t: each wave k fades by exp(-|k|^2 t)."""
    return _filtered(u, np.exp(-(_frequencies(len(u), h) ** 2) * t))


def circle_integral(u: Image, r: float, h: float) -> Image:
    """U_r(p), the integral of u along the circle of radius r around each p: waves times 2 pi r J0(r |k|)."""
    return _filtered(u, 2 * np.pi * r * j0(r * _frequencies(len(u), h)))


def from_circles(u: Image, t: float, h: float, steps: int = 400) -> Image:
    """The right side of Eq. 8: the integral over r of U_r(p) exp(-r^2 / 4t) / (4 pi t), by trapezia in r.

    With rho = r^2 and s = 1 / 4t that is s / pi times the Laplace transform of U_sqrt(rho) / (2 sqrt(rho)) at
    s (Eq. 9), which has one inverse: u_t(p) for all t determines U_r(p) for all r.
    """
    radii = np.linspace(0, 9 * np.sqrt(2 * t), steps + 1)  # exp(-40) beyond
    weights = np.exp(-(radii**2) / (4 * t)) / (4 * np.pi * t) * (radii[1] - radii[0])
    k = _frequencies(len(u), h)
    return _filtered(u, sum(w * 2 * np.pi * r * j0(r * k) for r, w in zip(radii, weights, strict=True)))


def heat_kernel(r: Float[np.ndarray, "*s"], t: float) -> Float[np.ndarray, "*s"]:
    """exp(-r^2 / 4t) / (4 pi t): what diffusion for the time t does to a unit of heat, at distance r."""
    return np.exp(-(r**2) / (4 * t)) / (4 * np.pi * t)


def weights_for(alpha, times: Float[np.ndarray, " m"], reach: float,
                rows: int = 400) -> Float[np.ndarray, " m"]:
    """w with sum_i w_i heat_kernel(r, t_i) nearest to alpha(r), in the mean square over a disc of that reach.

    alpha  a function of radii. Then the sum of w_i u_(t_i) is nearly u convolved with alpha: one linear layer
    after diffusion. The times' kernels are nearly dependent: singular values below 1e-8 are left out.
    """
    r = (np.arange(rows) + 0.5) * reach / rows
    measure = np.sqrt(r)
    kernels = np.stack([heat_kernel(r, t) for t in times], axis=1)
    scale = 1 / np.linalg.norm(measure[:, None] * kernels, axis=0)
    found = np.linalg.lstsq(measure[:, None] * kernels * scale, measure * alpha(r), rcond=1e-8)[0]
    return scale * found


def mixture(r: Float[np.ndarray, "*s"], weights: Float[np.ndarray, " m"],
            times: Float[np.ndarray, " m"]) -> Float[np.ndarray, "*s"]:
    """sum_i w_i heat_kernel(r, t_i)."""
    return sum(w * heat_kernel(r, t) for w, t in zip(weights, times, strict=True))


def ring(radius: float = 0.5, width: float = 0.12):
    """A filter that looks at a ring: alpha(r) = exp(-((r - radius) / width)^2)."""
    return lambda r: np.exp(-(((r - radius) / width) ** 2))


def ring_by_diffusion(counts=(2, 4, 8, 16, 32), reach: float = 1.2, steps: int = 200):
    """How well `counts` diffusion times, spread evenly in log t, make a ring.

    Returns the curves r -> alpha(r) by name, each (steps, 2), and the error of each count, (len(counts), 2):
    the root of the mean square over the disc, over that of alpha.
    """
    alpha, r = ring(), np.linspace(0, reach, steps)
    curves, misses = {"the ring": np.stack([r, alpha(r)], axis=1)}, []
    for count in counts:
        times = np.geomspace(1e-3, 0.3, count)
        y = mixture(r, weights_for(alpha, times, reach), times)
        curves[f"{count} times"] = np.stack([r, y], axis=1)
        misses.append((count, np.sqrt(np.sum(r * (y - alpha(r)) ** 2) / np.sum(r * alpha(r) ** 2))))
    return curves, np.array(misses)
