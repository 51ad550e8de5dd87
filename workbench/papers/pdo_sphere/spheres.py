"""The bundle that layers take: stencils, pooling and unpooling on the levels of one icosahedral grid."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from workbench.operators.spherical import (
    SphereError,
    chart,
    gaussian,
    lowpass,
    shift,
    stencils,
    transport_angles,
    turned,
)
from workbench.papers.pdo_sphere.carrying import Carry, carry
from workbench.shapes.icosahedral import Grid, grid

#: a second-order operator has angular frequencies up to two; fewer turns cannot even hold the first
FEWEST = 3


@dataclass(frozen=True)
class Sphere:
    """One level, ready for layers with N turns.

    grid      points, frames and rings
    turns     N, the order of the cyclic group: how many turns features are kept at
    fine      K, at how many turns layers answer and ReLU is taken; frequencies below N / 2 are kept
    reach     the unit of length, in radians, in which derivatives are measured, so that weights have one size
    lift      Carry of the six rows for signals without orientation
    middle    Carry of the six rows for signals with N turns, frames transported
    down, up  Carry to the coarser level (ring means) and from it (means of two); None at the bottom
    turned    (K, 6, 6): rows for a frame turned by 2 pi k / K
    between   (K, N, N): weights of a relative turn 2 pi j / N - 2 pi k / K from those of the N turns
    read      (K, N): features at K turns from those at N; keep: (N, K), the way back, the low frequencies
    areas     (n,): the points' shares of the sphere
    """

    grid: Grid
    turns: int
    reach: float
    lift: Carry
    middle: Carry
    down: Carry | None
    up: Carry | None
    turned: Float[Tensor, "K 6 6"]
    between: Float[Tensor, "K N N"]
    read: Float[Tensor, "K N"]
    keep: Float[Tensor, "N K"]
    areas: Float[Tensor, " n"]

    @property
    def fine(self) -> int:
        return len(self.turned)

    def kept(self, h: Float[Tensor, "n K B c"]) -> Float[Tensor, "n N B c"]:
        """Features at N turns from those at K: the frequencies below N / 2, the others are lost."""
        return torch.matmul(self.keep, h.flatten(2)).view(len(h), self.turns, *h.shape[2:])

    def check(self, x: Tensor) -> None:
        """Raises SphereError unless x is (B, n, c) of this level and in this precision, and finite."""
        if x.ndim != 3 or x.shape[1] != self.grid.n:
            raise SphereError(f"signals of level {self.grid.level} have shape (B, {self.grid.n}, c); "
                              f"got {tuple(x.shape)}")
        if x.dtype != self.areas.dtype:
            raise SphereError(f"this sphere is in {self.areas.dtype}; the signals are {x.dtype}")
        if not torch.isfinite(x).all():
            raise SphereError("signals are finite; some of these values are not")


@lru_cache(maxsize=8)
def spheres(level: int, N: int, depth: int = 3, *, fine: int | None = None, transport: bool = True,
            width: int = 2, reach_level: int | None = None, dtype: torch.dtype = torch.float32
            ) -> tuple[Sphere, ...]:
    """The Sphere of `level` and those of the `depth` - 1 coarser ones, finest first; made once.

    fine         K, the turns at which ReLU is taken, by default 2 N. ReLU makes frequencies without end, and
                 those that N turns mistake for lower ones turn with the frame's choice: K = N is the paper's
    transport    False leaves the frames at neighbours as they are stored: the mistake this chapter is about
    width        rings of neighbours a stencil spans: 1 is the paper's, 2 the Config's choice here
    reach_level  the level whose spacing is the first Sphere's unit of length, so that a network keeps its
                 meaning on a finer grid; by default the level itself
    Raises SphereError for fewer than three turns or more depth than levels, MeshError for no level.
    """
    if N < FEWEST:
        raise SphereError(f"second-order stencils turn with frequency two: N is at least {FEWEST}, got {N}")
    fine = 2 * N if fine is None else fine
    if fine < N:
        raise SphereError(f"ReLU is taken at no fewer turns than are kept, {N}; got {fine}")
    return _levels(level, N, depth, transport, width, reach_level, dtype, turned(_angles(fine)))


@lru_cache(maxsize=4)
def gauged_spheres(level: int, depth: int = 3, *, width: int = 2, reach_level: int | None = None,
                   dtype: torch.dtype = torch.float32) -> tuple[Sphere, ...]:
    """As spheres, but without orientations: derivatives to south and east, which are other directions at
    every point. What a network on these learns at one place it does not know at another: for twins."""
    return _levels(level, 1, depth, False, width, reach_level, dtype, np.eye(6)[None])


def _angles(N):
    return 2 * np.pi * np.arange(N) / N


def _levels(level, N, depth, transport, width, reach_level, dtype, turns):
    if not 1 <= depth <= level + 1:
        raise SphereError(f"level {level} has {level} coarser ones; a depth of {depth} does not fit")
    first = grid(level if reach_level is None else reach_level).spacing
    found = []
    for step in range(depth):
        on = grid(level - step)
        down, up = (None, None) if step == depth - 1 else _pooling(on, N, transport, dtype)
        lift, middle = _stencil_carries(on, N, transport, width, first * 2**step, dtype)
        found.append(Sphere(on, N, first * 2**step, lift, middle, down, up,
                            *(torch.tensor(each, dtype=dtype) for each in (turns, *_axes(N, len(turns)),
                                                                           on.areas))))
    return tuple(found)


def _axes(N, K):
    """between, read and keep of a Sphere."""
    apart = _angles(N)[None] - _angles(K)[:, None]
    return shift(apart, N)[:, :, 0], shift(_angles(K), N)[:, 0], lowpass(K, N)


def _stencil_carries(on, N, transport, width, reach, dtype):
    found = stencils(on, width)
    weights = found.weights * (reach ** np.array([0, 1, 1, 2, 2, 2]))[:, None]
    angles = found.angles * transport
    return (carry(found.near, weights, 0 * angles, 1, on.n, dtype),
            carry(found.near, weights, angles, N, on.n, dtype))


def _pooling(on, N, transport, dtype):
    """Down: the mean over three rings, weighted by a Gaussian half as wide again as the spacing, so that the
    coarser level, twice as wide, gets little finer than it can hold. Up: the mean of the two points a new
    point lies between."""
    coarse, frames = grid(on.level - 1), on.frames
    ring, true = on.rings(3)
    near = np.concatenate([np.arange(coarse.n)[:, None], ring[:coarse.n]], axis=1)
    weights = gaussian(chart(frames[:coarse.n], on.V[near]), 1.5 * on.spacing)
    weights[:, 1:] *= true[:coarse.n]
    weights /= weights.sum(axis=1, keepdims=True)
    down = carry(near, weights[:, None], transport * transport_angles(frames, near), N, on.n, dtype)
    parents = on.parents
    halves = np.full((on.n, 1, 2), 0.5)
    up = carry(parents, halves, transport * transport_angles(frames, parents), N, coarse.n, dtype)
    return down, up

