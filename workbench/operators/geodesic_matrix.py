"""Geodesic distances from many vertices of one mesh, with one factorisation for all of them."""

from collections.abc import Callable

import numpy as np
import potpourri3d
from jaxtyping import Float, Int

from workbench.operators.geodesics import parts
from workbench.shapes.door import at_the_door
from workbench.shapes.mesh import Mesh, MeshError


def heat_distances(mesh: Mesh, sources: Int[np.ndarray, " s"],
                   progress: Callable = lambda items: items) -> Float[np.ndarray, "s n"]:
    """Row i: the distance of every vertex from vertex sources[i] by the heat method, in length: (s, n).

    Each row is heat_distance(mesh, source) but for its last digits (Crane, Weischedel, Wardetzky 2013). Wrap
    the sources in tqdm by `progress`. Raises MeshError for a mesh in several parts, of which some distances
    would be infinite, for a source that is no vertex, and as heat_distance does.
    """
    at_the_door(mesh)
    sources = np.asarray(sources)
    count = int(parts(mesh).max()) + 1
    if count > 1:
        raise MeshError(f"all distances are finite in one part only; this mesh has {count}")
    if len(sources) == 0 or sources.min() < 0 or sources.max() >= mesh.n_vertices:
        raise MeshError(f"sources are vertices from 0 to {mesh.n_vertices - 1}, at least one")
    try:
        solver = potpourri3d.MeshHeatMethodDistanceSolver(np.array(mesh.V), np.array(mesh.F))
        rows = [solver.compute_distance(int(source)) for source in progress(sources)]
    except RuntimeError as failure:
        raise MeshError(f"the heat method finds no surface in {mesh}: faces have no area, or numbers are too "
                        "large or small for float64") from failure
    return np.stack([row - row[source] for row, source in zip(rows, sources, strict=True)])
