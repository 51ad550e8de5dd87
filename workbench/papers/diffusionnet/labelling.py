"""Every vertex names its point among thousands (section 5.4), learned from some vertices at a step."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from workbench.papers.diffusionnet.experiment import Config, one_a_step
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.watching import Example
from workbench.quantities import Snapshot
from workbench.training.resuming import Progress


def learn_labels(config: Config, net: DiffusionNet, examples: Sequence[Example], asked: int,
                 progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cross entropy at `asked` vertices a step, drawn anew; net's weights change in place.

    Features are computed everywhere, classes only where asked: with 6,890 classes those cost more than the
    network does. The mean over vertices drawn evenly is the mean over all in expectation. One shape a step,
    config.epochs times through all, shuffled; a run with a Progress can be killed and goes on.
    """
    def loss(example, x, step):
        draw, count = np.random.default_rng((config.seed, step, 1)), min(asked, len(x))
        at = torch.as_tensor(draw.choice(len(x), count, replace=False), device=x.device)
        logits = net.last(net.features(x, example.ops)[at])
        return nn.functional.cross_entropy(logits, example.labels[at], ignore_index=-1)

    return one_a_step(config, net, examples, loss, progress)
