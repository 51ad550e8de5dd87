"""Sparse Cholesky in blocks: a positive definite matrix on a mesh, factored as many small dense ones."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg.lapack import dtrtri

from workbench.operators.dissection import Fronts


class NotPositiveDefinite(ArithmeticError):
    """A matrix that was to be factored has an eigenvalue that is not positive."""


@dataclass(frozen=True, eq=False)
class BlockFactor:
    """A = K^-1 D^-1 K^-T of a matrix (n k, n k) with k x k blocks; call solve as often as you like.

    inverses   by front: the inverse of its pivot block, after all eliminations before it
    couplings  by front: its rows of the boundary times that inverse
    """

    fronts: Fronts
    k: int
    inverses: tuple[np.ndarray, ...]
    couplings: tuple[np.ndarray, ...]

    def solve(self, B: Float[np.ndarray, "nk c"]) -> Float[np.ndarray, "nk c"]:
        """A^-1 B for c right-hand sides at once, (n k, c): row n k is component k of vertex n."""
        n, c = len(self.fronts.order), B.shape[1]
        X = np.ascontiguousarray(B).reshape(n, self.k * c)[self.fronts.order]
        for front, K in zip(self.fronts.fronts, self.couplings, strict=True):
            if len(K):
                X[front.boundary] -= (K @ _rows(X, front, c)).reshape(-1, self.k * c)
        parts = zip(reversed(self.fronts.fronts), reversed(self.couplings), reversed(self.inverses),
                    strict=True)
        for front, K, inverse in parts:
            mine = _rows(X, front, c)
            solved = inverse @ mine
            if len(K):
                solved -= K.T @ X[front.boundary].reshape(-1, c)
            mine[:] = solved
        result = np.empty_like(X)
        result[self.fronts.order] = X
        return result.reshape(n * self.k, c)


def _rows(X, front, c):
    return X[front.start:front.stop].reshape(-1, c)


def block_factor(
    fronts: Fronts, diagonal: Float[np.ndarray, "n k k"], off: Float[np.ndarray, "e k k"]
) -> BlockFactor:
    """Factor the symmetric A with diagonal blocks A_vv and, on edge e of fronts.edges, A_(late, early).

    Multifrontal Cholesky (Duff and Reid 1983): a front gathers its own entries and what its children left,
    eliminates its vertices by dense products, and leaves the rest to its parent. Raises
    NotPositiveDefinite.
    """
    k, diagonal = diagonal.shape[1], diagonal[fronts.order]
    left: dict[int, np.ndarray] = {}
    inverses, couplings = [], []
    for place, front in enumerate(fronts.fronts):
        A = _gathered(front, diagonal[front.start:front.stop], off[front.edges], left)
        inverse, K, left[place] = _eliminated(A, k * (front.stop - front.start))
        inverses.append(inverse)
        couplings.append(K)
    return BlockFactor(fronts, k, tuple(inverses), tuple(couplings))


def _gathered(front, diagonal, off, left):
    """The dense matrix of a front; above the diagonal only what the children left is there."""
    k, own = diagonal.shape[1], np.arange(front.stop - front.start)
    size = len(own) + len(front.boundary)
    A = np.zeros((size, k, size, k))
    A[own, :, own, :] = diagonal
    A[front.late, :, front.early, :] = off
    A = A.reshape(size * k, size * k)
    several, width = (A.view(complex), k // 2) if k % 2 == 0 else (A, k)   # two numbers move as one: faster
    for child, slots in front.children:
        rows, columns = _spread(slots, k), _spread(slots, width)
        several[rows[:, None], columns] += left.pop(child).view(several.dtype)
    return A


def _spread(slots, k):
    return (slots[:, None] * k + np.arange(k)).ravel()


def _eliminated(A, pivots):
    """The inverse of the pivot block, the coupling of the rest to it, and the Schur complement."""
    try:
        L = np.linalg.cholesky(A[:pivots, :pivots])
    except np.linalg.LinAlgError:
        raise NotPositiveDefinite("a pivot block has an eigenvalue that is not positive") from None
    root = dtrtri(L.T, lower=0, overwrite_c=1)[0].T     # L^-1; a C-ordered L is a Fortran-ordered L^T
    half = A[pivots:, :pivots] @ root.T
    return root.T @ root, half @ root, A[pivots:, pivots:] - half @ half.T
