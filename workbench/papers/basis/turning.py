"""Diffusion maps of a turning object from raw pixels: the ring of its angles, learned in batches (Fig. 5)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from workbench.datasets.turning import Frames, turning
from workbench.papers.basis.batches import Batches
from workbench.papers.basis.experiment import fading
from workbench.papers.basis.measures import grassmann
from workbench.papers.basis.method import Consensus, Graph, SpectralNet, analytic, extend, follow
from workbench.papers.basis.watching import flat
from workbench.quantities import Quantity, Snapshot
from workbench.training import Knobs, descend
from workbench.training.presets import Presets


@dataclass(frozen=True)
class TurningConfig(Presets):
    """One run: `frames` pictures, of which `learn` are learned from and the others judged (section 5.3).

    neighbours of the whole set's graph; a batch of m of them has as much thinner ones. anchors are any of the
    pictures: nothing is labelled here.
    """

    frames: int = 2000
    learn: int = 1500
    height: int = 40
    K: int = 2
    neighbours: int = 20
    m: int = 300
    anchors: int = 60
    widths: tuple[int, ...] = (256, 512, 512, 256)
    lr: float = 1e-4
    fade: float = 0.3
    steps: int = 200
    test_every: int = 50
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, TurningConfig]":
        return dict(
            quick=cls(),
            full=cls(height=96, steps=3000),
            tiny=cls(frames=300, learn=225, height=24, neighbours=12, m=120, anchors=30, widths=(64, 64),
                     lr=1e-3, steps=60, test_every=20),
        )

    @property
    def graph(self) -> Graph:
        return Graph(self.K, "P", False, self.neighbours)


@dataclass(frozen=True, eq=False)
class Turntable:
    """Pictures as rows of pixels, (n, h w), in the order of their angles; which are learned from, and truths.

    whole, test   diffusion maps, (n, K) of all pictures, (t, K) of the graph of the judged ones alone
    """

    X: Float[np.ndarray, "n d"]
    angles: Float[np.ndarray, " n"]
    learned: np.ndarray
    whole: Float[np.ndarray, "n K"]
    test: Float[np.ndarray, "t K"]


def turntable(config: TurningConfig, frames: Frames | None = None) -> Turntable:
    """The pictures of a Config, or those given, split at random, with their analytic diffusion maps."""
    frames = turning(config.frames, config.seed, config.height) if frames is None else frames
    X = frames.pixels.reshape(len(frames.pixels), -1)
    learned = np.zeros(len(X), dtype=bool)
    learned[np.random.default_rng(config.seed).choice(len(X), config.learn, replace=False)] = True
    return Turntable(X, frames.angles, learned, analytic(X, config.graph).evecs,
                     analytic(X[~learned], config.graph).evecs)


def network(config: TurningConfig, data: Turntable) -> SpectralNet:
    """From pixels to K numbers, with weights drawn from the seed."""
    torch.manual_seed(config.seed)
    return SpectralNet(data.X.shape[1], config.K, config.widths)


def judged(net: SpectralNet, data: Turntable) -> tuple[float, float]:
    """Squared Grassmann distance to the analytic map of the judged pictures; and by how many degrees, in the
    middle, the angle that the first two columns show misses the body's, up to a turn and a mirror image."""
    Y = extend(net, data.X[~data.learned])
    laid = follow(Y, np.arange(len(Y)), _circle(data.angles[~data.learned]))[0]
    off = np.angle((laid[:, 0] + 1j * laid[:, 1]) * np.exp(-1j * data.angles[~data.learned]))
    apart = grassmann(Y - Y.mean(axis=0), data.test - data.test.mean(axis=0))
    return apart, float(np.degrees(np.median(abs(off))))


def _circle(angles):
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def train(config: TurningConfig, net: SpectralNet, data: Turntable, knobs: Knobs | None = None
          ) -> Iterator[Snapshot]:
    """Algorithm 1 on raw pixels; weights change in place. Snapshots offer what looks() lists."""
    knobs = Knobs(lr=config.lr, align=True, redraw=0) if knobs is None else knobs
    source = Batches(data.X[data.learned], None, config.graph, Consensus(), config.m, config.anchors,
                     config.seed, knobs)
    scores: list = []

    def objective(step):
        if (step - 1) % config.test_every == 0:
            scores.append((step - 1, *judged(net, data)))
        return source.loss(net)

    try:
        yield from descend(net.parameters(), objective, config.steps, knobs, looks(net, data, scores),
                           fading(config.steps, config.fade))
    finally:
        source.close()


def looks(net: SpectralNet, data: Turntable, scores: list) -> Mapping[str, Callable[[], Quantity]]:
    """Plots "network" and "analytic" of the judged pictures, a series a quarter turn; "degrees off"."""
    quarter = (data.angles[~data.learned] // (np.pi / 2)).astype(int)

    def landed(plot, values, q):
        return lambda: Quantity(plot, "plot", flat(values())[quarter == q], "scatter")

    sides = ("first", "second", "third", "last")
    shown = {f"{plot}, {side} quarter": landed(plot, values, q) for q, side in enumerate(sides)
             for plot, values in (("network", lambda: extend(net, data.X[~data.learned])),
                                  ("analytic", lambda: data.test))}
    return {**shown, "degrees off": lambda: Quantity(
        "degrees off", "plot", np.array(scores).reshape(-1, 3)[:, [0, 2]], "curve")}
