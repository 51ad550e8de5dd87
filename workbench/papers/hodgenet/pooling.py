"""Where HodgeNet's features live: at vertices, at faces or on the mesh, as the largest or as the sum."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from workbench.papers.hodgenet.surfaces import Surface

#: faces that are gathered at once: memory for their corners' features stays small
ROWS = 1024


def at_vertices(G: Float[Tensor, "n c"], surfaces: Sequence[Surface]) -> Float[Tensor, "n c"]:
    """G_v as they are (n, c)."""
    return G


def at_faces(G: Float[Tensor, "n c"], surfaces: Sequence[Surface]) -> Float[Tensor, "m c"]:
    """G_f = max of G_v over the corners of f, feature by feature: (m, c)."""
    starts = torch.cumsum(torch.tensor([0] + [s.n for s in surfaces]), 0)
    faces = torch.cat([s.faces + start for s, start in zip(surfaces, starts, strict=False)])
    return _LargestCorner.apply(G, faces.to(G.device))


def of_meshes(G: Float[Tensor, "n c"], surfaces: Sequence[Surface]) -> Float[Tensor, "b c"]:
    """G_M = max of G_v over the mesh, feature by feature: (b, c)."""
    return torch.stack([part.amax(dim=0) for part in G.split([s.n for s in surfaces])])


def over_meshes(G: Float[Tensor, "n c"], surfaces: Sequence[Surface]) -> Float[Tensor, "b c"]:
    """Sum of G_v over the mesh, feature by feature: (b, c). Not in the paper.

    Every vertex has a say in it, and in its gradient; a maximum listens to the loudest one.
    """
    return torch.stack([part.sum(dim=0) for part in G.split([s.n for s in surfaces])])


POOLS = {"vertices": at_vertices, "faces": at_faces, "mesh": of_meshes, "summed": over_meshes}


class _LargestCorner(Function):
    """max over three gathered rows, keeping which one it was in a byte instead of three gathered copies."""

    @staticmethod
    def forward(ctx, G, faces):
        largest = G.new_empty(len(faces), G.shape[1])
        which = torch.empty(largest.shape, dtype=torch.uint8, device=G.device)
        for rows, out, at in zip(faces.split(ROWS), largest.split(ROWS), which.split(ROWS), strict=True):
            a, b, c = (G.index_select(0, rows[:, corner]) for corner in range(3))
            torch.maximum(a, b, out=out)
            at.copy_(b > a).masked_fill_(c > out, 2)
            torch.maximum(out, c, out=out)
        ctx.save_for_backward(faces, which)
        ctx.n = len(G)
        return largest

    @staticmethod
    @once_differentiable
    def backward(ctx, d_largest):
        faces, which = ctx.saved_tensors
        d_G = d_largest.new_zeros(ctx.n, d_largest.shape[1])
        for rows, at, d in zip(faces.split(ROWS), which.split(ROWS), d_largest.split(ROWS), strict=True):
            d_G.scatter_add_(0, rows.gather(1, at.long()), d)
        return d_G, None
