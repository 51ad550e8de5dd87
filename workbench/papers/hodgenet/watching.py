"""What one can look at while a HodgeNet learns: its stars, its modes, its eigenvalues."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from workbench.operators.exterior import star1 as cotangents
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface
from workbench.quantities import Quantity
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs
from workbench.training.unwatched import unwatched

#: the structures of a run, each a copy of the shown mesh
STRUCTURES = ("star0", "star1", "cotangents", "mode")


def cast(mesh: Mesh) -> dict[str, Mesh]:
    """Every structure that a run's quantities live on: its name on stage -> its mesh."""
    return dict.fromkeys(STRUCTURES, mesh)


def set_the_stage(scene, mesh: Mesh) -> None:
    """Cast a run's structures on a workbench.view.Scene, and say how what will be shown on them looks."""
    scene.cast(cast(mesh))
    scene.look("star0", title="★₀, learned", map="viridis", low=0.0)
    scene.look("star1", title="★₁, learned", map="viridis", low=0.0, width=3.0)
    scene.look("cotangents", title="cotan weights, fixed", map="viridis", low=0.0, width=3.0)
    scene.look("mode", title="|x| of the learned mode", map="magma", low=0.0)
    scene.look("eigenvalues", title="learned eigenvalues over their number", log=True)
    for plot in ("loss", "test error"):
        scene.look(plot, log=True)


def size(blocks: Float[Tensor, "c k k"]) -> Float[np.ndarray, " c"]:
    """Mean eigenvalue of each block, trace / k: (c,), positive."""
    return (torch.einsum("ckk->c", blocks) / blocks.shape[1]).cpu().numpy()


def looks(
    net: HodgeNet,
    shown: Surface,
    F: Float[Tensor, "n c"],
    knobs: Knobs,
    scores: list[tuple[int, float]],
    others: Mapping[str, Float[Tensor, "n c"]] = MappingProxyType({}),
) -> Mapping[str, Callable[[], Quantity]]:
    """The quantities of a run, by name, on one surface with features F.

    "star0" on vertices and "star1" on edges: mean eigenvalues of their blocks; "cotangents" on edges beside
    it, the weights of the fixed Laplacian; "mode" on vertices: |x_v| of mode knobs["mode"], counted from 1;
    "eigenvalues" and "test error" as curves. others: name -> features, on the same stencils, whose
    eigenvalues are curves of that plot instead of those of F.
    """
    fixed, curves = cotangents(shown.mesh), dict(others) or {"eigenvalues": F}

    def stars():
        with unwatched(net):
            return net.stars([shown], F)

    def mode():
        with unwatched(net):
            x = net.modes([shown], F)[1][:, :, knobs["mode"] - 1]
        return Quantity("mode", "vertices", x.norm(dim=1).numpy())

    def eigenvalues(features):
        with unwatched(net):
            values = net.modes([shown], features)[0][0].numpy()
        return Quantity("eigenvalues", "plot", np.stack([np.arange(1, len(values) + 1), values], 1), "curve")

    return {
        "star0": lambda: Quantity("star0", "vertices", size(stars()[0])),
        "star1": lambda: Quantity("star1", "edges", size(stars()[1])),
        "cotangents": lambda: Quantity("cotangents", "edges", fixed),
        "mode": mode,
        **{name: partial(eigenvalues, features) for name, features in curves.items()},
        "test error": lambda: Quantity("test error", "plot", np.array(scores).reshape(-1, 2), "curve"),
    }
