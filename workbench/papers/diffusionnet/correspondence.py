"""Supervised correspondence: a network learns features whose functional maps are right (Table 4, Fig. 9)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from workbench.bridge import Basis, Operators, chosen_device
from workbench.operators.distances import distance_rows
from workbench.papers.diffusionnet.examples import ready
from workbench.papers.diffusionnet.experiment import INPUTS, turned
from workbench.papers.diffusionnet.functional_map import functional_map
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.pacing import paced, rates
from workbench.quantities import Snapshot
from workbench.shapes import Mesh
from workbench.training import Knobs, descend
from workbench.training.presets import Presets
from workbench.training.resuming import Progress

#: longest gradient of a step. Where a solve is nearly singular its gradient is enormous, and one such step
#: ruins what Adam remembers: without this, at lr 2e-3, 600 steps on 80 bodies ended with an error of 40
CLIP = 1.0


@dataclass(frozen=True)
class MapConfig(Presets):
    """One run. The defaults are the preset `quick`; `full` is the paper's network (section 5.3).

    inputs    "hks" or "xyz" (turned at random by `turn`, as experiment.Config says)
    width     of the network; it has as many features at the end
    k, maps   eigenpairs for diffusion, and how many of them a functional map relates
    weight    of the Laplacian term in the solve for C. Features are small before they have learned, and with
              the authors' 1e-3 that term is what C follows at first; with 1e-6 the loss falls sooner
    together  shapes drawn at random for a step; all ordered pairs of them count. The network is what costs,
              so 4 shapes give 12 pairs for the price of 2 steps of one pair
    steps     how many; the rate halves every `halving` of them, or with 0 rises and falls as a cosine does
    pace      Adam's rate for log t over its rate for the rest
    """

    inputs: str = "hks"
    turn: str = "any"
    width: int = 64
    k: int = 64
    maps: int = 30
    weight: float = 1e-6
    together: int = 4
    dropout: float = 0.0
    lr: float = 2e-3
    steps: int = 600
    halving: int = 0
    pace: float = 15.0
    device: str = "auto"
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, MapConfig]":
        return dict(
            quick=cls(),
            # the authors' code's rate and number of pairs: 5 epochs of 80 x 79, one pair a step
            full=cls(width=128, k=128, weight=1e-3, together=2, dropout=0.5, lr=5e-4, steps=31_600,
                     halving=12_000, pace=1.0),
            tiny=cls(width=8, k=20, maps=6, together=2, steps=12),
        )


@dataclass(frozen=True, eq=False)
class Matched:
    """A shape in correspondence: entry i of `points` is the vertex of template point i; many-to-one."""

    name: str
    mesh: Mesh
    ops: Operators
    inputs: Float[Tensor, "n c"]
    points: Int[np.ndarray, " t"]


def matched(config: MapConfig, name: str, mesh: Mesh, points: Int[np.ndarray, " t"]) -> Matched:
    """A mesh made ready: centred, scaled to area one, with operators and inputs.

    Area one and not the unit ball: eigenvalues of two bodies agree only if their areas do, and the solve for
    C compares them. (The authors' code does so here, too.)
    """
    found = ready(config, name, mesh.normalised(), np.zeros(mesh.n_vertices, np.int64))
    return Matched(name, found.mesh, found.ops, found.inputs, points)


def feature_network(config: MapConfig, shapes: Sequence[Matched] = ()) -> DiffusionNet:
    """The DiffusionNet that makes config.width features of the inputs, its weights drawn from the seed.

    shapes  when there are some, the first layer begins as if their inputs were uncorrelated and of variance
            one. Signatures at 16 times say nearly the same; left so, features resemble each other for
            hundreds of steps, and A A^T stays nearly singular
    """
    torch.manual_seed(config.seed)
    width = config.width
    net = DiffusionNet(INPUTS[config.inputs], width, width, dropout=config.dropout)
    if shapes:
        _decorrelate(net.first, torch.cat([shape.inputs for shape in shapes]).double().cpu())
    return net.to(chosen_device(config.device))


@torch.no_grad()
def _decorrelate(layer, X):
    """Give layer(x) the values that it had at C^-1/2 (x - mean); C the covariance of the rows of X."""
    spread, axes = torch.linalg.eigh(torch.cov(X.T))
    root = (axes / (spread + 1e-6 * spread.max()).sqrt()) @ axes.T
    weight = layer.weight.double() @ root
    layer.bias -= (weight @ X.mean(dim=0)).float()
    layer.weight.copy_(weight)


def implied_map(config: MapConfig, net: DiffusionNet, one: Matched, two: Matched) -> Float[Tensor, "k2 k1"]:
    """C21 (maps, maps) that the features on both shapes imply."""
    return map_of_features(config, one, two, *(net(shape.inputs, shape.ops) for shape in (one, two)))


def map_of_features(config: MapConfig, one: Matched, two: Matched, f1: Float[Tensor, "n1 c"],
                    f2: Float[Tensor, "n2 c"]) -> Float[Tensor, "k2 k1"]:
    """C21 (maps, maps) that any c features f1 on shape 1 and f2 on shape 2 imply; see functional_map."""
    return _solved(config, one, two, *(lowest(shape.ops.basis, config.maps).analyse(f)
                                       for shape, f in ((one, f1), (two, f2))))


def _solved(config, one, two, A, B):
    """Solved in float64: while features still resemble each other, A A^T is nearly singular in float32."""
    evals1, evals2 = (shape.ops.basis.evals[:config.maps].double() for shape in (one, two))
    return functional_map(A.double(), B.double(), evals1, evals2, config.weight).float()


def lowest(basis: Basis, k: int) -> Basis:
    """The first k eigenpairs."""
    return Basis(basis.evals[:k], basis.evecs[:, :k], basis.mass)


def true_map(config: MapConfig, one: Matched, two: Matched) -> Float[Tensor, "k2 k1"]:
    """C21 that carries Phi1 at the template points to Phi2 there, in the least-squares sense."""
    return (torch.linalg.pinv(_at_points(config, two)) @ _at_points(config, one)).float()


def _at_points(config, shape):
    """The first eigenvectors at the template points: (t, maps), float64."""
    return shape.ops.basis.evecs[:, :config.maps][torch.tensor(shape.points)].double()


def learn_maps(config: MapConfig, net: DiffusionNet, shapes: Sequence[Matched],
               progress: Progress | None = None) -> Iterator[Snapshot]:
    """Adam on mean((C21 - its truth)^2) over random pairs of shapes; net's weights change in place.

    A run with a Progress can be killed and goes on; which shapes come at a step follows from the seed alone.
    """
    torch.manual_seed(config.seed)
    rows = [_at_points(config, shape) for shape in shapes]
    inverses = [torch.linalg.pinv(Phi) for Phi in rows]

    def coefficients(shape, turn):
        x = turned(config, shape.inputs, turn) if config.inputs == "xyz" else shape.inputs
        return lowest(shape.ops.basis, config.maps).analyse(net(x, shape.ops))

    def objective(step):
        draw, count = np.random.default_rng((config.seed, step)), min(config.together, len(shapes))
        drawn = draw.choice(len(shapes), count, replace=False)
        net.train()
        found = {i: coefficients(shapes[i], count * step + turn) for turn, i in enumerate(drawn)}
        gaps = [_solved(config, shapes[i], shapes[j], found[i], found[j]) - (inverses[j] @ rows[i]).float()
                for i, j in permutations(drawn, 2)]
        return torch.stack(gaps).square().mean()

    yield from descend(paced(net, config.pace), objective, config.steps, Knobs(lr=config.lr),
                       decay=rates(config.steps, config.halving), clip=CLIP, progress=progress)


def point_map(C21: Float[Tensor, "k2 k1"], one: Matched, two: Matched) -> Int[np.ndarray, " n2"]:
    """For each vertex of shape 2 the one of shape 1 whose row of Phi1 C21^T is nearest to its row of Phi2."""
    k2, k1 = C21.shape
    keys = (one.ops.basis.evecs[:, :k1] @ C21.T).double()
    half = keys.square().sum(dim=1) / 2  # |q - key|^2 / 2 is this less q . key, up to what q alone says
    queries = two.ops.basis.evecs[:, :k2].double().split(1024)
    return torch.cat([(half - rows @ keys.T).argmin(dim=1) for rows in queries]).cpu().numpy()


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


@torch.inference_mode()
def judge(config: MapConfig, net: DiffusionNet, pairs: Sequence[tuple[Matched, Matched]], every: int = 5,
          progress: Callable = lambda items: items) -> Float[np.ndarray, "pairs e"]:
    """All errors of all pairs (one, two), a row for each, mapping two to one; Table 4: 100 x their mean.

    Features of a shape are computed once. Distances are the heat method's from every `every`th point.
    """
    net.eval()
    known, distances, errors = {}, {}, []
    for pair in progress(pairs):
        for shape in pair:
            if shape.name not in known:
                features = net(shape.inputs, shape.ops)
                known[shape.name] = lowest(shape.ops.basis, config.maps).analyse(features)
        one, two = pair
        if one.name not in distances:
            distances = {one.name: distances_between_points(one, every)}
        C = _solved(config, one, two, known[one.name], known[two.name])
        errors.append(map_errors(point_map(C, one, two), two, distances[one.name], every))
    return np.stack(errors)
