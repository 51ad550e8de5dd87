"""Memory-Scalable and Simplified Functional Map Learning.

Robin Magnet, Maks Ovsjanikov. CVPR 2024, pages 4041-4050. https://doi.org/10.1109/CVPR52733.2024.00387

    symbol      | name here                | shape        | meaning
    ------------+--------------------------+--------------+------------------------------------------------
    n1, n2, p   |                          |              | vertices of shape 1 and 2, features at each
    F1, F2      | f1, f2                   | (n, p)       | features of the vertices, learned
    sigma       | sigma                    |              | blur, in the unit of the features
    Pi          | P21 = soft_map21(f1, f2) | (n2, n1)     | soft map, rows sum to one, never made (Eq. 3)
    Pi Phi1     | P21 @ Phi1               | (n2, K)      | functions carried from 1 to 2 (Eq. 4, 5)
    Phi^dagger  | basis.analyse            | (K, n)       | Phi^T M
    C           | C21                      | (K2, K1)     | functional map Phi2^T M2 P21 Phi1 (Eq. 2)
    T           | T21                      | (n2,)        | vertex of 1 for every vertex of 2: P21.nearest()

Directions read from right to left: P21 and C21 take functions on shape 1 to functions on shape 2, and the
points the other way, from shape 2 to shape 1.
"""

from workbench.papers.fmaps.maps import HardMap21, MapError, SoftMap21, soft_map21

__all__ = ["HardMap21", "MapError", "SoftMap21", "soft_map21"]
