"""PDO-eS2CNN in the paper's order: turned operators, lifting layer, group layer, pooling, networks."""

import math
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbench.operators.spherical import SphereError, shift
from workbench.papers.pdo_sphere.spheres import Sphere

#: coefficients of H(u, v; w) = w1 + w2 u + w3 v + w4 u^2 + w5 u v + w6 v^2
COEFFICIENTS = 6


class Lift(nn.Module):
    """Psi: (P, A) -> chi^(A)[s](P), from signals on the sphere to functions on SO(3).

    weight  (6, c_in, c_out): the coefficients of H for every pair of channels
    """

    def __init__(self, c_in: int, c_out: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(COEFFICIENTS, c_in, c_out) * _size(c_in))

    def forward(self, s: Float[Tensor, "n B c_in"], sphere: Sphere) -> Float[Tensor, "n K B c_out"]:
        rows = sphere.lift(s[:, None])
        operators = torch.einsum("kea,eio->aiko", sphere.turned, self.weight)
        return _mixed(rows, operators, sphere.fine)


class GroupLayer(nn.Module):
    """Phi: (P, A) -> sum over B in C_N of chi_B^(A)[h](P, A B), with weights of its own for every turn B.

    weight  (N, 6, c_in, c_out). h(Q, .) at a neighbour Q is carried into the frame at P before it is
    differentiated: the Sphere's `middle` does both. It answers at the Sphere's K fine turns: an operator of
    second order has frequencies up to two more than h, which N turns could not hold.
    """

    def __init__(self, c_in: int, c_out: int, N: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(N, COEFFICIENTS, c_in, c_out) * _size(c_in * N))

    def forward(self, h: Float[Tensor, "n N B c_in"], sphere: Sphere) -> Float[Tensor, "n K B c_out"]:
        N = sphere.turns
        if h.shape[1] != N or len(self.weight) != N:
            raise SphereError(f"a sphere with {N} turns wants features and weights with as many; got "
                              f"{h.shape[1]} and {len(self.weight)}")
        rows = sphere.middle(h)
        relative = torch.einsum("kjb,beio->kjeio", sphere.between, self.weight)  # B = A^-1 A'
        operators = torch.einsum("kea,kjeio->ajiko", sphere.turned, relative)
        return _mixed(rows, operators.flatten(0, 1), sphere.fine)

    def resampled(self, N: int) -> "GroupLayer":
        """The layer on C_N whose weights are the band-limited interpolation of these: the same integral."""
        old, c_in, c_out = len(self.weight), *self.weight.shape[2:]
        found = GroupLayer(c_in, c_out, N).to(self.weight)
        at = 2 * math.pi * torch.arange(N, dtype=torch.float64) / N
        kernel = torch.tensor(shift(at.numpy(), old)[:, 0], dtype=self.weight.dtype)  # (N, old)
        found.weight.data = torch.einsum("kj,j...->k...", kernel, self.weight.data) * (old / N)
        return found


def _size(inputs):
    return 1 / math.sqrt(COEFFICIENTS * inputs)


def _mixed(rows: Float[Tensor, "n a B i"], operators: Float[Tensor, "a i K o"], K: int):
    """One matrix product: all rows and input channels to all turns and output channels."""
    n, a, B, i = rows.shape
    x = rows.transpose(1, 2).reshape(n * B, a * i) @ operators.reshape(a * i, -1)
    return x.view(n, B, K, -1).transpose(1, 2)


class Pointwise(nn.Module):
    """A 1x1 layer: the same linear map of channels at every point and turn, told at K turns. c_in -> c_out"""

    def __init__(self, c_in: int, c_out: int):
        super().__init__()
        self.linear = nn.Linear(c_in, c_out, bias=False)

    def forward(self, h: Float[Tensor, "n N B c_in"], sphere: Sphere) -> Float[Tensor, "n K B c_out"]:
        mapped = self.linear(h)
        return torch.matmul(sphere.read, mapped.flatten(2)).view(len(h), sphere.fine, *mapped.shape[2:])


class Rectified(nn.Module):
    """Batch normalisation over points, turns and signals together, ReLU for each of K turns, then N of them.

    One mean and one scale a channel: whatever treated turns or points apart would not commute with rotations.
    ReLU's corners have all frequencies; of the K turns only those are kept that N turns can tell apart.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, h: Float[Tensor, "n K B c"], sphere: Sphere) -> Float[Tensor, "n N B c"]:
        return sphere.kept(torch.relu(self.norm(h.reshape(-1, h.shape[-1]))).view(h.shape))


def coarser(h: Float[Tensor, "n N B c"], sphere: Sphere) -> Float[Tensor, "m N B c"]:
    """Pooling over rings, to the next coarser level. Raises SphereError where the bundle has none."""
    if sphere.down is None:
        raise SphereError(f"these spheres end at level {sphere.grid.level}; ask for more depth")
    return sphere.down(h)


def finer(h: Float[Tensor, "m N B c"], sphere: Sphere) -> Float[Tensor, "n N B c"]:
    """Unpooling from the level below that of `sphere`. Raises SphereError where the bundle has none."""
    if sphere.up is None:
        raise SphereError(f"these spheres end at level {sphere.grid.level}; ask for more depth")
    return sphere.up(h)


def over_turns(h: Float[Tensor, "n N B c"]) -> Float[Tensor, "n B c"]:
    """The mean over A: features of a point that no longer know its frame."""
    return h.mean(dim=1)


def over_sphere(s: Float[Tensor, "n B c"], sphere: Sphere) -> Float[Tensor, "B c"]:
    """The mean over the sphere, by area."""
    return torch.einsum("n,nbc->bc", sphere.areas, s)


class Trunk(nn.Module):
    """Lift, then group layers; `pooled[i]` says whether to go a level down after layer i. (B, n, c) in.

    The layer after the lift has its own number of channels, widths[0], and so on. N is that of the spheres.
    """

    def __init__(self, c_in: int, widths: Sequence[int], pooled: Sequence[bool], N: int):
        super().__init__()
        if len(widths) != len(pooled):
            raise ValueError(f"each of {len(widths)} layers is pooled or not; got {len(pooled)} answers")
        self.turns, self.pooled = N, tuple(map(bool, pooled))
        pairs = pairwise(widths)
        self.layers = nn.ModuleList([Lift(c_in, widths[0]), *(GroupLayer(a, b, N) for a, b in pairs)])
        self.activations = nn.ModuleList(Rectified(width) for width in widths)

    def steps(self, x: Float[Tensor, "B n c"], spheres: Sequence[Sphere]) -> list[tuple[Tensor, Sphere]]:
        """Features (n, N, B, c) after every layer, before pooling, with the sphere they live on."""
        spheres[0].check(x)
        h, depth, found = x.transpose(0, 1), 0, []
        for layer, activation, pooled in zip(self.layers, self.activations, self.pooled, strict=True):
            h = activation(layer(h, spheres[depth]), spheres[depth])
            found.append((h, spheres[depth]))
            if pooled:
                h, depth = coarser(h, spheres[depth]), depth + 1
        return found

    def forward(self, x: Float[Tensor, "B n c"], spheres: Sequence[Sphere]) -> tuple[Tensor, Sphere]:
        return self.steps(x, spheres)[-1]

    def resampled(self, N: int) -> "Trunk":
        """The same network on C_N: every group layer resampled, all else copied."""
        found = deepcopy(self)
        found.turns = N
        found.layers = nn.ModuleList([found.layers[0], *(layer.resampled(N) for layer in self.layers[1:])])
        return found


class Classifier(nn.Module):
    """One answer for each signal: trunk, mean over turns, mean over the sphere, linear layer.

    Invariant to rotations up to the stencils' error. pooled[-1] has no effect.
    """

    def __init__(self, c_in: int, widths: Sequence[int], pooled: Sequence[bool], N: int, classes: int):
        super().__init__()
        self.trunk = Trunk(c_in, widths, [*pooled[:-1], False], N)
        self.last = nn.Linear(widths[-1], classes)

    def points(self, x: Float[Tensor, "B n c"], spheres: Sequence[Sphere]) -> Float[Tensor, "m B classes"]:
        """The linear layer's answer at every point of the last level; its mean is the network's answer."""
        h, _ = self.trunk(x, spheres)
        return self.last(over_turns(h))

    def forward(self, x: Float[Tensor, "B n c"], spheres: Sequence[Sphere]) -> Float[Tensor, "B classes"]:
        h, sphere = self.trunk(x, spheres)
        return self.last(over_sphere(over_turns(h), sphere))


class Segmenter(nn.Module):
    """One answer for every point: down through the levels and up again, with what was known on the way down.

    widths  of one layer a level; on the way up a 1x1 layer takes the unpooled and the kept features together
    """

    def __init__(self, c_in: int, widths: Sequence[int], N: int, classes: int):
        super().__init__()
        self.trunk = Trunk(c_in, widths, [True] * (len(widths) - 1) + [False], N)
        ups = list(pairwise(reversed(widths)))
        self.joints = nn.ModuleList(Pointwise(a + b, b) for a, b in ups)
        self.activations = nn.ModuleList(Rectified(b) for _, b in ups)
        self.last = nn.Linear(widths[0], classes)

    def forward(self, x: Float[Tensor, "B n c"], spheres: Sequence[Sphere]) -> Float[Tensor, "B n classes"]:
        *kept, (h, _) = self.trunk.steps(x, spheres)
        for joint, activation, (known, sphere) in zip(self.joints, self.activations, reversed(kept),
                                                      strict=True):
            h = activation(joint(torch.cat([finer(h, sphere), known], dim=3), sphere), sphere)
        return self.last(over_turns(h)).transpose(0, 1)
