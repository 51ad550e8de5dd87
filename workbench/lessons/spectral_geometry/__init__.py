"""Spectral geometry on triangle meshes, from a drum to a map between two bodies.

The chapter's sources, each named again where it is used:

Pinkall, Polthier 1993, Computing discrete minimal surfaces and their conjugates (cotangents).
Desbrun, Kanso, Tong 2006, Discrete differential forms for computational modeling (d0 and the stars).
Sun, Ovsjanikov, Guibas 2009, A concise and provably informative multi-scale signature (heat that stays).
Ovsjanikov, Ben-Chen, Solomon, Butscher, Guibas 2012, Functional maps.
Crane, Weischedel, Wardetzky 2013, Geodesics in heat. https://doi.org/10.1145/2516971.2516977

    symbol    | name here          | shape     | meaning
    ----------+--------------------+-----------+-------------------------------------------------------
    d0        | exterior.d0        | (e, n)    | differences along edges
    star1     | exterior.star1     | (e,)      | cotangents opposite an edge, halved
    L         | L                  | (n, n)    | d0^T star1 d0, weak Laplacian, positive semi-definite
    M         | M                  | (n,)      | areas of the vertices, the diagonal of a matrix
    Phi, lam  | evecs, evals       | (n, k)    | L Phi = M Phi diag(lam), Phi^T M Phi = I
    G, A      | face_gradient      | (3m, n)   | gradients in the faces, and their areas: L = G^T A G
    T21       | T21                | (n2,)     | for every vertex of shape 2 one of shape 1
    C21       | C21                | (k, k)    | Phi2^T M2 Phi1[T21]: takes functions from shape 1 to shape 2
"""

from workbench.lessons.spectral_geometry.settings import Config

__all__ = ["Config"]
