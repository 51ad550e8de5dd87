"""The paper's network, and the same with one thing left out or held: the rows of Table 7."""

from functools import partial

import torch

from workbench.papers.diffusionnet.method import DiffusionNet


def full(**sizes) -> DiffusionNet:
    """The whole method."""
    return DiffusionNet(**sizes)


def without_diffusion(**sizes) -> DiffusionNet:
    """Each block sees x twice instead of x and its diffusion: only gradients still look at neighbours."""
    return DiffusionNet(**sizes, diffusion="none")


def fixed_time(t: float, **sizes) -> DiffusionNet:
    """Every channel diffuses for the time t, in area of a body in the unit sphere, and learns no other."""
    net = DiffusionNet(**sizes)
    net.fix_times(t)
    return net


def without_gradients(**sizes) -> DiffusionNet:
    """The blocks' perceptrons see x and its diffusion only: all filters are radially symmetric."""
    return DiffusionNet(**sizes, gradients=False)


def unlearned_gradients(**sizes) -> DiffusionNet:
    """A = identity in Eq. 6, and it stays so: the features are tanh |w_v|^2 for every channel."""
    net = DiffusionNet(**{**sizes, "rotation": False})
    with torch.no_grad():
        for block in net.blocks:
            A = block.gradients.A.requires_grad_(False)
            A.copy_(torch.eye(len(A)))
    return net


#: the times at which networks without learned ones are trained; the paper tries the last two
FIXED_TIMES = (0.001, 0.01, 0.1, 0.5)

VARIANTS = {
    "full": full,
    "no diffusion": without_diffusion,
    **{f"t = {t:g}": partial(fixed_time, t) for t in FIXED_TIMES},
    "no gradients": without_gradients,
    "unlearned gradients": unlearned_gradients,
}
