"""The paper's equations in its order: from a pointwise map to a functional one, and the losses on it."""

import torch
from jaxtyping import Float
from torch import Tensor

from workbench.bridge import Basis
from workbench.papers.fmaps.maps import HardMap21, MapError, SoftMap21


def lowest(basis: Basis, K: int) -> Basis:
    """The first K eigenpairs of a basis. Raises MapError when it has fewer."""
    if not 1 <= K <= len(basis.evals):
        raise MapError(f"a functional map of size {K} needs as many eigenpairs; "
                       f"this basis has {len(basis.evals)}")
    return Basis(basis.evals[:K], basis.evecs[:, :K], basis.mass)


def functional_map21(P21: HardMap21 | SoftMap21, basis1: Basis, basis2: Basis) -> Float[Tensor, "k2 k1"]:
    """C21 = Phi2^T M2 P21 Phi1, which takes coefficients on shape 1 to coefficients on shape 2. Eq. 2.

    Proper by construction. A smaller basis on either side gives the principal submatrix of the same map.
    Raises MapError when map and bases are of different shapes.
    """
    n2, n1 = len(basis2.mass), len(basis1.mass)
    if P21.shape != (n2, n1):
        raise MapError(f"between bases on {n1} and {n2} vertices the map has shape {(n2, n1)}; "
                       f"this one has {P21.shape}")
    return basis2.analyse(P21 @ basis1.evecs)


def level(f1: Float[Tensor, "n1 p"],
          f2: Float[Tensor, "n2 p"]) -> tuple[Float[Tensor, "n1 p"], Float[Tensor, "n2 p"]]:
    """Features of both shapes divided by their root mean square distance from their common mean.

    The blur is then a share of the features' spread. Without it a network that is unsure makes its features
    ever larger, until every vertex has one partner and nothing teaches it any more. The paper does not say
    how it meets this; the authors' map library offers a blur relative to the largest distance. Raises
    MapError when all vertices of both shapes have the same features, which have no spread.
    """
    both = torch.cat([f1, f2])
    spread = ((both - both.mean(dim=0)) ** 2).sum(dim=1).mean().sqrt()
    if float(spread.detach()) == 0.0:
        raise MapError(f"all {len(both)} vertices of both shapes have the same features: no map can be made")
    return f1 / spread, f2 / spread


def embeddings(C21: Float[Tensor, "k2 k1"], basis1: Basis,
               basis2: Basis) -> tuple[Float[Tensor, "n1 k2"], Float[Tensor, "n2 k2"]]:
    """Points of both shapes in one space: rows of Phi1 C21^T (n1, k2) and of Phi2 (n2, k2). Section 3.

    Row j of the first holds the coefficients on shape 2 of the delta function at j, carried over by C21.
    """
    k2, k1 = C21.shape
    return lowest(basis1, k1).evecs @ C21.T, lowest(basis2, k2).evecs


def orthogonality(C21: Float[Tensor, "k2 k1"]) -> Float[Tensor, ""]:
    """|C21^T C21 - I|^2: zero for maps that keep areas. Section 4.3."""
    return ((C21.T @ C21 - torch.eye(C21.shape[1], dtype=C21.dtype, device=C21.device)) ** 2).sum()


def consistency(C21: Float[Tensor, "k2 k1"], refined21: Float[Tensor, "r2 r1"]) -> Float[Tensor, ""]:
    """|C21 - [refined21]_1:k2,1:k1|^2: a map should already be what ZoomOut makes of it. Eq. 6."""
    k2, k1 = C21.shape
    return ((C21 - refined21[:k2, :k1]) ** 2).sum()


def commutativity(C21: Float[Tensor, "k2 k1"], evals1: Float[Tensor, " k1"],
                  evals2: Float[Tensor, " k2"]) -> Float[Tensor, ""]:
    """sum_ij (evals2_i - evals1_j)^2 C21_ij^2, eigenvalues divided by the largest: zero for isometries.

    Section 4.3 ("Laplacian commutativity") leaves the scale open; undivided, a weight of 100 on squares of
    eigenvalues near 400 would drown the rest, so eigenvalues run from 0 to 1 here.
    """
    top = torch.maximum(evals1.max(), evals2.max())
    return (((evals2[:, None] - evals1) / top) ** 2 * C21**2).sum()


def supervised(C21: Float[Tensor, "k2 k1"], truth21: Float[Tensor, "k2 k1"]) -> Float[Tensor, ""]:
    """|C21 - C21 of the known map|^2, the loss where correspondences are known."""
    return ((C21 - truth21) ** 2).sum()
