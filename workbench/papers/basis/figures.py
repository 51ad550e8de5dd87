"""What Figs. 1 to 3 hold: heat maps beyond the data, anchors in twenty batches before and after alignment."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import nn

from workbench.papers.basis.alignment import Alignment
from workbench.papers.basis.experiment import Config, Points, batches, network, points, scores, train
from workbench.papers.basis.method import embedding, extend, follow
from workbench.papers.basis.watching import flat, ringed
from workbench.quantities import Quantity
from workbench.training import finish


@dataclass(frozen=True, eq=False)
class TwoSubsets:
    """Fig. 2: two subsets that share their first rows, the anchors, and where they land: rows (m, K).

    own    the second subset's own embedding; aligned: laid onto the first one's, by alignment
    """

    first: Float[np.ndarray, "m K"]
    own: Float[np.ndarray, "m K"]
    aligned: Float[np.ndarray, "m K"]
    alignment: Alignment
    labels: tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]
    anchors: int


def two_subsets(config: Config) -> TwoSubsets:
    """Fig. 2: the same anchors in two uneven subsets; the second one has more of the last cluster."""
    data = points(config)
    source = batches(config, data)
    draw, anchors = np.random.default_rng(config.seed), source.anchors
    source.close()
    few = np.setdiff1d(np.flatnonzero(data.labels < data.labels.max()), anchors)
    many = np.setdiff1d(np.flatnonzero(data.labels == data.labels.max()), anchors)
    free = config.m - len(anchors)
    rest = [draw.choice(few, free - free // part, replace=False) for part in (3, 2)]
    last = [draw.choice(many, free // part, replace=False) for part in (3, 2)]
    rows = [np.concatenate([anchors, *parts]) for parts in zip(rest, last, strict=True)]
    first, own = (embedding(data.X[row], config.graph).evecs for row in rows)
    at = np.arange(len(anchors))
    aligned, T = follow(own, at, first[at])
    return TwoSubsets(first, own, aligned, T, (data.labels[rows[0]], data.labels[rows[1]]), len(anchors))


def ring(n: int) -> Float[np.ndarray, "n 2"]:
    """n points evenly around a circle, whose eigenvalues come in pairs: for what cannot be cut."""
    angle = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


@dataclass(frozen=True, eq=False)
class ManyBatches:
    """Fig. 3: the anchors in many batches, (batches, l, K) before and after alignment; X (l, 2).

    inliers  which of them agreed with the reference; redrawn: batches that could not be aligned
    """

    X: Float[np.ndarray, "l 2"]
    reference: Float[np.ndarray, "l K"]
    before: Float[np.ndarray, "b l K"]
    after: Float[np.ndarray, "b l K"]
    inliers: Bool[np.ndarray, "b l"]
    redrawn: int


def many_batches(config: Config, count: int = 20) -> ManyBatches:
    """Fig. 3: where the anchors (9 on three moons) land in `count` batches, before and after alignment."""
    source = batches(config, points(config))
    found = [source.make() for _ in range(count)]
    source.close()
    at = len(source.reference.X)
    before, after = (np.stack([getattr(one, name)[:at] for one in found]) for name in ("own", "aligned"))
    inliers = np.stack([one.alignment.inliers for one in found])
    return ManyBatches(source.reference.X, source.reference.values, before, after, inliers, source.redrawn)


def laid_over(found: ManyBatches) -> dict[str, Quantity]:
    """Plots "before" and "after": all anchors of all batches, those astray apart, and the reference."""
    shown = {}
    for name, places in (("before", found.before), ("after", found.after)):
        for words, which in (("anchors that agree", found.inliers), ("astray", ~found.inliers)):
            shown[f"{name}, {words}"] = Quantity(name, "plot", flat(places[which]), "scatter")
        marks = ringed(flat(found.reference), flat(found.reference))
        shown[f"{name}, reference"] = Quantity(name, "plot", marks, "scatter")
    return shown


def inconsistency(values: Float[np.ndarray, "b l K"]) -> float:
    """How far an anchor strays from batch to batch: root mean square distance from its own mean."""
    return float(np.sqrt(((values - values.mean(axis=0)) ** 2).sum(axis=2).mean()))


def heat_map(
    net: nn.Module, X: Float[np.ndarray, "n 2"], side: int = 200, beyond: float = 1.4
) -> tuple[Float[np.ndarray, " side"], Float[np.ndarray, " side"], Float[np.ndarray, "side side K"]]:
    """Fig. 1: the embedding at every point of a square, `beyond` times as wide as the data: x, y, values."""
    middle, half = (X.min(axis=0) + X.max(axis=0)) / 2, beyond * np.ptp(X, axis=0).max() / 2
    x, y = (centre + np.linspace(-half, half, side) for centre in middle)
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=2)
    return x, y, extend(net, grid.reshape(-1, 2)).reshape(side, side, -1)


def learned(config: Config) -> tuple[nn.Module, Points, tuple[float, float]]:
    """A whole run: the network, its points, and NMI and ACC on points that it has not seen."""
    net, data = network(config), points(config)
    finish(train(config, net, data))
    return net, data, scores(net, data)
