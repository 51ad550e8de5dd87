"""ZoomOut: a small functional map grown through the pointwise maps it implies, hard, soft or sampled."""

import warnings
from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workbench.bridge import Basis
from workbench.papers.fmaps.maps import HardMap21, MapError, MapWarning, SoftMap21, soft_map21
from workbench.papers.fmaps.method import embeddings, functional_map21, lowest
from workbench.papers.fmaps.nearest import nearest_rows

#: areas that differ by more than this factor are said to be of other scales, or of parts
SCALES = 1.5


def sizes(start: tuple[int, int], steps: int, step: int) -> list[tuple[int, int]]:
    """(k2, k1) after each of the steps, both growing by `step`."""
    return [(start[0] + step * i, start[1] + step * i) for i in range(1, steps + 1)]


def hard_map21(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis) -> HardMap21:
    """T21[i]: the row of Phi1 C21^T nearest to row i of Phi2 (Melzi et al. 2019, section 4)."""
    points1, points2 = embeddings(C21.detach(), basis1, basis2)
    return HardMap21(nearest_rows(points2, points1), len(points1))


def zoomout_steps(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis, steps: int = 10,
                  step: int = 10) -> Iterator[tuple[HardMap21, Float[Tensor, "_ _"]]]:
    """T21 and the grown C21 after each step: T21 from C21 (hard_map21), C21 from T21 (Eq. 2), `step` larger.

    Raises MapError when a basis is too small for the last size or C21 is not finite; warns (MapWarning) when
    the shapes' areas differ by more than half, as their eigenfunctions then do not correspond.
    """
    grown = _checked(C21, basis1, basis2, steps, step)
    for k2, k1 in grown:
        T21 = hard_map21(C21, basis1, basis2)
        C21 = functional_map21(T21, lowest(basis1, k1), lowest(basis2, k2))
        yield T21, C21


def zoomout(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis, steps: int = 10,
            step: int = 10) -> Float[Tensor, "_ _"]:
    """C21 refined: (k2 + steps step, k1 + steps step). Melzi et al. 2019, section 4; see zoomout_steps."""
    *_, (_, refined) = zoomout_steps(C21, basis1, basis2, steps, step)
    return refined


def differentiable_zoomout(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis, steps: int = 10,
                           step: int = 10, sigma: float = 1e-2,
                           route: str = "auto") -> Float[Tensor, "_ _"]:
    """ZoomOut whose pointwise maps are soft with blur sigma, differentiable in C21. Section 4.2.

    The paper starts from size 30; no map is stored, so memory is linear in the vertices. Raises as
    zoomout_steps does.
    """
    for k2, k1 in _checked(C21, basis1, basis2, steps, step):
        P21 = soft_map21(*embeddings(C21, basis1, basis2), sigma, route)
        C21 = functional_map21(P21, lowest(basis1, k1), lowest(basis2, k2))
    return C21


def farthest_points(X: Float[Tensor, "n d"], count: int, first: int = 0) -> Int[Tensor, " s"]:
    """`count` rows, each next one the farthest from those before: they cover the shape evenly."""
    count = min(count, len(X))
    chosen = torch.empty(count, dtype=torch.int64, device=X.device)
    distance = torch.full((len(X),), torch.inf, dtype=X.dtype, device=X.device)
    chosen[0] = first
    for i in range(1, count):
        distance = torch.minimum(distance, ((X - X[chosen[i - 1]]) ** 2).sum(dim=1))
        chosen[i] = distance.argmax()
    return chosen


def sampled_zoomout(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis, samples1: Int[Tensor, " s1"],
                    samples2: Int[Tensor, " s2"], steps: int = 10, step: int = 10) -> Float[Tensor, "_ _"]:
    """ZoomOut on samples of both shapes (Magnet, Ovsjanikov 2023; Melzi et al. 2019, section 4.4).

    Nearest rows are looked for among samples only, and C21 is fitted to them by least squares:
    C21 = (sampled Phi2)^+ (sampled Phi1 at T21), as the samples carry no areas. Needs at least as many
    samples as the last size; raises MapError otherwise and as zoomout_steps does.
    """
    grown = _checked(C21, basis1, basis2, steps, step)
    if len(samples1) == 0 or len(samples2) < max(k2 for k2, _ in grown):
        raise MapError(f"a map of size {grown[-1]} is fitted to at least {grown[-1][0]} samples of shape 2 "
                       f"and one of shape 1; got {len(samples2)} and {len(samples1)}")
    Phi1, Phi2 = basis1.evecs[samples1], basis2.evecs[samples2]
    for k2, k1 in grown:
        points1, points2 = Phi1[:, :C21.shape[1]] @ C21.T, Phi2[:, :C21.shape[0]]
        T21 = nearest_rows(points2, points1)
        C21 = torch.linalg.lstsq(Phi2[:, :k2], Phi1[T21, :k1]).solution
    return C21


def soft_map_of(C21: Float[Tensor, "k2 k1"], basis1: Basis, basis2: Basis, sigma: float = 1e-2) -> SoftMap21:
    """The soft map that a functional map implies: Eq. 3 on its embeddings."""
    return soft_map21(*embeddings(C21, basis1, basis2), sigma)


def _checked(C21, basis1, basis2, steps, step):
    """The sizes to come, if the bases can serve them."""
    if steps < 1 or step < 1:
        raise MapError(f"ZoomOut takes at least one step of at least one; got {steps} steps of {step}")
    if not torch.isfinite(C21.detach()).all():
        raise MapError("the functional map to refine is not finite")
    grown = sizes(tuple(C21.shape), steps, step)
    for name, basis, last in (("1", basis1, grown[-1][1]), ("2", basis2, grown[-1][0])):
        if last > len(basis.evals):
            raise MapError(f"{steps} steps of {step} end at size {last} on shape {name}, whose basis has "
                           f"{len(basis.evals)} eigenpairs: compute more, or take fewer steps")
    areas = [float(basis.mass.sum()) for basis in (basis1, basis2)]
    if not 1 / SCALES < areas[0] / areas[1] < SCALES:
        warnings.warn(f"the shapes have areas {areas[0]:.3g} and {areas[1]:.3g}: scale both to area one, "
                      "unless one is a part of the other", MapWarning, stacklevel=3)
    return grown
