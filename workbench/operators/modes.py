"""The lowest modes of a pair of Hodge stars, cold or from those of stars nearby, and solves beside them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from workbench.operators.lanczos import Krylov, orthonormal
from workbench.operators.pencil import Pencil, StarError
from workbench.operators.spectrum import SpectrumError

#: up to this many dimensions the dense eigenproblem costs less than an iteration
DENSE = 400

#: from this tolerance, and this many dimensions, on the factor and the Krylov space are kept in float32:
#: smaller ones stay in the processor's memory anyway
SINGLE, LARGE = 1e-6, 16_000

#: steps of inverse iteration, at most, that take the round-off of float32 away
CORRECTIONS = 3

#: what a start from modes nearby has of everything else: less of it saves steps, but a mode that comes from
#: far away may then be noticed too late
STRANGE = 1e-3

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
    keep_factor: bool = False,
) -> Modes:
    """The m lowest modes with residuals |S psi - lambda psi| <= tolerance lambda_m, and `extra` rough ones.

    An eigenvalue errs by its residual squared over a gap: 1e-5 leaves 1e-9 and less. Extra ones are what the
    same Krylov space knows of the next eigenpairs; they are orthogonal to the m. nearby: the modes of
    another pencil on the same pattern, in whose span the space then begins; its size follows from the
    residuals either way, and where they stay large it begins anew. The result is the same up to the
    tolerance. From tolerances of 1e-6 and 16,000
    dimensions on the factor and the Krylov space are kept in float32, residuals are measured in float64;
    where S is too large for that, or they do not come down, all is done in float64. keep_factor: for
    `beside`, which needs it; it is the largest array of all. Raises SpectrumError when there are fewer
    dimensions than modes, or the residuals stay large.
    """
    count = m + extra
    if not 1 <= m <= count <= pencil.dimensions:
        raise SpectrumError(f"{pencil.size} dimensions less {pencil.null.shape[1]} of the null space leave "
                            f"{pencil.dimensions} modes; {m} + {extra} were asked for")
    if pencil.size <= max(DENSE, 4 * count):
        return _dense(pencil, count)
    c = _shift(pencil, count) if nearby is None else nearby.evals[-1] / 15
    # residuals below the round-off of S cannot be had, however small lambda_m is
    floor = 1e-14 / tolerance * float(np.abs(pencil.diagonal).max())
    wanted = _Wanted(m, count, c, tolerance, floor, keep_factor)
    if tolerance >= SINGLE and pencil.size >= LARGE and floor < c / 10 and not keep_factor:
        modes = _iterated(pencil, wanted, nearby, np.float32)
        if modes.residual <= tolerance:
            return modes
    modes = _iterated(pencil, wanted, nearby, np.float64)
    if nearby is not None and not modes.residual <= 10 * tolerance:     # a mode has come that was not nearby
        return lowest_modes(pencil, m, extra, tolerance, None, keep_factor)
    if not modes.residual <= 10 * tolerance:
        raise SpectrumError(f"{modes.dimensions} dimensions left a residual of {modes.residual:.1e} "
                            f"lambda_{m}; {tolerance:.0e} was asked for")
    return modes


@dataclass(frozen=True)
class _Wanted:
    """What lowest_modes was asked for, the shift c, and the least lambda to measure residuals by."""

    m: int
    count: int
    c: float
    tolerance: float
    floor: float
    keep_factor: bool


def _iterated(pencil, wanted, nearby, keep):
    """Modes by a Krylov space of the factor kept as `keep`, then in float64 by S itself."""
    count, c = wanted.count, wanted.c
    solve = pencil.shifted_solver(c, keep)
    room = pencil.dimensions - 2 * BLOCK
    krylov = Krylov(solve, pencil.size, BLOCK, 8 * count, _start(pencil, nearby), keep, loss=0.1)
    krylov.grow_to(min(3 * count if nearby is None else 2 * count, room))
    s, polish = _converged(krylov, wanted, min(16 * count + 400, room))
    psi = krylov.basis @ s.astype(keep)
    psi += krylov.newest @ polish.astype(keep)
    dimensions = krylov.m
    del krylov                                          # a large array goes before others come
    evals, psi, residual = _refined(pencil, psi.astype(float), wanted, solve)
    return Modes(pencil, evals, psi, solve if wanted.keep_factor else None, c, dimensions, residual)


def _refined(pencil, psi, wanted, solve):
    """Eigenvalues, modes and the largest residual of the m lowest from approximate modes, measured with S.

    Rayleigh and Ritz's way in the span of psi; then inverse iteration, psi - (S + c I)^-1 (S psi - lambda
    psi), for those of the m that are not good enough. It takes away what float32 left: round-off is rough,
    so S makes it large and the inverse small.
    """
    m, S = wanted.m, pencil.S
    psi = orthonormal(pencil.without_null(psi))[0]
    image = S @ psi
    evals, turn = np.linalg.eigh(psi.T @ image)
    psi = psi @ turn
    misfit = image @ turn[:, :m] - psi[:, :m] * evals[:m]
    scale = max(evals[m - 1], wanted.floor)
    for _ in range(CORRECTIONS):
        bad = np.flatnonzero(_lengths(misfit) > wanted.tolerance * scale)
        if not bad.size:
            break
        better = psi[:, bad] - solve(misfit[:, bad])
        better /= _lengths(better)
        image = S @ better
        evals[bad] = np.einsum("np,np->p", better, image)
        psi[:, bad], misfit[:, bad] = better, image - better * evals[bad]
    return evals, orthonormal(psi)[0], float(_lengths(misfit).max() / scale)


def _lengths(U):
    return np.sqrt(np.einsum("np,np->p", U, U))


def _dense(pencil, count):
    """All of S at once, with the null space lifted above everything else."""
    S = pencil.S.toarray()
    null = pencil.null if isinstance(pencil.null, np.ndarray) else pencil.null.toarray()
    S += 2 * np.trace(S) * null @ null.T
    evals, psi = np.linalg.eigh(S)
    return Modes(pencil, evals[:count], psi[:, :count].copy(), None, 0.0, pencil.size, 0.0)


def _converged(krylov, wanted, room):
    """Let the space grow until the m lowest have the residual asked for, as its coupling tells.

    Returns the Ritz vectors in the basis (k, count), and what an inverse iteration adds to them from the
    newest block: it costs no solve, and leaves the residual that was estimated.
    """
    m, count = wanted.m, wanted.count
    while True:
        evals, theta, s = krylov.eigenpairs(wanted.c)
        leak = krylov.coupling @ s[-BLOCK:, :count] / theta[:count]
        estimate = (np.linalg.norm(leak, axis=0) / theta[:count])[:m].max() / max(evals[m - 1], wanted.floor)
        if estimate <= wanted.tolerance or krylov.m >= room:
            return s[:, :count], leak
        decades = np.log10(estimate / wanted.tolerance)     # a decade costs about a fifth of the modes wanted
        krylov.grow_to(min(krylov.m + BLOCK * max(1, round(decades * count / (5 * BLOCK))), room))


def _shift(pencil, count):
    """A twentieth of the last eigenvalue or so, by Weyl's law; rows of zeros (lone vertices) do not count.

    Raises StarError when all of S is zero.
    """
    entries = np.einsum("nkk->nk", pencil.diagonal)
    entries = entries[entries > 1e-12 * np.abs(entries).max()]
    if not entries.size:
        raise StarError("star1 is zero everywhere, or not positive semi-definite")
    return 0.06 * count / float((1 / entries).sum())


def _start(pencil, nearby):
    """Random combinations of the modes nearby, with a little of everything else so that nothing is missed."""
    draw = np.random.default_rng(0)
    noise = draw.standard_normal((pencil.size, BLOCK))
    if nearby is None:
        return pencil.without_null(noise)
    few = nearby.psi @ draw.standard_normal((len(nearby.evals), BLOCK))
    mix = pencil.standard(nearby.pencil.original(few))
    mix /= np.linalg.norm(mix, axis=0)
    return pencil.without_null(mix + STRANGE / np.sqrt(pencil.size) * noise)


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

    enough = tolerance**2 * np.maximum(np.einsum("np,np->p", R, R), 1e-300)
    R = complement(R)
    Y, P, size = np.zeros_like(R), R.copy(), np.einsum("np,np->p", R, R)
    for _ in range(500):
        if (size <= enough).all():
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
