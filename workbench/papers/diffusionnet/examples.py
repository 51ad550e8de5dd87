"""Bodies made ready to learn from: operators, inputs, and a label at every vertex."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from torch import Tensor

from workbench.bridge import Basis, chosen_device, operators
from workbench.datasets.humans import Body, humans
from workbench.operators.descriptors import hks, hks_times
from workbench.operators.spectrum import Spectrum
from workbench.papers.diffusionnet.watching import Example
from workbench.shapes import Mesh, PointCloud
from workbench.shapes.humans_truth import spread


def prepare(config, bodies: Iterable[Body]) -> tuple[Example, ...]:
    """Operators, inputs and labels for every body (and its mirror image, if config.mirrored).

    Shapes are centred and scaled into the unit sphere as in the paper. This is the slow part of a first run:
    wrap bodies in tqdm to see it go.
    """
    examples = []
    for body in bodies:
        labels = labels_of(config, body)
        examples.append(example(config, body.name, body.mesh, labels))
        if config.mirrored:
            swapped = 1 - labels if config.target == "side" else labels
            examples.append(example(config, f"{body.name}, mirrored", reflected(body.mesh), swapped))
    return tuple(examples)


def labels_of(config, body: Body) -> Int[np.ndarray, " n"]:
    """What config.target asks of every vertex of a body."""
    if config.target == "points":
        return nearest_source(body.mesh, body.correspondence[chosen_points(config.points)])
    return body.parts if config.target == "parts" else body.side


def example(config, name: str, shape: Mesh | PointCloud, labels: Int[np.ndarray, " n"]) -> Example:
    """A shape scaled into the unit ball, with config's k eigenpairs, its inputs and the labels given."""
    return ready(config, name, shape.in_unit_ball(), labels)


def ready(config, name: str, shape: Mesh | PointCloud, labels: Int[np.ndarray, " n"]) -> Example:
    """The same of a shape as it lies there, on config's device."""
    device = chosen_device(config.device)
    ops = operators(shape, k=config.k)
    inputs = inputs_of(config, shape, ops.basis).to(device)
    return Example(name, shape, ops.to(device), inputs, torch.tensor(labels, device=device))


def inputs_of(config, shape: Mesh | PointCloud, basis: Basis) -> Float[Tensor, "n c"]:
    """What config.inputs names: positions (n, 3), or heat kernel signatures (n, 16) of a basis on the CPU."""
    X = shape.V if isinstance(shape, Mesh) else shape.X
    return torch.tensor(X if config.inputs == "xyz" else signatures(basis), dtype=torch.float32)


def reflected(mesh: Mesh) -> Mesh:
    """The mirror image in the plane x = 0, its faces turned round so that normals still point outward."""
    return Mesh(mesh.V * [-1.0, 1.0, 1.0], mesh.F[:, ::-1])


@cache
def chosen_points(count: int) -> Int[np.ndarray, " p"]:
    """Which `count` of the 5,000 template points are the classes: spread evenly over one body.

    Raises ValueError unless 1 <= count <= 5000.
    """
    body = humans("train", "5k")[0]
    if not 1 <= count <= len(body.correspondence):
        raise ValueError(f"points is a number from 1 to {len(body.correspondence)}, got {count}")
    return spread(body.mesh.V[body.correspondence], count)


def nearest_source(mesh: Mesh, sources: Int[np.ndarray, " s"]) -> Int[np.ndarray, " n"]:
    """For every vertex the number (0 .. s - 1) of the source that is nearest along edges.

    Of sources at one vertex the first counts. Every component of the mesh must hold a source.
    """
    graph, _ = edge_graph(mesh)
    found, first = np.unique(sources, return_index=True)
    _, _, nearest = dijkstra(graph, directed=False, indices=found, min_only=True, return_predecessors=True)
    number = np.full(mesh.n_vertices, -1)
    number[found] = first
    return number[nearest]


def edge_graph(mesh: Mesh) -> tuple[csr_array, Float[np.ndarray, " e"]]:
    """The edges with their lengths as a graph (n, n), each once; and the lengths."""
    i, j = mesh.edges.T
    lengths = np.linalg.norm(mesh.V[i] - mesh.V[j], axis=1)
    return coo_array((lengths, (i, j)), shape=(mesh.n_vertices,) * 2).tocsr(), lengths


def signatures(basis) -> Float[np.ndarray, "n 16"]:
    """16 heat kernel signatures at times spaced evenly in log t on [0.01, 1] (section 5, Setup)."""
    arrays = (x.double().numpy() for x in (basis.evals, basis.evecs, basis.mass))
    return hks(Spectrum(*arrays), hks_times())
