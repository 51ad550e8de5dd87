"""How much the number of neighbours matters: the same runs on thinner and denser graphs (Fig. 4)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from workbench.papers.basis.table import Features, Setting, run
from workbench.quantities import Quantity

#: so small that a run takes less than a second; benchmarks/basis_neighbours.py has the paper's numbers
SMALL = dict(m=200, each=8, steps=120, widths=(64, 64), lr=3e-3)


def small(setting: Setting) -> Setting:
    """A setting with smaller batches and a narrower network, and no more steps than it had."""
    return setting.with_(**SMALL | {"steps": min(setting.steps, SMALL["steps"])})


def sensitivity(
    data: Features, numbers: Sequence[int], runs: int, methods: Sequence[str] = ("BASiS", "Diffusion Net"),
) -> dict[str, Float[np.ndarray, "k r"]]:
    """ACC (Eq. 19) of test images by method: a row for each number of neighbours, a column for each seed.

    BASiS sees another batch at every step; Diffusion Net learns from one, so that a run is as good as its
    batch. Raises ValueError as table.run does.
    """
    settings = [replace(data, setting=data.setting.with_(neighbours=k)) for k in numbers]
    return {method: np.array([[run(method, one, seed)["ACC"] for seed in range(runs)] for one in settings])
            for method in methods}


def drawn(
    found: dict[str, Float[np.ndarray, "k r"]], numbers: Sequence[int]
) -> dict[str, Quantity]:
    """Plots against the number of neighbours, a curve a method: mean of the runs, and their deviation."""
    shown = {}
    for plot, of in (("right cluster, mean", np.mean), ("right cluster, deviation of runs", np.std)):
        for method, scores in found.items():
            points = np.column_stack([numbers, of(scores, axis=1)])
            shown[f"{plot}, {method}"] = Quantity(plot, "plot", points, "curve")
    return shown
