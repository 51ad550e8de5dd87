"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import NotYet, expect, expect_shape
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


def check_soft_map(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 2: attempt(f1, f2, sigma) = P21, (n2, n1), as a matrix; Eq. 3.

    f1 (n1, p), f2 (n2, p). Also asked with a blur so small that all exponentials underflow. Returns and
    raises as check_functional_map.
    """
    draw = np.random.default_rng(1)
    f1, f2, sigma = draw.standard_normal((7, 3)), draw.standard_normal((5, 3)), 0.8
    with np.errstate(all="ignore"):
        got, sharp = (np.asarray(attempt(f1.copy(), f2.copy(), blur)) for blur in (sigma, 1e-3))
    right = _soft(f1, f2, sigma)
    expect_shape(got, right, "a row for every vertex of shape 2, a column for every vertex of shape 1")
    expect(got, right, _soft_mistakes(f1, f2, sigma), "compare with Eq. 3, row by row: each sums to one")
    if not np.isfinite(sharp).all():
        raise NotYet("right for sigma = 0.8, but at sigma = 0.001 every exponential of a row is zero, and "
                     "zero over zero is no number: subtract the row's largest exponent first; nothing else "
                     "changes")
    expect(sharp, _soft(f1, f2, 1e-3), {}, "right for sigma = 0.8, but not at sigma = 0.001")
    return "Right, at any blur. The largest exponent is what the running maximum finds, tile by tile."


def _soft(f1, f2, sigma):
    exponents = _exponents(f1, f2) / sigma**2
    weights = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _exponents(f1, f2):
    return -((f2[:, None] - f1) ** 2).sum(axis=2) / 2


def _soft_mistakes(f1, f2, sigma):
    raw = np.exp(_exponents(f1, f2) / sigma**2)
    return {
        "rows do not sum to one: divide each by its sum": raw,
        "columns sum to one, but it is the rows that should": raw / raw.sum(axis=0),
        "sigma is squared in the exponent": _soft(f1, f2, np.sqrt(sigma)),
        "the exponent is divided by 2 sigma^2; you left the 2 out": _soft(f1, f2, sigma / np.sqrt(2)),
        "the distance is squared in the exponent": _from(-np.sqrt(-2 * _exponents(f1, f2)) / 2 / sigma**2),
        "the sign: near features get large weights": _from(-_exponents(f1, f2) / sigma**2),
    }


def _from(exponents):
    return np.exp(exponents) / np.exp(exponents).sum(axis=1, keepdims=True)


def check_zoomout(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 3: attempt(C21, Phi1, Phi2, M2, K) = C21 of size (K, K) after one step of ZoomOut.

    C21 (k, k) with k < K, Phi1 (n1, m), Phi2 (n2, m) with m >= K, M2 (n2,). Returns and raises as
    check_functional_map.
    """
    one, two = (spectrum(cotan_laplacian(bumpy_sphere(level=level)), k=20) for level in (2, 1))
    C21 = np.eye(6) + 0.2 * np.random.default_rng(2).standard_normal((6, 6))
    given = C21, one.evecs, two.evecs, two.mass, 15
    got, right = np.asarray(attempt(*(np.copy(x) for x in given[:4]), 15)), _zoomed(*given)
    expect_shape(got, right, "C21 of the points' map in the K lowest eigenfunctions of both shapes")
    expect(got, right, _zoom_mistakes(*given),
           "two steps: row i of Phi2[:, :k] has its nearest row in Phi1[:, :k] C21^T; then Eq. 2 with K "
           "columns")
    return "Right. Ten of these, and a map of twenty tones speaks a hundred and twenty."


def _nearest(points2, points1):
    return ((points2[:, None] - points1) ** 2).sum(axis=2).argmin(axis=1)


def _zoomed(C21, Phi1, Phi2, M2, K):
    k = len(C21)
    return _proper(_nearest(Phi2[:, :k], Phi1[:, :k] @ C21.T), Phi1[:, :K], Phi2[:, :K], M2)


def _zoom_mistakes(C21, Phi1, Phi2, M2, K):
    k, corner = len(C21), np.zeros((K, K))
    corner[:k, :k] = C21
    T21 = _nearest(Phi2[:, :k], Phi1[:, :k] @ C21.T)
    return {
        "nothing was learned from the points: the corner is C21 still and the rest is zero": corner,
        "C21 is to be transposed: row j of Phi1 C21^T is where vertex j of shape 1 lies":
            _proper(_nearest(Phi2[:, :k], Phi1[:, :k] @ C21), Phi1[:, :K], Phi2[:, :K], M2),
        "C21 was not used: nearest rows of Phi1 and Phi2 assume that it is the identity":
            _proper(_nearest(Phi2[:, :k], Phi1[:, :k]), Phi1[:, :K], Phi2[:, :K], M2),
        "M2 is missing where points become a matrix, as in exercise 1": Phi2[:, :K].T @ Phi1[T21, :K],
    }
