"""How good a map is: geodesic error, which way round it is, how much of the other shape it reaches."""

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from workbench.bridge import Basis, Operators
from workbench.papers.fmaps.maps import HardMap21, MapError, SoftMap21
from workbench.papers.fmaps.method import functional_map21, lowest
from workbench.shapes.mesh import Mesh

#: vertex numbers of template points, or of every vertex
Places = Int[np.ndarray, " t"]


def truth21(correspondence1: Places, correspondence2: Places, mesh2: Mesh) -> Int[np.ndarray, " n2"]:
    """The true image on shape 1 of every vertex of shape 2, (n2,), from lines that speak of the same points.

    Entry k of both tables is one template point. A vertex of shape 2 that no line names takes the image of
    the nearest one that is named. Raises MapError for empty tables or
    tables of different lengths.
    """
    if len(correspondence1) != len(correspondence2) or not len(correspondence1):
        raise MapError(f"correspondences are two tables of one length, line by line the same points; got "
                       f"{len(correspondence1)} and {len(correspondence2)} lines")
    T21 = np.full(mesh2.n_vertices, -1)
    T21[correspondence2] = correspondence1
    named = np.flatnonzero(T21 >= 0)
    unnamed = np.flatnonzero(T21 < 0)
    if len(unnamed):
        T21[unnamed] = T21[named[KDTree(mesh2.V[named]).query(mesh2.V[unnamed])[1]]]
    return T21


def geodesic_errors(
    T21: Int[np.ndarray, " n2"], at1: Places, at2: Places, rows1: Float[np.ndarray, "t n1"], area1: float
) -> Float[np.ndarray, " t"]:
    """d(T21(at2_k), at1_k) / sqrt(area of shape 1), (t,): times 100 it is what the papers' tables average.

    rows1[k] are the distances on shape 1 from at1_k, as distance_rows(mesh1, at1) gives them.
    """
    return rows1[np.arange(len(at1)), T21[at2]] / np.sqrt(area1)


def swapped_sides(T21: Int[np.ndarray, " n2"], side1: Int[np.ndarray, " n1"],
                  side2: Int[np.ndarray, " n2"]) -> float:
    """The share of the vertices of shape 2 that go to the other side of the body: a flip is near 1."""
    return float((side1[T21] != side2).mean())


def swapped_by_mirror(T21: Int[np.ndarray, " n2"], at2: Places, rows1: Float[np.ndarray, "t n1"],
                      mirrored_rows1: Float[np.ndarray, "t n1"]) -> float:
    """The share of template points that land nearer to their mirror image than to themselves: 0 to 1.

    rows1 and mirrored_rows1 are the distances on shape 1 from the true points and from their mirror images;
    points nearer to their own mirror image than a tenth of the shape's extent, in the middle, do not count.
    """
    k = np.arange(len(at2))
    own = rows1[k, T21[at2]]
    other = mirrored_rows1[k, T21[at2]]
    apart = np.abs(rows1 - mirrored_rows1).max(axis=1) > 0.1 * rows1.max()
    return float((other < own)[apart].mean()) if apart.any() else 0.0


def orientation21(P21: HardMap21 | SoftMap21, basis1: Basis, basis2: Basis, mesh1: Mesh, mesh2: Mesh,
                  K: int = 12) -> float:
    """Near +1 when the map keeps the sense of rotation, near -1 when it mirrors; needs no known map.

    For pairs f, g of the K lowest eigenfunctions of shape 1 the area form df ^ dg is taken there and carried
    over, and taken of the carried functions (seen through the lowest eigenfunctions of shape 2): the
    correlation of the two under the areas of shape 2. A left-right swap of a symmetric body mirrors.
    """
    C21 = functional_map21(P21, lowest(basis1, K), lowest(basis2, min(3 * K, len(basis2.evals)))).detach()
    before = lowest(basis1, K).evecs.double().cpu().numpy()
    after = lowest(basis2, len(C21)).synthesise(C21).double().cpu().numpy()
    pairs = [(i, j) for i in range(1, K) for j in range(i + 1, K)]
    forms1 = _area_forms(mesh1, before, pairs)
    carried = P21 @ torch.as_tensor(forms1, dtype=basis1.evecs.dtype, device=basis1.evecs.device)
    forms2 = _area_forms(mesh2, after, pairs)
    carried, mass = carried.detach().double().cpu().numpy(), basis2.mass.double().cpu().numpy()[:, None]
    scale = np.sqrt((mass * carried**2).sum() * (mass * forms2**2).sum())
    return float((mass * carried * forms2).sum() / scale) if scale > 0 else 0.0


def _area_forms(mesh, values, pairs):
    """df ^ dg at the vertices, (n, pairs): means over the faces around, weighted with their areas."""
    a, b, c = (values[mesh.F[:, i]] for i in range(3))
    u, v = b - a, c - a
    i, j = np.array(pairs).T
    twice = u[:, i] * v[:, j] - u[:, j] * v[:, i]  # the form's integral over each face, times 2
    sums, areas = np.zeros((mesh.n_vertices, len(pairs))), np.zeros((mesh.n_vertices, 1))
    for corner in mesh.F.T:
        np.add.at(sums, corner, twice)
        np.add.at(areas, corner, 2 * mesh.face_areas[:, None])
    return sums / np.maximum(areas, 1e-300)


def coverage(T21: Int[np.ndarray, " n2"], mass1: Float[np.ndarray, " n1"]) -> float:
    """The share of shape 1's area that belongs to vertices which some vertex of shape 2 goes to.

    1 for a bijection; 0.5 to 0.7 for a good map between meshes of like size; near 0 for a collapsed one.
    """
    hit = np.zeros(len(mass1), dtype=bool)
    hit[T21] = True
    return float(mass1[hit].sum() / mass1.sum())


def roughness(ops: Operators, f: Float[torch.Tensor, "n p"]) -> Float[np.ndarray, " p"]:
    """The Dirichlet energy of every feature over its variance, f^T L f / f^T M f for f of mean zero, (p,).

    A mean of the eigenvalues in which the feature is written, in 1 / area: small where it is smooth. What
    Fig. 5 shows in pictures. Raises ValueError when the bundle carries no Laplacian.
    """
    if len(ops.solvers) != 1:
        raise ValueError("roughness needs one shape's operators with their Laplacian: operators(shape)")
    L, M = ops.solvers[0].L, ops.solvers[0].M
    values = f.detach().double().cpu().numpy()
    values = values - M @ values / M.sum()
    return (values * (L @ values)).sum(axis=0) / np.maximum((M[:, None] * values**2).sum(axis=0), 1e-300)
