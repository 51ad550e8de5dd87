"""Block Lanczos: the smallest eigenpairs of S from solves with S + c I, in matrix-matrix products."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

#: orthogonality lost between two reorthogonalisations is steered to this part of the root of round-off
LOSS = 0.02

#: an eigenpair has converged when its residual is below this part of the largest eigenvalue wanted
CONVERGED = 1e-10


class NoConvergence(ArithmeticError):
    """The Krylov space grew to its bound before the eigenpairs had converged."""


def smallest_eigenpairs(
    solve: Callable[[np.ndarray], np.ndarray], n: int, k: int, c: float, block: int
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, "n k"]]:
    """The k smallest eigenpairs, ascending, of a symmetric S, from solve(B) = (S + c I)^-1 B.

    A Krylov space of (S + c I)^-1 grows by blocks (Golub and Underwood 1977) until all residuals
    |S psi - lambda psi| < 1e-10 max(lambda_k, c). c near lambda_k / 10 is best: smaller ones cost
    orthogonality, larger ones steps. Eigenvalues that are equal more often than `block` times are found late
    and can be missed, so count them. Raises NoConvergence.
    """
    krylov = Krylov(solve, n, block, capacity=4 * k + 24 * block)
    krylov.grow_to(min(int(2.5 * k) + 80, n - 2 * block))
    while True:
        evals, theta, s = krylov.eigenpairs(c)
        if len(evals) < k:
            raise NoConvergence(f"(S + c I)^-1 has {len(evals)} positive eigenvalues; is L semi-definite?")
        leak = krylov.coupling @ s[-block:, :k]
        residuals = np.linalg.norm(leak, axis=0) / theta[:k] ** 2
        decades = np.log10(residuals.max() / (CONVERGED * max(evals[k - 1], c)))
        if decades <= 0:
            # an inverse iteration that costs no solve makes S's residual as small as the leak
            return evals[:k], krylov.basis @ s[:, :k] + krylov.newest @ (leak / theta[:k])
        if krylov.m >= min(16 * k + 400, n - 2 * block):
            raise NoConvergence(f"{krylov.m} dimensions were too few for {k} pairs of {n}")
        step = max(block, int(decades * (3 + k / 20)))   # what a decade costs on surfaces
        krylov.grow_to(min(krylov.m + step, n - 2 * block))


def orthonormal(W: Float[np.ndarray, "n b"]) -> tuple[Float[np.ndarray, "n b"], Float[np.ndarray, "b b"]]:
    """W = Q R with Q^T Q = I (n, b) and R (b, b) upper triangular, its diagonal not negative.

    By Cholesky factors of W^T W, five times faster on tall matrices, unless columns nearly depend on each
    other; in float32 once more if they depend a little.
    """
    W, R = _orthonormal(W)
    if W.dtype == np.float32 and np.diag(R).min() < 0.3 * np.diag(R).max():
        W, again = _orthonormal(W)
        R = again @ R
    return W, R


def _orthonormal(W):
    try:
        R = np.linalg.cholesky(W.T @ W).T
        diagonal = np.diag(R)
        if diagonal.min() > 1e-2 * diagonal.max():              # Q^T Q errs by round-off over this squared
            return W @ np.linalg.inv(R), R
    except np.linalg.LinAlgError:
        pass
    Q, R = np.linalg.qr(W)
    signs = np.where(np.diag(R) < 0, -1, 1).astype(W.dtype)
    return Q * signs, signs[:, None] * R


class Krylov:
    """An orthonormal basis V of span{Q, A Q, A^2 Q, ...} with A = solve, and the band matrix T = V^T A V.

    A new block is made orthogonal to the last two only; every few blocks the newest two are made orthogonal
    to all earlier ones in one product (periodic reorthogonalisation, Grcar 1981). T stays accurate to
    round-off while the loss in between is below its root (Simon 1984), and that product measures the loss.
    The span of start (n, block) is where it begins; random if there is none. V is of dtype, T always float64.
    loss is what LOSS says, for whoever makes what comes of V orthonormal again.
    """

    def __init__(self, solve, n, block, capacity, start=None, dtype=np.float64, loss=LOSS):
        if start is None:
            start = np.random.default_rng(0).standard_normal((n, block))
        self._solve, self._b, self.m = solve, block, 0
        self._V = np.empty((n, capacity), dtype, order="F")
        self._root = float(np.sqrt(np.finfo(dtype).eps))
        self._T = np.zeros((capacity, capacity))
        self._V[:, :block] = orthonormal(start)[0]
        self._since, self._period, self._loss = 0, 1, loss

    @property
    def basis(self) -> Float[np.ndarray, "n m"]:
        return self._V[:, :self.m]

    @property
    def newest(self) -> Float[np.ndarray, "n b"]:
        return self._V[:, self.m:self.m + self._b]

    @property
    def coupling(self) -> Float[np.ndarray, "b b"]:
        """B: A V = V T + newest B on the last block of columns, and A V = V T on all others."""
        return self._T[self.m:self.m + self._b, self.m - self._b:self.m]

    def eigenpairs(self, c):
        """Ritz values lambda = 1 / theta - c ascending (only theta > 0), theta, and eigenvectors of T."""
        theta, s = np.linalg.eigh(self._T[:self.m, :self.m])
        positive = np.flatnonzero(theta > 0)[::-1]
        return 1 / theta[positive] - c, theta[positive], s[:, positive]

    def grow_to(self, m):
        """Add blocks until the basis has at least m columns."""
        self._reserve(m + 2 * self._b)
        while self.m < m:
            self._add_block()
            self._since += 1
            if self._since >= self._period or self._exhausted():
                self._reorthogonalise()

    def _add_block(self):
        V, T, m, b = self._V, self._T, self.m, self._b
        old, now, new = slice(max(m - b, 0), m), slice(m, m + b), slice(m + b, m + 2 * b)
        W = self._solve(V[:, now])
        W -= V[:, old] @ T[old, now]
        A = V[:, now].T @ W
        W -= V[:, now] @ A
        V[:, new], B = orthonormal(W)
        T[now, now] = (A + A.T) / 2
        self.m += b
        self._couple(B)

    def _couple(self, B):
        now, new = slice(self.m - self._b, self.m), slice(self.m, self.m + self._b)
        self._T[new, now], self._T[now, new] = B, B.T

    def _exhausted(self):
        """The space is nearly invariant, so the newest block is mostly round-off, orthogonal to nothing."""
        diagonal = np.diag(self._T[:self.m, :self.m])
        return np.abs(np.diag(self.coupling)).min() < self._root / 2 * diagonal.max()

    def _reorthogonalise(self):
        start, end = self.m - self._b, self.m + self._b
        earlier, newest = self._V[:, :start], self._V[:, start:end]
        worst, loss = 0.0, np.inf
        while loss > 2 * self._root:                    # one pass leaves its square, which is near round-off
            overlap = earlier.T @ newest
            newest -= earlier @ overlap
            newest[:], R = orthonormal(newest)
            self._couple(R[self._b:, self._b:] @ self.coupling)
            loss = np.abs(overlap).max(initial=0)
            worst = max(worst, loss)
        self._pace(worst)
        self._since = 0

    def _pace(self, loss):
        """Reorthogonalise more often when much was lost, less often when little was."""
        if loss > 10 * self._loss * self._root:
            self._period = max(1, self._period - 1)
        elif loss < self._loss / 10 * self._root:
            self._period += 1

    def _reserve(self, columns):
        if columns <= self._V.shape[1]:
            return
        V, T = (np.empty((len(self._V), 2 * columns), self._V.dtype, order="F"),
                np.zeros((2 * columns, 2 * columns)))
        end = self.m + self._b
        V[:, :end], T[:end, :end] = self._V[:, :end], self._T[:end, :end]
        self._V, self._T = V, T
