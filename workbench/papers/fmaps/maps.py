"""Maps between two shapes as linear operators: P21 @ V carries functions on shape 1 over to shape 2."""

import warnings
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workbench.papers.fmaps.nearest import nearest_rows
from workbench.papers.fmaps.routes import ROUTES, chosen_route, dense_map
from workbench.papers.fmaps.streamed import transposed_product


class MapError(ValueError):
    """Features, bases or maps that do not fit together, or that no map can be made of."""


class MapWarning(UserWarning):
    """A map that works, but that is probably not what its maker hoped for."""


@dataclass(frozen=True, eq=False)
class HardMap21:
    """Every vertex of shape 2 goes to one vertex of shape 1: P21_ij = 1 where j = T21[i]. Eq. 2.

    T21 (n2,) vertices of shape 1, n1 how many shape 1 has. Raises MapError when T21 names others.
    """

    T21: Int[Tensor, " n2"]
    n1: int

    def __post_init__(self):
        if len(self.T21) and not (0 <= int(self.T21.min()) and int(self.T21.max()) < self.n1):
            raise MapError(f"T21 names vertices 0..{self.n1 - 1} of shape 1; got "
                           f"{int(self.T21.min())}..{int(self.T21.max())}")

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.T21), self.n1

    @property
    def T(self) -> "TransposedMap":
        return TransposedMap(self)

    def __matmul__(self, values: Float[Tensor, "n1 ..."]) -> Float[Tensor, "n2 ..."]:
        _fits(self, values, 1)
        return values[self.T21]

    def gather(self, values: Float[Tensor, "n2 ..."]) -> Float[Tensor, "n1 ..."]:
        """P21^T W: every vertex of shape 1 sums what lies on the vertices that come to it."""
        return values.new_zeros(self.n1, *values.shape[1:]).index_add(0, self.T21, values)

    def nearest(self) -> Int[Tensor, " n2"]:
        """T21, the likeliest vertex of shape 1 for each vertex of shape 2."""
        return self.T21


@dataclass(frozen=True, eq=False)
class SoftMap21:
    """P21_ij = exp(-|f2_i - f1_j|^2 / 2 sigma^2) / row sum, an (n2, n1) matrix that is never made. Eq. 3.

    f1 (n1, p), f2 (n2, p) features of one dtype; sigma > 0 in their unit; route is one of ROUTES. Products
    are differentiable in f1, f2 and the values. soft_map21 makes one and checks what it is made of.
    """

    f1: Float[Tensor, "n1 p"]
    f2: Float[Tensor, "n2 p"]
    sigma: float
    route: str

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.f2), len(self.f1)

    @property
    def T(self) -> "TransposedMap":
        return TransposedMap(self)

    def __matmul__(self, values: Float[Tensor, "n1 ..."]) -> Float[Tensor, "n2 ..."]:
        _fits(self, values, 1)
        flat = values.reshape(len(values), -1)
        product = ROUTES[self.route](self.f1, self.f2, flat, self.sigma)
        return product.reshape(len(product), *values.shape[1:])

    def gather(self, values: Float[Tensor, "n2 ..."]) -> Float[Tensor, "n1 ..."]:
        """P21^T W, always by streamed tiles."""
        flat = values.reshape(len(values), -1)
        product = transposed_product(self.f1, self.f2, flat, self.sigma)
        return product.reshape(len(product), *values.shape[1:])

    def nearest(self) -> Int[Tensor, " n2"]:
        """The likeliest vertex of shape 1 for each vertex of shape 2, (n2,): nearest features, no matrix."""
        return nearest_rows(self.f2.detach(), self.f1.detach())

    def row(self, vertex: int) -> Float[Tensor, " n1"]:
        """Where one vertex of shape 2 goes: row `vertex` of P21, (n1,)."""
        return dense_map(self.f1.detach(), self.f2.detach()[[vertex]], self.sigma)[0]


@dataclass(frozen=True, eq=False)
class TransposedMap:
    """P21^T, (n1, n2): it gathers densities and is no map itself, as its rows do not sum to one."""

    of: HardMap21 | SoftMap21

    @property
    def shape(self) -> tuple[int, int]:
        return self.of.shape[::-1]

    @property
    def T(self) -> HardMap21 | SoftMap21:
        return self.of

    def __matmul__(self, values: Float[Tensor, "n2 ..."]) -> Float[Tensor, "n1 ..."]:
        _fits(self, values, 2)
        return self.of.gather(values)


def soft_map21(f1: Float[Tensor, "n1 _"], f2: Float[Tensor, "n2 _"], sigma: float = 1e-2,
               route: str = "auto") -> SoftMap21:
    """The soft map from features on both shapes; the result's .route says which way its products go.

    Raises MapError when the features have different channels, dtypes or devices, are not finite, or sigma is
    not positive; ValueError for an unknown route. Warns (MapWarning) when all vertices of a shape have the
    same features.
    """
    kinds = [(f.shape[1:], f.dtype, str(f.device)) for f in (f1, f2)]
    if kinds[0] != kinds[1] or not f1.is_floating_point() or 0 in (*f1.shape, len(f2)):
        raise MapError(f"features are (n1, p) and (n2, p) of one dtype on one device; got {tuple(f1.shape)} "
                       f"{f1.dtype} on {f1.device} and {tuple(f2.shape)} {f2.dtype} on {f2.device}")
    for name, f in (("1", f1), ("2", f2)):
        wrong = int((~torch.isfinite(f.detach())).any(dim=1).sum())
        if wrong:
            raise MapError(f"the features of shape {name} are not finite at {wrong} of {len(f)} vertices")
        if len(f) > 1 and bool((f.detach() == f.detach()[0]).all()):
            warnings.warn(f"all {len(f)} vertices of shape {name} have the same features: this map tells no "
                          "point from another", MapWarning, stacklevel=2)
    if not 0 < sigma < float("inf"):
        raise MapError(f"the blur sigma is positive and finite; got {sigma}")
    return SoftMap21(f1, f2, float(sigma), chosen_route(len(f1), len(f2), route))


def _fits(operator, values, shape):
    if not len(values) == operator.shape[1]:
        raise MapError(f"this map of shape {operator.shape} takes functions on the {operator.shape[1]} "
                       f"vertices of shape {shape}; got {tuple(values.shape)}")
