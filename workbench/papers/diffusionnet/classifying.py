"""Classification of whole shapes (section 5.1): the mean over each surface, then the likeliest class."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from workbench.papers.diffusionnet.examples import example
from workbench.papers.diffusionnet.experiment import INPUTS, Config, one_a_step
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.watching import Example
from workbench.quantities import Snapshot
from workbench.shapes import Mesh
from workbench.training.resuming import Progress

#: the share of certainty that the paper takes away from the right class and spreads over all
SMOOTHING = 0.2


def classified(config: Config, shapes: Sequence[tuple[str, Mesh, int]]) -> tuple[Example, ...]:
    """Shapes (name, mesh, class) made ready; each Example has one label, (1,)."""
    return tuple(example(config, name, mesh, np.array([number])) for name, mesh, number in shapes)


def classifier(config: Config, classes: int) -> DiffusionNet:
    """A DiffusionNet whose output is one row of `classes` for a shape, its weights drawn from the seed."""
    torch.manual_seed(config.seed)
    sizes = INPUTS[config.inputs], classes, config.width, config.blocks, config.dropout
    return DiffusionNet(*sizes, at="mean")


def learn_classes(config: Config, net: DiffusionNet, shapes: Sequence[Example],
                  progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cross entropy with smoothed labels, one shape a step, config.epochs times through all, shuffled."""

    def loss(shape, x, step):
        return nn.functional.cross_entropy(net(x, shape.ops), shape.labels, label_smoothing=SMOOTHING)

    return one_a_step(config, net, shapes, loss, progress)


def share_right(net: DiffusionNet, shapes: Sequence[Example]) -> float:
    """The share of shapes that get their class."""
    net.eval()
    with torch.inference_mode():
        right = sum(int(net(shape.inputs, shape.ops).argmax(dim=1) == shape.labels) for shape in shapes)
    return right / len(shapes)
