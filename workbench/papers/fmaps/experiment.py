"""The single-branch learner: features by DiffusionNet, a soft map from them, and nothing else that learns."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workbench.bridge import chosen_device, operators
from workbench.datasets.faust_pairs import FaustBody
from workbench.datasets.humans import Body, learn_and_test
from workbench.operators.descriptors import wks
from workbench.operators.spectrum import Spectrum
from workbench.papers.diffusionnet import DiffusionNet
from workbench.papers.fmaps.maps import soft_map21
from workbench.papers.fmaps.method import (
    commutativity,
    consistency,
    functional_map21,
    level,
    lowest,
    orthogonality,
    supervised,
)
from workbench.papers.fmaps.nearest import nearest_rows
from workbench.papers.fmaps.strange import Guest, doubted
from workbench.papers.fmaps.watching import Pair, Stage, Subject, cast, features, hands, judged, looks
from workbench.papers.fmaps.zoomout import differentiable_zoomout
from workbench.quantities import Snapshot
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend, halved_every
from workbench.training.presets import Presets
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`; the paper's numbers are `full` (section 4.3).

    In `quick` the blur is wider and commutativity weighs less, or a thousand steps would not be enough.

    size       meshes of about "1k" or "5k" vertices
    inputs     channels of the wave kernel signature, 29 or more (the authors' code: 128)
    width, blocks, k, lr, steps   DiffusionNet's and Adam's numbers; one pair of shapes a step
    pace       Adam's rate for log t over its rate for the rest, as in DiffusionNet's experiments
    p, sigma   features that a vertex gets, and the blur of the soft map they make, as a share of their spread
    K, zooms, zoom   size of the map, steps of ZoomOut and how much each adds
    zoom_sigma the blur inside ZoomOut
    orthogonal, commuting   weights of the losses; consistent is the last one's at the start and at the end
    known      learn from the known correspondences instead (the supervised loss alone)
    bodies     how many training bodies, and how many test bodies; None: all
    judged     template points whose error is measured on each test pair
    test_every steps between two measurements
    halving    steps after which Adam's rate is halved, again and again; None: never
    """

    size: str = "1k"
    inputs: int = 32
    width: int = 32
    blocks: int = 3
    k: int = 70
    lr: float = 2e-3
    steps: int = 1000
    pace: float = 30.0
    p: int = 32
    sigma: float = 0.1
    K: int = 20
    zooms: int = 3
    zoom: int = 10
    zoom_sigma: float = 1e-2
    orthogonal: float = 1.0
    commuting: float = 1.0
    consistent: tuple[float, float] = (1e-4, 1e-1)
    known: bool = False
    bodies: tuple[int, int] | None = None
    judged: int = 100
    test_every: int = 100
    halving: int | None = None
    device: str = "auto"
    seed: int = 0

    def __post_init__(self):
        if self.K + self.zooms * self.zoom > self.k:
            raise ValueError(f"ZoomOut ends at size {self.K + self.zooms * self.zoom}, which needs as many "
                             f"eigenpairs; k is {self.k}")

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(size="5k", inputs=128, width=128, blocks=4, k=130, lr=1e-3, pace=1.0, steps=16_000,
                     sigma=1e-2, K=30, zooms=10, commuting=1e2, judged=500, test_every=500, halving=4000),
            tiny=cls(width=16, blocks=2, k=24, K=10, lr=3e-3, zooms=1, steps=40, bodies=(3, 2), judged=20,
                     test_every=20),
        )


def prepare(config: Config, bodies: Iterable[Body | FaustBody | Guest]) -> tuple[Subject, ...]:
    """Operators and inputs of every body, scaled to area one: generated humans, those of FAUST, or guests.

    This is the slow part of a first run: wrap bodies in tqdm to see it go. Warns and raises as doubted does.
    """
    device = chosen_device(config.device)
    subjects = []
    for body in bodies:
        doubted(body.name, body.mesh, config.k)
        mesh = body.mesh.normalised()
        ops = operators(mesh, k=config.k)
        arrays = (x.double().numpy() for x in (ops.basis.evals, ops.basis.evecs, ops.basis.mass))
        # every column of the signature has mean one over the shape, which tells nothing
        inputs = torch.tensor(wks(Spectrum(*arrays), config.inputs) - 1, dtype=torch.float32)
        subjects.append(Subject(body.name, mesh, ops.to(device), inputs.to(device), body.correspondence))
    return tuple(subjects)


def network(config: Config) -> DiffusionNet:
    """The feature extractor of a Config, with weights drawn from its seed; both shapes share it."""
    torch.manual_seed(config.seed)
    net = DiffusionNet(config.inputs, config.p, config.width, config.blocks)
    return net.to(chosen_device(config.device))


def consistency_weight(config: Config, step: int) -> float:
    """The weight of Eq. 6 at a step: from its first to its last value, by equal factors. Section 4.3.

    Zero throughout, if either value is: then no ZoomOut is computed (Fig. 5 compares features without it).
    """
    first, last = config.consistent
    if not first * last:
        return 0.0
    return first * (last / first) ** ((step - 1) / max(1, config.steps - 1))


def unsupervised_loss(config: Config, net: DiffusionNet, pair: Pair, weight: float,
                      sigma: float) -> Tensor:
    """Orthogonality, commutativity and consistency of the map that the features make. Section 4.3."""
    one, two = pair.one.ops.basis, pair.two.ops.basis
    C21 = learned_map(config, net, pair, sigma)
    loss = config.orthogonal * orthogonality(C21)
    loss = loss + config.commuting * commutativity(C21, one.evals[:config.K], two.evals[:config.K])
    if weight > 0:
        refined21 = differentiable_zoomout(C21, one, two, config.zooms, config.zoom, config.zoom_sigma)
        loss = loss + weight * consistency(C21, refined21)
    return loss


def supervised_loss(config: Config, net: DiffusionNet, pair: Pair, sigma: float) -> Tensor:
    """The distance of the map that the features make from the functional map of the known one."""
    bases = (lowest(x.ops.basis, config.K) for x in (pair.one, pair.two))
    return supervised(learned_map(config, net, pair, sigma), functional_map21(pair.known_map21, *bases))


def learned_map(config: Config, net: DiffusionNet, pair: Pair, sigma: float) -> Tensor:
    """C21 (K, K) of the soft map between the features of both shapes. Eq. 2 and 3."""
    P21 = soft_map21(*level(*(net(x.inputs, x.ops) for x in (pair.one, pair.two))), sigma)
    return functional_map21(P21, *(lowest(x.ops.basis, config.K) for x in (pair.one, pair.two)))


def pair_at(subjects: Sequence[Subject], seed: int, step: int) -> Pair:
    """The ordered pair of different subjects that a step draws; no other pair is made or kept."""
    if len(subjects) < 2:
        raise ValueError(f"a map needs two shapes; got {len(subjects)}")
    one, two = np.random.default_rng([seed, step]).choice(len(subjects), 2, replace=False)
    return Pair(subjects[one], subjects[two])


def train(config: Config, net: DiffusionNet, examples: Sequence[Subject], test: Sequence[Subject] = (),
          knobs: Knobs | None = None, progress: Progress | None = None) -> Iterator[Snapshot]:
    """Adam on the losses of one random pair a step; nothing known is used unless config.known.

    The weights of net are the caller's and change in place. Snapshots offer what watching.looks lists. With a
    Progress a killed run goes on where it was.
    """
    knobs = hands(config) if knobs is None else knobs
    torch.manual_seed(config.seed)
    stage = Stage(config.K, net, test, knobs)

    def objective(step):
        if len(test) > 1 and (step - 1) % config.test_every == 0:
            stage.errors.append((step - 1, error(config, net, test)))
        net.train()
        pair, sigma = pair_at(examples, config.seed, step), knobs["sigma"]
        if config.known:
            return supervised_loss(config, net, pair, sigma)
        weight = knobs["consistency"] * consistency_weight(config, step)
        return unsupervised_loss(config, net, pair, weight, sigma)

    decay = halved_every(config.halving) if config.halving else constant
    yield from descend(_groups(net, config.pace), objective, config.steps, knobs, looks(stage), decay,
                       progress=progress)


def constant(step: int) -> float:
    """The factor on Adam's rate where it never falls."""
    return 1.0


def _groups(net, pace):
    """The logarithms of times apart from all other weights: they have farther to go."""
    weights = list(net.named_parameters())
    times = [weight for name, weight in weights if name.endswith("log_time")]
    return [{"params": [weight for name, weight in weights if not name.endswith("log_time")]},
            {"params": times, "pace": pace}]


def error(config: Config, net: DiffusionNet, test: Sequence[Subject], most: int = 6) -> float:
    """Mean geodesic error x 100, on unit area, of nearest features over `most` test pairs, or all if fewer.

    Ordered pairs, spread evenly over all; config.judged template points of each. most = 10**9 takes all.
    """
    ordered = [(i, j) for i in range(len(test)) for j in range(len(test)) if i != j]
    chosen = ordered[::max(1, math.ceil(len(ordered) / most))]
    found = {i: features(net, test[i]) for i in sorted({i for pair in chosen for i in pair})}
    return float(np.mean([judged(nearest_rows(found[j], found[i]), Pair(test[i], test[j]), config.judged)
                          for i, j in chosen]))


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Data, network and run in one call; and the structures its quantities live on. For scripts and tests."""
    learn, test = (prepare(config, bodies) for bodies in learn_and_test(config.size, config.bodies))
    return train(config, network(config), learn, test), cast(test)
