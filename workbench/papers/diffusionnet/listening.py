"""What a slider or a click shows of heat: from a hand, through one channel, or with all times held at one."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from workbench.bridge import Operators
from workbench.papers.diffusionnet.filters import channel_kernels, typical_channels
from workbench.papers.diffusionnet.method import DiffusionNet, diffusion_kernel
from workbench.papers.diffusionnet.watching import Example, predict
from workbench.quantities import Quantity

REACHES = ("nearest", "middle", "farthest")


def warm_hand(scene, name: str, ops: Operators, vertex: int) -> Callable[..., None]:
    """A function lay(t=..., vertex=...) that shows on structure `name` one unit of heat after the time t.

    What is not said stays as it was said last; vertex is where the heat starts at first.
    """
    said = {"vertex": vertex}

    def lay(**turned):
        said.update(turned)
        scene.show("heat", Quantity(name, "vertices", diffusion_kernel(ops, **said).numpy()))

    return lay


def channel_shown(scene, name: str, net: DiffusionNet, ops: Operators, vertex: int) -> Callable[..., None]:
    """A function listen(block=..., reach=..., vertex=...) that shows what one channel hears at a point.

    block  from 1; reach  one of REACHES. Beside it the times of all channels, a row of them for each block.
    """
    said = {"block": 1, "reach": "middle", "vertex": vertex}
    rows = [f"block {number + 1}" for number in range(len(net.blocks))]
    scene.look("times", title="diffusion times", log=True, labels=rows)

    def listen(**turned):
        said.update(turned)
        block = said["block"] - 1
        channel = typical_channels(net)[block, REACHES.index(said["reach"])]
        kernel = channel_kernels(net, ops, block, said["vertex"])[:, channel]
        scene.show("kernel", Quantity(name, "vertices", kernel.numpy()))
        scene.show("times", Quantity("times", "plot", net.times(), "histogram"))

    return listen


def times_held(scene, name: str, net: DiffusionNet, body: Example) -> Callable[[float], None]:
    """A function hold(t) that shows what net, which keeps its own times, would name with all of them at t.

    On the plot "percent right" it marks where t is.
    """
    def hold(t: float):
        stiff = deepcopy(net)
        stiff.fix_times(t)
        scene.show("parts", Quantity(name, "vertices", predict(stiff, body).cpu().numpy(), "label"))
        scene.look("percent right", at=np.log10(t), title="percent right, over log₁₀ t", log=False)

    return hold
