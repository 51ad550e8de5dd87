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
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.segmentation import random_rotation
from workbench.papers.hodgenet.surfaces import Surface, surface
from workbench.papers.hodgenet.watching import unwatched
from workbench.quantities import Snapshot
from workbench.shapes.decimation import decimated
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend
from workbench.training.presets import Presets
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`; the paper's network and training are `full`.

    faces              meshes are decimated to a number of faces between these two before learning; None: as
                       they come. The paper decimates anew at every step, we once
    shapes             how many of each class and split; None: all
    tuned              the share of the last epochs without scaling and rotations
    settle             the share of the last epochs with running statistics in batch normalisation
    other fields       as in segmentation.Config
    """

    k: int = 2
    m: int = 16
    extra: int = 16
    n: int = 16
    head: int = 64
    batch: int = 8
    lr: float = 2e-3
    epochs: int = 20
    stretch: float = 0.05
    turned: bool = True
    faces: tuple[int, int] | None = (400, 500)
    tuned: float = 0.3
    settle: float = 0.5
    shapes: int | None = None
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(k=4, m=32, extra=32, n=32, batch=16, lr=1e-4, epochs=300, tuned=2 / 3),
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
        V = mesh.V * (1 + draw.uniform(-config.stretch, config.stretch, 3))
        mesh = Mesh(V @ random_rotation(draw).T if config.turned else V, mesh.F)
    return torch.tensor(np.hstack([mesh.V, mesh.vertex_normals]), dtype=torch.float32)


def network(config: Config, classes: int) -> HodgeNet:
    """The HodgeNet of a Config, with weights drawn from its seed; it stands boundaries."""
    torch.manual_seed(config.seed)
    return HodgeNet(6, classes, k=config.k, m=config.m, extra=config.extra, n=config.n, head=config.head,
                    at="mesh", boundary=True)


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
    draw, warmth, each = np.random.default_rng(config.seed), Warmth(), max(1, len(examples) // config.batch)
    order = [draw.permutation(len(examples)) for _ in range(config.epochs)]

    def objective(step):
        epoch, place = divmod(step - 1, each)
        net.train(epoch < config.epochs * (1 - config.settle))
        batch = [examples[i] for i in order[epoch][place * config.batch:][:config.batch]]
        augmented = np.random.default_rng((config.seed, step))
        plain = epoch >= config.epochs * (1 - config.tuned)
        F = torch.cat([features(config, example, None if plain else augmented) for example in batch])
        right = torch.tensor([example.label for example in batch])
        return nn.functional.cross_entropy(net([example.ready for example in batch], F, warmth), right)

    groups = [{"params": list(net.parameters()), "weight_decay": 0.01}]
    yield from descend(groups, objective, config.epochs * each, knobs, clip=1.0, progress=progress)


def begin_on(folder: str | Path, config: Config
             ) -> tuple[Iterator[Snapshot], HodgeNet, tuple[Example, ...], tuple[str, ...]]:
    """A run on the folders of classes in `folder`, its network, the test shapes, and the classes' names."""
    names = folders.classes(folder)
    learn, test = (prepare(config, folders.labelled(folder, split, config.shapes))
                   for split in ("train", "test"))
    net = network(config, len(names))
    return train(config, net, learn), net, test, names
