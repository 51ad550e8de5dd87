"""Every vertex names its point among thousands (section 5.4), learned from some vertices at a step."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from workbench.papers.diffusionnet.experiment import Config, turned
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.watching import Example
from workbench.quantities import Snapshot
from workbench.training import Knobs, descend, halved_every
from workbench.training.resuming import Progress


def learn_labels(config: Config, net: DiffusionNet, examples: Sequence[Example], asked: int,
                 progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cross entropy at `asked` vertices a step, drawn anew; net's weights change in place.

    Features are computed everywhere, classes only where asked: with 6,890 classes those cost more than the
    network does. The mean over vertices drawn evenly is the mean over all in expectation. One shape a step,
    config.epochs times through all, shuffled; a run with a Progress can be killed and goes on.
    """
    draw = np.random.default_rng(config.seed)
    order = np.concatenate([draw.permutation(len(examples)) for _ in range(config.epochs)])
    torch.manual_seed(config.seed)

    def objective(step):
        net.train()
        example = examples[order[step - 1]]
        x = turned(config, example.inputs, step) if config.inputs == "xyz" else example.inputs
        draw, count = np.random.default_rng((config.seed, step, 1)), min(asked, len(x))
        at = torch.as_tensor(draw.choice(len(x), count, replace=False), device=x.device)
        logits = net.last(net.features(x, example.ops)[at])
        return nn.functional.cross_entropy(logits, example.labels[at], ignore_index=-1)

    yield from descend(net.parameters(), objective, len(order), Knobs(lr=config.lr),
                       decay=halved_every(config.halving * len(examples)), progress=progress)
