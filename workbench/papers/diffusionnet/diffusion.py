"""Diffusion of features on a shape, implicit or spectral, with given and with learned times (section 3.3)."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbench.bridge import Operators
from workbench.papers.diffusionnet.derivatives import ImplicitHeat

#: the diffusion time (in area) at which every channel starts: on a body in the unit sphere, a hand's breadth
FIRST_TIME = 3e-3


def implicit_diffusion(ops: Operators, u: Float[Tensor, "n c"],
                       t: Float[Tensor, " c"]) -> Float[Tensor, "n c"]:
    """h_t(u) = (M + t L)^-1 M u, one implicit Euler step of the heat equation. Eq. 2.

    Every channel has its time t (in area); equal times share a sparse factorisation. Differentiable in u, t.
    Raises ValueError when the bundle carries no Laplacian.
    """
    if not ops.solvers:
        raise ValueError("implicit diffusion needs the Laplacian, which this bundle does not carry: "
                         "make it with operators(shape), or give bundle(...) a HeatSolver")
    pieces = zip(ops.split(u), ops.solvers, strict=True)
    return torch.cat([ImplicitHeat.apply(piece, t, solver) for piece, solver in pieces])


def spectral_diffusion(ops: Operators, u: Float[Tensor, "n c"],
                       t: Float[Tensor, " c"]) -> Float[Tensor, "n c"]:
    """h_t(u) = Phi (exp(-lambda t) * (Phi^T M u)), heat flow seen through the k lowest eigenfunctions. Eq. 4.

    Every channel has its time t (in area). Differentiable in u and t.
    """
    pieces = []
    for basis, piece in zip(ops.bases, ops.split(u), strict=True):
        decay = _exp_minus(basis.evals[:, None] * t)  # (k, c)
        pieces.append(basis.synthesise(decay * basis.analyse(piece)))
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)


def no_diffusion(ops: Operators, u: Float[Tensor, "n c"], t: Float[Tensor, " c"]) -> Float[Tensor, "n c"]:
    """u itself, whatever t: the ablation of Table 7. Nothing is lost, unlike at t -> 0 in Eq. 4."""
    return u


def _exp_minus(x):
    """exp(-x), and 0 below 1e-26, because denormal numbers make the product after it several times slower."""
    return torch.exp(-x).masked_fill(x > 60, 0)


def diffusion_kernel(ops: Operators, vertex: int, t: float, diffuse: Callable = spectral_diffusion) -> Tensor:
    """The heat (n,) at every vertex after time t, when one unit starts at `vertex`: what a channel gathers.

    sum M h = 1; the values are row `vertex` of the kernel of Eq. 4, or of Eq. 2 with implicit_diffusion.
    Raises IndexError when there is no such vertex.
    """
    if not 0 <= vertex < ops.n:
        raise IndexError(f"vertex {vertex} of a shape with {ops.n} vertices")
    mass = torch.cat([basis.mass for basis in ops.bases])
    delta = torch.zeros_like(mass)
    delta[vertex] = 1 / mass[vertex]
    return diffuse(ops, delta[:, None], mass.new_tensor([t]))[:, 0]


class LearnedDiffusion(nn.Module):
    """Each of c channels diffuses for its own learned time. Section 3.2.

    The parameter is log t, so t > 0 holds by construction (the authors clamp). diffuse: one of the two above.
    """

    def __init__(self, channels: int, diffuse: Callable = spectral_diffusion):
        super().__init__()
        self.log_time = nn.Parameter(torch.full((channels,), math.log(FIRST_TIME)))
        self.diffuse = diffuse

    def forward(self, u: Float[Tensor, "n c"], ops: Operators) -> Float[Tensor, "n c"]:
        return self.diffuse(ops, u, self.log_time.exp())


DIFFUSIONS = {"spectral": spectral_diffusion, "implicit": implicit_diffusion, "none": no_diffusion}
