"""Supervised correspondence: a network learns features whose functional maps are right (Table 4, Fig. 9)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.spatial import KDTree
from torch import Tensor

from workbench.bridge import Basis, Operators, chosen_device
from workbench.operators.distances import distance_rows
from workbench.papers.diffusionnet.examples import example
from workbench.papers.diffusionnet.experiment import INPUTS, turned
from workbench.papers.diffusionnet.functional_map import functional_map
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.quantities import Snapshot
from workbench.shapes import Mesh
from workbench.training import Knobs, descend, halved_every
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class MapConfig:
    """One run. The defaults suit the generated humans; `full` is the paper's network (section 5.3).

    inputs    "hks" or "xyz" (turned at random by `turn`, as experiment.Config says)
    width     of the network; it has as many features at the end
    k, maps   eigenpairs for diffusion, and how many of them a functional map relates
    weight    of the Laplacian term in the solve for C
    steps     one random pair of training shapes each; the rate halves every `halving` steps
    """

    inputs: str = "hks"
    turn: str = "any"
    width: int = 64
    k: int = 128
    maps: int = 30
    weight: float = 1e-3
    dropout: float = 0.0
    lr: float = 2e-3
    steps: int = 800
    halving: int = 250
    device: str = "auto"
    seed: int = 0

    @classmethod
    def full(cls) -> "MapConfig":
        """The paper's width, with the authors' code's number of pairs (5 epochs of 80 x 79) and rate."""
        return cls(width=128, dropout=0.5, lr=5e-4, steps=31_600, halving=12_000)

    def with_(self, **changes) -> "MapConfig":
        """The same but for the named fields."""
        return replace(self, **changes)


@dataclass(frozen=True, eq=False)
class Matched:
    """A shape in correspondence: entry i of `points` is the vertex of template point i; many-to-one."""

    name: str
    mesh: Mesh
    ops: Operators
    inputs: Float[Tensor, "n c"]
    points: Int[np.ndarray, " t"]


def matched(config: MapConfig, name: str, mesh: Mesh, points: Int[np.ndarray, " t"]) -> Matched:
    """A mesh made ready: scaled into the unit sphere, with operators and inputs."""
    ready = example(config, name, mesh, np.zeros(mesh.n_vertices, np.int64))
    return Matched(name, mesh, ready.ops, ready.inputs, points)


def feature_network(config: MapConfig) -> DiffusionNet:
    """The DiffusionNet that makes config.width features of the inputs, its weights drawn from the seed."""
    torch.manual_seed(config.seed)
    width = config.width
    net = DiffusionNet(INPUTS[config.inputs], width, width, dropout=config.dropout)
    return net.to(chosen_device(config.device))


def implied_map(config: MapConfig, net: DiffusionNet, one: Matched, two: Matched,
                step: int = 0) -> Float[Tensor, "k2 k1"]:
    """C21 (maps, maps) that the features on both shapes imply; positions are turned if step is not 0."""
    features = []
    for side, shape in enumerate((one, two)):
        x = shape.inputs
        if config.inputs == "xyz" and step:
            x = turned(config, x, 2 * step + side)
        features.append(net(x, shape.ops))
    return map_of_features(config, one, two, *features)


def map_of_features(config: MapConfig, one: Matched, two: Matched, f1: Float[Tensor, "n1 c"],
                    f2: Float[Tensor, "n2 c"]) -> Float[Tensor, "k2 k1"]:
    """C21 (maps, maps) that any c features f1 on shape 1 and f2 on shape 2 imply; see functional_map."""
    basis1, basis2 = (lowest(shape.ops.basis, config.maps) for shape in (one, two))
    return functional_map(basis1.analyse(f1), basis2.analyse(f2), basis1.evals, basis2.evals, config.weight)


def lowest(basis: Basis, k: int) -> Basis:
    """The first k eigenpairs."""
    return Basis(basis.evals[:k], basis.evecs[:, :k], basis.mass)


def true_map(config: MapConfig, one: Matched, two: Matched) -> Float[Tensor, "k2 k1"]:
    """C21 that carries Phi1 at the template points to Phi2 there, in the least-squares sense."""
    Phi1, Phi2 = (shape.ops.basis.evecs[:, :config.maps][torch.tensor(shape.points)].double()
                  for shape in (one, two))
    return torch.linalg.lstsq(Phi2, Phi1).solution.float()


def learn_maps(config: MapConfig, net: DiffusionNet, shapes: Sequence[Matched],
               progress: Progress | None = None) -> Iterator[Snapshot]:
    """Adam on mean((C21 - its truth)^2) over random pairs of shapes; net's weights change in place.

    A run with a Progress can be killed and goes on; which pair comes at a step follows from the seed alone.
    """
    def objective(step):
        first, second = np.random.default_rng((config.seed, step)).choice(len(shapes), 2, replace=False)
        one, two = shapes[first], shapes[second]
        net.train()
        C = implied_map(config, net, one, two, step)
        return (C - true_map(config, one, two)).square().mean()

    yield from descend(net.parameters(), objective, config.steps, Knobs(lr=config.lr),
                       decay=halved_every(config.halving), progress=progress)


def point_map(C21: Float[Tensor, "k2 k1"], one: Matched, two: Matched) -> Int[np.ndarray, " n2"]:
    """For each vertex of shape 2 the one of shape 1 whose row of Phi1 C21^T is nearest to its row of Phi2."""
    k2, k1 = C21.shape
    keys = (one.ops.basis.evecs[:, :k1] @ C21.T).double().cpu().numpy()
    return KDTree(keys).query(two.ops.basis.evecs[:, :k2].double().cpu().numpy())[1]


def distances_between_points(shape: Matched, every: int = 5,
                             progress: Callable = lambda items: items) -> Float[np.ndarray, "s n"]:
    """Row i: geodesic distance of all vertices from template point i * every, on the shape at unit area."""
    return distance_rows(shape.mesh.normalised(), shape.points[::every], progress)


def map_errors(T21: Int[np.ndarray, " n2"], two: Matched,
               distances: Float[np.ndarray, "s n1"], every: int = 5) -> Float[np.ndarray, " s"]:
    """How far template points on shape 2 end on shape 1, at unit area, from where they should.

    distances  those of shape 1 from distances_between_points, with the same `every`
    """
    found = T21[two.points[::every]]
    return distances[np.arange(len(found)), found]


def judge(config: MapConfig, net: DiffusionNet, pairs: Sequence[tuple[Matched, Matched]], every: int = 5,
          progress: Callable = lambda items: items) -> Float[np.ndarray, " e"]:
    """All errors of all pairs (one, two), mapping two to one; Table 4 says 100 times their mean."""
    net.eval()
    errors, held = [], {}
    for one, two in progress(pairs):
        if one.name not in held:
            held = {one.name: distances_between_points(one, every)}
        with torch.inference_mode():
            C = implied_map(config, net, one, two)
        errors.append(map_errors(point_map(C, one, two), two, held[one.name], every))
    return np.concatenate(errors)
