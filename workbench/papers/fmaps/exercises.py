"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import expect, expect_shape
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes.gallery import bumpy_sphere


def check_functional_map(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 1: attempt(T21, Phi1, Phi2, M2) = Phi2^T M2 Phi1[T21], (k2, k1); Eq. 2.

    T21 (n2,) vertices of shape 1, Phi1 (n1, k1), Phi2 (n2, k2), M2 (n2,). Returns a sentence when it is
    right; raises NotYet with a hint that fits the mistake when it is not.
    """
    basis = spectrum(cotan_laplacian(bumpy_sphere(level=2)), k=12)
    draw = np.random.default_rng(0)
    T21 = draw.integers(0, len(basis.mass), len(basis.mass))
    Phi1, Phi2, M2 = basis.evecs[:, :9], basis.evecs, basis.mass
    got, right = np.asarray(attempt(T21.copy(), Phi1, Phi2, M2)), _proper(T21, Phi1, Phi2, M2)
    expect_shape(got, right, "functions on shape 1 go in (columns), functions on shape 2 come out (rows)")
    expect(got, right, _mistakes(T21, Phi1, Phi2, M2),
           "compare with Phi2^T M2 P21 Phi1, where row i of P21 Phi1 is row T21[i] of Phi1")
    return "Right: a map of thousands of points in a small matrix. Its corner is the map of a smaller basis."


def _proper(T21, Phi1, Phi2, M2):
    return Phi2.T @ (M2[:, None] * Phi1[T21])


def _mistakes(T21, Phi1, Phi2, M2):
    back = np.zeros_like(Phi1)
    np.add.at(back, T21, Phi1)
    return {
        "the coefficients on shape 2 are Phi2^T M2 f; you left the mass matrix M2 out": Phi2.T @ Phi1[T21],
        "nothing was carried: row i of P21 Phi1 is row T21[i] of Phi1": Phi2.T @ (M2[:, None] * Phi1),
        "the map went the wrong way: P21 takes, it does not scatter": Phi2.T @ (M2[:, None] * back),
        "M2 went in twice: Phi2^T M2 f needs it once": _proper(T21, Phi1, Phi2, M2**2),
    }
