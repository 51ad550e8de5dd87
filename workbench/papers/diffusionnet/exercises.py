"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import NotYet, expect, expect_shape
from workbench.operators.descriptors import hks
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


def check_features(attempt: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str:
    """Exercise 2: attempt(w, A) = tanh(Re(conj(w) * (A w))) for complex w (n, c) and A (c, c); Eq. 6.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    rng = np.random.default_rng(1)
    w = (rng.standard_normal((7, 3)) + 1j * rng.standard_normal((7, 3))) / 2
    A = (rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))) / 2
    got, right = np.asarray(attempt(w.copy(), A.copy())), np.tanh((w.conj() * (w @ A.T)).real)
    expect_shape(got, right, "one real feature for each gradient")
    if np.iscomplexobj(got):
        raise NotYet("the answer is complex: Eq. 6 takes the real part, and tanh of that")
    turned = np.asarray(attempt(np.exp(0.7j) * w, A.copy()))
    frames = ("it depends on where the real axis points: turn all w by one angle and your answer changes; "
              "the first w of Eq. 6 is conjugated, which undoes the turn of the second")
    close = ("no turn of the axes changes it, as it should be; compare conj(w) * (A w) with what you "
             "multiply, entry by entry")
    expect(got, right, _feature_mistakes(w, A), close if np.allclose(got, turned) else frames)
    return "Right: turn the axes as you like, the features stay."


def _feature_mistakes(w, A):
    product = w.conj() * (w @ A.T)
    return {
        "row v of A w is A times row v of w: with rows as vectors that is w @ A.T, and you have w @ A":
            np.tanh((w.conj() * (w @ A)).real),
        "tanh is missing": product.real,
        "take the real part, not the absolute value: the sign says clockwise or anticlockwise":
            np.tanh(np.abs(product)),
        "you took the imaginary part": np.tanh(product.imag),
        "A is conjugated, too; only the first w is": np.tanh((w.conj() * (w @ A.conj().T)).real),
        "A only scales here: its imaginary part, which turns, has no effect":
            np.tanh((w.conj() * (w @ A.real.T)).real),
    }


def check_signature(attempt: Callable[[Spectrum, np.ndarray], np.ndarray]) -> str:
    """Exercise 3: attempt(spectrum, times) = sum_i exp(-lambda_i t) phi_i(x)^2, (n, q) for q times.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    basis = spectrum(cotan_laplacian(bumpy_sphere(level=2)), k=30)
    times = np.array([0.02, 0.1, 0.5])
    Phi, fading = basis.evecs, np.exp(-np.outer(basis.evals, times))
    got, right = np.asarray(attempt(basis, times.copy())), hks(basis, times)
    if got.shape == right.T.shape:
        raise NotYet("a row for each time; the network wants a row for each vertex: transpose it")
    expect_shape(got, right, "a row for each vertex, a column for each time")
    expect(got, right, {
        "heat that starts at x and is measured at x passes phi(x) twice: square the eigenvectors":
            Phi @ fading,
        "it grows with time: look at the sign in the exponent": Phi**2 @ (1 / fading),
        "no mass here: the unit of heat at x is one already, whatever area x has":
            basis.mass[:, None] * (Phi**2 @ fading),
        "the weights exp(-lambda t) are missing: every time gives the same": Phi**2 @ np.ones_like(fading),
        "this is the square of a sum; what is asked for is a sum of squares": (Phi @ fading) ** 2,
    }, "at long times a signature is nearly flat, at short ones large at tips and bumps: is yours?")
    return "Right: sixteen columns of this are all the network is told."
