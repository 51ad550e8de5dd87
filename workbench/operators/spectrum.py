"""The spectrum of a Laplacian: its smallest eigenpairs, checked and counted before they are handed out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import SuperLU, splu

from workbench.operators.lanczos import NoConvergence, smallest_eigenpairs
from workbench.operators.laplacian import Laplacian

#: up to this many vertices a part's full dense eigenproblem costs less than an iteration
DENSE = 400

#: largest residual |S psi - lambda psi| that is handed out, relative to the largest eigenvalue asked for
RESIDUAL = 1e-8

#: block widths tried in turn; wider ones find eigenvalues that are equal more often
BLOCKS = (4, 8, 32)


class SpectrumError(ValueError):
    """A spectrum was asked for that does not exist, or that could not be computed to accuracy."""


@dataclass(frozen=True, eq=False)
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
    """The k smallest eigenpairs of L phi = lambda M phi, by shift-invert Lanczos (Ericsson, Ruhe 1980).

    Works on S = M^-1/2 L M^-1/2, whose eigenvectors are psi = M^1/2 phi; the positive definite S + c I is
    factored once. Connected parts are solved alone: every eigenfunction lives on one part, and each part
    brings one zero. Same input, same output: the start block is seeded. Eigenvalues scale as 1 / s^2 on a
    surface. Checked before anything is handed out: residuals |S psi - lambda psi| <= 1e-8 lambda_k beyond
    the round-off of S, and by Sylvester's law of inertia that no eigenvalue was left out. Raises
    SpectrumError when a check fails, unless k is whole and 1 <= k <= n, when L or M is not finite, and when
    a mass is not positive (an isolated vertex).
    """
    _require_solvable(laplacian, k)
    root = np.sqrt(laplacian.M)
    inverse = diags_array(1 / root)
    S = csr_array(inverse @ laplacian.L @ inverse)
    if not np.isfinite(S.data).all():
        raise SpectrumError("the Laplacian is not finite everywhere; diagnose(mesh) tells why")
    evals, psi = _part_by_part(S, k)
    _require_small_residual(S, evals, psi)
    return Spectrum(evals, psi / root[:, None], laplacian.M)


def factorise(S: csr_array, c: float) -> SuperLU:
    """Sparse factors of S + c I in a symmetric minimum-degree order, not pivoted, as S + c I > 0."""
    shifted = csc_array(S + diags_array(np.full(S.shape[0], c)))
    symmetric = {"diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    try:
        return splu(shifted, permc_spec="MMD_AT_PLUS_A", **symmetric)
    except RuntimeError as failure:
        raise SpectrumError(f"S + {c:.1e} I cannot be factored ({failure}); is L semi-definite?") from failure


def _part_by_part(S, k):
    parts, label = connected_components(S, directed=False)
    if parts == 1:
        return _one_part(S, k)
    order = np.argsort(label, kind="stable")
    S = S[order][:, order]                              # block diagonal
    ends = np.cumsum(np.bincount(label))
    evals, vectors = [], []
    for start, end in zip(ends - np.bincount(label), ends, strict=True):
        of_part, psi = _one_part(S[start:end, start:end], min(k, end - start))
        evals.append(of_part)
        vectors += [(order[start:end], column) for column in psi.T]
    evals = np.concatenate(evals)
    smallest = np.argsort(evals, kind="stable")[:k]
    psi = np.zeros((len(label), k))
    for place, one in enumerate(smallest):
        rows, column = vectors[one]
        psi[rows, place] = column
    return evals[smallest], psi


def _one_part(S, k):
    n = S.shape[0]
    if n <= max(DENSE, 4 * k):
        return eigh(S.toarray(), subset_by_index=[0, k - 1], driver="evr")
    c = _shift(S, k)
    solve = factorise(S, c).solve
    for block in BLOCKS:
        try:
            evals, psi = smallest_eigenpairs(solve, n, k, c, block)
        except NoConvergence as failure:
            reason = str(failure)
            continue
        if _none_missing(S, evals, c):
            return evals, psi
        reason = "negative pivots show that some eigenvalues were left out; is L semi-definite?"
    raise SpectrumError(f"no spectrum of {k} eigenpairs on {n} vertices: {reason}")


def _shift(S, k):
    """About lambda_k / 10: by Weyl's law lambda_k is near 4 pi k / area, and sum 1 / S_ii near area / 3.5."""
    return 0.36 * k / float((1 / S.diagonal()).sum())


def _none_missing(S, evals, c):
    """Sylvester's law of inertia: S - sigma I has as many negative pivots as S has eigenvalues below sigma.

    sigma lies a millionth below the last eigenvalue, which may be one of several equal ones, or zero.
    """
    sigma = evals[-1] - 1e-6 * max(evals[-1], c)
    factor = factorise(S, -sigma)
    if not np.array_equal(factor.perm_r, factor.perm_c):
        return True                                     # a zero pivot was avoided: nothing can be counted
    return int((factor.U.diagonal() < 0).sum()) == int((evals < sigma).sum())


def _require_solvable(laplacian, k):
    n = len(laplacian.M)
    if not isinstance(k, int | np.integer) or not 1 <= k <= n:
        raise SpectrumError(f"{n} vertices have {n} eigenpairs; {k!r} were asked for: choose 1 <= k <= {n}")
    if not np.isfinite(laplacian.M).all():
        raise SpectrumError("the mass is not finite everywhere; diagnose(mesh) tells why")
    without = np.flatnonzero(laplacian.M <= 0)
    if without.size:
        raise SpectrumError(f"{without.size} of {n} vertices have no mass, first {without[0]}: no face with "
                            f"area uses them; repair(mesh) removes them")


def _require_small_residual(S, evals, psi):
    residuals = np.linalg.norm(S @ psi - psi * evals, axis=0)
    roundoff = 64 * np.finfo(float).eps * abs(S).sum(axis=0).max()
    worst = int(residuals.argmax())
    if not residuals[worst] <= RESIDUAL * abs(evals[-1]) + roundoff:
        raise SpectrumError(f"eigenvalue {worst}, {evals[worst]:.1e}, has residual "
                            f"{residuals[worst]:.1e}: with slivers, use robust_laplacian(mesh)")
