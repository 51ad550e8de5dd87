"""PDO-eS2CNNs: Partial Differential Operator Based Equivariant Spherical CNNs.

Zhengyang Shen, Tiancheng Shen, Zhouchen Lin, Jinwen Ma. AAAI Conference on Artificial Intelligence 35, 2021.
https://arxiv.org/abs/2104.03584

    symbol      | name here                   | shape          | meaning
    ------------+-----------------------------+----------------+------------------------------------------
    P           | grid(level).V               | (n, 3)         | points of the icosahedral grid
    P_bar       | grid(level).frames          | (n, 3, 3)      | a frame at every point: south, east, out
    phi_P       | operators.spherical.chart   | (n, r, 2)      | coordinates of neighbours in the chart at P
    H(u, v; w)  | Lift.weight, GroupLayer     | (.., 6, c, c') | w1 + w2 u + w3 v + w4 u^2 + w5 uv + w6 v^2
    d/dx        | operators.spherical.stencils| (n, 6, r)      | least squares over a ring
    A, C_N      | Sphere.turned               | (N, 6, 6)      | turns by 2 pi k / N, and H(A^-1 grad; w)
    chi^(A)[s]  | Lift                        | (n, N, B, c)   | Psi, from S^2 to SO(3)
    Phi         | GroupLayer                  | (n, N, B, c)   | weights of its own for each relative turn B
    pi_R        | BandLimited.turned          |                | s(R^-1 x), exactly
                | Sphere.middle               |                | derivatives after frames were transported

spheres(level, N) makes the levels ready, Classifier and Segmenter are the networks; the frames' transport is
this workbench's own addition, see Sphere and notebooks/05_pdo_sphere.ipynb.
"""

from workbench.papers.pdo_sphere.method import Classifier, GroupLayer, Lift, Segmenter
from workbench.papers.pdo_sphere.spheres import spheres

__all__ = ["Classifier", "GroupLayer", "Lift", "Segmenter", "spheres"]
