"""What each ingredient is worth, measured with networks that ship: Table 7 and Fig. 13."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy

import numpy as np
from jaxtyping import Float

from workbench.datasets.humans import Body
from workbench.papers.diffusionnet import discretisations
from workbench.papers.diffusionnet.discretisations import TRAINED
from workbench.papers.diffusionnet.experiment import accuracy
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.recipes import BASIS, BASIS_SIZES, PARTS_FROM_POSITIONS, shipped_network
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.papers.diffusionnet.watching import Example

#: Table 7 of the paper, in percent: its own bodies, parts and network of width 128
PAPER = {"no diffusion": 31.4, "t = 0.1": 89.1, "t = 0.5": 81.6, "no gradients": 84.1,
         "unlearned gradients": 85.6, "full": 90.6}


def ablated(test: Sequence[Example]) -> dict[str, float]:
    """Table 7's rows: the share of vertices right, by variant, of networks trained alike but for it.

    test: bodies prepared with recipes.PARTS_FROM_POSITIONS.
    """
    return {variant: accuracy(shipped_network(PARTS_FROM_POSITIONS.with_(variant=variant)), test)
            for variant in VARIANTS}


def held(net: DiffusionNet, test: Sequence[Example], times: Iterable[float]) -> Float[np.ndarray, "s 2"]:
    """(t, share right) of a trained network when all its channels diffuse for t; it keeps its own times."""
    rows = []
    for t in times:
        other = deepcopy(net)
        other.fix_times(float(t))
        rows.append((t, accuracy(other, test)))
    return np.array(rows)


def by_basis_size(bodies: Sequence[tuple[Body, Body]], sizes: Iterable[int] = BASIS_SIZES,
                  progress: Callable = lambda items, **_: items) -> Float[np.ndarray, "s 2"]:
    """Fig. 13: (k, 100 times the mean error over the diameter) of networks trained and judged with k modes.

    bodies as discretisations.pairs gives them; the meshes are of the kind that was learned from.
    """
    rows = []
    for k in progress(list(sizes), desc="sizes of the basis"):
        config = BASIS.with_(k=k)
        found, _ = discretisations.transfer(config, shipped_network(config), bodies, [TRAINED])
        rows.append((k, 100 * found[TRAINED].mean()))
    return np.array(rows)
