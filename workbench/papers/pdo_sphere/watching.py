"""What one can look at, and turn, while a network learns digits on the sphere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from workbench.datasets.images import Images
from workbench.datasets.sphere_images import on_sphere
from workbench.operators.equivariance import Answer, equivariance_error
from workbench.operators.rotations import about
from workbench.papers.pdo_sphere.method import Classifier
from workbench.papers.pdo_sphere.spheres import Sphere
from workbench.quantities import Quantity
from workbench.shapes.icosahedral import grid
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs
from workbench.training.unwatched import unwatched

#: the axis about which the shown digit is turned
AXIS = np.array([1.0, 2.0, 0.5])


@dataclass(frozen=True)
class Looks:
    """The quantities of a run, by name, and the meter: error() is the network's equivariance error now."""

    quantities: Mapping[str, Callable[[], Quantity]]
    error: Callable[[], float]


def answering(net: Classifier, spheres: Sequence[Sphere]) -> Answer:
    """The network as a function: signals (n, 1) on the finest sphere -> (m, classes) on the coarsest."""

    def answer(signal: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "m classes"]:
        with unwatched(net):
            x = torch.tensor(signal[None], dtype=spheres[0].areas.dtype)
            return net.points(x, spheres)[:, 0].double().numpy()

    return answer


def hands(config) -> Knobs:
    """The knobs of a run: Adam's rate; which test digit is shown, and by how many degrees it is turned."""
    return Knobs(lr=config.lr, shown=0, turn=60)


def cast(config) -> dict[str, Mesh]:
    """Every structure that a run's quantities may live on: its name on stage -> its mesh."""
    last = config.level - sum(config.pooled[:-1])
    return {"the digit": grid(config.level).mesh, "said at each point": grid(last).mesh}


def set_the_stage(scene, config) -> None:
    """Cast a run's structures on a workbench.view.Scene, and say how what will be shown on them looks."""
    scene.cast(cast(config))
    scene.look("digit", map="magma", low=0.0, high=1.0)
    scene.look("evidence", map="RdBu_r", symmetric=True)
    scene.look("loss", log=True)
    scene.look("equivariance", log=True, title="equivariance error")
    scene.look("accuracy", title="test accuracy", log=False)


def looks(config, net: nn.Module, spheres: Sequence[Sphere], judged: Images | None, knobs: Knobs,
          scores: Mapping[str, list[tuple[int, float]]]) -> Looks:
    """The quantities of a run, by name, and its meter.

    "digit" on vertices: the test digit knobs["shown"], turned by knobs["turn"] degrees; "evidence" on the
    coarsest vertices: what the network says there for the digit's true class, before the mean is taken;
    curves: "upright" and "turned", test accuracy, and "equivariance error".
    """
    answer = answering(net, spheres)

    def error():
        found = equivariance_error(lambda level, N: answer, config.level, config.N, rotations=2, degree=6)
        return float(found.mean())

    def digit():
        place = knobs["shown"] % len(judged.labels)
        R = about(AXIS, np.radians(knobs["turn"]))
        return on_sphere(judged.pixels[place][None], grid(config.level).V, R[None])[0], judged.labels[place]

    def evidence():
        signal, label = digit()
        return Quantity("said at each point", "vertices", answer(signal[:, None])[:, label])

    def curve(name, plot):
        return lambda: Quantity(plot, "plot", np.array(scores[name]).reshape(-1, 2), "curve")

    found = {"digit": lambda: Quantity("the digit", "vertices", digit()[0]), "evidence": evidence,
             "upright": curve("upright", "accuracy"), "turned": curve("turned", "accuracy"),
             "equivariance error": curve("equivariance error", "equivariance")}
    return Looks(found if judged is not None else {}, error)
