"""What one can look at while a spectral embedding is learned: the plane, its points, where they land."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float, Int
from torch import nn

from workbench.papers.basis.measures import clusters
from workbench.papers.basis.method import Batch, Reference, extend
from workbench.quantities import Quantity
from workbench.shapes import Mesh, PointCloud
from workbench.training import Knobs

#: points of each class that are drawn in the plane of the embedding
DRAWN = 200

#: how far beyond the points the plane reaches, where the network extrapolates; and its cells on a side
BEYOND, CELLS = 1.4, 96


class Stage:
    """What a run shows: its network, the test points, the present batch, the scores so far.

    learned  classes of the points that batches are drawn from, by which a batch is coloured; or None
    """

    def __init__(self, net: nn.Module, X: Float[np.ndarray, "t d"], labels: Int[np.ndarray, " t"],
                 knobs: Knobs, learned: Int[np.ndarray, " n"] | None = None):
        self.net, self.X, self.labels, self.knobs, self.learned = net, X, labels, knobs, learned
        self.batch: Batch | None = None
        self.reference: Reference | None = None
        self.scores: list[tuple[int, float]] = []


def plane(X: Float[np.ndarray, "n 2"], cells: int = CELLS) -> Mesh:
    """A square grid of triangles at height zero, around the points and 1.4 times as wide: for heat maps."""
    middle, half = (X.min(axis=0) + X.max(axis=0)) / 2, BEYOND * np.ptp(X, axis=0).max() / 2
    at = np.linspace(-half, half, cells + 1)
    x, y = np.meshgrid(middle[0] + at, middle[1] + at, indexing="ij")
    V = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    corner = (np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)).ravel()
    right, up, both = corner + cells + 1, corner + 1, corner + cells + 2
    return Mesh(V, np.concatenate([np.stack([corner, right, both], 1), np.stack([corner, both, up], 1)]))


def cast(X: Float[np.ndarray, "n 2"]) -> dict[str, Mesh | PointCloud]:
    """Every structure that quantities live on: its name on stage -> shape. Points hover over the plane."""
    height = np.full((len(X), 1), 0.02 * np.ptp(X, axis=0).max())
    return {"plane": plane(X), "points": PointCloud(np.hstack([X, height]))}


def looks(stage: Stage) -> Mapping[str, Callable[[], Quantity]]:
    """The quantities of a run, by name.

    "heat map" on the plane: column knobs["column"], from 1, of the network's embedding, points or none;
    "clusters" on the points: k-means of their embedding. Plots: "embedding", where at most 200 test points of
    each class land, a series a class; "batch before" and "batch after" alignment, the present one, see
    batch_looks; "anchors' places" in the plane; "clustering accuracy" so far.
    """
    ground = plane(stage.X).V[:, :2] if stage.X.shape[1] == 2 else None

    def column():
        return (stage.knobs["column"] - 1) % extend(stage.net, stage.X[:1]).shape[1]

    def heat():
        return Quantity("plane", "vertices", extend(stage.net, ground)[:, column()])

    def found():
        Y = extend(stage.net, stage.X)
        return Quantity("points", "vertices", clusters(Y, len(np.unique(stage.labels))), "label")

    def landed(c):
        rows = np.flatnonzero(stage.labels == c)[:DRAWN]
        return Quantity("embedding", "plot", flat(extend(stage.net, stage.X[rows])), "scatter")

    def measured():
        return Quantity("clustering accuracy", "plot", np.array(stage.scores).reshape(-1, 2), "curve")

    shown = {f"cluster {c + 1}": (lambda c=c: landed(c)) for c in np.unique(stage.labels)}
    on_plane = {"heat map": heat, "clusters": found, **anchor_places(stage)}
    batch = {} if stage.learned is None else {**batch_looks(stage, "own"), **batch_looks(stage, "aligned")}
    return {**(on_plane if ground is not None else {}), **shown, **batch, "clustering accuracy": measured}


def anchor_places(stage: Stage) -> Mapping[str, Callable[[], Quantity]]:
    """Where the anchors of the present batch are in the plane, among test points; rings say who agrees."""

    def scattered(places):
        return Quantity("anchors' places", "plot", places, "scatter")

    def ringing(agree):
        inliers = stage.batch.alignment.inliers
        return scattered(ringed(stage.batch.X[:len(inliers)][inliers == agree], stage.X))

    return {"points' places": lambda: scattered(stage.X[:3 * DRAWN]),
            "anchors": lambda: scattered(stage.batch.X[:len(stage.batch.alignment.inliers)]),
            "anchors that agree": lambda: ringing(True), "anchors astray": lambda: ringing(False)}


#: the two plots of a batch, and what they are called
PLOTS = {"own": "batch before", "aligned": "batch after"}


def batch_looks(stage: Stage, which: str) -> Mapping[str, Callable[[], Quantity]]:
    """The present batch before ("own") or after alignment ("aligned"), in a plot: a series for each class,
    the reference, and the anchors, those that agree with it apart from the others."""
    plot = PLOTS[which]

    def drawn(pick):
        return lambda: Quantity(plot, "plot", flat(pick(stage.batch)), "scatter")

    def anchors(agree):
        def pick(batch):
            inliers, Y = batch.alignment.inliers, getattr(batch, which)
            return ringed(flat(Y)[:len(inliers)][inliers == agree], flat(Y))
        return pick

    def of(c):
        return lambda batch: getattr(batch, which)[stage.learned[batch.rows] == c]

    classes = {f"{plot}, cluster {c + 1}": drawn(of(c)) for c in np.unique(stage.learned)}
    return {**classes, f"{plot}, reference": drawn(lambda batch: stage.reference.values),
            f"{plot}, anchors": drawn(anchors(True)), f"{plot}, astray": drawn(anchors(False))}


def anchor_looks(stage: Stage) -> Mapping[str, Callable[[], Quantity]]:
    """The anchors of the present batch, before and after alignment, and of the reference, in one plot."""

    def drawn(pick):
        return lambda: Quantity("anchors", "plot", flat(pick(stage.batch, len(stage.reference.X))), "scatter")

    return {
        "reference": drawn(lambda batch, count: stage.reference.values),
        "before": drawn(lambda batch, count: batch.own[:count]),
        "after": drawn(lambda batch, count: batch.aligned[:count][batch.alignment.inliers]),
        "after, outliers": drawn(lambda batch, count: batch.aligned[:count][~batch.alignment.inliers]),
    }


def flat(Y: Float[np.ndarray, "n K"]) -> Float[np.ndarray, "n 2"]:
    """The first two columns; a second one of zeros where there is only one."""
    return np.column_stack([Y, np.zeros(len(Y))])[:, :2]


def ringed(Y: Float[np.ndarray, "n 2"], among: Float[np.ndarray, "m 2"]) -> Float[np.ndarray, "r 2"]:
    """A small ring of twelve dots around every place, to mark it in a plot of other places."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = 0.025 * np.ptp(among, axis=0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (Y[:, None] + ring).reshape(-1, 2)
