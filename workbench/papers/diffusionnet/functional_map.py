"""The functional map between two shapes that their features imply, as in the correspondence experiment."""

import torch
from jaxtyping import Float
from torch import Tensor


def functional_map(A: Float[Tensor, "k1 c"], B: Float[Tensor, "k2 c"], evals1: Float[Tensor, " k1"],
                   evals2: Float[Tensor, " k2"], weight: float = 1e-3) -> Float[Tensor, "k2 k1"]:
    """C21 (k2, k1), which takes coefficients on shape 1 to coefficients on shape 2, from c features on both.

    A = Phi1^T M1 f1 and B = Phi2^T M2 f2. Row i of C minimises, each on its own,
        |C_i A - B_i|^2 + weight * sum_j (evals2_i - evals1_j)^2 C_ij^2,
    which is the k1 x k1 system (A A^T + weight diag((evals2_i - evals1)^2)) C_i^T = A B_i^T. Eigenvalues
    are taken as they are, in 1 / area, so shapes should have equal areas. Differentiable in A and B.
    (Ovsjanikov et al. 2012; the row-wise solve is Donati et al. 2020, section 4.)
    """
    commute = (evals2[:, None] - evals1) ** 2  # (k2, k1)
    systems = A @ A.T + weight * torch.diag_embed(commute)  # (k2, k1, k1)
    return torch.linalg.solve(systems, (B @ A.T)[..., None])[..., 0]
