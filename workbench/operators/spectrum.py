"""The spectrum of a Laplacian: smallest eigenvalues and their eigenfunctions, checked before handed out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh, splu

from workbench.operators.laplacian import Laplacian

#: up to this many vertices all eigenpairs cost less than the iteration for a few
DENSE = 400

#: largest residual |S psi - lambda psi| that is handed out, relative to the largest eigenvalue asked for
RESIDUAL = 1e-8


class SpectrumError(ValueError):
    """A spectrum was asked for that does not exist, or that could not be computed to accuracy."""


@dataclass(frozen=True)
class Spectrum:
    """L phi_i = lambda_i M phi_i for the k smallest lambda, ascending, with Phi^T M Phi = I.

    evals  (k,) in 1 / length^2 on a surface; zero once per connected part, up to round-off of either sign
    evecs  (n, k) Phi; signs, and the basis within an eigenspace, are arbitrary
    mass   (n,) the diagonal of M
    """

    evals: Float[np.ndarray, " k"]
    evecs: Float[np.ndarray, "n k"]
    mass: Float[np.ndarray, " n"]


def spectrum(laplacian: Laplacian, k: int = 128) -> Spectrum:
    """The k smallest eigenpairs of L phi = lambda M phi by shift-invert Lanczos (Ericsson and Ruhe 1980).

    Works on S = M^-1/2 L M^-1/2, whose eigenvectors are psi = M^1/2 phi, with the positive definite S + c I
    factored once. c is about the first non-zero eigenvalue, so that nothing is nearly singular and
    residuals stay near round-off. Same input, same output: the start vector is seeded. Eigenvalues scale as
    1 / s^2 on a surface. Raises SpectrumError when 1 <= k <= n fails, when L or M is not finite, when a
    mass is not positive (an isolated vertex), and when a residual |S psi - lambda psi| exceeds 1e-8
    lambda_k beyond the round-off of S.
    """
    _require_solvable(laplacian, k)
    root = np.sqrt(laplacian.M)
    inverse = diags_array(1 / root)
    S = csc_array(inverse @ laplacian.L @ inverse)
    n = len(root)
    evals, psi = _dense(S, k) if n <= DENSE or 2 * k >= n else _shift_invert(S, k)
    _require_small_residual(S, evals, psi)
    return Spectrum(evals, psi / root[:, None], laplacian.M)


def _dense(S, k):
    return eigh(S.toarray(), subset_by_index=[0, k - 1], driver="evr", overwrite_a=True)


def _shift_invert(S, k):
    n = S.shape[0]
    c = float(np.median(S.diagonal())) / n
    factor = factorise(S, c)
    start = np.random.default_rng(0).standard_normal(n)
    try:
        evals, psi = eigsh(S, k, sigma=-c, v0=start, ncv=min(n, 2 * k + 1),
                           OPinv=LinearOperator(S.shape, matvec=factor.solve, dtype=np.float64))
    except ArpackError as failure:
        raise SpectrumError(f"no convergence for {k} of {n} eigenpairs: {failure}") from failure
    order = np.argsort(evals)
    return evals[order], psi[:, order]


def factorise(S, c):
    """Sparse factorisation of S + c I; symmetric ordering, no pivoting, because S + c I > 0."""
    shifted = csc_array(S + diags_array(np.full(S.shape[0], c)))
    return splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _require_solvable(laplacian, k):
    n = len(laplacian.M)
    if not 1 <= k <= n:
        raise SpectrumError(f"{n} vertices have {n} eigenpairs; k = {k} were asked for, choose 1 <= k <= {n}")
    if not np.isfinite(laplacian.L.data).all() or not np.isfinite(laplacian.M).all():
        raise SpectrumError("the Laplacian or its mass is not finite everywhere; diagnose(mesh) tells why")
    without = np.flatnonzero(laplacian.M <= 0)
    if without.size:
        raise SpectrumError(f"{without.size} of {n} vertices have no mass (first: {without[0]}): no face with area "
                            f"uses them; repair(mesh) removes them")


def _require_small_residual(S, evals, psi):
    residuals = np.linalg.norm(S @ psi - psi * evals, axis=0)
    roundoff = 64 * np.finfo(float).eps * abs(S).sum(axis=0).max()
    worst = int(residuals.argmax())
    if not residuals[worst] <= RESIDUAL * abs(evals[-1]) + roundoff:
        raise SpectrumError(f"eigenpair {worst}, {evals[worst]:.1e}, has residual {residuals[worst]:.1e}: "
                            f"the mesh may hold slivers: robust_laplacian(mesh) stands them")
