"""How good an embedding is: beside the true one, by its columns, by its clusters, by a linear probe."""

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import subspace_angles
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def grassmann(Y1: Float[np.ndarray, "n K"], Y2: Float[np.ndarray, "n K"]) -> float:
    """d_G = K - sum_i cos^2 theta_i of the angles between the two column spaces: in [0, K]. Eq. 16.

    The same for any bases of the two spaces. Raises ValueError where columns depend on each other.
    """
    for name, Y in (("first", Y1), ("second", Y2)):
        rank = np.linalg.matrix_rank(Y)
        if rank < Y.shape[1]:
            raise ValueError(f"the {name} embedding has {Y.shape[1]} columns, but rank {rank}: it spans no "
                             f"space of {Y.shape[1]} dimensions to compare")
    return float((np.sin(subspace_angles(Y1, Y2)) ** 2).sum())


def orthogonality(Y: Float[np.ndarray, "n K"]) -> float:
    """d_perp = |Y^T Y / n - I|_F^2 for columns of mean square one. Eq. 17, whose columns have length one.

    It sees the size of columns as well as the angles between them. See column_orthogonality.
    """
    return float(((Y.T @ Y / len(Y) - np.eye(Y.shape[1])) ** 2).sum())


def column_orthogonality(Y: Float[np.ndarray, "n K"]) -> float:
    """|C - I|_F, C_ij = y_i . y_j / (|y_i| |y_j|): each column scaled to length one, and no square.

    At most sqrt(K^2 - K), where all columns are parallel: for K = 10 this is 9.487, and Table 1 prints
    9.486 +- 0.001 for SpecNet2. So it is very probably this, and not Eq. 17, that the table holds.
    """
    Y = Y / np.linalg.norm(Y, axis=0)
    return float(np.linalg.norm(Y.T @ Y - np.eye(Y.shape[1])))


def clusters(
    Y: Float[np.ndarray, "n K"], k: int, seed: int = 0, starts: int = 10
) -> Int[np.ndarray, " n"]:
    """k-means over the rows, the best of so many starts: the cluster of each row."""
    return KMeans(k, n_init=starts, random_state=seed).fit_predict(Y).astype(np.int64)


def nmi(true: Int[np.ndarray, " n"], found: Int[np.ndarray, " n"]) -> float:
    """Mutual information over the larger entropy, I(c, c') / max(H(c), H(c')): in [0, 1]. Eq. 18."""
    return float(normalized_mutual_info_score(true, found, average_method="max"))


def clustering_accuracy(true: Int[np.ndarray, " n"], found: Int[np.ndarray, " n"]) -> float:
    """ACC: the share of points in the right cluster, under the best naming of clusters. Eq. 19.

    The best of all namings, by the Hungarian method (Kuhn 1955, Munkres 1957).
    """
    table = contingency_matrix(true, found)
    return float(table[linear_sum_assignment(table, maximize=True)].sum() / len(true))


def probe_accuracy(
    Y: Float[np.ndarray, "n K"], labels: Int[np.ndarray, " n"],
    Y_test: Float[np.ndarray, "t K"], test: Int[np.ndarray, " t"],
) -> float:
    """The share of test points that a linear layer with cross entropy, learned on Y, gets right. Eq. 20."""
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=100.0, max_iter=1000))
    return float((probe.fit(Y, labels).predict(Y_test) == test).mean())
