"""Derivatives of eigenpairs by the stars: Prop. 5.1 over the pairs at hand, and what lies beyond them."""

import numpy as np
from jaxtyping import Float

from workbench.operators.modes import Modes, beside

#: eigenvalues nearer than this part of the last one count as one cluster, inside which bases are arbitrary
CLUSTER = 1e-6


def star_gradients(
    modes: Modes,
    d_evals: Float[np.ndarray, " m"],
    d_x: Float[np.ndarray, "n k m"],
    exact: bool,
) -> tuple[Float[np.ndarray, "n k k"], Float[np.ndarray, "e k k"]]:
    """dL/dstar0 (n, k, k) and dL/dstar1 (e, k, k) from dL/dlambda_i and dL/dx_i of the first m modes.

    With y_i = d x_i, d lambda_i = y_i^T dstar1 y_i - lambda_i x_i^T dstar0 x_i, and dx_i is the sum over all
    other eigenvectors j of x_j (y_j^T dstar1 y_i - lambda_i x_j^T dstar0 x_i) / (lambda_i - lambda_j), less
    x_i (x_i^T dstar0 x_i) / 2 (Smirnov and Solomon 2021, Prop. 5.1). The sum runs over the modes and over
    the null space, where y_j = 0. exact: the rest of the sum is -z_i with (L - lambda_i M) z_i = dL/dx_i
    beside all of them, solved; it is left out otherwise, as in the paper (section 5.3).

    Pairs of modes are added up first, which leaves (K_ji - K_ij) / (lambda_i - lambda_j), K = X^T dL/dX: for
    a loss that does not care about the basis inside a cluster the numerator vanishes with the gap. Below
    1e-6 lambda_p the quotient is damped to zero. The blocks come out symmetric.
    """
    pencil, m = modes.pencil, len(d_evals)
    X = pencil.original(modes.psi)
    x, evals = X[:, :, :m], modes.evals[:m]
    G = pencil.slope(d_x)
    along_L, along_M = _coefficients(modes.evals, modes.psi.T @ G, d_evals)
    for_L, for_M = X @ along_L, X @ along_M
    for_M -= pencil.original(pencil.null @ (pencil.null.T @ G))
    if exact:
        z = pencil.original(beside(modes, G, evals))
        for_L -= z
        for_M += z * evals
    return _symmetric(for_M @ x.transpose(0, 2, 1)), _symmetric(_along_edges(pencil.pattern.edges, for_L, x))


def _coefficients(evals, K, d_evals):
    """(p, m) each: the loss changes by sum_ji A_ji x_j^T dL x_i + B_ji x_j^T dM x_i, i among the first m."""
    p, m = K.shape
    K = np.pad(K, ((0, 0), (0, p - m)))
    gap = evals[None, :] - evals[:, None]
    A = (K - K.T) * gap / np.maximum(gap**2, (CLUSTER * evals[-1]) ** 2) / 2
    A[np.arange(m), np.arange(m)] = d_evals
    B = -(K + K.T) / 4 - A * (evals[None, :] + evals[:, None]) / 2
    A[m:], B[m:] = 2 * A[m:], 2 * B[m:]                 # an extra mode is a row only, not a column
    return A[:, :m], B[:, :m]


def _along_edges(edges, X, Y):
    """(d X)_e (d Y)_e^T on every edge (e, k, k), a few thousand at a time: d X itself would be large."""
    parts = np.array_split(edges, len(edges) // 4096 + 1)
    return np.concatenate([(X[j] - X[i]) @ (Y[j] - Y[i]).transpose(0, 2, 1) for i, j in (p.T for p in parts)])


def _symmetric(blocks):
    return (blocks + blocks.transpose(0, 2, 1)) / 2


def truncation_error(modes: Modes, m: int, d_x: Float[np.ndarray, "n k m"],
                     extras: list[int]) -> Float[np.ndarray, " r"]:
    """How far the truncated gradient by star1 is from the exact one, in the Frobenius norm, relative: (r,).

    For every number of extra pairs in `extras`, at the same eigenpairs; modes must hold at least m of them
    and the largest of extras, all accurate.
    """
    zero, found = np.zeros(m), []
    right = star_gradients(modes, zero, d_x, True)[1]
    for extra in extras:
        fewer = first_modes(modes, m + extra)
        found.append(np.linalg.norm(star_gradients(fewer, zero, d_x, False)[1] - right))
    return np.array(found) / np.linalg.norm(right)


def first_modes(modes: Modes, count: int) -> Modes:
    """The lowest `count` of some modes."""
    return Modes(modes.pencil, modes.evals[:count], modes.psi[:, :count], modes.solve, modes.shift,
                 modes.dimensions, modes.residual)
