"""How wrong the paper's truncated gradient is, by the number of extra pairs and by what the loss looks at."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from torch import Tensor

from workbench.operators.modes import Modes, lowest_modes
from workbench.operators.pencil import pencil
from workbench.papers.hodgenet.derivatives import first_modes, star_gradients, truncation_error
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface
from workbench.papers.hodgenet.watching import unwatched
from workbench.quantities import Quantity
from workbench.shapes.mesh import Mesh

#: numbers of extra pairs that are tried
EXTRAS = (2, 4, 8, 16, 32, 64, 128, 256)


def accurate_modes(net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], count: int) -> Modes:
    """The lowest `count` modes that a network's stars make, with residuals of 1e-9 of the last one."""
    with unwatched(net):
        stars = [star.double().numpy() for star in net.stars([ready], F)]
    return lowest_modes(pencil(ready.pattern, *stars), count, tolerance=1e-9)


def attention(mesh: Mesh) -> dict[str, Float[np.ndarray, " n"]]:
    """What a loss may weigh vertices by: smoothly, one half of the mesh, one vertex alone; each (n,)."""
    height = mesh.V[:, 0] - mesh.V[:, 0].mean()
    return {"smooth": height, "one half": (height > 0).astype(float),
            "one vertex": (np.arange(len(height)) == len(height) // 2).astype(float)}


def loss_slope(modes: Modes, m: int, w: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n k m"]:
    """dL/dx (n, k, m) of sum_vi e^(-lambda_i / lambda_m) w_v |x_vi|^2 over m modes.

    A loss like the network's: it sees no signs, and weighs modes by their eigenvalues.
    """
    x = modes.pencil.original(modes.psi[:, :m])
    return 2 * w[:, None, None] * x * np.exp(-modes.evals[:m] / modes.evals[m - 1])


def error_curves(modes: Modes, m: int, mesh: Mesh, extras: Sequence[int] = EXTRAS
                 ) -> Mapping[str, Float[np.ndarray, "r 2"]]:
    """For each of attention(mesh): (extra pairs, relative error of the gradient by star1), (r, 2).

    modes holds m and the largest of extras. The exact gradient solves for what the sum leaves out.
    """
    return {name: np.stack([np.array(extras, float),
                            truncation_error(modes, m, loss_slope(modes, m, w), list(extras))], axis=1)
            for name, w in attention(mesh).items()}


def show(scene, curves: Mapping[str, Float[np.ndarray, "r 2"]]) -> None:
    """Put error_curves into one plot of a workbench.view.Scene, both axes in logarithms."""
    scene.look("error", title="relative error of the gradient, over log₂ of the extra pairs", log=True)
    for name, curve in curves.items():
        points = np.stack([np.log2(curve[:, 0]), curve[:, 1]], axis=1)
        scene.show(name, Quantity("error", "plot", points, "curve"))


def power(curve: Float[np.ndarray, "r 2"]) -> float:
    """p of the law c x^p nearest to a curve of positive numbers, in logarithms."""
    return float(np.polyfit(*np.log(curve).T, 1)[0])


def descent(modes: Modes, m: int, mesh: Mesh, extra: int) -> float:
    """The least cosine between truncated and exact gradient by star1 over attention(mesh): -1 to 1.

    Above zero, a small step down the truncated one goes down.
    """
    zero, found = np.zeros(m), []
    for w in attention(mesh).values():
        slope = loss_slope(modes, m, w)
        exact = star_gradients(modes, zero, slope, True)[1]
        short = star_gradients(first_modes(modes, m + extra), zero, slope, False)[1]
        found.append((exact * short).sum() / np.linalg.norm(exact) / np.linalg.norm(short))
    return float(min(found))
