"""The Laplacian of a neighbourhood graph, for points of any dimension."""

import numpy as np
from jaxtyping import Float
from scipy.sparse import coo_array, diags_array

from workbench.operators.laplacian import Laplacian
from workbench.operators.neighbours import nearest


def knn_laplacian(X: Float[np.ndarray, "n d"], k: int, sigma: float | None = None) -> Laplacian:
    """L = D - W on the graph that joins every point with its k nearest, M = 1 (Belkin and Niyogi 2003).

    W_ij = exp(-|x_i - x_j|^2 / (2 sigma^2)) if i is among the k nearest of j or j among those of i, else 0;
    D_ii = sum_j W_ij. sigma, in the unit of X, is by default the mean distance to the k-th neighbour.
    Symmetric, positive semi-definite, L 1 = 0; unchanged by rigid motion, with the default sigma also by
    scaling. Raises MeshError unless X is finite and 1 <= k < n, ValueError when sigma is not positive.
    """
    neighbours = nearest(X, k)
    squares = ((X[neighbours] - X[:, None]) ** 2).sum(axis=2)
    if sigma is None:
        sigma = float(np.sqrt(squares[:, -1]).mean()) or 1.0        # all points equal: every weight is one
    if not sigma > 0:
        raise ValueError(f"sigma is a distance above zero; got {sigma}")
    n = len(X)
    rows, columns = np.repeat(np.arange(n, dtype=np.int32), k), neighbours.ravel().astype(np.int32)
    weights = np.exp(-squares.ravel() / (2 * sigma**2))
    W = coo_array((weights, (rows, columns)), shape=(n, n)).tocsr()
    W = W.maximum(W.T)
    return Laplacian((diags_array(W.sum(axis=1)) - W).tocsr(), np.ones(n))
