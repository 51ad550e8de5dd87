"""Lessons: the order in which a network sees meshes, how they are stretched and turned, and the loop."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.quantities import Quantity, Snapshot
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend
from workbench.training.presets import Presets
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class Lessons(Presets):
    """What every run over a set of meshes is told (section 7).

    k, m, extra, n        HodgeNet's numbers
    batch, lr, epochs     meshes a step, AdamW's rate, times that every mesh is seen
    stretch, turned       augmentation: scaling of each axis by up to this part, random rotations
    tuned                 the share of the last epochs that go without augmentation
    pace                  rate of the stars as a part of lr: below 1, h and o can follow the spectrum, whose
                          gradient is many times longer than theirs
    settle                the share of the last epochs that use running statistics in batch normalisation: the
                          spectrum of another mesh is far off while they lag behind the weights
    """

    k: int = 2
    m: int = 16
    extra: int = 16
    n: int = 16
    batch: int = 4
    lr: float = 2e-3
    pace: float = 1.0
    epochs: int = 12
    stretch: float = 0.05
    turned: bool = False
    tuned: float = 0.5
    settle: float = 0.7
    seed: int = 0


def augmented(lessons: Lessons, mesh: Mesh, draw: np.random.Generator) -> Mesh:
    """The mesh with its axes scaled by up to lessons.stretch, and turned if it says so."""
    V = mesh.V * (1 + draw.uniform(-lessons.stretch, lessons.stretch, 3))
    return Mesh(V @ random_rotation(draw).T if lessons.turned else V, mesh.F)


def random_rotation(draw: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    """A rotation drawn evenly: Q of a Gaussian matrix, made proper."""
    Q, R = np.linalg.qr(draw.standard_normal((3, 3)))
    Q = Q * np.sign(np.diag(R))
    Q[:, 0] *= np.sign(np.linalg.det(Q))
    return Q


def learn(
    lessons: Lessons,
    net: nn.Module,
    count: int,
    loss: Callable[[Int[np.ndarray, " batch"], np.random.Generator | None], Float[Tensor, ""]],
    knobs: Knobs,
    between: Callable[[int], None] = lambda step: None,
    shown: Mapping[str, Callable[[], Quantity]] = MappingProxyType({}),
    progress: Progress | None = None,
) -> Iterator[Snapshot]:
    """AdamW on loss(places of a batch of `count` meshes, draw), epoch after epoch, in an order from the seed.

    draw is None once augmentation has ended. between(steps taken) is called before every epoch. Gradients are
    clipped at 1.0, weights decay by 0.01 (section 7). With a Progress a killed run goes on.
    """
    draw, each = np.random.default_rng(lessons.seed), max(1, count // lessons.batch)
    order = [draw.permutation(count) for _ in range(lessons.epochs)]

    def objective(step):
        epoch, place = divmod(step - 1, each)
        if place == 0:
            between(step - 1)
        net.train(epoch < lessons.epochs * (1 - lessons.settle))
        changes = epoch < lessons.epochs * (1 - lessons.tuned)
        batch = order[epoch][place * lessons.batch:][:lessons.batch]
        return loss(batch, np.random.default_rng((lessons.seed, step)) if changes else None)

    yield from descend(_groups(net, lessons.pace), objective, lessons.epochs * each, knobs, shown, clip=1.0,
                       progress=progress)


def _groups(net, pace):
    if pace == 1:
        return [{"params": list(net.parameters()), "weight_decay": 0.01}]
    others = [*net.h.parameters(), *net.o.parameters()]
    return [{"params": list(net.stars.parameters()), "weight_decay": 0.01, "pace": pace},
            {"params": others, "weight_decay": 0.01}]
