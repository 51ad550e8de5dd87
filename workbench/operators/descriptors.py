"""Point signatures read off a spectrum: heat kernel (HKS) and wave kernel (WKS)."""

import numpy as np
from jaxtyping import Float

from workbench.operators.spectrum import Spectrum, SpectrumError


def hks_times(q: int = 16, low: float = 0.01, high: float = 1.0) -> Float[np.ndarray, " q"]:
    """q diffusion times from low to high, spaced evenly in the logarithm: (q,), in length^2.

    The defaults are those of Sharp et al. 2022 (section 5), who scale shapes to the unit ball or to area one.
    Raises ValueError unless 0 < low <= high.
    """
    if not 0 < low <= high < np.inf:
        raise ValueError(f"times run from low to high with 0 < low <= high; got {low} and {high}")
    return np.geomspace(low, high, q)


def hks(spectrum: Spectrum, times: Float[np.ndarray, " q"]) -> Float[np.ndarray, "n q"]:
    """Heat kernel signature h(x, t) = sum_i exp(-lambda_i t) phi_i(x)^2, (n, q), in 1 / length^2.

    The heat that stays at x after time t, not normalised per time; its integral over the shape is the heat
    trace sum_i exp(-lambda_i t). Unchanged by isometries and signs; scaling by s gives
    h_s(x, s^2 t) = h(x, t) / s^2. (Sun, Ovsjanikov, Guibas 2009, section 4.) Raises ValueError when a time
    is negative.
    """
    if not (times >= 0).all():
        raise ValueError(f"diffusion times are zero or more; got {times.min()}")
    return spectrum.evecs**2 @ np.exp(-np.outer(spectrum.evals, times))


def wks(spectrum: Spectrum, q: int = 128) -> Float[np.ndarray, "n q"]:
    """Wave kernel signature at q energies, (n, q), in 1 / length^2: a weighted mean of phi_i(x)^2.

    w(x, e) = sum_i phi_i(x)^2 g_i(e) / sum_i g_i(e),   g_i(e) = exp(-(e - log lambda_i)^2 / (2 sigma^2)).
    Energies e run evenly from e_min = log lambda_1 to e_max = log lambda_k with
    sigma = 7 (e_max - e_min) / q, both ends moved in by 2 sigma (Aubry, Schlickewei, Cremers 2011; constants
    as in pyFM). Zero eigenvalues carry no wave and are left out. Every column integrates to one over the
    shape and is not negative; scaling by s divides by s^2. Raises SpectrumError without two different
    eigenvalues above zero, ValueError when q < 29, where the two moved ends would cross.
    """
    if q < 29:
        raise ValueError(f"with sigma = 7 / q of the energy range q has to be 29 or more; got {q}")
    moving = spectrum.evals > 1e-8 * spectrum.evals[-1]
    logs = np.log(spectrum.evals[moving])
    if len(logs) < 2 or logs[-1] - logs[0] < 1e-6:
        raise SpectrumError(f"waves need two eigenvalues above zero that differ; got {np.exp(logs)}")
    low, high = logs[0], logs[-1]
    sigma = 7 * (high - low) / q
    energies = np.linspace(low + 2 * sigma, high - 2 * sigma, q)
    exponents = -((energies - logs[:, None]) ** 2) / (2 * sigma**2)
    g = np.exp(exponents - exponents.max(axis=0))       # far from all eigenvalues every g would vanish
    return spectrum.evecs[:, moving] ** 2 @ (g / g.sum(axis=0))
