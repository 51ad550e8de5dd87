"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import expect, expect_shape
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import Spectrum, spectrum
from workbench.shapes.gallery import bumpy_sphere


def check_diffusion(attempt: Callable[[Spectrum, np.ndarray, float], np.ndarray]) -> str:
    """Exercise 1: attempt(spectrum, u, t) = Phi exp(-lambda t) Phi^T M u for u (n,); Eq. 4.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    basis = spectrum(cotan_laplacian(bumpy_sphere(level=2)), k=40)
    u = basis.evecs @ np.random.default_rng(0).standard_normal(40)
    t = 0.3
    got, right = np.asarray(attempt(basis, u.copy(), t)), _diffused(basis, u, t)
    expect_shape(got, right, "one value a vertex goes in, one comes out")
    expect(got, right, _mistakes(basis, u, t), _otherwise(basis.mass, u, got))
    return "Right: this is heat after time t, and its total is what it was."


def _diffused(basis, u, t):
    return basis.evecs @ (np.exp(-basis.evals * t) * (basis.evecs.T @ (basis.mass * u)))


def _mistakes(basis, u, t):
    Phi, M = basis.evecs, basis.mass
    return {
        "your heat grows instead of fading: look at the sign in the exponent": _diffused(basis, u, -t),
        "the coefficients are Phi^T M u; you left the mass matrix M out": Phi
        @ (np.exp(-basis.evals * t) * (Phi.T @ u)),
        "nothing moved: the factors exp(-lambda t) are missing": _diffused(basis, u, 0.0),
        "M went in twice: Phi^T M u needs it once": _diffused(basis, M * u, t),
        "the exponent is -lambda t, without a square root": Phi
        @ (np.exp(-np.sqrt(np.abs(basis.evals)) * t) * (Phi.T @ (M * u))),
    }


def _otherwise(M, u, got):
    before, after = (M * u).sum(), (M * got).sum()
    if not np.isclose(before, after, rtol=1e-6):
        return f"heat is lost or made: sum(M u) was {before:.4g} and is {after:.4g}; diffusion conserves it"
    return "the total is right, its place is not: compare your factors with exp(-lambda_i t)"
