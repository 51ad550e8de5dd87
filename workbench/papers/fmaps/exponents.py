"""Exponents of the Gaussian as one product of two tall matrices, with the digits that a small blur needs."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

#: largest |exponent| that float32, and plain float64, may hold: it moves weights by 1e-5 and 1e-11
SAFE_IN_SINGLE, SAFE_IN_DOUBLE = 100.0, 3e4

#: bits of the coarse part of a coordinate: squares and their sums are then exact in float64
COARSE = 2.0**20


@dataclass(frozen=True, eq=False)
class Exponents:
    """log K_ij = -|x2_i - x1_j|^2 / 2 for x = f / sigma, up to a term for each row: query_i . key_j.

    query (n2, q) and key (n1, q), whose first `coarse` columns are added up before the others; plain1
    (n1, p + 1) and plain2 (n2, p + 1) are [x, 1]. All of x is shifted by the mean of x1, which changes no
    weight. Magnet, Ovsjanikov 2024, Eq. 3 and 5.
    """

    query: Float[Tensor, "n2 q"]
    key: Float[Tensor, "n1 q"]
    plain1: Float[Tensor, "n1 r"]
    plain2: Float[Tensor, "n2 r"]
    coarse: int

    def tile(self, rows: slice, columns: slice) -> Float[Tensor, "a b"]:
        """A new (a, b) block of the exponents."""
        query, key, first = self.query[rows], self.key[columns], self.coarse
        block = query[:, :first] @ key[:, :first].T
        return block if first == query.shape[1] else block.addmm_(query[:, first:], key[:, first:].T)


def exponents(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], sigma: float) -> Exponents:
    """The Exponents of features f1, f2 at blur sigma, in the cheapest way that keeps the features' accuracy.

    In the features' dtype where no exponent is large; else in float64; else, for features in float64, with
    every coordinate split in two, so that near points' exponents come from exact sums. Differentiable.
    """
    x1, x2 = f1.double() / sigma, f2.double() / sigma
    centre = x1.mean(dim=0)
    x1, x2 = x1 - centre, x2 - centre
    reach = _reach(x1, x2)
    dtype = f1.dtype if reach < SAFE_IN_SINGLE else torch.float64
    split = f1.dtype == torch.float64 and reach > SAFE_IN_DOUBLE
    query, key = _split(x1, x2) if split else (_with_one(x2), torch.cat([x1, -_squares(x1) / 2], dim=1))
    coarse = f1.shape[1] + (2 if split else 1)
    return Exponents(*(x.to(dtype) for x in (query, key, _with_one(x1), _with_one(x2))), coarse)


def _with_one(x):
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def _squares(x):
    return (x**2).sum(dim=1, keepdim=True)


def _reach(x1, x2):
    """A bound of |x2_i . x1_j| + |x1_j|^2 / 2."""
    with torch.no_grad():
        largest = _squares(x1).max()
        return float(largest + (largest * _squares(x2).max()).sqrt())


def _split(x1, x2):
    """x = h + l with h on a coarse grid: |x2 - x1|^2 = |h2 - h1|^2 + 2 (h2 - h1).(l2 - l1) + |l2 - l1|^2.

    The first term is a sum of whole multiples of the grid, so it is exact and cancels without loss where
    points are near; the others are small. The p + 2 coarse columns come first.
    """
    with torch.no_grad():
        grid = 2.0 ** torch.ceil(torch.log2(torch.maximum(x1.abs().max(), x2.abs().max()))) / COARSE
        h1, h2 = torch.round(x1 / grid) * grid, torch.round(x2 / grid) * grid
    l1, l2 = x1 - h1, x2 - h2
    one1, one2 = torch.ones_like(x1[:, :1]), torch.ones_like(x2[:, :1])
    rest1, rest2 = (-(h * low).sum(dim=1, keepdim=True) - _squares(low) / 2
                    for h, low in ((h1, l1), (h2, l2)))
    query = torch.cat([h2, one2, -_squares(h2) / 2, h2, l2, one2, rest2], dim=1)
    key = torch.cat([h1, -_squares(h1) / 2, one1, l1, h1 + l1, rest1, one1], dim=1)
    return query, key
