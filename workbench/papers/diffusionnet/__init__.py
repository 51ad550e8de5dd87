"""DiffusionNet: Discretization Agnostic Learning on Surfaces.

Nicholas Sharp, Souhaib Attaiki, Keenan Crane, Maks Ovsjanikov. ACM Transactions on Graphics 41(3), 2022.
https://doi.org/10.1145/3507905

    symbol    | name here                          | shape       | meaning
    ----------+------------------------------------+-------------+------------------------------------------
    V         | ops.n                              |             | vertices
    D         | width                              |             | channels inside the network
    k         | len(basis.evals)                   |             | eigenpairs
    L, M      | HeatSolver.L, .M                   | (V, V), (V,)| weak Laplacian >= 0, lumped mass
    Phi       | basis.evecs                        | (V, k)      | eigenfunctions, Phi^T M Phi = I (Eq. 3)
    lambda    | basis.evals                        | (k,)        | eigenvalues
    t         | LearnedDiffusion.log_time          | (D,)        | log of a diffusion time per channel
    h_t(u)    | implicit_diffusion                 | (V, D)      | (M + t L)^-1 M u (Eq. 2)
    h_t(u)    | spectral_diffusion                 | (V, D)      | Phi exp(-lambda t) Phi^T M u (Eq. 4)
    G         | ops.gradient                       | (2 V, V)    | tangent gradient, real and imaginary rows
    z_u, w_v  | spatial_gradient(ops, u)           | (V, 2, D)   | gradients of all channels (Eq. 5)
    A         | RotatedGradientFeatures.A_re, A_im | (D, D)      | complex: scales and rotates (Eq. 6)
    A         | ScaledGradientFeatures.A           | (D, D)      | real: only scales (Eq. 6)
    g_v       | their result                       | (V, D)      | tanh(Re(conj(w) * (A w))) (Eq. 6)

The paper's network is DiffusionNet(c_in, c_out); operators(shape) of workbench.bridge makes what it works on.
"""

from workbench.papers.diffusionnet.checkpoints import CheckpointError, load, save
from workbench.papers.diffusionnet.diffusion import diffusion_kernel
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.published import read_published

__all__ = ["CheckpointError", "DiffusionNet", "diffusion_kernel", "load", "read_published", "save"]
