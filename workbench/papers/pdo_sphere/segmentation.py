"""Sea, land, ice and desert at every point of planets never met before, upright ones and turned ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.datasets.planets import KINDS, Planet, planet
from workbench.operators.rotations import about, random_rotation
from workbench.papers.pdo_sphere.experiment import weights
from workbench.papers.pdo_sphere.method import Segmenter
from workbench.papers.pdo_sphere.spheres import Sphere, gauged_spheres, spheres
from workbench.papers.pdo_sphere.watching import AXIS
from workbench.quantities import Quantity, Snapshot
from workbench.shapes.icosahedral import grid
from workbench.training import Knobs, descend, fallen
from workbench.training.presets import Presets
from workbench.training.unwatched import unwatched


@dataclass(frozen=True)
class Config(Presets):
    """One run on generated planets; names as in experiment.Config.

    noise  of the instruments, at every point; heights have a standard deviation of 0.7

    Planets to learn from stand upright, cold in the north and in the south; judged ones do, or are turned.
    On upright ones the wind of planets.kinds blows to the poles: who knows where south is knows the desert.
    """

    level: int = 3
    N: int = 5
    widths: tuple[int, ...] = (12, 16)
    kind: str = "equivariant"
    learned: int = 48
    judged: int = 16
    batch: int = 8
    lr: float = 1e-2
    epochs: int = 30
    noise: float = 0.1
    seed: int = 0

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * max(1, self.learned // self.batch)

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(quick=cls(), full=cls(level=4, widths=(12, 20, 32), learned=400, judged=100, epochs=30),
                    tiny=cls(level=2, N=4, widths=(4, 4), learned=8, judged=2, batch=4, epochs=6))


def bundle(config: Config) -> tuple[Sphere, ...]:
    """The spheres that a Config's network works on."""
    depth = len(config.widths)
    if config.kind == "gauged":
        return gauged_spheres(config.level, depth)
    return spheres(config.level, config.N, depth)


def network(config: Config) -> Segmenter:
    """The Segmenter of a Config, or its twin without orientations, widened to about as many weights."""
    torch.manual_seed(config.seed)
    net = Segmenter(2, config.widths, config.N, len(KINDS))
    if config.kind == "equivariant":
        return net
    twins = (Segmenter(2, [round(share * width) for width in config.widths], 1, len(KINDS))
             for share in np.arange(1, 4, 0.02))
    return min(twins, key=lambda other: abs(weights(other) - weights(net)))


def examples(config: Config, planets: Sequence[Planet], seed: int
             ) -> tuple[Float[Tensor, "b n 2"], Int[Tensor, "b n"]]:
    """Noisy height and warmth of planets, and their kinds, on the grid of a Config."""
    V = grid(config.level).V
    x = np.stack([each.seen(V, config.noise, seed + i) for i, each in enumerate(planets)])
    return torch.tensor(x, dtype=torch.float32), torch.tensor(np.stack([each.kinds(V) for each in planets]))


def judged(config: Config, turned: bool) -> list[Planet]:
    """The planets of a Config that nobody learns from, upright or each turned at random."""
    found = [planet(10_000 + config.seed + i, upright=True) for i in range(config.judged)]
    draw = np.random.default_rng((config.seed, 3))
    return [each.turned(random_rotation(draw)) if turned else each for each in found]


def says(config: Config, net: nn.Module, world: Planet) -> Int[np.ndarray, " n"]:
    """The kinds that a network sees at all points of one planet."""
    x, _ = examples(config, [world], seed=1_000_000)
    with unwatched(net):
        return net(x, bundle(config))[0].argmax(dim=1).numpy()


def hands(config: Config) -> Knobs:
    """The knobs of a run: Adam's rate; by how many degrees the shown planet, which is judged, is turned."""
    return Knobs(lr=config.lr, turn=60)


def shown(config: Config, degrees: float) -> Planet:
    """The first judged planet, turned about watching.AXIS."""
    return judged(config, False)[0].turned(about(AXIS, np.radians(degrees)))


def accuracy(config: Config, net: nn.Module, turned: bool) -> float:
    """The share of the judged planets' area that gets its right kind: 0 to 1."""
    x, labels = examples(config, judged(config, turned), seed=1_000_000)
    with unwatched(net):
        right = net(x, bundle(config)).argmax(dim=2) == labels
    return float(right.double().mean(dim=0) @ torch.tensor(grid(config.level).areas))


def train(config: Config, net: nn.Module, knobs: Knobs | None = None) -> Iterator[Snapshot]:
    """Cross entropy at all points of config.batch upright planets a step; the rate falls to zero.

    The weights of net are the caller's and change in place. Snapshots offer "said", kinds that net sees on
    the planet `shown`, on a structure "the network", and "true", on "the planet".
    """
    knobs = hands(config) if knobs is None else knobs
    on, draw = bundle(config), np.random.default_rng(config.seed)
    x, labels = examples(config, [planet(i, upright=True) for i in range(config.learned)], seed=2_000_000)
    each = max(1, config.learned // config.batch)
    order = [draw.permutation(config.learned) for _ in range(config.epochs)]
    total = each * config.epochs

    def planet_now(name, kinds):
        return Quantity(name, "vertices", kinds(shown(config, knobs["turn"])), "label")

    looks = {"said": lambda: planet_now("the network", lambda world: says(config, net, world)),
             "true": lambda: planet_now("the planet", lambda world: world.kinds(grid(config.level).V))}

    def objective(step):
        epoch, place = divmod(step - 1, each)
        rows = order[epoch][place * config.batch:][:config.batch]
        net.train()
        return nn.functional.cross_entropy(net(x[rows], on).flatten(0, 1), labels[rows].flatten())

    yield from descend(net.parameters(), objective, total, knobs, looks, fallen(total))
