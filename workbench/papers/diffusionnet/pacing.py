"""How fast Adam goes: the rate along a run, and the diffusion times apart from all other weights."""

from collections.abc import Callable

from torch import nn

from workbench.training import halved_every, risen_and_fallen


def rates(steps: int, halving: int) -> Callable[[int], float]:
    """The factor on Adam's rate at a step: halved every `halving` steps; 0: risen and fallen."""
    return halved_every(halving) if halving else risen_and_fallen(steps)


def paced(net: nn.Module, pace: float) -> list[dict]:
    """Groups for Adam: logarithms of times apart from all other weights, since they have farther to go."""
    times = [weight for name, weight in net.named_parameters() if name.endswith("log_time")]
    others = [weight for name, weight in net.named_parameters() if not name.endswith("log_time")]
    return [{"params": others}, {"params": times, "pace": pace}] if times else [{"params": others}]
