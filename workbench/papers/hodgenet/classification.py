"""HodgeNet tells classes of shapes apart (section 8.3), on folders such as psb19: one answer a mesh."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbench.datasets import folders
from workbench.papers.hodgenet.eigs import Warmth
from workbench.papers.hodgenet.lessons import Lessons, augmented, learn
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface, surface
from workbench.papers.hodgenet.watching import unwatched
from workbench.quantities import Snapshot
from workbench.shapes.decimation import decimated
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class Config(Lessons):
    """One run. The defaults are the preset `quick`; the paper's network and training are `full`.

    head               width of o's hidden layers
    at                 what a mesh has of its vertices' features: "summed", or the largest, "mesh", as in the
                       paper. The gradient of a maximum goes through single vertices, where the sum over few
                       pairs is most wrong: with it the 19 classes of psb19 were not learned here
    faces              meshes are decimated to a number of faces between these two before learning; None: as
                       they come. The paper decimates anew at every step, we once: a mesh of 2,000 faces takes
                       0.17 s, ten times its eigenproblem afterwards
    shapes             how many of each class and split; None: all
    other fields       as in Lessons
    """

    batch: int = 16
    epochs: int = 20
    pace: float = 0.1
    tuned: float = 0.3
    settle: float = 0.5
    head: int = 64
    at: str = "summed"
    faces: tuple[int, int] | None = (400, 500)
    shapes: int | None = None

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(k=4, m=32, extra=32, n=32, lr=1e-4, epochs=300, tuned=2 / 3, pace=1.0, turned=True,
                     at="mesh"),
            tiny=cls(m=6, extra=4, n=8, head=8, batch=2, epochs=2, shapes=1),
        )


@dataclass(frozen=True, eq=False)
class Example:
    """A shape in the unit ball, and the number of its class."""

    ready: Surface
    label: int


def prepare(config: Config, found: Sequence[tuple[str, Mesh, int]]) -> tuple[Example, ...]:
    """Shapes as folders.labelled gives them, decimated by the seed, centred, scaled into the unit sphere."""
    examples = []
    for place, (name, mesh, label) in enumerate(found):
        draw = np.random.default_rng((config.seed, place))
        if config.faces is not None:
            mesh = decimated(mesh, int(draw.integers(*config.faces)), int(draw.integers(2**31)))[0]
        examples.append(Example(surface(mesh.in_unit_ball(), name), label))
    return tuple(examples)


def features(config: Config, example: Example, draw: np.random.Generator | None = None
             ) -> Float[Tensor, "n 6"]:
    """Positions and normals; with draw, of a shape scaled along its axes and turned at random."""
    mesh = example.ready.mesh
    if draw is not None:
        mesh = augmented(config, mesh, draw)
    return torch.tensor(np.hstack([mesh.V, mesh.vertex_normals]), dtype=torch.float32)


def network(config: Config, classes: int) -> HodgeNet:
    """The HodgeNet of a Config, with weights drawn from its seed; it stands boundaries."""
    torch.manual_seed(config.seed)
    return HodgeNet(6, classes, k=config.k, m=config.m, extra=config.extra, n=config.n, head=config.head,
                    at=config.at, boundary=True)


def accuracy(net: HodgeNet, examples: Sequence[Example], config: Config) -> float:
    """The share of shapes that get their right class: 0 to 1."""
    with unwatched(net):
        said = [int(net([example.ready], features(config, example)).argmax()) for example in examples]
    return sum(a == example.label for a, example in zip(said, examples, strict=True)) / len(examples)


def train(config: Config, net: HodgeNet, examples: Sequence[Example], knobs: Knobs | None = None,
          progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cross entropy over config.batch shapes a step, epoch after epoch in an order from the seed.

    The weights of net are the caller's and change in place; with a Progress a killed run goes on.
    """
    knobs = Knobs(lr=config.lr) if knobs is None else knobs
    warmth = Warmth()

    def loss(places, draw):
        batch = [examples[place] for place in places]
        F = torch.cat([features(config, example, draw) for example in batch])
        right = torch.tensor([example.label for example in batch])
        return nn.functional.cross_entropy(net([example.ready for example in batch], F, warmth), right)

    yield from learn(config, net, len(examples), loss, knobs, progress=progress)


def begin_on(folder: str | Path, config: Config
             ) -> tuple[Iterator[Snapshot], HodgeNet, tuple[Example, ...], tuple[str, ...]]:
    """A run on the folders of classes in `folder`, its network, the test shapes, and the classes' names."""
    names = folders.classes(folder)
    examples, test = (prepare(config, folders.labelled(folder, split, config.shapes))
                      for split in ("train", "test"))
    net = network(config, len(names))
    return train(config, net, examples), net, test, names
