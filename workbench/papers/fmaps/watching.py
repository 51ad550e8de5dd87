"""What one can look at, and turn, while a map between shapes is learned: two bodies and what goes across."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.bridge import Operators
from workbench.operators.distances import distance_rows
from workbench.papers.fmaps.judging import geodesic_errors, truth21
from workbench.papers.fmaps.maps import HardMap21, SoftMap21, soft_map21
from workbench.papers.fmaps.method import functional_map21, level, lowest
from workbench.papers.fmaps.transfer import front_uv
from workbench.quantities import Quantity
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs


@dataclass(frozen=True, eq=False)
class Subject:
    """A shape ready to be mapped: operators, input features (n, c), the vertex of each template point."""

    name: str
    mesh: Mesh
    ops: Operators
    inputs: Float[Tensor, "n c"]
    correspondence: Int[np.ndarray, " t"]
    kept: dict = field(default_factory=dict, repr=False)

    @cached_property
    def distances(self) -> Float[np.ndarray, "n n"]:
        """Geodesic distances between all vertices; made when first asked for: 8 n^2 bytes."""
        return distance_rows(self.mesh)

    def rows(self, every: int) -> Float[np.ndarray, "s n"]:
        """Geodesic distances from each `every`-th template point, (s, n); made when first asked for."""
        if every not in self.kept:
            self.kept[every] = distance_rows(self.mesh, self.correspondence[::every])
        return self.kept[every]


@dataclass(frozen=True, eq=False)
class Pair:
    """Shape 1, the source of functions, and shape 2, which they are carried to."""

    one: Subject
    two: Subject

    @cached_property
    def truth21(self) -> Int[np.ndarray, " n2"]:
        """The true image on shape 1 of every vertex of shape 2."""
        return truth21(self.one.correspondence, self.two.correspondence, self.two.mesh)

    @property
    def known_map21(self) -> HardMap21:
        """The known map as an operator."""
        return HardMap21(torch.as_tensor(self.truth21, device=self.two.inputs.device), self.one.ops.n)


def features(net: nn.Module, subject: Subject) -> Float[Tensor, "n p"]:
    """The learned features of a subject, without a gradient."""
    training = net.training
    net.eval()
    with torch.no_grad():
        found = net(subject.inputs, subject.ops)
    net.train(training)
    return found


def present_map21(net: nn.Module, pair: Pair, sigma: float) -> SoftMap21:
    """The soft map that the features of a pair make now. Eq. 3."""
    return soft_map21(*level(features(net, pair.one), features(net, pair.two)), sigma)


def judged(T21: Int[Tensor, " n2"], pair: Pair, points: int) -> float:
    """Mean geodesic error x 100 on unit area of a map, over `points` template points of the pair."""
    every = max(1, len(pair.one.correspondence) // points)
    at1, at2 = (x.correspondence[::every] for x in (pair.one, pair.two))
    found = T21.cpu().numpy()
    return 100 * float(geodesic_errors(found, at1, at2, pair.one.rows(every), pair.one.mesh.area).mean())


def hands(config) -> Knobs:
    """The knobs of a run: Adam's rate, the blur, a factor on the consistency loss; and what is shown.

    source and target are numbers of test bodies, channel a feature, vertex a clicked vertex of the target.
    """
    return Knobs(lr=config.lr, sigma=config.sigma, consistency=1.0, source=0, target=1, channel=1, vertex=0)


class Stage:
    """What a run shows: its network, the test bodies, the errors so far."""

    def __init__(self, K: int, net: nn.Module, test: Sequence[Subject], knobs: Knobs):
        self.K, self.net, self.test, self.knobs = K, net, test, knobs
        self.errors: list[tuple[int, float]] = []

    def pair(self) -> Pair:
        """The two test bodies that the knobs name."""
        said = self.knobs.read()
        return Pair(*(self.test[said[which] % len(self.test)] for which in ("source", "target")))

    def map21(self) -> SoftMap21:
        """The map between them as it is now."""
        return present_map21(self.net, self.pair(), self.knobs["sigma"])


def cast(test: Sequence[Subject]) -> dict[str, Mesh]:
    """Every structure that a run's quantities may live on: its name on stage -> its mesh."""
    parts = ("source", "target", "error")
    return {f"{part}: {subject.name}": subject.mesh for subject in test for part in parts}


def set_the_stage(scene, test: Sequence[Subject]) -> None:
    """Cast a run's structures on a workbench.view.Scene, and say how what will be shown on them looks."""
    scene.cast(cast(test))
    for name in ("texture", "its texture"):
        scene.look(name, texture="map", seen=True)
    for name in ("feature", "its feature", "arrives"):
        scene.look(name, seen=False)  # to be chosen by hand: a body wears one thing at a time
    scene.look("error", map="viridis", low=0.0, high=40.0, title="error, % of the root of the area")


def looks(stage: Stage) -> Mapping[str, Callable[[], Quantity]]:
    """The quantities of a run, by name; without two test bodies only the plots.

    On the target: "texture" (u, v) pulled back through the map, and "feature". On the source: "its texture",
    "its feature", and "arrives", where the target's clicked vertex goes, as the share of each vertex in it.
    On a third body, the target again: "error" in percent of the root of the area. Plots: "C21", "test error".
    """

    def on(part, values, kind="scalar"):
        subject = stage.pair().one if part == "source" else stage.pair().two
        return Quantity(f"{part}: {subject.name}", "vertices", values, kind)

    def texture():
        uv = torch.as_tensor(front_uv(stage.pair().one.mesh), dtype=torch.float32)
        P21 = stage.map21()
        return on("target", (P21 @ uv.to(P21.f1.device)).cpu().numpy(), "uv")

    def error():
        pair = stage.pair()
        T21 = stage.map21().nearest().cpu().numpy()
        far = pair.one.distances[pair.truth21, T21] / np.sqrt(pair.one.mesh.area)
        return on("error", 100 * far)

    def feature(part):
        subject = stage.pair().one if part == "source" else stage.pair().two
        found = features(stage.net, subject)
        return on(part, found[:, (stage.knobs["channel"] - 1) % found.shape[1]].cpu().numpy())

    def arrives():
        P21 = stage.map21()
        return on("source", P21.row(stage.knobs["vertex"] % P21.shape[0]).cpu().numpy())

    def matrix():
        pair = stage.pair()
        C21 = functional_map21(stage.map21(), *(lowest(x.ops.basis, stage.K) for x in (pair.one, pair.two)))
        return Quantity("C21", "plot", C21.cpu().numpy(), "matrix")

    def measured():
        return Quantity("test error", "plot", np.array(stage.errors).reshape(-1, 2), "curve")

    if len(stage.test) < 2:
        return {"test error": measured}
    return {
        "its texture": lambda: on("source", front_uv(stage.pair().one.mesh), "uv"),
        "texture": texture, "error": error, "its feature": lambda: feature("source"),
        "feature": lambda: feature("target"), "arrives": arrives, "C21": matrix, "test error": measured,
    }
