"""Carrying things across a map: textures, colours, clicked points."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from workbench.bridge import Basis
from workbench.papers.fmaps.judging import coverage
from workbench.papers.fmaps.maps import HardMap21, MapError, MapWarning, SoftMap21
from workbench.papers.fmaps.method import lowest
from workbench.papers.fmaps.zoomout import hard_map21
from workbench.shapes.mesh import Mesh

#: a map that reaches less of shape 1's area than this is said to be far from a bijection
COLLAPSED = 0.2


@dataclass(frozen=True, eq=False)
class FunctionalMap21:
    """The operator Phi2 C21 Phi1^T M1, (n2, n1): carries what the bases see, and smooths the rest away."""

    C21: Float[Tensor, "k2 k1"]
    basis1: Basis
    basis2: Basis

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.basis2.mass), len(self.basis1.mass)

    def __matmul__(self, values: Float[Tensor, "n1 ..."]) -> Float[Tensor, "n2 ..."]:
        k2, k1 = self.C21.shape
        flat = values.reshape(len(values), -1)
        carried = lowest(self.basis2, k2).synthesise(self.C21 @ lowest(self.basis1, k1).analyse(flat))
        return carried.reshape(len(carried), *values.shape[1:])

    def nearest(self) -> Int[Tensor, " n2"]:
        """The vertex of shape 1 for each vertex of shape 2: nearest rows of Phi1 C21^T and Phi2."""
        return hard_map21(self.C21, self.basis1, self.basis2).T21


#: whatever carries functions on shape 1 to shape 2
Map21 = HardMap21 | SoftMap21 | FunctionalMap21


def front_uv(mesh: Mesh) -> Float[np.ndarray, "n 2"]:
    """(u, v) of every vertex seen from the front, along -z; one unit is the height of the body."""
    low, high = mesh.V.min(axis=0), mesh.V.max(axis=0)
    return (mesh.V[:, :2] - low[:2]) / (high[1] - low[1])


def around_uv(mesh: Mesh) -> Float[np.ndarray, "n 2"]:
    """(u, v) of every vertex on a cylinder around the y axis, its seam at the back; v as in front_uv."""
    middle = (mesh.V.min(axis=0) + mesh.V.max(axis=0)) / 2
    turn = np.arctan2(mesh.V[:, 0] - middle[0], mesh.V[:, 2] - middle[2]) / (2 * np.pi) + 0.5
    return np.stack([turn, front_uv(mesh)[:, 1]], axis=1)


def checker(uv: Float[np.ndarray, "n 2"], squares: int = 12) -> Float[np.ndarray, "n 3"]:
    """A colour in [0, 1] for every (u, v): light and dark squares, each with a tint of its own.

    Light and dark differ by lightness alone, for every eye.
    """
    dark = (np.floor(squares * uv).sum(axis=1) % 2)[:, None]
    u, v = np.clip(uv, 0, 1).T
    tint = np.stack([0.55 + 0.45 * u, 0.75 - 0.2 * v, 0.95 - 0.45 * u], axis=1)
    return tint * (1 - 0.6 * dark)


def transfer_texture(map21: Map21, source: Mesh, target: Mesh,
                     values: Float[np.ndarray, "n1 c"] | None = None) -> Float[np.ndarray, "n2 c"]:
    """What lies on the source, shape 1, carried to the vertices of the target, shape 2: P21 V, (n2, c).

    values  texture coordinates (n1, 2), colours (n1, 3) or anything else at the vertices of the source; by
            default front_uv(source), which any texture can be drawn with
    Every vertex of the target pulls back what lies where the map sends it: a hard map takes it from one
    vertex, a soft one blends, a functional one gives what its basis can see. Warns (MapWarning) when the map
    reaches less than a fifth of the source. Raises MapError when map, shapes and values do not fit.
    """
    values = front_uv(source) if values is None else np.asarray(values, dtype=np.float64)
    expected = (target.n_vertices, source.n_vertices)
    if map21.shape != expected or len(values) != expected[1]:
        raise MapError(f"from {expected[1]} to {expected[0]} vertices go a map of shape {expected} and "
                       f"values with {expected[1]} rows; got a map {map21.shape} and values {values.shape}")
    like = _like(map21)
    T21 = map21.nearest().cpu().numpy()
    reached = coverage(T21, _vertex_areas(source))
    if reached < COLLAPSED:
        warnings.warn(f"this map reaches only {100 * reached:.0f} % of the source's area: it is far from a "
                      "bijection", MapWarning, stacklevel=2)
    with torch.no_grad():
        carried = map21 @ torch.as_tensor(values, dtype=like.dtype, device=like.device)
    return carried.double().cpu().numpy()


def _like(map21):
    """A tensor whose dtype and device the map's values should have."""
    if isinstance(map21, HardMap21):
        return torch.zeros((), dtype=torch.float64, device=map21.T21.device)
    return map21.f1 if isinstance(map21, SoftMap21) else map21.C21


def _vertex_areas(mesh):
    return np.bincount(mesh.F.ravel(), np.repeat(mesh.face_areas / 3, 3), mesh.n_vertices)


def follow(map21: Map21, vertex2: int) -> int:
    """The vertex of shape 1 that a click on `vertex2` of shape 2 goes to. Raises MapError for no vertex."""
    _vertex(vertex2, map21.shape[0], 2)
    return int(map21.nearest()[vertex2])


def follow_back(map21: Map21, vertex1: int) -> Int[np.ndarray, " c"]:
    """The vertices of shape 2 that go to `vertex1` of shape 1; none, where the map misses it."""
    _vertex(vertex1, map21.shape[1], 1)
    return np.flatnonzero(map21.nearest().cpu().numpy() == vertex1)


def _vertex(vertex, n, shape):
    if not 0 <= vertex < n:
        raise MapError(f"vertex {vertex} of shape {shape}, which has {n}")
