"""What one can look at, and turn, while a DiffusionNet learns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.bridge import Operators
from workbench.papers.diffusionnet.method import DiffusionNet, diffusion_kernel
from workbench.quantities import Quantity
from workbench.shapes import Mesh, PointCloud
from workbench.training import Knobs
from workbench.training.unwatched import unwatched


@dataclass(frozen=True, eq=False)
class Example:
    """A shape ready to learn from: its operators, the input features (n, c) and a label per vertex (n,).

    Where whole shapes are classified there is one label, (1,).
    """

    name: str
    mesh: Mesh | PointCloud
    ops: Operators
    inputs: Float[Tensor, "n c"]
    labels: Int[Tensor, " labels"]


def predict(net: nn.Module, example: Example) -> Int[Tensor, " n"]:
    """The likeliest class at every vertex."""
    with unwatched(net):
        return net(example.inputs, example.ops).argmax(dim=1)


def hands(config, net: nn.Module, test: Sequence[Example]) -> Knobs:
    """The knobs of a run: what Adam does (lr, dropout), what is shown (body, block, channel, vertex).

    time, when turned, becomes the diffusion time of the chosen channel, from which it learns on.
    """
    shown = test[0].name if test else None
    time = float(net.times()[0, 0]) if isinstance(net, DiffusionNet) else 0.0
    return Knobs(lr=config.lr, dropout=config.dropout, body=shown, block=1, channel=1, vertex=0, time=time)


def obedient(net: nn.Module, knobs: Knobs) -> Callable[[], None]:
    """A function that does what the knobs say; call it between two steps.

    A turned time goes to the chosen channel; a newly chosen channel brings its own time to the knob.
    """
    if not isinstance(net, DiffusionNet):
        return lambda: None
    held = {"place": (knobs["block"], knobs["channel"]), "time": knobs["time"]}

    def obey():
        said = knobs.read()
        net.set_dropout(said["dropout"])
        place = block, channel = said["block"], said["channel"]
        if place != held["place"]:
            held.update(place=place, time=float(net.times()[block - 1, channel - 1]))
            knobs.turn("time", held["time"])
        elif said["time"] != held["time"]:
            held["time"] = said["time"]
            net.set_time(block - 1, channel - 1, said["time"])

    return obey


def stage_names(name: str) -> dict[str, str]:
    """What the structures that show a body are called on stage."""
    return {what: f"{what}: {name}" for what in ("truth", "prediction", "kernel")}


def cast(test: Sequence[Example]) -> dict[str, Mesh]:
    """Every structure that a run's quantities may live on: its name on stage -> its mesh."""
    return {on_stage: example.mesh for example in test for on_stage in stage_names(example.name).values()}


def set_the_stage(scene, config, test: Sequence[Example]) -> None:
    """Cast a run's structures on a workbench.view.Scene, and say how what will be shown on them looks."""
    scene.cast(cast(test))
    for name in ("prediction", "truth"):
        scene.look(name, labels=config.classes)
    scene.look("kernel", map="viridis", low=0.0)
    scene.look("loss", log=True)  # before a recording begins, which keeps the looks of its beginning
    scene.look("diffusion times", log=True, labels=[f"block {b + 1}" for b in range(config.blocks)])


def looks(
    net: nn.Module,
    test: Sequence[Example],
    knobs: Knobs,
    scores: list[tuple[int, float]],
    obey: Callable[[], None],
) -> Mapping[str, Callable[[], Quantity]]:
    """The quantities of a run, by name; see train in experiment.py."""
    shown = {example.name: example for example in test}

    def of(what, values, kind):
        return Quantity(stage_names(knobs["body"])[what], "vertices", values, kind)

    def prediction():
        return of("prediction", predict(net, shown[knobs["body"]]).cpu().numpy(), "label")

    def truth():
        return of("truth", shown[knobs["body"]].labels.cpu().numpy(), "label")

    def kernel():
        said, ops = knobs.read(), shown[knobs["body"]].ops
        time = float(net.times()[said["block"] - 1, said["channel"] - 1])
        return of("kernel", diffusion_kernel(ops, said["vertex"] % ops.n, time).cpu().numpy(), "scalar")

    def times():
        return Quantity("diffusion times", "plot", net.times(), "histogram")

    def measured():
        return Quantity("accuracy", "plot", np.array(scores).reshape(-1, 2), "curve")

    found = {"prediction": prediction, "truth": truth, "test accuracy": measured} if test else {}
    if isinstance(net, DiffusionNet):
        found |= {"diffusion times": times} | ({"kernel": kernel} if test else {})
    return {name: _after(obey, look) for name, look in found.items()}


def _after(first, look):
    """look, preceded by first: whatever is looked at, the knobs were obeyed before."""

    def both():
        first()
        return look()

    return both
