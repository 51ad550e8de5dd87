"""Features and their eigenspace learned at once, the one following the other (Algorithm 2, Figs. 6 to 8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from workbench.datasets.images import Images, data_folder, digits, idx_images
from workbench.papers.basis.alignment import AlignmentError
from workbench.papers.basis.batches import PATIENCE, draw_anchors
from workbench.papers.basis.measures import clustering_accuracy, clusters
from workbench.papers.basis.method import (
    Batch,
    Consensus,
    Graph,
    GraphError,
    Reference,
    SpectralNet,
    batch,
    embedding,
    extend,
    follow,
    mean_square,
)
from workbench.papers.basis.siamese import Pairs, features, pair_losses, siamese_net
from workbench.papers.basis.watching import flat
from workbench.quantities import Quantity, Snapshot
from workbench.training import Knobs, descend
from workbench.training.presets import Presets


@dataclass(frozen=True)
class ChangingConfig(Presets):
    """One run. The defaults, `quick`, are Fig. 8 on scikit-learn's digits: three of them, two eigenvectors.

    data       "digits", or "mnist", which needs the published files (datasets.images.data_folder)
    classes    the digits that there are
    m, each    batch size, anchors included; anchors in every class
    every      steps of the features to one of the spectral network; lr, pace: their rates, pace times lr
    test       images, at most, on which it is measured; test_every steps between two measurements
    """

    data: str = "digits"
    classes: tuple[int, ...] = (4, 7, 9)
    K: int = 2
    neighbours: int = 20
    m: int = 200
    each: int = 15
    pairs: int = 64
    widths: tuple[int, ...] = (256, 512, 512, 256)
    lr: float = 1e-3
    pace: float = 1.0
    every: int = 10
    steps: int = 1500
    test: int = 1000
    test_every: int = 50
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, ChangingConfig]":
        mnist = dict(data="mnist", m=512, each=25, pairs=128)
        return dict(
            quick=cls(),
            full=cls(classes=tuple(range(10)), K=9, m=512, each=15, pairs=128),
            mnist=cls(classes=tuple(range(10)), K=9, **mnist),
            tiny=cls(m=100, each=8, neighbours=12, widths=(32, 32), steps=60, every=2, test_every=20),
        )

    @property
    def graph(self) -> Graph:
        return Graph(self.K, "L_N", False, self.neighbours)


def images(config: ChangingConfig) -> tuple[Images, Images]:
    """Training and test images of the classes of a Config, of the latter `test` at most."""
    if config.data == "digits":
        both = digits("train"), digits("test")
    else:
        both = tuple(idx_images(data_folder() / config.data, split) for split in ("train", "test"))
    kept = [np.flatnonzero(np.isin(one.labels, config.classes)) for one in both]
    rows = kept[0], kept[1][:config.test]
    return tuple(Images(one.pixels[row], one.labels[row]) for one, row in zip(both, rows, strict=True))


def networks(config: ChangingConfig, data: Images) -> tuple[nn.Module, SpectralNet]:
    """The network of features, and the spectral one, which sees nothing else; weights from the seed."""
    seeing = siamese_net(data.pixels.shape[1:], config.seed)
    return seeing, SpectralNet(16, config.K, config.widths)


class Following:
    """Anchors in a reference space that stays where it is while the features under it change: Algorithm 2.

    rows   V^ref, drawn once, the anchors first; look(rows) are their features of now
    update, aligned   its embedding (m, K) over those features as it comes, and as T_G lays it
    """

    def __init__(self, look: Callable[[np.ndarray], np.ndarray], labels: Int[np.ndarray, " n"],
                 config: ChangingConfig, draw: np.random.Generator):
        self.look, self.config, self.draw, self.labels = look, config, draw, labels
        self.anchors = draw_anchors(labels, config.each, draw)
        self.at = np.arange(len(self.anchors))
        self.rows = np.concatenate([self.anchors, self._others()])
        self.update = self.aligned = embedding(look(self.rows), config.graph).evecs

    def step(self, aligned: bool = True) -> Batch:
        """Lines 3 to 6, T_G or (aligned=False) as the eigenvectors come; then a batch of Algorithm 1.

        Where anchors do not determine a map, as may happen while features hardly tell classes apart, the
        points beside them are drawn anew; raises what the last of 20 failures in a row raised.
        """
        for attempt in range(PATIENCE):
            try:
                return self._step(aligned)
            except (AlignmentError, GraphError):
                if attempt == PATIENCE - 1:
                    raise
                self.rows = np.concatenate([self.anchors, self._others()])

    def _step(self, aligned):
        Z, graph = self.look(self.rows), self.config.graph
        update, previous = embedding(Z, graph).evecs, self.aligned[self.at]
        laid = follow(update, self.at, previous)[0] if aligned else update
        made = batch(Reference(Z[self.at], laid[self.at]), self.look(self._others()), graph, Consensus(),
                     self.draw)
        self.update, self.aligned = update, laid
        return made

    def _others(self):
        free = np.setdiff1d(np.arange(len(self.labels)), self.anchors)
        return self.draw.choice(free, self.config.m - len(self.anchors), replace=False)


def train(config: ChangingConfig, seeing: nn.Module, net: SpectralNet, learn: Images, test: Images,
          knobs: Knobs | None = None) -> Iterator[Snapshot]:
    """Features by the contrastive loss (Eq. 21), at every step; every tenth, Algorithms 2 and 1.

    Weights change in place; each loss moves its own network only. knobs["follow"] says whether T_G is used.
    Snapshots offer what looks() lists. Raises AlignmentError or GraphError where a batch cannot be aligned.
    """
    knobs = Knobs(lr=config.lr, follow=True) if knobs is None else knobs
    draw = np.random.default_rng(config.seed)
    contrast = pair_losses(Pairs(config.pairs, lr=config.lr, seed=config.seed), seeing, learn)

    def look(rows):
        return features(seeing, Images(learn.pixels[rows], learn.labels[rows]))

    moving = Following(look, learn.labels, config, draw)
    seen = Seen(moving, seeing, net, learn, test, config)

    def objective(step):
        if (step - 1) % config.test_every == 0:
            seen.measure(step - 1)
        loss = contrast()
        seen.losses["features"].append((step, loss.item()))
        if step % config.every == 0:
            made = moving.step(knobs["follow"])
            X, phi = (torch.as_tensor(x, dtype=torch.float32) for x in (made.X, made.aligned))
            own = mean_square(net(X), phi)
            seen.losses["eigenspace"].append((step, own.item()))
            loss = loss + own
        return loss

    yield from descend([{"params": list(seeing.parameters())},
                        {"params": list(net.parameters()), "pace": config.pace}],
                       objective, config.steps, knobs, looks(seen))
    seen.measure(config.steps)


def right(nets: tuple[nn.Module, SpectralNet], test: Images) -> float:
    """The share of images in the right cluster: k-means where both networks send them. Eq. 19."""
    seeing, net = nets
    found = clusters(extend(net, features(seeing, test)), len(np.unique(test.labels)))
    return clustering_accuracy(test.labels, found)


class Seen:
    """What a run shows: both losses, and the share of images in the right cluster, three ways."""

    def __init__(self, moving, seeing, net, learn, test, config):
        self.moving, self.seeing, self.net, self.config = moving, seeing, net, config
        some = np.random.default_rng(1).choice(len(learn.labels), min(config.test, len(learn.labels)), False)
        self.sets = {"training": Images(learn.pixels[some], learn.labels[some]), "test": test}
        self.losses: dict[str, list] = {"features": [], "eigenspace": []}
        self.scores: dict[str, list] = {"analytic": [], "training": [], "test": []}

    def embedded(self, name: str) -> tuple[Float[np.ndarray, "n K"], Int[np.ndarray, " n"]]:
        """Where the images of a set land, and their classes: "analytic" are test images without a network."""
        found = self.sets["training" if name == "training" else "test"]
        Z = features(self.seeing, found)
        analytic = name == "analytic"
        return (embedding(Z, self.config.graph).evecs if analytic else extend(self.net, Z)), found.labels

    def measure(self, step: int) -> None:
        """ACC (Eq. 19) of k-means, by Figs. 6c and 6d."""
        for name, curve in self.scores.items():
            Y, labels = self.embedded(name)
            found = clusters(Y, len(self.config.classes), starts=3)
            curve.append((step, clustering_accuracy(labels, found)))


def looks(seen: Seen) -> Mapping[str, Callable[[], Quantity]]:
    """The quantities of a run, by name.

    Plots, a series a class: "as they come", V^ref by its own eigenvectors; "after T_G", the same laid onto
    where it stood before; "network", the test images by the network. Curves: "losses", "right cluster".
    """
    def curve(plot, points):
        return lambda: Quantity(plot, "plot", np.array(points()[-2000:]).reshape(-1, 2), "curve")

    def landed(plot, c):
        def draw():
            Y, labels = _rows_of(seen, plot)
            return Quantity(plot, "plot", flat(Y[labels == c][:200]), "scatter")
        return draw

    shown = {f"{plot}, {c}": landed(plot, c)
             for plot in ("as they come", "after T_G", "network") for c in seen.config.classes}
    measured = {f"right: {name}": curve("right cluster", lambda name=name: seen.scores[name])
                for name in seen.scores}
    lost = {f"loss: {name}": curve("losses", lambda name=name: seen.losses[name]) for name in seen.losses}
    return {**shown, **measured, **lost}


def _rows_of(seen, plot):
    if plot == "network":
        return seen.embedded("test")
    moving = seen.moving
    return (moving.update if plot == "as they come" else moving.aligned), moving.labels[moving.rows]
