"""HodgeEigs: eigenpairs of d^T star1 d x = lambda star0 x as a differentiable function of both stars."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from workbench.operators.modes import Modes, lowest_modes
from workbench.operators.pencil import pencil
from workbench.operators.spectrum import SpectrumError
from workbench.papers.hodgenet.derivatives import star_gradients
from workbench.papers.hodgenet.surfaces import Surface


class Warmth:
    """The last modes of every surface solved with it: the next solve of that surface begins there.

    sizes  (dimensions of the Krylov space, whether it began from earlier modes) of every solve, in order
    """

    def __init__(self):
        self._modes: WeakKeyDictionary[Surface, Modes] = WeakKeyDictionary()
        self.sizes: list[tuple[int, bool]] = []

    def of(self, surface: Surface) -> Modes | None:
        """The last modes of a surface, if there are any."""
        return self._modes.get(surface)

    def keep(self, surface: Surface, modes: Modes) -> None:
        """Remember modes, without their factor."""
        self.sizes.append((modes.dimensions, surface in self._modes))
        self._modes[surface] = replace(modes, solve=None)


@dataclass(frozen=True)
class Solve:
    """How eigenpairs are computed and differentiated.

    m          eigenpairs that the loss sees, beside the null space
    extra      more of them, which only the gradient uses
    exact      the gradient by deflated adjoint solves, instead of the sum over m + extra pairs (Prop. 5.1)
    tolerance  of the residuals, relative to lambda_m. An exact gradient needs all m + extra pairs so
    """

    m: int = 32
    extra: int = 32
    exact: bool = False
    tolerance: float = 1e-5


def hodge_eigs(
    surfaces: Sequence[Surface],
    star0: Float[Tensor, "n k k"],
    star1: Float[Tensor, "e k k"],
    how: Solve = Solve(),
    warmth: Warmth | None = None,
) -> tuple[Float[Tensor, "b m"], Float[Tensor, "n k m"]]:
    """The m lowest eigenvalues of each of b surfaces, beside its null space, and their eigenvectors x.

    star0, star1  symmetric blocks on all vertices and all edges, surface after surface
    x_i^T star0 x_i = 1; signs, and bases of eigenspaces, are arbitrary (Smirnov and Solomon 2021, Eq. 6). The
    null space, constants on each connected component, is left out and known exactly. Results are float64 on
    the CPU. Surfaces are solved side by side in threads, as many as torch uses. Raises SpectrumError
    (StarError for singular or infinite stars) with the surface's name, ValueError when sizes do not fit.
    """
    n, e = sum(s.n for s in surfaces), sum(s.e for s in surfaces)
    if star0.shape[0] != n or star1.shape[0] != e:
        raise ValueError(f"{len(surfaces)} surfaces have {n} vertices and {e} edges; got {star0.shape[0]} "
                         f"blocks of star0 and {star1.shape[0]} of star1")
    return _HodgeEigs.apply(star0, star1, tuple(surfaces), how, warmth)


class _HodgeEigs(Function):
    @staticmethod
    def forward(ctx, star0, star1, surfaces, how, warmth):
        def solved(surface, block0, block1):
            nearby = None if warmth is None else warmth.of(surface)
            return _solved(surface, _symmetric(block0), _symmetric(block1), how, nearby)

        modes = _side_by_side(surfaces, solved, *_pieces(surfaces, star0, star1))
        if warmth is not None:
            for surface, found in zip(surfaces, modes, strict=True):
                warmth.keep(surface, found)
        ctx.surfaces, ctx.how, ctx.modes = surfaces, how, modes
        ctx.like = (star0.dtype, star0.device, star1.dtype, star1.device)
        evals = torch.tensor(np.stack([found.evals[:how.m] for found in modes]))
        x = [found.pencil.original(found.psi[:, :how.m]) for found in modes]
        return evals, torch.from_numpy(np.concatenate(x))

    @staticmethod
    @once_differentiable
    def backward(ctx, d_evals, d_x):
        def gradients(surface, place, d_x):
            return star_gradients(ctx.modes[place], d_evals[place].numpy(), d_x, ctx.how.exact)

        places = range(len(ctx.surfaces))
        parts = _cut(d_x, [surface.n for surface in ctx.surfaces])
        found = _side_by_side(ctx.surfaces, gradients, places, parts)
        dtype0, device0, dtype1, device1 = ctx.like
        d0, d1 = (torch.from_numpy(np.concatenate(parts)) for parts in zip(*found, strict=True))
        return d0.to(device0, dtype0), d1.to(device1, dtype1), None, None, None


def _solved(surface, star0, star1, how, nearby):
    of = pencil(surface.pattern, star0, star1)
    if how.exact:
        return lowest_modes(of, how.m + how.extra, 0, min(how.tolerance, 1e-9), nearby, keep_factor=True)
    return lowest_modes(of, how.m, min(how.extra, of.dimensions - how.m), how.tolerance, nearby)


def _side_by_side(surfaces: Sequence[Surface], work: Callable, *arguments) -> list:
    """work(surface, ...) for all surfaces in threads; an error gets the name of its surface."""

    def named(surface, *rest):
        try:
            return work(surface, *rest)
        except SpectrumError as error:
            raise type(error)(f"{surface.name}: {error}") from error

    workers = min(len(surfaces), torch.get_num_threads(), os.cpu_count() or 1)
    if workers < 2:
        return [named(*each) for each in zip(surfaces, *arguments, strict=True)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(named, surfaces, *arguments))


def _pieces(surfaces, star0, star1):
    return _cut(star0, [surface.n for surface in surfaces]), _cut(star1, [surface.e for surface in surfaces])


def _cut(tensor, sizes):
    """One float64 array per surface."""
    array = tensor.detach().double().cpu().numpy()
    return np.split(array, np.cumsum(sizes)[:-1])


def _symmetric(blocks):
    return (blocks + blocks.transpose(0, 2, 1)) / 2
