"""Gather a ring, carry its frames to the middle, weigh: a constant linear map for every point."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from workbench.operators.spherical import shift


@dataclass(frozen=True)
class Carry:
    """out[P, d] = sum_i weights[P, d, i] shift(angles[P, i]) h(near[P, i]), a matrix for every point P.

    near    (m, r) which points are gathered
    blocks  (m, rows N, r N) the weights and the shifts of the orientation axis in one matrix
    back    (m r,) the m r places sorted by the point they gather, and starts (n,) where each point's begin
    turns   N, the length of the orientation axis; 1 for signals without one
    """

    near: Int[Tensor, "m r"]
    blocks: Float[Tensor, "m out in"]
    back: Int[Tensor, " places"]
    starts: Int[Tensor, " n"]
    turns: int

    def __call__(self, h: Float[Tensor, "n N B c"]) -> Float[Tensor, "m out B c"]:
        """(n, N, B, c) -> (m, rows N, B, c), differentiably."""
        found = _Gathered.apply(h.reshape(len(h), -1), self.near, self.blocks, self.back, self.starts,
                                self.turns)
        return found.view(*found.shape[:2], *h.shape[2:])


def carry(near: Int[np.ndarray, "m r"], weights: Float[np.ndarray, "m rows r"],
          angles: Float[np.ndarray, "m r"], N: int, n: int, dtype: torch.dtype = torch.float32) -> Carry:
    """The Carry of a stencil from n points to m, with N turns; N = 1 leaves the orientation axis away."""
    blocks = weights[:, :, None, :, None] * shift(angles, N).transpose(0, 2, 1, 3)[:, None]
    m, rows, r = weights.shape
    blocks = torch.tensor(blocks.reshape(m, rows * N, r * N), dtype=dtype)
    flat = near.ravel()
    count = np.bincount(flat, minlength=n)
    back = torch.tensor(np.argsort(flat, kind="stable"))
    return Carry(torch.tensor(near), blocks, back, torch.tensor(np.cumsum(count) - count), N)


class _Gathered(Function):
    """The derivative gathers as well: each point collects from the places where it was used."""

    @staticmethod
    def forward(ctx, h, near, blocks, back, starts, turns):
        ctx.save_for_backward(blocks, back, starts)
        ctx.turns = turns
        gathered = h.index_select(0, near.reshape(-1)).view(len(near), near.shape[1] * turns, -1)
        return torch.bmm(blocks, gathered)

    @staticmethod
    @once_differentiable
    def backward(ctx, d_out):
        blocks, back, starts = ctx.saved_tensors
        spread = torch.bmm(blocks.transpose(1, 2), d_out)
        places = spread.view(-1, ctx.turns * spread.shape[2])
        d_h = torch.nn.functional.embedding_bag(back, places, starts, mode="sum")
        return d_h, None, None, None, None, None
