"""Every vertex names its point among thousands (section 5.4), learned from some vertices at a step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.sparse.csgraph import dijkstra
from torch import Tensor, nn

from workbench.papers.diffusionnet.examples import edge_graph
from workbench.papers.diffusionnet.experiment import Config, one_a_step
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.watching import Example
from workbench.quantities import Snapshot
from workbench.shapes import Mesh
from workbench.training.resuming import Progress


@dataclass(frozen=True, eq=False)
class Nearby:
    """Of every point the q nearest ones, itself first, and what share of its certainty each is given."""

    points: Int[Tensor, "p q"]
    shares: Float[Tensor, "p q"]


def nearby(mesh: Mesh, count: int = 16, edges: float = 1.0) -> Nearby:
    """Of every vertex the `count` nearest along edges; shares fall as exp(-d^2 / (2 s^2)) and add up to 1.

    edges  s, in mean edge lengths of the mesh. With s -> 0 every vertex keeps all its certainty.
    """
    graph, lengths = edge_graph(mesh)
    points, shares = [], []
    for block in np.array_split(np.arange(mesh.n_vertices), 1 + mesh.n_vertices // 500):
        far = dijkstra(graph, directed=False, indices=block, limit=8 * lengths.mean())
        nearest = np.argsort(far, axis=1)[:, :count]
        weights = np.exp(-np.take_along_axis(far, nearest, 1)**2 / (2 * (edges * lengths.mean())**2))
        points.append(nearest)
        shares.append(weights / weights.sum(axis=1, keepdims=True))
    return Nearby(torch.tensor(np.concatenate(points)),
                  torch.tensor(np.concatenate(shares), dtype=torch.float32))


def learn_labels(config: Config, net: DiffusionNet, examples: Sequence[Example], asked: int,
                 progress: Progress | None = None, near: Nearby | None = None) -> Iterator[Snapshot]:
    """Cross entropy at `asked` vertices a step, drawn anew; net's weights change in place.

    Features are computed everywhere, classes only where asked: with 6,890 classes those cost more than the
    network does. The mean over vertices drawn evenly is the mean over all in expectation. One shape a step,
    config.epochs times through all, shuffled; a run with a Progress can be killed and goes on.

    near  the target at a vertex is spread over these points: a step then teaches each class several times,
          and a near miss costs less than a far one. Without it the target is the one right point
    """
    def loss(example, x, step):
        draw, count = np.random.default_rng((config.seed, step, 1)), min(asked, len(x))
        at = torch.as_tensor(draw.choice(len(x), count, replace=False), device=x.device)
        logits, labels = net.last(net.features(x, example.ops)[at]), example.labels[at]
        if near is None:
            return nn.functional.cross_entropy(logits, labels, ignore_index=-1)
        told = logits.log_softmax(dim=1).gather(1, near.points[labels])
        return -(near.shares[labels] * told).sum(dim=1).mean()

    return one_a_step(config, net, examples, loss, progress)
