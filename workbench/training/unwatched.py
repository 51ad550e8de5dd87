"""A network as it predicts, for a moment, whatever it was doing."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def unwatched(net: nn.Module) -> Iterator[None]:
    """A with block in which net predicts: running statistics, no gradients, and afterwards as it was."""
    training = net.training
    net.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        net.train(training)
