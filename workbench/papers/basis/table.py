"""Table 1: four methods, one network, one graph, measured beside the analytic embedding of the test set."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int

from workbench.datasets.images import digits
from workbench.operators.graph_affinity import affinity
from workbench.operators.graph_modes import GraphModes, whole_modes
from workbench.papers.basis.batches import Batches
from workbench.papers.basis.measures import (
    clustering_accuracy,
    clusters,
    column_orthogonality,
    grassmann,
    nmi,
    orthogonality,
    probe_accuracy,
)
from workbench.papers.basis.method import Consensus, Graph, SpectralNet, extend
from workbench.papers.basis.rivals import (
    OrthogonalNet,
    refined,
    train_diffusion_net,
    train_spectralnet1,
    train_spectralnet2,
)
from workbench.papers.basis.siamese import Pairs, features, learn_features, siamese_net
from workbench.training import Knobs, descend, finish
from workbench.training.presets import Presets

METHODS = ("BASiS", "Diffusion Net", "SpectralNet1", "SpectralNet2")


@dataclass(frozen=True)
class Setting(Presets):
    """The numbers of Table 1, those of the paper: K first eigenvectors of L_N, the trivial one among them.

    each    anchors of every class, from the training set (the authors drew them from the labelled test set)
    probe   training points, at most, that the linear probe learns from
    """

    K: int = 10
    neighbours: int = 50
    m: int = 512
    each: int = 25
    steps: int = 1000
    lr: float = 1e-4
    widths: tuple[int, ...] = (256, 512, 512, 256)
    probe: int = 10_000

    @property
    def graph(self) -> Graph:
        return Graph(self.K, "L_N", True, self.neighbours)

    @classmethod
    def presets(cls) -> "dict[str, Setting]":
        return dict(
            quick=cls(),
            full=cls(),
            tiny=cls(neighbours=20, m=150, each=5, steps=30, widths=(32, 32), lr=3e-3),
        )


@dataclass(frozen=True, eq=False)
class Features:
    """Features and classes of both splits, of which come the test set's graph and analytic embedding."""

    X: Float[np.ndarray, "n d"]
    labels: Int[np.ndarray, " n"]
    X_test: Float[np.ndarray, "t d"]
    labels_test: Int[np.ndarray, " t"]
    setting: Setting = Setting()

    @cached_property
    def W_test(self):
        graph = self.setting.graph
        return affinity(self.X_test, graph.neighbours, graph.scale, graph.width)

    @cached_property
    def truth(self) -> GraphModes:
        """The analytic embedding of the test set."""
        graph = self.setting.graph
        return whole_modes(self.W_test, graph.K, graph.of, graph.trivial)


def digit_features(setting: Setting, pairs: Pairs) -> Features:
    """Siamese features of scikit-learn's digits, learned from the training digits alone."""
    learn, test = digits("train"), digits("test")
    net = siamese_net((8, 8), pairs.seed)
    finish(learn_features(pairs, net, learn))
    return Features(features(net, learn), learn.labels, features(net, test), test.labels, setting)


def run(method: str, data: Features, seed: int) -> dict[str, float]:
    """One run of a method from a seed, and every measure of Table 1. Raises ValueError for another method."""
    if method not in METHODS:
        raise ValueError(f"a method is one of {', '.join(METHODS)}; got {method!r}")
    torch.manual_seed(seed)
    net = _learned(method, data, seed)
    Y, Y_test = extend(net, data.X[:data.setting.probe]), extend(net, data.X_test)
    raw = Y_test
    if method == "SpectralNet2":
        Y_test = refined(raw, data.W_test)
    found = clusters(Y_test, len(np.unique(data.labels_test)), seed)
    # the probe learns from rows in the coordinates in which it is tested: the network's own
    accuracy = probe_accuracy(Y, data.labels[:data.setting.probe], raw, data.labels_test)
    return {"d_G": grassmann(Y_test, data.truth.evecs), "d_perp": orthogonality(raw),
            "d_perp columns": column_orthogonality(raw), "NMI": nmi(data.labels_test, found),
            "ACC": clustering_accuracy(data.labels_test, found), "accuracy": 100 * accuracy}


def _learned(method, data, seed):
    setting = data.setting
    size = (data.X.shape[1], setting.K, setting.widths)
    if method == "BASiS":
        net = SpectralNet(*size)
        _learn_basis(net, data, seed)
        return net
    net = OrthogonalNet(*size) if method == "SpectralNet1" else SpectralNet(*size)
    rival = {"Diffusion Net": train_diffusion_net, "SpectralNet1": train_spectralnet1,
             "SpectralNet2": train_spectralnet2}[method]
    finish(rival(net, data.X, setting.graph, setting.m, setting.steps, setting.lr, seed))
    return net


def _learn_basis(net, data, seed):
    setting = data.setting
    source = Batches(data.X, data.labels, setting.graph, Consensus(), setting.m, setting.each, seed)
    try:
        run = descend(net.parameters(), lambda step: source.loss(net), setting.steps, Knobs(lr=setting.lr))
        finish(run)
    finally:
        source.close()


def analytic_scores(data: Features, seed: int = 0) -> dict[str, float]:
    """NMI and ACC of the analytic embedding itself: what a perfect approximation would reach."""
    found = clusters(data.truth.evecs, len(np.unique(data.labels_test)), seed)
    return {"NMI": nmi(data.labels_test, found), "ACC": clustering_accuracy(data.labels_test, found)}


def floors(data: Features) -> dict[str, float]:
    """How far from the test set's eigenvectors even the true classes are, as columns of zeros and ones: d_G.

    "classes" alone; "classes and degrees": times sqrt(D) at each point, which eigenvectors of L_N carry. No
    network that sees a point's features alone knows D: between the two lies what can be hoped for.
    """
    _, place = np.unique(data.labels_test, return_inverse=True)
    classes, degrees = np.eye(place.max() + 1)[place], np.asarray(data.W_test.sum(axis=1))
    return {"classes": grassmann(classes, data.truth.evecs),
            "classes and degrees": grassmann(classes * np.sqrt(degrees)[:, None], data.truth.evecs)}
