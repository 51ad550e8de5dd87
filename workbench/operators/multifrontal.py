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
    """The inverse of a matrix (n k, n k) with k x k blocks, in factors; call solve as often as you like.

    eliminations  by front: the inverse of its pivot block, after all eliminations before it; below it the
                  rows of its boundary times that inverse
    """

    fronts: Fronts
    k: int
    eliminations: tuple[np.ndarray, ...]

    def solve(self, B: Float[np.ndarray, "nk c"]) -> Float[np.ndarray, "nk c"]:
        """A^-1 B for c right-hand sides, (n k, c), in the order of elimination and the factor's dtype."""
        X = np.array(B, dtype=self.eliminations[0].dtype, order="C")
        c = X.shape[1]
        by_vertex = X.reshape(-1, self.k * c)               # whole vertices are gathered faster than rows
        pieces = [X[self.k * front.start:self.k * front.stop] for front in self.fronts.fronts]
        fronts = list(zip(pieces, self.eliminations, (f.boundary for f in self.fronts.fronts), strict=True))
        for x, E, boundary in fronts:
            solved = E @ x
            x[:] = solved[:len(x)]
            if len(boundary):
                by_vertex[boundary] -= solved[len(x):].reshape(-1, self.k * c)
        for x, E, boundary in reversed(fronts):
            if len(boundary):
                x -= E[len(x):].T @ by_vertex[boundary].reshape(-1, c)
        return X


def block_factor(
    fronts: Fronts,
    diagonal: Float[np.ndarray, "n k k"],
    off: Float[np.ndarray, "e k k"],
    keep: type = np.float64,
) -> BlockFactor:
    """Factor the symmetric A with diagonal blocks A_vv and, on edge e of fronts.edges, A_(late, early).

    Vertices come in the order of elimination. Multifrontal Cholesky (Duff and Reid 1983): a front gathers its
    own entries and what its children left, eliminates its vertices by dense products, and leaves the rest to
    its parent. It computes in float64 and keeps the factor as `keep`: float32 halves its memory, and the time
    of a solve, which then errs by 6e-8 of A's diagonal at each step. Raises NotPositiveDefinite.
    """
    k, left = diagonal.shape[1], {}
    largest = max(front.stop - front.start + len(front.boundary) for front in fronts.fronts)
    room = np.empty((largest * k) ** 2)
    eliminations = _rooms(fronts, k, keep)
    for place, (front, elimination) in enumerate(zip(fronts.fronts, eliminations, strict=True)):
        A = _gathered(front, diagonal[front.start:front.stop], off[front.edges], left, room)
        left[place] = _eliminate(A, elimination)
    return BlockFactor(fronts, k, eliminations)


def _rooms(fronts, k, dtype):
    """An empty matrix per front, all in one array, which goes back to the system whole."""
    shapes = [(k * (front.stop - front.start + len(front.boundary)), k * (front.stop - front.start))
              for front in fronts.fronts]
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    parts = np.split(np.empty(ends[-1], dtype), ends[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))


def _gathered(front, diagonal, off, left, room):
    """The dense matrix of a front, in room; what is above its diagonal is not to be used."""
    k, own = diagonal.shape[1], np.arange(front.stop - front.start)
    size = len(own) + len(front.boundary)
    A = room[:(size * k) ** 2].reshape(size, k, size, k)
    A[...] = 0
    A[own, :, own, :] = diagonal
    A[front.late, :, front.early, :] = off
    A = A.reshape(size * k, size * k)
    for child, runs in front.children:
        _add(left.pop(child), A, [(k * start, k * stop, k * place) for start, stop, place in runs])
    return A


def _add(rest, A, runs):
    """Add rest to A, run by run, on and below the diagonal."""
    for last, (start, stop, row) in enumerate(runs, 1):
        below = A[row:row + stop - start]
        for begin, end, column in runs[:last]:
            block = below[:, column:column + end - begin]
            np.add(block, rest[start:stop, begin:end], out=block)


def _eliminate(A, elimination):
    """Write what solve applies at this front into elimination; return the Schur complement that is left."""
    pivots = elimination.shape[1]
    try:
        L = np.linalg.cholesky(A[:pivots, :pivots])
    except np.linalg.LinAlgError:
        raise NotPositiveDefinite("a pivot block has an eigenvalue that is not positive") from None
    root = dtrtri(L.T, lower=0, overwrite_c=1)[0].T     # L^-1; a C-ordered L is a Fortran-ordered L^T
    inverse, below = root.T @ root, A[pivots:, :pivots]
    elimination[:pivots] = inverse
    rows = below @ inverse
    elimination[pivots:] = rows
    rest = rows @ below.T
    return np.subtract(A[pivots:, pivots:], rest, out=rest)
