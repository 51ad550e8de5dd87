"""Geodesic distance: heat method on meshes and clouds, exact distance and straightened paths on meshes."""

import numpy as np
import potpourri3d
from jaxtyping import Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from workbench.operators.neighbours import CLOUD_NEIGHBOURS, nearest, require_surroundings
from workbench.operators.windows import window_distance
from workbench.shapes.cloud import PointCloud
from workbench.shapes.door import at_the_door
from workbench.shapes.mesh import Mesh, MeshError

#: one vertex number or several
Vertices = int | np.integer | Int[np.ndarray, " s"]


def heat_distance(shape: Mesh | PointCloud, sources: Vertices) -> Float[np.ndarray, " n"]:
    """Distance from the nearest source by the heat method, (n,), in length; inf where none leads.

    Heat flows for t = h^2 (h the mean edge length), its gradient is normalised and integrated (Crane,
    Weischedel, Wardetzky 2013, algorithm 1), through potpourri3d, on the intrinsic Delaunay triangulation
    of a mesh and the local triangulations of a cloud. First order in h and smoothed near the cut locus;
    every connected part is solved alone; it stands non-manifold and flipped faces. Raises MeshError when a
    source is no vertex and when a cloud has 30 points or fewer, or no surface.
    """
    if isinstance(shape, Mesh):
        at_the_door(shape)
    else:
        require_surroundings(shape)
    distance = np.full(shape.n_vertices, np.inf)
    label = parts(shape)
    sources = _checked(sources, shape.n_vertices)
    for part in np.unique(label[sources]):
        inside = np.flatnonzero(label == part)
        distance[inside] = _heat_in_part(shape, inside, np.flatnonzero(np.isin(inside, sources)))
    return distance


def exact_distance(mesh: Mesh, sources: Vertices) -> Float[np.ndarray, " n"]:
    """Length of the shortest path over the faces from the nearest source, (n,); inf where none leads.

    Exact for the polyhedron up to round-off, by unfolding (windows.py); ten times slower than heat or more.
    Raises MeshError when a source is no vertex, and unless the mesh is oriented and manifold along edges.
    """
    at_the_door(mesh)
    return window_distance(mesh, _checked(sources, mesh.n_vertices))


def parts(shape: Mesh | PointCloud) -> Int[np.ndarray, " n"]:
    """Which connected part every vertex lies in, (n,); a cloud is held together by 30 neighbours."""
    n = shape.n_vertices
    if isinstance(shape, Mesh):
        rows, columns = shape.edges.T
    else:
        heads = nearest(shape.X, min(CLOUD_NEIGHBOURS, n - 1))
        rows, columns = np.repeat(np.arange(n), heads.shape[1]), heads.ravel()
    graph = coo_array((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(n, n))
    return connected_components(graph.tocsr(), directed=False)[1].astype(np.int64)


def _heat_in_part(shape, inside, sources):
    if len(inside) == 1:
        return np.zeros(1)
    try:
        if isinstance(shape, Mesh):
            solver = potpourri3d.MeshHeatMethodDistanceSolver(*_part(shape, inside))
        else:
            solver = potpourri3d.PointCloudHeatSolver(shape.X[inside])
        distance = np.asarray(solver.compute_distance_multisource(sources))
    except RuntimeError as failure:
        raise MeshError(f"the heat method finds no surface in {shape}: points coincide or lie on a line, or "
                        "are too large or small for float64") from failure
    return distance - distance[sources].min()


def straightened_path(mesh: Mesh, start: int | np.integer, end: int | np.integer) -> Float[np.ndarray, "p 3"]:
    """A locally shortest path over the faces from one vertex to another: its points, (p, 3).

    The shortest path along edges, straightened by intrinsic edge flips until no angle can be cut (Sharp and
    Crane 2020, You Can Find Geodesic Paths in Triangle Meshes by Just Flipping Edges). A geodesic, though
    not always the shortest one. Raises MeshError when an end is no vertex, no path leads there, or the mesh
    is not oriented and manifold.
    """
    at_the_door(mesh)
    _checked(np.array([start, end]), mesh.n_vertices)
    label = parts(mesh)
    if label[start] != label[end]:
        raise MeshError(f"vertices {start} and {end} lie in different parts of the mesh; no path joins them")
    if start == end:
        return mesh.V[[start]].copy()
    return _path(_flipper(mesh.V, mesh.F), start, end)


def _path(flipper, start, end):
    try:
        return np.asarray(flipper.find_geodesic_path(start, end))
    except RuntimeError as failure:
        raise MeshError(f"no path could be straightened from {start} to {end}; try repair(mesh)") from failure


def _flipper(V, F):
    try:
        return potpourri3d.EdgeFlipGeodesicSolver(np.array(V), np.array(F))
    except RuntimeError as failure:
        raise MeshError("paths need an oriented manifold mesh; try repair(mesh)") from failure


def _part(mesh, inside):
    """The faces of a part, renumbered, with its vertices."""
    new = np.full(mesh.n_vertices, -1)
    new[inside] = np.arange(len(inside))
    return mesh.V[inside], new[mesh.F[new[mesh.F[:, 0]] >= 0]]


def _checked(sources, n):
    sources = np.unique(np.atleast_1d(sources))
    if sources.size == 0 or sources.dtype.kind not in "iu" or sources[0] < 0 or sources[-1] >= n:
        raise MeshError(f"sources are vertices from 0 to {n - 1}, at least one; got {sources.tolist()[:10]}")
    return sources
