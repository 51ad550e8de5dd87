"""A soft map times a matrix without that map: tiles of weights live for a moment and are made again."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from workbench.papers.fmaps.exponents import Exponents, exponents

#: weights below exp(-60) of a row's largest count as exp(-60): exp is 40 times slower where it underflows
FAINTEST = -60.0

#: rows and columns of a tile: on a processor it should stay in the cache of a core
TILE, TILE_ON_CARD = (256, 1024), (2048, 8192)


def slices(n: int, size: int) -> Iterator[slice]:
    """0 .. n in pieces of at most `size`."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def tiles(of: Exponents) -> Iterator[tuple[slice, list[slice]]]:
    """Stripes of rows, each with the slices of columns that it is visited in."""
    height, width = TILE if of.key.device.type == "cpu" else TILE_ON_CARD
    columns = list(slices(len(of.key), width))
    return ((rows, columns) for rows in slices(len(of.query), height))


def soft_product(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], values: Float[Tensor, "n1 c"],
                 sigma: float) -> Float[Tensor, "n2 c"]:
    """P21 V for P21_ij = exp(-|f2_i - f1_j|^2 / 2 sigma^2) / row sum; Magnet, Ovsjanikov 2024, Eq. 3 and 4.

    Differentiable once in f1, f2 and V. Memory beside inputs and result: one tile.
    """
    return _SoftProduct.apply(f1, f2, values, sigma)


def transposed_product(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], values: Float[Tensor, "n2 c"],
                       sigma: float) -> Float[Tensor, "n1 c"]:
    """P21^T W for the same P21, (n1, c). Differentiable once in f1, f2 and W; memory as above."""
    return _TransposedProduct.apply(f1, f2, values, sigma)


class _SoftProduct(Function):
    @staticmethod
    def forward(ctx, f1, f2, values, sigma):
        ctx.sigma = sigma
        product, level = forward(exponents(f1, f2, sigma), values)
        ctx.save_for_backward(f1, f2, values, product, level)
        return product

    @staticmethod
    @once_differentiable
    def backward(ctx, weights):
        f1, f2, values, product, level = ctx.saved_tensors
        of = exponents(f1, f2, ctx.sigma)
        df1, df2, dvalues = slopes(of, values, weights.contiguous(), product, level, ctx.needs_input_grad[2])
        return df1.div_(ctx.sigma).to(f1.dtype), df2.div_(ctx.sigma).to(f2.dtype), dvalues, None


class _TransposedProduct(Function):
    @staticmethod
    def forward(ctx, f1, f2, values, sigma):
        ctx.sigma = sigma
        of = exponents(f1, f2, sigma)
        level = forward(of, values.new_zeros(len(f1), 1))[1]
        ctx.save_for_backward(f1, f2, values, level)
        return gathered(of, values, level)

    @staticmethod
    @once_differentiable
    def backward(ctx, weights):
        """<G, P^T W> = <W, P G>: the derivatives of soft_product at values G, weighted with W; and P G."""
        f1, f2, values, level = ctx.saved_tensors
        of = exponents(f1, f2, ctx.sigma)
        product = forward(of, weights.contiguous())[0]
        df1, df2, _ = slopes(of, weights.contiguous(), values, product, level, False)
        return df1.div_(ctx.sigma).to(f1.dtype), df2.div_(ctx.sigma).to(f2.dtype), product, None


def forward(
    of: Exponents, values: Float[Tensor, "n1 c"]
) -> tuple[Float[Tensor, "n2 c"], Float[Tensor, " n2"]]:
    """P21 V (n2, c) and the log of every row's sum (n2,), found tile by tile with a running maximum."""
    product = values.new_empty(len(of.query), values.shape[1])
    level = of.query.new_empty(len(of.query))
    for rows, stripe in tiles(of):
        top = of.query.new_full((rows.stop - rows.start, 1), -torch.inf)
        total, sums = values.new_zeros(len(top), 1), values.new_zeros(len(top), values.shape[1])
        for columns in stripe:
            logits = of.tile(rows, columns)
            higher = torch.maximum(top, logits.amax(dim=1, keepdim=True))
            fade = (top - higher).exp().to(values.dtype)
            weights = _weights(logits, higher, values.dtype)
            total.mul_(fade).add_(weights.sum(dim=1, keepdim=True))
            sums.mul_(fade).addmm_(weights, values[columns])
            top = higher
        product[rows] = sums.div_(total)
        level[rows] = (top + total.log())[:, 0]
    return product, level


def _weights(logits, level, dtype):
    """exp(logits - level) in dtype; logits are used up."""
    return logits.sub_(level).to(dtype).clamp_(min=FAINTEST).exp_()


def gathered(
    of: Exponents, values: Float[Tensor, "n2 c"], level: Float[Tensor, " n2"]
) -> Float[Tensor, "n1 c"]:
    """P21^T W (n1, c), when the logs of the row sums are known."""
    product = values.new_zeros(len(of.key), values.shape[1])
    for rows, stripe in tiles(of):
        for columns in stripe:
            weights = _weights(of.tile(rows, columns), level[rows, None], values.dtype)
            product[columns].addmm_(weights.T, values[rows])
    return product


def slopes(of: Exponents, values: Float[Tensor, "n1 c"], weights: Float[Tensor, "n2 c"],
           product: Float[Tensor, "n2 c"], level: Float[Tensor, " n2"], wanted: bool):
    """Derivatives of <W, P21 V> in x1 (n1, p), x2 (n2, p) and, if wanted, in V (n1, c), else None.

    With s_ij = P_ij (W_i . V_j - W_i . (P V)_i), whose rows sum to zero:
        dx2_i = sum_j s_ij (x1_j - x2_i),   dx1_j = sum_i s_ij (x2_i - x1_j),   dV = P^T W.
    The sums over s are subtracted as they came out, so that rounding of s counts only by the distance
    between the points, not by their distance from the origin.
    """
    mean = (weights * product).sum(dim=1, keepdim=True)
    dx2, dx1 = torch.zeros_like(of.plain2), torch.zeros_like(of.plain1)
    dvalues = torch.zeros_like(values) if wanted else None
    for rows, stripe in tiles(of):
        for columns in stripe:
            P = _weights(of.tile(rows, columns), level[rows, None], values.dtype)
            if wanted:
                dvalues[columns].addmm_(P.T, weights[rows])
            s = torch.addmm(mean[rows], weights[rows], values[columns].T, beta=-1).mul_(P).to(dx2.dtype)
            dx2[rows].addmm_(s, of.plain1[columns])
            dx1[columns].addmm_(s.T, of.plain2[rows])
    return _around(dx1, of.plain1), _around(dx2, of.plain2), dvalues


def _around(sums, points):
    """sum s (y - x) from [sum s y, sum s] and [x, 1]."""
    return sums[:, :-1] - sums[:, -1:] * points[:, :-1]
