"""HodgeNet's stress test (section 8.4): at which angle a square is creased, from vertex positions alone.

Three things differ from the paper's training, and the error needs them: batch statistics settle early, the
rate falls to zero, and the gradient sums over all pairs.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from workbench.papers.hodgenet.crease import CELLS, creased, positions
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface, surface
from workbench.papers.hodgenet.watching import cast, looks, unwatched
from workbench.quantities import Quantity, Snapshot
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend, fallen
from workbench.training.presets import Presets
from workbench.training.resuming import Progress

#: the angle, in degrees, of the square that a run shows
SHOWN = 110.0

#: the angles at which it shows the eigenvalues: a Laplacian of lengths alone has one curve for all of them
HEARD = (60, 180, 300)

#: more pairs than a square has: the gradient's sum over all of them is exact
ALL = 1000


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`; the network of the paper is `full` (section 7).

    cells     across the crease and along it
    k, m, extra, n, width, head   HodgeNet's numbers. The squares are so small that their eigenproblem is
              dense, and all pairs cost what a few cost; the gradient of the paper has 32 extra ones
    batch     squares a step, each with an angle drawn afresh from [0, 2 pi)
    lr        AdamW's rate at the beginning; it falls to zero along half a cosine
    settle    the share of the last steps that use running statistics in batch normalisation, so that the
              network learns as it will predict; before, errors stay at several degrees. The code has 0
    steps, test_every, test   steps, steps between two measurements, angles measured
    """

    cells: tuple[int, int] = CELLS
    k: int = 2
    m: int = 16
    extra: int = ALL
    n: int = 16
    width: int = 32
    head: int = 32
    batch: int = 16
    lr: float = 2e-3
    settle: float = 0.8
    steps: int = 2000
    test_every: int = 125
    test: int = 180
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(k=4, m=32, n=32, batch=32),
            tiny=cls(cells=(4, 2), m=6, n=8, width=8, head=8, lr=1e-2, settle=0.0, steps=60,
                     test_every=30, test=16),
        )


def network(config: Config) -> HodgeNet:
    """The HodgeNet of a Config, with weights drawn from its seed: positions in, a direction per mesh out."""
    torch.manual_seed(config.seed)
    return HodgeNet(3, 2, k=config.k, m=config.m, extra=config.extra, n=config.n, width=config.width,
                    head=config.head, at="mesh", boundary=True)


def paper_square(config: Config) -> Surface:
    """The flat square of a Config: creasing moves its vertices, but not its stencils."""
    return surface(creased(math.pi, config.cells), "square")


def directions(net: HodgeNet, square: Surface, angles: Float[np.ndarray, " b"], config: Config
               ) -> Float[Tensor, "b 2"]:
    """What the network says of squares creased at these angles: unit vectors, (cos, sin) of its answers."""
    X = torch.tensor(positions(angles, config.cells), dtype=torch.float32).flatten(0, 1)
    return torch.nn.functional.normalize(net([square] * len(angles), X), dim=1)


def predict(net: HodgeNet, square: Surface, angles: Float[np.ndarray, " b"], config: Config
            ) -> Float[np.ndarray, " b"]:
    """Predicted angles in [0, 2 pi)."""
    with unwatched(net):
        few = np.array_split(angles, -(-len(angles) // 32))
        parts = [directions(net, square, some, config) for some in few]
    x, y = torch.cat(parts).double().numpy().T
    return np.arctan2(y, x) % (2 * np.pi)


def mean_error(net: HodgeNet, square: Surface, config: Config) -> float:
    """Mean distance, in degrees, between predicted and true angle over config.test angles spread evenly."""
    angles = (np.arange(config.test) + 0.5) * 2 * np.pi / config.test
    apart = predict(net, square, angles, config) - angles
    return float(np.degrees(np.abs((apart + np.pi) % (2 * np.pi) - np.pi)).mean())


def features(mesh: Mesh) -> Float[Tensor, "n 3"]:
    """What the network is told of a mesh: the positions of its vertices."""
    return torch.tensor(mesh.V, dtype=torch.float32)


def hear(net: HodgeNet, meshes: Sequence[Mesh]) -> Float[np.ndarray, " b"]:
    """The angles that the network hears in any oriented meshes, in degrees from 0 to 360."""
    X = torch.cat([features(mesh) for mesh in meshes])
    with unwatched(net):
        x, y = net([surface(mesh) for mesh in meshes], X).double().numpy().T
    return np.degrees(np.arctan2(y, x)) % 360


def misheard(net: HodgeNet, bend: Callable[[float], Mesh], count: int = 72) -> Float[np.ndarray, "b 2"]:
    """(angle, distance from it to what the network hears of the mesh bend(angle)), both in degrees: (b, 2).

    bend takes radians, as creased does. Angles are spread evenly and miss 0, where a square has no inside.
    """
    angles = (np.arange(count) + 0.5) * 360 / count
    apart = hear(net, [bend(angle) for angle in np.radians(angles)]) - angles
    return np.stack([angles, np.abs((apart + 180) % 360 - 180)], axis=1)


def show_misheard(scene, curves: Mapping[str, Float[np.ndarray, "b 2"]]) -> None:
    """Put curves of misheard, by their names, into one plot of a workbench.view.Scene."""
    scene.look("off", title="degrees off, over the angle", log=True)
    for name, curve in curves.items():
        scene.show(name, Quantity("off", "plot", curve, "curve"))


def hands(config: Config) -> Knobs:
    """The knobs of a run: AdamW's rate at its beginning, and the mode shown, counted from 1."""
    return Knobs(lr=config.lr, mode=1)


def train(config: Config, net: HodgeNet, square: Surface, knobs: Knobs | None = None,
          progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cosine distance 1 - <said, true> on config.batch squares a step, their angles drawn from seed and step.

    The weights of net are the caller's and change in place. Snapshots offer what watching.looks lists, for a
    square creased at 110 degrees, and the eigenvalues at three angles; "test error" is the mean error in
    degrees, measured every config.test_every steps. Adam's rate may be turned at knobs["lr"], the mode shown
    at knobs["mode"]. With a Progress a run that was killed goes on.
    """
    knobs = hands(config) if knobs is None else knobs
    scores: list[tuple[int, float]] = []
    settled = round(config.steps * (1 - config.settle))

    def objective(step):
        if (step - 1) % config.test_every == 0:
            scores.append((step - 1, mean_error(net, square, config)))
        net.train(step <= settled)
        angles = np.random.default_rng((config.seed, step)).uniform(0, 2 * np.pi, config.batch)
        right = torch.tensor(np.stack([np.cos(angles), np.sin(angles)], axis=1), dtype=torch.float32)
        return 1 - (directions(net, square, angles, config) * right).sum(dim=1).mean()

    example = surface(creased(np.radians(SHOWN), config.cells), "square")
    bent = {f"λ at {angle}°": features(creased(np.radians(angle), config.cells)) for angle in HEARD}
    shown = looks(net, example, features(example.mesh), knobs, scores, bent)
    groups = [{"params": list(net.parameters()), "weight_decay": 0.01}]
    yield from descend(groups, objective, config.steps, knobs, shown, fallen(config.steps), clip=1.0,
                       progress=progress)


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Square, network and run in one call; and the structures its quantities live on."""
    run = train(config, network(config), paper_square(config))
    return run, cast(creased(np.radians(SHOWN), config.cells))
