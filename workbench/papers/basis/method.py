"""BASiS in the paper's order: embedding (section 2), reference and batches (4.2), changing features (4.3)."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.operators.graph_affinity import GraphError, affinity, bridged, dense_affinity
from workbench.operators.graph_modes import FallsApart, GraphModes, dense_modes, whole_modes
from workbench.papers.basis.alignment import (
    FAR,
    Alignment,
    AlignmentError,
    Uncovered,
    identity,
    least_squares,
    ransac,
    uncovered,
)


@dataclass(frozen=True)
class Graph:
    """How points become a graph, and which of its eigenvectors are wanted.

    K          how many eigenvectors
    of         "L", "L_N" or "P": Eqs. 2, 4, 5
    trivial    whether the eigenvector of eigenvalue zero is one of them
    neighbours nearest ones that a point is joined with
    scale      the neighbour whose distance is a point's sigma; width: sigma in that unit
    """

    K: int
    of: str = "L_N"
    trivial: bool = False
    neighbours: int = 50
    scale: int = 7
    width: float = 1.0


@dataclass(frozen=True)
class Consensus:
    """RANSAC's numbers (section 7.3.3): how many maps it tries, each from so many anchors, and how far an
    anchor may miss its reference, in the paper's unit, where columns have length one."""

    tries: int = 100
    sample: int = 20
    tolerance: float = 0.1


def embedding(X: Float[np.ndarray, "m d"], graph: Graph) -> GraphModes:
    """Rows phi_i of a batch: K eigenvectors of its graph, columns of mean square one. Eq. 3.

    The paper's columns have length one, so that their entries shrink as batches grow; with ours the size of
    an entry does not depend on the batch. A graph with more parts than K vectors can tell is bridged: each
    part joined to the nearest one by a very weak edge. Raises GraphError and its kin.
    """
    W = dense_affinity(X, graph.neighbours, graph.scale, graph.width)
    try:
        return dense_modes(W, graph.K, graph.of, graph.trivial)
    except FallsApart:
        return dense_modes(bridged(W, X, graph.scale), graph.K, graph.of, graph.trivial)


def analytic(X: Float[np.ndarray, "n d"], graph: Graph) -> GraphModes:
    """The same of a whole data set, by a sparse solver: what a network is measured against."""
    W = affinity(X, graph.neighbours, graph.scale, graph.width)
    return whole_modes(W, graph.K, graph.of, graph.trivial)


class SpectralNet(nn.Sequential):
    """The network f: five linear layers with ReLU between them (Table 2, spectral modules).

    The table's ReLU after the last layer is left out, as it would forbid the negative half of an eigenvector.
    """

    def __init__(self, d: int, K: int, widths: tuple[int, ...] = (256, 512, 512, 256)):
        layers: list[nn.Module] = []
        for before, after in zip((d, *widths[:-1]), widths, strict=True):
            layers += [nn.Linear(before, after), nn.ReLU()]
        super().__init__(*layers, nn.Linear(widths[-1], K))


@dataclass(frozen=True, eq=False)
class Reference:
    """Where the anchors stand: their features X (l, d), and their values (l, K) in the reference space."""

    X: Float[np.ndarray, "l d"]
    values: Float[np.ndarray, "l K"]


def reference(anchors: Float[np.ndarray, "l d"], others: Float[np.ndarray, "r d"], graph: Graph) -> Reference:
    """The embedding of V^ref, anchors and others together, at the anchors. Eq. 11.

    Raises AlignmentError where the anchors cannot determine an alignment: fewer than K + 1 of them, or one
    part of the data without any. Warns with Uncovered where they can, but part of the data is far from all.
    """
    phi = embedding(np.concatenate([anchors, others]), graph).evecs
    at = np.arange(len(anchors))
    least_squares(phi, at, phi[at])
    if (share := uncovered(phi, at)) > FAR:
        warnings.warn(f"{share:.0%} of the batch land far from all {len(at)} anchors: perhaps a class has "
                      f"none. Draw more anchors, some from every class", Uncovered, stacklevel=2)
    return Reference(anchors, phi[at])


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch V^b, the anchors first: features X, its own embedding, and that embedding aligned.

    rows  (m,) where its points stand in the set that they were drawn from, if from one
    """

    X: Float[np.ndarray, "m d"]
    own: Float[np.ndarray, "m K"]
    aligned: Float[np.ndarray, "m K"]
    alignment: Alignment
    rows: Int[np.ndarray, " m"] | None = None


def align(
    own: Float[np.ndarray, "m K"], values: Float[np.ndarray, "l K"], how: Consensus | None,
    draw: np.random.Generator,
) -> Alignment:
    """T from the first l rows of an embedding to the reference values: by RANSAC, or of all for None."""
    at = np.arange(len(values))
    if how is None:
        return least_squares(own, at, values)
    return ransac(own, at, values, draw, how.tries, how.sample, how.tolerance * np.sqrt(len(own)))


def batch(
    ref: Reference, others: Float[np.ndarray, "r d"], graph: Graph, how: Consensus | None,
    draw: np.random.Generator, aligned: bool = True,
) -> Batch:
    """Algorithm 1, lines 6 to 9: anchors and new samples, their embedding, T, and the aligned embedding.

    aligned=False leaves out lines 8 and 9. Raises GraphError or AlignmentError.
    """
    X = np.concatenate([ref.X, others])
    own = embedding(X, graph).evecs
    T = align(own, ref.values, how, draw) if aligned else identity(graph.K, len(ref.X))
    return Batch(X, own, T(own), T)


def mean_square(y: Float[Tensor, "m K"], phi: Float[Tensor, "m K"]) -> Float[Tensor, ""]:
    """L_BASiS = 1/m sum_i |y_i - phi_i|^2. Eq. 15."""
    return ((y - phi) ** 2).sum(dim=1).mean()


def follow(
    update: Float[np.ndarray, "n K"], at: Int[np.ndarray, " l"], previous: Float[np.ndarray, "l K"]
) -> tuple[Float[np.ndarray, "n K"], Alignment]:
    """Algorithm 2: the embedding over changed features, laid onto where its anchors stood before; and T_G.

    update    (n, K) over the features of now; update[at] are the anchors
    previous  (l, K) the anchors over the features before the change
    Raises AlignmentError as least_squares does.
    """
    T_G = least_squares(update, at, previous)
    return T_G(update), T_G


def extend(net: nn.Module, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n K"]:
    """The embedding of any points, seen or not: one forward pass."""
    weight = next(net.parameters())
    with torch.no_grad():
        return net(torch.tensor(X, dtype=weight.dtype, device=weight.device)).double().cpu().numpy()


__all__ = ["AlignmentError", "Batch", "Consensus", "Graph", "GraphError", "Reference", "SpectralNet",
           "Uncovered", "align", "analytic", "batch", "embedding", "extend", "follow", "mean_square",
           "reference"]
