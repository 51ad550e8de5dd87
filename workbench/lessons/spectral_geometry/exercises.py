"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.lessons.spectral_geometry.answers import dense
from workbench.lessons.spectral_geometry.heat import heat_in_steps
from workbench.lessons.spectral_geometry.wrong import wrong_laplacians
from workbench.marking import NotYet, expect, expect_shape
from workbench.operators.descriptors import hks
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes.gallery import bumpy_sphere


def check_laplacian(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 1: attempt(V, F) = d0^T star1 d0, the weak cotan Laplacian, (n, n), dense or sparse.

    Tried on a closed mesh of 162 vertices. Returns a sentence when it is right; raises NotYet with a hint
    that fits the mistake, and names a row, when it is not.
    """
    mesh = bumpy_sphere(level=2)
    got, right = dense(attempt(mesh.V.copy(), mesh.F.copy())), cotan_laplacian(mesh).L.toarray()
    expect_shape(got, right, "a row and a column for each vertex")
    expect(got, right, wrong_laplacians(mesh), _about(got, right))
    return "Right: rows sum to zero, it is symmetric, and x^T L x is never negative."


def check_heat_step(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 2: attempt(L, M, u, t) solves (M + t L) x = M u; L csr (n, n), M (n,), u (n,).

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    lap, t = cotan_laplacian(bumpy_sphere(level=2)), 0.2
    u = np.random.default_rng(0).standard_normal(len(lap.M))
    got, right = np.asarray(attempt(lap.L.copy(), lap.M.copy(), u.copy(), t)), heat_in_steps(lap, u, t)
    expect_shape(got, right, "one value a vertex goes in, one comes out")
    L, M = lap.L.toarray(), np.diag(lap.M)
    solve = np.linalg.solve
    expect(got, right, {
        "the sign: with L positive semi-definite it is M + t L; M - t L makes heat climb to where it is hot":
            solve(M - t * L, M @ u),
        "the right-hand side is M u, not u: heat is u times area": solve(M + t * L, u),
        "without M the answer depends on where the mesh is fine: M + t L, and M u":
            solve(np.eye(len(u)) + t * L, u),
        "t is missing: M + t L": solve(M + L, M @ u),
        "that is a step forward (explicit Euler): M^-1 L u was taken at the old time, and flies apart for "
        "long t": u - t * (L @ u) / lap.M,
        "nothing moved": u,
    }, _lost(lap.M, u, got))
    return "Right: the total is what it was, and no step is too long."


def check_hks(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 3: attempt(evals, evecs, t)_v = sum_i exp(-lambda_i t) phi_i(v)^2, (n,).

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    modes, t = spectrum(cotan_laplacian(bumpy_sphere(level=2)), k=30), 0.15
    lam, Phi = modes.evals, modes.evecs
    got, right = np.asarray(attempt(lam.copy(), Phi.copy(), t)), hks(modes, np.array([t]))[:, 0]
    expect_shape(got, right, "one number for each vertex")
    signs = (-1.0) ** np.arange(30)
    if not np.allclose(np.asarray(attempt(lam.copy(), Phi * signs, t)), got):
        raise NotYet("turn the sign of a mode and your answer changes; phi_i and -phi_i are one mode, and "
                     "phi_i^2 knows it")
    expect(got, right, {
        "the sign in the exponent: heat fades, exp(-lambda t)": Phi**2 @ np.exp(lam * t),
        "every mode counts alike; exp(-lambda_i t) is missing": (Phi**2).sum(axis=1),
        "the mean over the modes was taken; the heat kernel is their sum": right / 30,
        "the exponent is -lambda t, without a square root": Phi**2 @ np.exp(-np.sqrt(abs(lam)) * t),
        "the square belongs to phi only": Phi**2 @ np.exp(-2 * lam * t),
        "a square root too many: the heat that stays is the sum itself": np.sqrt(right),
    }, "compare one vertex by hand: add exp(-lambda_i t) phi_i^2 over all i")
    return "Right: the heat that stays, and no sign of any mode is in it."


def check_carried(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 4: attempt(f1, Phi1, M1, C21, Phi2) = Phi2 C21 Phi1^T M1 f1: what is on 1, on 2: (n2,).

    Shape 2 has more vertices than shape 1, and C21 (9, 7). Returns a sentence when it is right; raises NotYet
    with a hint that fits the mistake when it is not.
    """
    one, two = (spectrum(cotan_laplacian(bumpy_sphere(level=level)), k=9) for level in (1, 2))
    Phi1, M1, Phi2 = one.evecs[:, :7], one.mass, two.evecs
    draw = np.random.default_rng(0)
    C21, f1 = draw.standard_normal((9, 7)), draw.standard_normal(len(M1))
    given = (f1, Phi1, M1, C21, Phi2)
    got, right = np.asarray(attempt(*(x.copy() for x in given))), Phi2 @ (C21 @ (Phi1.T @ (M1 * f1)))
    expect_shape(got, right, f"a function on shape 1 has {len(M1)} values, one on shape 2 {len(two.mass)}")
    least = np.linalg.lstsq(Phi1, f1, rcond=None)[0]
    expect(got, right, {
        "the coefficients of f1 are Phi1^T M1 f1; you left M1 out": Phi2 @ (C21 @ (Phi1.T @ f1)),
        "M1 went in twice": Phi2 @ (C21 @ (Phi1.T @ (M1**2 * f1))),
        "least squares without areas: coefficients are Phi1^T M1 f1, so that fine places do not count more":
            Phi2 @ (C21 @ least),
        "nothing was mapped: C21 is missing": Phi2[:, :7] @ (Phi1.T @ (M1 * f1)),
    }, "read right to left: M1, Phi1^T (how much of each mode), C21 (the same for shape 2), Phi2")
    return "Right: 1 to 2, as the name says when read from right to left."


def _about(got, right):
    """What can be said of a matrix that is no known mistake: its first wrong row, and in what."""
    if not np.isfinite(got).all():
        return f"row {int(np.argmin(np.isfinite(got).all(axis=1)))} is not finite: a division by zero?"
    scale = abs(right).max()
    sums = got.sum(axis=1)
    if abs(sums).max() > 1e-9 * scale:
        row = int(abs(sums).argmax())
        return (f"a constant has no slope, so rows of L sum to zero; row {row} sums to {sums[row]:.3g}, its "
                f"diagonal is {got[row, row]:.3g}: is the diagonal minus the sum of the others?")
    if abs(got - got.T).max() > 1e-9 * scale:
        i, j = np.unravel_index(abs(got - got.T).argmax(), got.shape)
        return f"L is symmetric; your L[{i}, {j}] is {got[i, j]:.3g} and L[{j}, {i}] is {got[j, i]:.3g}"
    i, j = np.unravel_index(abs(np.triu(got - right, 1)).argmax(), got.shape)
    return (f"rows sum to zero and it is symmetric; look at the weights: L[{i}, {j}] is {got[i, j]:.4g} and "
            f"should be {right[i, j]:.4g}")


def _lost(M, u, got):
    before, after = (M * u).sum(), (M * got).sum()
    if not np.isclose(before, after, rtol=1e-6):
        return f"heat is lost or made: sum(M u) was {before:.4g} and is {after:.4g}; a step conserves it"
    return "the total is right, its place is not: solve (M + t L) x = M u, with M as a diagonal matrix"
