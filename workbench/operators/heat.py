"""Implicit heat flow: one sparse factorisation per diffusion time, kept for the next right-hand side."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Real
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import splu


class HeatSolver:
    """Solves (M + t L) x = b for many right-hand sides, with sparse LU factors kept per time t.

    L (n, n) scipy sparse positive semi-definite, M (n,) positive; t in area. The matrix is symmetric, so a
    derivative reuses the factor of its value. At most `keep` factors are held; the least recently used goes.
    """

    def __init__(self, L, M: Float[np.ndarray, " n"], keep: int = 128):
        self.L, self.M = csr_array(L), M
        self._factor = lru_cache(maxsize=keep)(self._factorise)

    def _factorise(self, t):
        return splu((diags_array(self.M) + t * self.L).tocsc(), permc_spec="MMD_AT_PLUS_A",
                         diag_pivot_thresh=0.0, options={"SymmetricMode": True})

    def solve(self, right: Real[np.ndarray, "n c"],
              times: Float[np.ndarray, " c"]) -> Float[np.ndarray, "n c"]:
        """Column i solves (M + times[i] L) x = right[:, i]; equal times share a factor and a call.

        Raises ValueError for a time that is negative or not finite.
        """
        if not (np.isfinite(times) & (times >= 0)).all():
            raise ValueError(f"diffusion times are finite and not negative; got {times}")
        x = np.empty(right.shape, np.result_type(right, np.float32))  # of whole numbers, too
        for t in np.unique(times):
            columns = times == t
            x[:, columns] = self._factor(float(t)).solve(np.ascontiguousarray(right[:, columns]))
        return x
