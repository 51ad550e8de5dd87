"""Aligned batches without end, the next one made while the gradient of this one goes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.papers.basis.alignment import AlignmentError
from workbench.papers.basis.method import (
    Batch,
    Consensus,
    Graph,
    GraphError,
    Reference,
    batch,
    follow,
    mean_square,
    reference,
)
from workbench.training import Knobs

#: batches in a row that may fail before the run gives up
PATIENCE = 20


def draw_anchors(
    labels: Int[np.ndarray, " n"], each: int, draw: np.random.Generator
) -> Int[np.ndarray, " l"]:
    """`each` points of every class, at random: indices. Raises AlignmentError where a class has fewer."""
    classes, counts = np.unique(labels, return_counts=True)
    if each < 1 or counts.min() < each:
        raise AlignmentError(f"each of {len(classes)} classes gives {each} anchors, at least 1; class "
                             f"{classes[counts.argmin()]} has {counts.min()} points")
    return np.concatenate([draw.choice(np.flatnonzero(labels == c), each, replace=False) for c in classes])


class Batches:
    """Algorithm 1, lines 5 to 9, again and again: iterate over it or ask for losses, and close it.

    X, labels  what is drawn from; labels (or None) only choose the anchors: `each` a class, or `each` in all
    graph, how the graph's and RANSAC's numbers; m points a batch, anchors included
    knobs      may hold m, each, neighbours, width, sample, tolerance, align, redraw; and carry, a place (d,)
               to whose nearest point the nearest anchor goes; with a number behind it (d + 1,), that anchor.
               Turned, they act on the next batch that is made

    A turned graph changes the reference, which Algorithm 2 lays onto the old one; new anchors get their
    reference values from a batch aligned by the old ones. So a network that learns need not start again.
    A batch that fails to align is drawn again, and counted in `redrawn`; 20 in a row raise what the last one
    raised.
    """

    def __init__(self, X: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"] | None, graph: Graph,
                 how: Consensus, m: int, each: int, seed: int, knobs: Knobs | None = None):
        self.X, self.labels, self.redrawn = X, labels, 0
        self.graph, self.how, self.m = graph, how, m
        self._knobs, self._each, self._redraw, self._carried = knobs, each, 0, None
        self._draw = np.random.default_rng(seed)
        self.anchors = self._anchors(each)
        self._fellows = self._others(m)
        self.reference = reference(X[self.anchors], X[self._fellows], graph)
        self._one = ThreadPoolExecutor(1, thread_name_prefix="workbench-batches")
        self._coming, self.batch = None, None

    def __iter__(self) -> Iterator[Batch]:
        """Batches, each made in a thread of its own while the one before is in use."""
        while True:
            self.take()
            self.prepare()
            yield self.batch

    def loss(self, net: nn.Module) -> Float[Tensor, ""]:
        """The loss of the next batch, which is then in self.batch. Eq. 15.

        The one after it is begun here and not before: making it and going through the layers both need
        Python, which serves one at a time; the gradient's way back, which is longer, needs none.
        """
        self.take()
        weight = next(net.parameters())
        X, phi = (torch.as_tensor(x, dtype=weight.dtype, device=weight.device)
                  for x in (self.batch.X, self.batch.aligned))
        found = mean_square(net(X), phi)
        self.prepare()
        return found

    def take(self) -> None:
        """Wait for the batch under way, which is then in self.batch. Raises as make does."""
        if self._coming is None:
            self.prepare()
        self.batch, self._coming = self._coming.result(), None

    def prepare(self) -> None:
        """Begin the next batch in the thread."""
        self._coming = self._one.submit(self.make)

    def close(self) -> None:
        """Let the thread go."""
        self._one.shutdown(wait=True, cancel_futures=True)

    def make(self) -> Batch:
        """The next batch. Raises what the last of 20 failures in a row raised."""
        said = self._obey()
        for attempt in range(PATIENCE):
            try:
                others, aligned = self._others(self.m), said.get("align", True)
                made = batch(self.reference, self.X[others], self.graph, self.how, self._draw, aligned)
                return replace(made, rows=np.concatenate([self.anchors, others]))
            except (AlignmentError, GraphError):
                self.redrawn += 1
                if attempt == PATIENCE - 1:
                    raise

    def _obey(self):
        """Do what the knobs say before a batch is made."""
        said = self._knobs.read() if self._knobs is not None else {}
        self.m = said.get("m", self.m)
        how = {name: said[name] for name in ("sample", "tolerance") if name in said}
        self.how = replace(self.how, **how)
        graph = replace(self.graph, **{name: said[name] for name in ("neighbours", "width") if name in said})
        if graph != self.graph:
            self._change_graph(graph)
        if (said.get("each", self._each), said.get("redraw", 0)) != (self._each, self._redraw):
            self._each, self._redraw = said.get("each", self._each), said.get("redraw", 0)
            self._change_anchors(self._anchors(self._each))
        if said.get("carry") is not None and said["carry"] != self._carried:
            self._carried = said["carry"]
            self._change_anchors(self._moved(*np.split(np.array(self._carried), [self.X.shape[1]])))
        return said

    def _change_graph(self, graph):
        fresh = reference(self.reference.X, self.X[self._fellows], graph)
        at = np.arange(len(self.anchors))
        values, _ = follow(fresh.values, at, self.reference.values)
        self.reference, self.graph = Reference(self.reference.X, values), graph

    def _change_anchors(self, anchors):
        """Other anchors; those that are new get their values through a batch that the old ones align."""
        new = np.setdiff1d(anchors, self.anchors)
        rest = np.setdiff1d(self._others(self.m), new)
        through = batch(self.reference, self.X[np.concatenate([new, rest])], self.graph, None, self._draw)
        known = {row: value for row, value in zip(self.anchors, self.reference.values, strict=True)}
        known |= dict(zip(new, through.aligned[len(self.anchors):], strict=False))
        self.reference = Reference(self.X[anchors], np.stack([known[row] for row in anchors]))
        self.anchors = anchors

    def _moved(self, place, number):
        """The anchors, but for one, the nearest or `number`: at the point nearest to a place that is none."""
        distance = ((self.X - place) ** 2).sum(axis=1)
        anchors = self.anchors.copy()
        one = int(number[0]) if len(number) else distance[anchors].argmin()
        distance[np.delete(anchors, one)] = np.inf
        anchors[one] = distance.argmin()
        return anchors

    def _anchors(self, each):
        if self.labels is None:
            return self._draw.choice(len(self.X), each, replace=False)
        return draw_anchors(self.labels, each, self._draw)

    def _others(self, m):
        """m - l points that are no anchors."""
        free = m - len(self.anchors)
        if not 0 <= free <= len(self.X) - len(self.anchors):
            raise AlignmentError(f"a batch of {m} from {len(self.X)} points has no room for "
                                 f"{len(self.anchors)} anchors")
        some = self._draw.choice(len(self.X), free + len(self.anchors), replace=False)
        return some[~np.isin(some, self.anchors)][:free]
