"""BASiS: Batch Aligned Spectral Embedding Space.

Or Streicher, Ido Cohen, Guy Gilboa. CVPR 2023. https://arxiv.org/abs/2211.16960

    symbol        | name here                  | shape       | meaning
    --------------+----------------------------+-------------+------------------------------------------
    X, x_i        | X                          | (n, d)      | points, or features of images
    m, l, K       | len(batch.X), len(ref.X), K|             | batch size, anchors, eigenvectors
    W, D          | affinity(X, k)             | (n, n)      | weights of the graph, its degrees (Eq. 1)
    L, L_N, P     | Graph.of                   | (n, n)      | Laplacians, random walk (Eqs. 2, 4, 5)
    phi_i         | embedding(X, graph).evecs  | (n, K)      | eigenvectors, row i: where x_i lands (Eq. 3)
    V^a           | Reference.X                | (l, d)      | the anchors, which are in every batch
    phi^{a,ref}   | Reference.values           | (l, K)      | where they land in the reference space (Eq. 11)
    T = [A, b]    | Alignment.T                | (K, K + 1)  | from a batch to the reference (Eq. 13)
    T_G           | follow(...)                | (K, K + 1)  | from changed features to former ones (Alg. 2)
    f_theta       | SpectralNet                |             | the network: a point in, its row phi out
    d_G, d_perp   | grassmann, orthogonality   |             | from the truth, from orthonormality (16, 17)

Columns have mean square one here, where the paper's have length one: an entry's size then says the same in a
batch of 256 and in a set of 10,000.
"""

from workbench.papers.basis.alignment import AlignmentError, least_squares, ransac
from workbench.papers.basis.method import Graph, SpectralNet, batch, embedding, follow, reference

__all__ = ["AlignmentError", "Graph", "SpectralNet", "batch", "embedding", "follow", "least_squares",
           "ransac", "reference"]
