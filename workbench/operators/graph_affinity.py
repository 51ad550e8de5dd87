"""How near points are to one another: Gaussian weights on the graph of nearest neighbours."""

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from workbench.operators.neighbours import nearest

#: weight of an edge that bridges two parts, before their distance is seen
BRIDGE = 1e-3


#: up to so many dimensions a tree finds neighbours faster than all distances do; and up to so many points
#: there is room for all distances
TREE, DENSE = 3, 3000


class GraphError(ValueError):
    """Points, or numbers beside them, of which no graph or no spectrum of a graph can be made."""


def affinity(X: Float[np.ndarray, "n d"], k: int, scale: int = 7, width: float = 1.0) -> csr_array:
    """W = (w + w^T) / 2, w_ij = exp(-|x_i - x_j|^2 / (2 s_i^2)) for x_j among the k nearest of x_i, else 0.

    s_i is width times the distance from x_i to its neighbour number `scale`, so W does not change when X is
    moved or scaled: csr (n, n), symmetric, entries in [0, 1]. Streicher, Cohen, Gilboa 2023, Eq. 1 and
    section 7.3.3 (whose W has no 1/2, which no eigenvector sees). Where `scale` copies of a point hide its
    distances, s_i is the median of the others. Raises GraphError unless X is finite, 1 <= scale <= k < n and
    width > 0.
    """
    _require(X, k, scale, width)
    squares, neighbours = _nearest_squares(X, k)
    s = _scales(np.partition(squares, scale - 1, axis=1)[:, scale - 1]) * width
    weights = np.exp(-squares / (2 * s[:, None] ** 2))
    rows, columns = np.repeat(np.arange(len(X), dtype=np.int32), k), neighbours.ravel().astype(np.int32)
    w = coo_array((weights.ravel(), (rows, columns)), shape=(len(X), len(X))).tocsr()
    return ((w + w.T) / 2).tocsr()


def dense_affinity(
    X: Float[np.ndarray, "n d"], k: int, scale: int = 7, width: float = 1.0
) -> Float[np.ndarray, "n n"]:
    """What affinity(X, k, scale, width) gives, as a dense array: faster for a few hundred points."""
    _require(X, k, scale, width)
    squares, near = _nearest_squares(X, k)
    s = _scales(np.partition(squares, scale - 1, axis=1)[:, scale - 1]) * width
    squares /= -2 * s[:, None] ** 2
    W = np.zeros((len(X), len(X)))
    np.put_along_axis(W, near, np.exp(squares, out=squares) / 2, axis=1)
    return W + W.T


def _nearest_squares(X, k):
    """Squared distances to the k nearest points, and which they are: by a tree where one is faster."""
    if X.shape[1] <= TREE or len(X) > DENSE:
        near = nearest(X, k)
        apart = X[near] - X[:, None]
        return np.einsum("nkd,nkd->nk", apart, apart), near
    squares = squared_distances(X)
    np.fill_diagonal(squares, np.inf)
    near = np.argpartition(squares, k - 1, axis=1)[:, :k]
    return np.take_along_axis(squares, near, axis=1), near


def squared_distances(X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n n"]:
    """|x_i - x_j|^2 between all points, never below zero: (n, n)."""
    X = X - X.mean(axis=0)
    lengths = np.einsum("nd,nd->n", X, X)
    squares = lengths[:, None] + lengths - 2 * X @ X.T
    return np.maximum(squares, 0, out=squares)


def parts(W: csr_array | Float[np.ndarray, "n n"]) -> tuple[int, Int[np.ndarray, " n"]]:
    """How many parts the graph of W falls into, and the part of each point: (n,)."""
    count, label = connected_components(csr_array(W), directed=False)
    return int(count), label.astype(np.int64)


def bridged(
    W: Float[np.ndarray, "n n"], X: Float[np.ndarray, "n d"], scale: int = 7
) -> Float[np.ndarray, "n n"]:
    """W with one more edge for each part but one, so that it hangs together: parts stay as far as they are.

    The edges join nearest points of two parts, along the minimum spanning tree of the distances between
    parts, with weight BRIDGE / (1 + |x_i - x_j|^2 / (s_i s_j)), s as in affinity: far below all other
    weights, so that parts stay parts, and not so fast to vanish as a Gaussian, so that the nearer ones are
    told from the farther ones.
    """
    count, label = parts(W)
    if count == 1:
        return W
    squares = squared_distances(X)
    s = _scales(np.partition(squares, scale, axis=1)[:, scale])
    apart = np.array([[_nearest_pair(squares, label, a, b)[0] for b in range(count)] for a in range(count)])
    tree = minimum_spanning_tree(csr_array(np.triu(apart + np.finfo(float).tiny, 1))).tocoo()
    W = W.copy()
    for a, b in zip(tree.row, tree.col, strict=True):
        square, i, j = _nearest_pair(squares, label, a, b)
        W[i, j] = W[j, i] = BRIDGE / (1 + square / (s[i] * s[j]))
    return W


def _nearest_pair(squares, label, a, b):
    rows, columns = np.flatnonzero(label == a), np.flatnonzero(label == b)
    block = squares[np.ix_(rows, columns)]
    i, j = np.unravel_index(block.argmin(), block.shape)
    return block[i, j], rows[i], columns[j]


def _scales(squares):
    """Distances from their squares; those that copies of a point made zero become the median of the rest."""
    s = np.sqrt(squares)
    positive = s[s > 0]
    return np.where(s > 0, s, np.median(positive) if positive.size else 1.0)


def _require(X, k, scale, width):
    if X.ndim != 2 or not np.isfinite(X).all():
        raise GraphError(f"points are rows of finite numbers, (n, d); got shape {X.shape}, "
                         f"{np.sum(~np.isfinite(X))} numbers not finite")
    if not 1 <= scale <= k < len(X):
        raise GraphError(f"a graph of neighbours needs 1 <= scale <= k < n; got scale {scale}, k = {k} and "
                         f"n = {len(X)} points")
    if not width > 0:
        raise GraphError(f"the width of the Gaussian is above zero; got {width}")
    span = np.ptp(X, axis=0).max(initial=0)
    if not span < 1e150:
        raise GraphError(f"squared distances overflow between coordinates that lie {span:.0e} apart")
