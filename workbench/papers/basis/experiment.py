"""BASiS on points in the plane: the toy examples of section 5.2 (Fig. 1), learned in aligned batches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from workbench.bridge import chosen_device
from workbench.datasets.toys import TOYS, toy
from workbench.papers.basis.batches import Batches
from workbench.papers.basis.measures import clustering_accuracy, clusters, nmi
from workbench.papers.basis.method import Consensus, Graph, SpectralNet, extend
from workbench.papers.basis.watching import Stage, cast, looks
from workbench.quantities import Snapshot
from workbench.shapes import Mesh, PointCloud
from workbench.training import Knobs, descend
from workbench.training.presets import Presets


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`; the paper's learning rate is in `full` (Table 3).

    data       "moons", "rings", "spirals" or "blobs": three clusters each
    n, test    points to learn from, fresh points to be measured on
    of, trivial, K, neighbours, scale, width   the graph and its eigenvectors, see method.Graph; the paper
               does not say how many neighbours its toys have
    m          batch size, anchors included; each: anchors in every cluster
    tries, sample, tolerance   RANSAC, see method.Consensus
    widths     of the hidden layers (Table 2)
    lr, fade   Adam's rate, which fades to 0 over this share of the steps, the last ones (the paper: no word)
    test_every steps between two measurements of the clusters
    device     where it learns: "cpu", "cuda", or "auto" for a CUDA card where there is one
    """

    data: str = "moons"
    n: int = 9000
    test: int = 3000
    of: str = "L_N"
    trivial: bool = False
    K: int = 2
    neighbours: int = 10
    scale: int = 7
    width: float = 1.0
    m: int = 256
    each: int = 3
    tries: int = 100
    sample: int = 20
    tolerance: float = 0.1
    widths: tuple[int, ...] = (256, 512, 512, 256)
    lr: float = 1e-3
    fade: float = 0.3
    steps: int = 1000
    test_every: int = 100
    device: str = "auto"
    seed: int = 0

    def __post_init__(self):
        if self.data not in TOYS:
            raise ValueError(f"data is one of {', '.join(TOYS)}; got {self.data!r}")

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(lr=1e-4, steps=5000),
            tiny=cls(data="blobs", n=900, test=150, m=120, widths=(32, 32), lr=3e-3, steps=60, test_every=20),
        )

    @property
    def name(self) -> str:
        """What its preset is called, or "quick" where it is none: so the chapter's other runs fit in size."""
        return next((name for name, preset in self.presets().items() if preset == self), "quick")

    @property
    def graph(self) -> Graph:
        """How its points become a graph."""
        return Graph(self.K, self.of, self.trivial, self.neighbours, self.scale, self.width)

    @property
    def consensus(self) -> Consensus:
        """RANSAC's numbers."""
        return Consensus(self.tries, self.sample, self.tolerance)


@dataclass(frozen=True, eq=False)
class Points:
    """Points to learn from, fresh ones to be measured on, their clusters; labels choose anchors, no more."""

    X: Float[np.ndarray, "n d"]
    labels: Int[np.ndarray, " n"]
    X_test: Float[np.ndarray, "t d"]
    labels_test: Int[np.ndarray, " t"]


def points(config: Config) -> Points:
    """The points of a Config, drawn from its seed."""
    seed = 2 * config.seed
    return Points(*toy(config.data, config.n, seed), *toy(config.data, config.test, seed + 1))


def network(config: Config) -> SpectralNet:
    """The network of a Config, with weights drawn from its seed."""
    torch.manual_seed(config.seed)
    return SpectralNet(2, config.K, config.widths).to(chosen_device(config.device))


def hands(config: Config) -> Knobs:
    """The knobs of a run: Adam's rate; numbers of batches; align=False lets the loss fail; the column shown.

    Any other value of redraw than the last draws new anchors; carry, a place (x, y), moves the nearest one
    there, and (x, y, i) anchor number i.
    """
    return Knobs(lr=config.lr, m=config.m, each=config.each, neighbours=config.neighbours, width=config.width,
                 sample=config.sample, tolerance=config.tolerance, align=True, redraw=0, carry=None, column=1)


def batches(config: Config, data: Points, knobs: Knobs | None = None) -> Batches:
    """The endless aligned batches of a Config."""
    c = config
    return Batches(data.X, data.labels, c.graph, c.consensus, c.m, c.each, c.seed, knobs)


def scores(net: SpectralNet, data: Points, seed: int = 0, starts: int = 10) -> tuple[float, float]:
    """NMI and ACC of k-means on the embedding of the test points. Eqs. 18, 19."""
    found = clusters(extend(net, data.X_test), len(np.unique(data.labels)), seed, starts)
    return nmi(data.labels_test, found), clustering_accuracy(data.labels_test, found)


def fading(steps: int, fade: float) -> Callable[[int], float]:
    """The factor of Adam's rate at a step: 1, and over the last `fade` of the steps a straight way to 0."""
    last = max(1.0, fade * steps)
    return lambda step: min(1.0, (steps - step + 1) / last)


def train(config: Config, net: SpectralNet, data: Points, knobs: Knobs | None = None) -> Iterator[Snapshot]:
    """Algorithm 1: Adam on |f(x_i) - phi_i|^2 over aligned batches, the next one made meanwhile.

    The weights of net are the caller's and change in place. Snapshots offer what watching.looks lists. Raises
    AlignmentError or GraphError where the data cannot be aligned.
    """
    knobs = hands(config) if knobs is None else knobs
    torch.manual_seed(config.seed)
    source = batches(config, data, knobs)
    stage = Stage(net, data.X_test, data.labels_test, knobs, data.labels)

    def objective(step):
        if (step - 1) % config.test_every == 0:
            stage.scores.append((step - 1, scores(net, data, starts=2)[1]))
        loss = source.loss(net)
        stage.batch, stage.reference = source.batch, source.reference
        return loss

    try:
        yield from descend(net.parameters(), objective, config.steps, knobs, looks(stage),
                           fading(config.steps, config.fade))
    finally:
        source.close()


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh | PointCloud]]:
    """Data, network and run in one call; and the structures its quantities live on. For scripts and tests."""
    data = points(config)
    return train(config, network(config), data), cast(data.X_test)
