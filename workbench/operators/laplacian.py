"""The Laplacian of a shape, positive semi-definite and weak, with its lumped mass: cotangent and robust."""

from dataclasses import dataclass

import numpy as np
import robust_laplacian as tufted
from jaxtyping import Float
from scipy.sparse import coo_array, csr_array

from workbench.operators.exterior import corner_cotangents, star0
from workbench.operators.neighbours import CLOUD_NEIGHBOURS, require_surroundings
from workbench.shapes.cloud import PointCloud
from workbench.shapes.door import at_the_door
from workbench.shapes.mesh import Mesh, MeshError


@dataclass(frozen=True, eq=False)
class Laplacian:
    """A weak Laplacian and the mass that makes it strong: the Laplacian of u is M^-1 L u.

    L  csr (n, n) float64, symmetric, positive semi-definite, L 1 = 0; no unit on a surface
    M  (n,) float64, the diagonal of the lumped mass, in length^2 on a surface
    """

    L: csr_array
    M: Float[np.ndarray, " n"]


def cotan_laplacian(mesh: Mesh) -> Laplacian:
    """L = d0^T star1 d0, so u^T L u is the Dirichlet energy of the piecewise linear u; M = star0.

    (L u)_i = sum_j (cot a_ij + cot b_ij) / 2 (u_i - u_j), over the corners opposite edge ij (Pinkall and
    Polthier 1993). Unchanged by rigid motion; under scaling by s L stays and M grows by s^2. Raises
    MeshError when a face has no area.
    """
    at_the_door(mesh)
    halves = corner_cotangents(mesh).ravel() / 2                    # (3m,), weight of the opposite side
    n = mesh.n_vertices
    tails, heads = (np.roll(mesh.F, -c, axis=1).ravel().astype(np.int32) for c in (1, 2))
    rows = np.concatenate([tails, heads, tails, heads])
    columns = np.concatenate([heads, tails, tails, heads])
    values = np.concatenate([-halves, -halves, halves, halves])
    return Laplacian(coo_array((values, (rows, columns)), shape=(n, n)).tocsr(), star0(mesh))


def robust_laplacian(shape: Mesh | PointCloud) -> Laplacian:
    """Laplacian on the intrinsic Delaunay triangulation of the tufted cover (Sharp and Crane 2020).

    Stands non-manifold edges, flipped faces and slivers on a mesh; on a point cloud each point is
    triangulated with its 30 nearest neighbours. Edge weights are not negative beyond round-off. Raises
    MeshError when a cloud has 30 points or fewer, or no surface.
    """
    try:
        if isinstance(shape, Mesh):
            at_the_door(shape)
            L, M = tufted.mesh_laplacian(np.array(shape.V), np.array(shape.F))
        else:
            require_surroundings(shape)
            L, M = tufted.point_cloud_laplacian(np.array(shape.X), n_neighbors=CLOUD_NEIGHBOURS)
    except RuntimeError as failure:
        raise MeshError(f"no surface in {shape}: points coincide or lie on a line, or are too large or small "
                        "for float64") from failure
    return Laplacian(csr_array(L), np.asarray(M.diagonal(), dtype=np.float64))


def laplacian(shape: Mesh | PointCloud) -> Laplacian:
    """The usual Laplacian of a shape: cotan_laplacian for a Mesh, robust_laplacian for a PointCloud."""
    return cotan_laplacian(shape) if isinstance(shape, Mesh) else robust_laplacian(shape)
