"""HodgeNet: Learning Spectral Geometry on Triangle Meshes.

Dmitriy Smirnov, Justin Solomon. ACM Transactions on Graphics 40(4), article 166, 2021.
https://doi.org/10.1145/3450626.3459797

    symbol      | name here                   | shape          | meaning
    ------------+-----------------------------+----------------+------------------------------------------
    M = (V,E,T) | Surface                     |                | an oriented mesh, its stencils and pattern
    F           | F                           | (n, D)         | features at vertices: positions, normals
    v1..v4      | surface.inner, .rim         | (p, 4), (q, 3) | stencils of edges with two faces, with one
    f, g, g_bar | Stars.f, .g, .g_bar         | to k k numbers | learned, of 3, 4, 3 vertices' features
    epsilon     | Stars.epsilon               |                | added to the diagonals, 1e-4
    star0       | star0(f, faces, n)          | (n, k, k)      | epsilon I + sum f^T f (Eqs. 2, 4)
    star1       | star1(g)                    | (e, k, k)      | epsilon I + g^T g (Eqs. 3, 5)
    d           | operators.exterior.d0       | (e, n)         | differences along edges, blockwise
    x^i         | hodge_eigs                  | (n, k, m)      | d^T star1 d x = lambda star0 x (Eq. 6)
    lambda^i    | hodge_eigs                  | (b, m)         | without the zeros of constant x
    m           | Solve.m, .extra             |                | eigenpairs used, and more for the gradient
    M_ij, N_ij  | derivatives.star_gradients  | (p, m)         | coefficients of Prop. 5.1 (Eq. 7)
    h, H        | HodgeNet.h                  | (m, n)         | learned, of an eigenvalue
    G_v         | spectral_features           | (n, k k n)     | sum_i h(lambda_i) x_i x_i^T at a vertex
    G_f, G_M    | at="faces", "mesh"          |                | largest over corners, over the mesh
    o           | HodgeNet.o                  | to c_out       | learned, of the features

surface(mesh) makes a mesh ready, HodgeNet(c_in, c_out) is the network, hodge_eigs the eigenproblem alone.
"""

from workbench.papers.hodgenet.eigs import Solve, Warmth, hodge_eigs
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import surface

__all__ = ["HodgeNet", "Solve", "Warmth", "hodge_eigs", "surface"]
