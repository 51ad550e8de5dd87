"""The lowest modes of a pair of Hodge stars, cold or from those of stars nearby, and solves beside them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh

from workbench.operators.lanczos import Krylov, orthonormal
from workbench.operators.pencil import Pencil
from workbench.operators.spectrum import SpectrumError

#: up to this many dimensions the dense eigenproblem costs less than an iteration
DENSE = 400

#: vectors that a Krylov space grows by at once: wide enough for fast products, and for equal eigenvalues
BLOCK = 16


@dataclass(frozen=True, eq=False)
class Modes:
    """S psi_i = lambda_i psi_i for the lowest lambda beside the null space, ascending, Psi^T Psi = I.

    evals       (p,)
    psi         (n k, p) in standard form; pencil.original turns it into x with x^T star0 x = 1
    solve       (S + c I)^-1 beside the null space, or None where no factor was needed
    shift       c
    dimensions  how many the Krylov space had; all of them in the dense case
    residual    the largest |S psi - lambda psi| / lambda_m among those asked for accurately
    """

    pencil: Pencil
    evals: Float[np.ndarray, " p"]
    psi: Float[np.ndarray, "nk p"]
    solve: Callable[[np.ndarray], np.ndarray] | None
    shift: float
    dimensions: int
    residual: float


def lowest_modes(
    pencil: Pencil,
    m: int,
    extra: int = 0,
    tolerance: float = 1e-5,
    nearby: Modes | None = None,
) -> Modes:
    """The m lowest modes with residuals |S psi - lambda psi| <= tolerance lambda_m, and `extra` rough ones.

    An eigenvalue errs by its residual squared over a gap: 1e-5 leaves 1e-9 and less. Extra ones are what the
    same Krylov space knows of the next eigenpairs; they are orthogonal to the m. nearby: the modes of
    another pencil on the same pattern, in whose span the space then begins; its size follows from the
    residuals either way. The result is the same up to the tolerance. Raises SpectrumError when there are
    fewer dimensions than modes, or the residuals stay large.
    """
    count = m + extra
    if not 1 <= m <= count <= pencil.dimensions:
        raise SpectrumError(f"{pencil.size} dimensions less {pencil.null.shape[1]} of the null space leave "
                            f"{pencil.dimensions} modes; {m} + {extra} were asked for")
    if pencil.size <= max(DENSE, 4 * count):
        return _dense(pencil, count)
    c = _shift(pencil, count) if nearby is None else nearby.evals[-1] / 15
    solve = pencil.shifted_solver(c)
    krylov = Krylov(solve, pencil.size, BLOCK, 5 * count, _start(pencil, nearby))
    krylov.grow_to(min(count + m, pencil.dimensions - 2 * BLOCK))
    return _converged(pencil, krylov, m, count, solve, c, tolerance)


def _dense(pencil, count):
    """All of S at once, with the null space lifted above everything else."""
    S = pencil.S.toarray()
    null = pencil.null if isinstance(pencil.null, np.ndarray) else pencil.null.toarray()
    S += 2 * np.trace(S) * null @ null.T
    evals, psi = eigh(S, subset_by_index=[0, count - 1], driver="evr", check_finite=False)
    return Modes(pencil, evals, psi, None, 0.0, pencil.size, 0.0)


def _converged(pencil, krylov, m, count, solve, c, tolerance):
    """Let the space grow until the m lowest have the residual asked for, measured with S itself."""
    most = min(16 * count + 400, pencil.dimensions - 2 * BLOCK)
    while True:
        evals, theta, s = krylov.eigenpairs(c)
        leak = krylov.coupling @ s[-BLOCK:, :count]
        estimate = (np.linalg.norm(leak, axis=0) / theta[:count] ** 2)[:m].max() / evals[m - 1]
        if estimate <= tolerance or krylov.m >= most:
            break
        decades = np.log10(estimate / tolerance)
        krylov.grow_to(min(krylov.m + BLOCK * max(1, int(decades * count / 80)), most))
    # an inverse iteration that costs no solve: it leaves the residual that was estimated
    psi = orthonormal(krylov.basis @ s[:, :count] + krylov.newest @ (leak / theta[:count]))[0]
    misfit = pencil.S @ psi[:, :m] - psi[:, :m] * evals[:m]
    residual = float(np.linalg.norm(misfit, axis=0).max() / evals[m - 1])
    if not residual <= 10 * tolerance:
        raise SpectrumError(f"{krylov.m} dimensions left a residual of {residual:.1e} lambda_{m}; "
                            f"{tolerance:.0e} was asked for")
    return Modes(pencil, evals[:count], psi, solve, c, krylov.m, residual)


def _shift(pencil, count):
    """A twentieth of the last eigenvalue or so: as many modes lie below it as Weyl's law has it."""
    return 0.06 * count / float((1 / np.einsum("nkk->nk", pencil.diagonal)).sum())


def _start(pencil, nearby):
    """Random combinations of the modes nearby, with a little of everything else so that nothing is missed."""
    draw = np.random.default_rng(0)
    noise = draw.standard_normal((pencil.size, BLOCK))
    if nearby is None:
        return pencil.without_null(noise)
    X = nearby.pencil.original(nearby.psi)
    mix = pencil.standard(X) @ draw.standard_normal((len(nearby.evals), BLOCK))
    mix /= np.linalg.norm(mix, axis=0)
    return pencil.without_null(mix + 1e-4 / np.sqrt(pencil.size) * noise)


def beside(
    modes: Modes, R: Float[np.ndarray, "nk p"], evals: Float[np.ndarray, " p"], tolerance: float = 1e-10
) -> Float[np.ndarray, "nk p"]:
    """Z with (S - lambda_i) z_i = r_i in the complement of all modes and of the null space, column by column.

    There S - lambda_i is positive definite if lambda_i is below the modes' last one. With B = (S + c I)^-1 it
    is (I - (lambda_i + c) B) B^-1: conjugate gradients on the symmetric I - (lambda_i + c) B, one solve with
    the factor a step. Raises SpectrumError when 500 steps leave more than the tolerance of R.
    """
    if modes.solve is None:
        solve, c = _solver(modes)
    else:
        solve, c = modes.solve, modes.shift

    def complement(U):
        U = modes.pencil.without_null(U)
        return U - modes.psi @ (modes.psi.T @ U)

    R = complement(R)
    Y, P = np.zeros_like(R), R.copy()
    size = first = np.einsum("np,np->p", R, R)
    for _ in range(500):
        if (size <= tolerance**2 * np.maximum(first, 1e-300)).all():
            return complement(solve(Y))
        AP = P - complement(solve(P)) * (evals + c)
        step = size / np.maximum(np.einsum("np,np->p", P, AP), 1e-300)
        Y += step * P
        R = R - step * AP
        size, before = np.einsum("np,np->p", R, R), size
        P = R + size / np.maximum(before, 1e-300) * P
    raise SpectrumError("the adjoint solves did not converge: is an eigenvalue asked for next to the last?")


def _solver(modes):
    c = modes.evals[-1] / 15
    return modes.pencil.shifted_solver(c), c
