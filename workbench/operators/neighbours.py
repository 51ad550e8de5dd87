"""Nearest neighbours in a point cloud, and the normals they tell of."""

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from workbench.shapes.cloud import PointCloud
from workbench.shapes.mesh import MeshError

#: neighbours that stand for a point's surroundings in a cloud (Sharp et al. 2022)
CLOUD_NEIGHBOURS = 30


def require_surroundings(cloud: PointCloud) -> None:
    """Raise MeshError when the cloud has too few points for each to have CLOUD_NEIGHBOURS others."""
    if cloud.n_vertices <= CLOUD_NEIGHBOURS:
        raise MeshError(f"a surface in a cloud needs more than {CLOUD_NEIGHBOURS} points; "
                        f"this one has {cloud.n_vertices}")


def nearest(X: Float[np.ndarray, "n d"], k: int) -> Int[np.ndarray, "n k"]:
    """Indices of the k points nearest to every point, itself left out, nearest first: (n, k).

    Raises MeshError unless X is finite, its squared distances are, too, and 1 <= k < n.
    """
    if X.ndim != 2 or not np.isfinite(X).all():
        raise MeshError(f"points are rows of finite numbers, (n, d); got shape {X.shape}, "
                        f"{np.sum(~np.isfinite(X))} numbers not finite")
    if not 1 <= k < len(X):
        raise MeshError(f"k nearest neighbours need 1 <= k < n; got k = {k} and n = {len(X)} points")
    distance, found = cKDTree(X).query(X, k=k + 1)
    if not np.isfinite(distance).all():
        raise MeshError(f"squared distances overflow between coordinates of size {np.abs(X).max():.0e}")
    itself = found == np.arange(len(X))[:, None]
    itself[~itself.any(axis=1), -1] = True        # more than k copies of a point hide itself
    return found[~itself].reshape(len(X), k)


def estimated_normals(
    X: Float[np.ndarray, "n 3"], neighbours: Int[np.ndarray, "n k"]
) -> Float[np.ndarray, "n 3"]:
    """Unit normals of a cloud, (n, 3): where a point's neighbours spread least, turned outwards.

    Sign: carried along the minimum spanning tree of 1 - |n_i . n_j| over neighbours, so that near normals
    agree; the highest point (largest z) of each connected part looks up (Hoppe et al. 1992, sections 3.2
    and 3.3).
    """
    around = np.concatenate([X[:, None], X[neighbours]], axis=1)
    spread = around - around.mean(axis=1, keepdims=True)
    normals = np.linalg.eigh(np.einsum("nkc,nkd->ncd", spread, spread))[1][:, :, 0]
    return normals * _outward_signs(X, normals, neighbours)[:, None]


def _outward_signs(X, normals, neighbours):
    n, k = neighbours.shape
    # SciPy before 1.17.1 builds spanning trees on 32-bit indices only
    rows, columns = np.repeat(np.arange(n, dtype=np.int32), k), neighbours.ravel().astype(np.int32)
    turn = 1 + 1e-6 - np.abs(np.einsum("nc,nc->n", normals[rows], normals[columns]))  # 0 is no edge
    turn = coo_array((turn, (rows, columns)), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(turn.maximum(turn.T))
    parts, label = connected_components(tree, directed=False)
    by_height = np.lexsort((X[:, 2], label))        # the last of each label is its highest point
    roots = by_height[np.flatnonzero(np.diff(label[by_height], append=parts))]
    parent = np.arange(n)
    for root in roots:
        order, before = breadth_first_order(tree, root, directed=False)
        parent[order[1:]] = before[order[1:]]
    dots = np.einsum("nc,nc->n", normals, normals[parent])
    signs = np.where(dots < 0, -1.0, 1.0)                           # against the parent
    signs[roots] = np.where(normals[roots, 2] < 0, -1.0, 1.0)
    return _product_to_root(signs, parent)


def _product_to_root(signs, parent):
    """Multiply signs along every path to the root in log2(depth) rounds that each double the stretch."""
    at_root = parent == np.arange(len(parent))
    carry = np.where(at_root, 1.0, signs)
    while (parent != parent[parent]).any():
        carry, parent = carry * carry[parent], parent[parent]
    return carry * signs[parent]
