"""DiffusionNet in the paper's order: diffusion (its own file), gradient features, MLP, network."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbench.bridge import Operators
from workbench.papers.diffusionnet.derivatives import AffineOfParts, PairProducts
from workbench.papers.diffusionnet.diffusion import (
    DIFFUSIONS,
    LearnedDiffusion,
    diffusion_kernel,
    implicit_diffusion,
    spectral_diffusion,
)
from workbench.papers.diffusionnet.outputs import OUTPUTS

__all__ = [
    "MLP", "Block", "DiffusionNet", "LearnedDiffusion", "RotatedGradientFeatures", "ScaledGradientFeatures",
    "diffusion_kernel", "implicit_diffusion", "spatial_gradient", "spectral_diffusion",
]


def spatial_gradient(ops: Operators, u: Float[Tensor, "n c"]) -> Float[Tensor, "n 2 c"]:
    """z_u = G u: for every vertex and channel both components of the tangent gradient. Eq. 5."""
    return ops.gradient(u).view(ops.n, 2, -1)


class RotatedGradientFeatures(nn.Module):
    """g = tanh(Re(conj(w) * (A w))) with a learned complex A (c, c): gradients are scaled and rotated. Eq. 6.

    Invariant to the choice of tangent frames, not to a mirror: it needs normals that agree.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.A_re = nn.Parameter(_uniform(channels, channels))
        self.A_im = nn.Parameter(_uniform(channels, channels))

    def forward(self, u: Float[Tensor, "n c"], ops: Operators) -> Float[Tensor, "n c"]:
        re, im = self.A_re.T, self.A_im.T
        A = torch.cat([torch.cat([re, im], 1), torch.cat([-im, re], 1)])  # (2c, 2c): one product, not four
        return PairProducts.apply(spatial_gradient(ops, u), A)


class ScaledGradientFeatures(nn.Module):
    """g = tanh(w_x * (A w_x) + w_y * (A w_y)) with a learned real A (c, c): gradients are only scaled. Eq. 6.

    Also invariant to a mirror, so it needs no orientation and cannot tell left from right (Fig. 5).
    """

    def __init__(self, channels: int):
        super().__init__()
        self.A = nn.Parameter(_uniform(channels, channels))

    def forward(self, u: Float[Tensor, "n c"], ops: Operators) -> Float[Tensor, "n c"]:
        return PairProducts.apply(spatial_gradient(ops, u), self.A.T)


def _uniform(rows, columns):
    """Entries uniform in +-1/sqrt(columns), torch's own choice for a linear layer."""
    return torch.empty(rows, columns).uniform_(-1, 1) / math.sqrt(columns)


class MLP(nn.Module):
    """The same perceptron at every vertex: linear layers with ReLU and dropout between them. Sections 3.1, 5.

    Takes its input in parts of shapes (n, c_i), which count as one row of sum c_i channels.
    """

    def __init__(self, *widths: int, dropout: float = 0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.dropout = nn.Dropout(dropout)

    def forward(self, *parts: Float[Tensor, "n _"]) -> Float[Tensor, "n _"]:
        first, *rest = self.layers
        x = AffineOfParts.apply(first.weight, first.bias, *parts)
        for layer in rest:
            x = layer(self.dropout(torch.relu_(x)))
        return x


class Block(nn.Module):
    """x + MLP([x, diffused x, gradient features of it]), without the last if gradients is None. Fig. 7."""

    def __init__(self, diffusion: nn.Module, gradients: nn.Module | None, mlp: nn.Module):
        super().__init__()
        self.diffusion, self.gradients, self.mlp = diffusion, gradients, mlp

    def forward(self, x: Float[Tensor, "n c"], ops: Operators) -> Float[Tensor, "n c"]:
        diffused = self.diffusion(x, ops)
        if self.gradients is None:
            return x + self.mlp(x, diffused)
        return x + self.mlp(x, diffused, self.gradients(diffused, ops))


class DiffusionNet(nn.Module):
    """Linear layer, blocks of one width, linear layer; values at vertices, edges, faces or a mean. Section 4.

    diffusion  "spectral" (Eq. 4), "implicit" (Eq. 2) or "none" (Table 7)
    rotation   gradient features turn and scale (complex A of Eq. 6), or only scale (real A)
    gradients  False leaves the gradient features out
    at         "vertices", "edges", "faces" or "mean"; there is no activation at the end
    Raises ValueError for other names.
    """

    def __init__(self, c_in: int, c_out: int, width: int = 128, blocks: int = 4, dropout: float = 0.0, *,
                 diffusion: str = "spectral", rotation: bool = True, gradients: bool = True,
                 at: str = "vertices"):
        super().__init__()
        self.config = dict(c_in=c_in, c_out=c_out, width=width, blocks=blocks, dropout=dropout,
                           diffusion=diffusion, rotation=rotation, gradients=gradients, at=at)
        diffuse = _named(DIFFUSIONS, "diffusion", diffusion)
        features = RotatedGradientFeatures if rotation else ScaledGradientFeatures
        self.output = _named(OUTPUTS, "at", at)
        self.first = nn.Linear(c_in, width)
        self.blocks = nn.ModuleList(
            Block(LearnedDiffusion(width, diffuse), features(width) if gradients else None,
                  MLP((3 if gradients else 2) * width, width, width, width, dropout=dropout))
            for _ in range(blocks))
        self.last = nn.Linear(width, c_out)

    def forward(self, x: Float[Tensor, "n c_in"], ops: Operators) -> Float[Tensor, "elements c_out"]:
        """Features x (n, c_in) on the bundle -> (elements, c_out). Raises ValueError when x fits neither."""
        return self.output(ops, self.last(self.features(x, ops)))

    def features(self, x: Float[Tensor, "n c_in"], ops: Operators) -> Float[Tensor, "n width"]:
        """What the last block says at every vertex, before the last linear layer; raises as forward does."""
        self._check(x, ops)
        x = self.first(x)
        for block in self.blocks:
            x = block(x, ops)
        return x

    def _check(self, x, ops):
        ops.check(x)
        weight = self.first.weight
        if x.shape[1] != weight.shape[1] or x.dtype != weight.dtype or x.device != weight.device:
            raise ValueError(f"the network expects {weight.shape[1]} channels {weight.dtype} on "
                             f"{weight.device}; got {x.shape[1]} channels {x.dtype} on {x.device}")

    def times(self) -> Float[np.ndarray, "blocks width"]:
        """The present diffusion times (blocks, width), in area; what Fig. 4 counts."""
        rows = [block.diffusion.log_time.detach().exp().cpu().numpy() for block in self.blocks]
        return np.stack(rows)

    def set_time(self, block: int, channel: int, t: float) -> None:
        """Give one channel the diffusion time t > 0, from which it learns on. Call it between steps."""
        with torch.no_grad():
            self.blocks[block].diffusion.log_time[channel] = _log(t)

    @contextmanager
    def time_held(self, block: int, channel: int, t: float) -> Iterator[None]:
        """Inside the with block one channel has the time t; afterwards it has what it had."""
        before = float(self.times()[block, channel])
        self.set_time(block, channel, t)
        try:
            yield
        finally:
            self.set_time(block, channel, before)

    def fix_times(self, t: float) -> None:
        """Give every channel the time t and stop learning times (the ablation of Section 5)."""
        for block in self.blocks:
            block.diffusion.log_time.requires_grad_(False).fill_(_log(t))

    def set_dropout(self, p: float) -> None:
        """Drop hidden values with probability p from the next training step on."""
        if not 0 <= p <= 1:
            raise ValueError(f"a probability is between 0 and 1; got {p}")
        self.config["dropout"] = p
        for block in self.blocks:
            block.mlp.dropout.p = p


def _log(t):
    if not 0 < t < math.inf:
        raise ValueError(f"a diffusion time is positive and finite; got {t}")
    return math.log(t)


def _named(choices, word, name):
    if name not in choices:
        raise ValueError(f"{word} is one of {', '.join(choices)}; got {name!r}")
    return choices[name]
