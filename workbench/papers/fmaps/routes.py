"""Other ways to P21 V: dense for reference, attention, KeOps; and the choice between them."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad, scaled_dot_product_attention

from workbench.papers.fmaps.exponents import exponents
from workbench.papers.fmaps.streamed import soft_product

#: up to this many entries the matrix itself costs less than its tiles
FEW = 2**14


def dense_map(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], sigma: float) -> Float[Tensor, "n2 n1"]:
    """P21 itself: softmax over j of -|f2_i - f1_j|^2 / (2 sigma^2). Magnet, Ovsjanikov 2024, Eq. 3.

    Distances come from differences, so no digits are lost where features are large and sigma is small.
    """
    distance = torch.cdist(f2, f1, compute_mode="donot_use_mm_for_euclid_dist")
    return torch.softmax(-((distance / sigma) ** 2) / 2, dim=1)


def dense_product(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], values: Float[Tensor, "n1 c"],
                  sigma: float) -> Float[Tensor, "n2 c"]:
    """P21 V through the matrix: n2 n1 numbers in memory, several times that with a gradient."""
    return dense_map(f1, f2, sigma) @ values


def attention_product(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], values: Float[Tensor, "n1 c"],
                      sigma: float) -> Float[Tensor, "n2 c"]:
    """P21 V as softmax attention, whose scores are the exponents: queries [x2, 1], keys [x1, -|x1|^2 / 2].

    All three are padded with zeros to one width: only then torch runs its kernel of linear memory. Works in
    float64 where float32 could not hold the exponents. Differentiable once.
    """
    of = exponents(f1, f2, sigma)
    width = max(of.key.shape[1], values.shape[1])
    padded = (pad(x, (0, width - x.shape[1]))[None, None]
              for x in (of.query, of.key, values.to(of.key.dtype)))
    return scaled_dot_product_attention(*padded, scale=1.0)[0, 0, :, :values.shape[1]].to(values.dtype)


def keops_product(f1: Float[Tensor, "n1 p"], f2: Float[Tensor, "n2 p"], values: Float[Tensor, "n1 c"],
                  sigma: float) -> Float[Tensor, "n2 c"]:
    """P21 V by KeOps, which compiles the formula when it is first used and keeps the program.

    Raises RuntimeError, which says what to ask the doctor, where KeOps is missing or cannot compile.
    """
    try:
        from pykeops.torch import LazyTensor

        x2, x1 = LazyTensor(f2[:, None] / sigma), LazyTensor(f1[None] / sigma)
        exponents = -((x2 - x1) ** 2).sum(dim=2) / 2
        return exponents.sumsoftmaxweight(LazyTensor(values[None]), dim=1)
    except Exception as failure:  # without a compiler KeOps fails with whatever its loader says
        raise RuntimeError("KeOps is missing or cannot compile here; `workbench doctor` tells more, and "
                           f'route="streamed" needs neither: {failure}') from failure


ROUTES: dict[str, Callable] = {
    "dense": dense_product, "streamed": soft_product, "attention": attention_product, "keops": keops_product,
}


def chosen_route(n1: int, n2: int, name: str = "auto") -> str:
    """The route of this name; "auto" is dense for a small matrix, else streamed.

    Streamed tiles were never slower than attention on a processor (benchmarks/fmaps_speed.py), and keep
    their accuracy at every sigma. KeOps needs a compiler and is taken only by name. Raises ValueError for no
    route.
    """
    if name == "auto":
        return "dense" if n1 * n2 <= FEW else "streamed"
    if name not in ROUTES:
        raise ValueError(f"a route is auto, {', '.join(ROUTES)}; got {name!r}")
    return name
