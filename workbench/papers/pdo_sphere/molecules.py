"""Energies of molecules from spheres around their atoms: QM7, another version of it than the paper's."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.datasets.qm7 import CHARGES, Molecules, surroundings
from workbench.papers.pdo_sphere.experiment import weights
from workbench.papers.pdo_sphere.method import Classifier
from workbench.papers.pdo_sphere.spheres import Sphere, gauged_spheres, spheres
from workbench.quantities import Snapshot
from workbench.shapes.icosahedral import grid
from workbench.training import Knobs, descend, fallen
from workbench.training.presets import Presets
from workbench.training.unwatched import unwatched


@dataclass(frozen=True)
class Config(Presets):
    """One run; names as in experiment.Config. learned, judged: how many molecules, drawn by the seed."""

    level: int = 2
    N: int = 5
    widths: tuple[int, ...] = (12, 20)
    kind: str = "equivariant"
    features: int = 20
    learned: int = 1000
    judged: int = 500
    batch: int = 16
    lr: float = 5e-3
    epochs: int = 5
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(quick=cls(),
                    full=cls(level=3, widths=(16, 32), features=64, learned=5681, judged=1420, epochs=50),
                    tiny=cls(level=1, N=4, widths=(4, 4), features=4, learned=8, judged=4, batch=4, epochs=4))


class Energies(nn.Module):
    """Every atom's sphere to features that no rotation changes, then a sum over the molecule's atoms."""

    def __init__(self, widths: tuple[int, ...], N: int, features: int):
        super().__init__()
        pooled = [True] * (len(widths) - 1) + [False]
        self.spheres = Classifier(len(CHARGES), widths, pooled, N, features)
        self.last = nn.Sequential(nn.Linear(features + len(CHARGES), 32), nn.SiLU(), nn.Linear(32, 1))

    def forward(self, x: Float[Tensor, "atoms n 5"], elements: Float[Tensor, "atoms 5"],
                molecule: Int[Tensor, " atoms"], on: tuple[Sphere, ...]) -> Float[Tensor, " m"]:
        each = self.last(torch.cat([self.spheres(x, on), elements], dim=1))[:, 0]
        return each.new_zeros(int(molecule.max()) + 1).index_add(0, molecule, each)


def bundle(config: Config) -> tuple[Sphere, ...]:
    """The spheres that a Config's network works on."""
    if config.kind == "gauged":
        return gauged_spheres(config.level, len(config.widths))
    return spheres(config.level, config.N, len(config.widths))


def network(config: Config) -> Energies:
    """The network of a Config, or its twin without orientations, widened to about as many weights."""
    torch.manual_seed(config.seed)
    net = Energies(config.widths, config.N, config.features)
    if config.kind == "equivariant":
        return net
    twins = (Energies(tuple(round(share * width) for width in config.widths), 1, config.features)
             for share in np.arange(1, 4, 0.02))
    return min(twins, key=lambda other: abs(weights(other) - weights(net)))


@dataclass(frozen=True, eq=False)
class Baseline:
    """Energy as a sum of one number for each element, by least squares: what is left is to be learned.

    share (5,) in kcal/mol; spread: the standard deviation of what is left, the unit of learning
    """

    share: Float[np.ndarray, "5"]
    spread: float


def counts(found: Molecules, rows: Int[np.ndarray, " k"]) -> Float[np.ndarray, "k 5"]:
    """How many atoms of each element: (k, 5)."""
    return (found.charges[rows][..., None] == np.array(CHARGES)).sum(axis=1).astype(np.float64)


def split(config: Config, found: Molecules) -> tuple[Int[np.ndarray, " a"], Int[np.ndarray, " b"]]:
    """The numbers of the molecules to learn from and to be judged on, drawn by the seed."""
    order = np.random.default_rng(config.seed).permutation(len(found.energies))
    return order[:config.learned], order[config.learned:][:config.judged]


def baseline(found: Molecules, rows: Int[np.ndarray, " a"]) -> Baseline:
    """Least squares on the molecules to learn from."""
    share = np.linalg.lstsq(counts(found, rows), found.energies[rows], rcond=None)[0]
    return Baseline(share, float(np.std(found.energies[rows] - counts(found, rows) @ share)))


def inputs(config: Config, found: Molecules, rows: Int[np.ndarray, " k"]):
    """The spheres of all atoms, their elements, and the molecule of each."""
    V = grid(config.level).V
    x = [np.log1p(surroundings(found.charges[i], found.positions[i], V)) for i in rows]
    elements = np.concatenate([found.charges[i][found.charges[i] > 0] for i in rows])
    return (torch.tensor(np.concatenate(x), dtype=torch.float32),
            torch.tensor((elements[:, None] == np.array(CHARGES)).astype(np.float32)),
            torch.tensor(np.repeat(np.arange(len(rows)), [len(each) for each in x])))


def rmse(config: Config, net: Energies, found: Molecules, rows: Int[np.ndarray, " b"], base: Baseline
         ) -> float:
    """Root mean square error in kcal/mol over molecules nobody learned from."""
    wrong, on = [], bundle(config)
    with unwatched(net):
        for first in range(0, len(rows), 20):
            some = rows[first:first + 20]
            said = net(*inputs(config, found, some), on).numpy() * base.spread
            wrong.append(said + counts(found, some) @ base.share - found.energies[some])
    return float(np.sqrt(np.mean(np.concatenate(wrong) ** 2)))


def train(config: Config, net: Energies, found: Molecules, knobs: Knobs | None = None) -> Iterator[Snapshot]:
    """Squared error of energies, after the baseline, over config.batch molecules a step."""
    knobs, on = Knobs(lr=config.lr) if knobs is None else knobs, bundle(config)
    rows, _ = split(config, found)
    base, draw = baseline(found, rows), np.random.default_rng(config.seed + 1)
    target = torch.tensor((found.energies[rows] - counts(found, rows) @ base.share) / base.spread).float()
    each = max(1, len(rows) // config.batch)
    order, total = [draw.permutation(len(rows)) for _ in range(config.epochs)], each * config.epochs

    def objective(step):
        epoch, place = divmod(step - 1, each)
        some = order[epoch][place * config.batch:][:config.batch]
        net.train()
        return nn.functional.mse_loss(net(*inputs(config, found, rows[some]), on), target[some])

    yield from descend(net.parameters(), objective, total, knobs, decay=fallen(total))
