"""PDO-eS2CNN on spherical digits: learn them upright or turned, judge them upright or turned (Table 1)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.datasets.images import Images, data_folder, digits, idx_images
from workbench.datasets.sphere_images import on_sphere
from workbench.operators.rotations import random_rotation
from workbench.papers.pdo_sphere.method import Classifier
from workbench.papers.pdo_sphere.spheres import Sphere, gauged_spheres, spheres
from workbench.papers.pdo_sphere.watching import cast, hands, looks
from workbench.quantities import Snapshot
from workbench.shapes.icosahedral import grid
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend, fallen
from workbench.training.presets import Presets
from workbench.training.resuming import Progress
from workbench.training.unwatched import unwatched

DATA = ("digits", "mnist")
KINDS = ("equivariant", "gauged")
POSES = ("N", "R")


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`.

    data       "digits" (scikit-learn, 8 x 8) or "mnist" (28 x 28, in the folder that WORKBENCH_DATA names)
    level      of the grid: 3 has 642 points, 4 has 2562
    N          turns, the order of the cyclic group
    finer      ReLU is taken at `finer` times N turns; 1 is the paper's
    widths     channels after each layer; pooled: whether a coarser level follows it
    kind       "equivariant", or "gauged": the twin without orientations, as many weights, south and east
    transport  False leaves frames at neighbours as they are stored
    poses      "N" learns digits around the north pole, "R" turned at random, anew at every step
    count      how many training images, and how many judged; None: all
    measured   the meter and the test set are asked every so many steps, the test set by `asked` images
    """

    data: str = "digits"
    level: int = 3
    N: int = 5
    finer: int = 2
    widths: tuple[int, ...] = (12, 16, 32)
    pooled: tuple[bool, ...] = (True, False, False)
    kind: str = "equivariant"
    transport: bool = True
    poses: str = "N"
    batch: int = 16
    lr: float = 1e-2
    epochs: int = 8
    count: tuple[int | None, int | None] = (None, None)
    measured: int = 50
    asked: int = 100
    seed: int = 0

    def __post_init__(self):
        for word, names in (("data", DATA), ("kind", KINDS), ("poses", POSES)):
            if getattr(self, word) not in names:
                raise ValueError(f"{word} is one of {', '.join(names)}; got {getattr(self, word)!r}")

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(data="mnist", level=4, widths=(12, 20, 32, 40), pooled=(True, True, False, False),
                     lr=1e-2, epochs=10, measured=500, asked=500),
            tiny=cls(level=2, N=4, widths=(8, 12), pooled=(True, False), lr=5e-2, epochs=8, count=(96, 20),
                     measured=16, asked=10),
        )

    @property
    def steps(self) -> int:
        """Steps of the whole run over the images that there are."""
        known = {"digits": 1200, "mnist": 60_000}[self.data]
        return self.epochs * max(1, (self.count[0] or known) // self.batch)


def images(config: Config) -> tuple[Images, Images]:
    """The images of a Config to learn from and to be judged on. Raises FileNotFoundError without MNIST."""
    read = digits if config.data == "digits" else lambda split: idx_images(data_folder() / "mnist", split)
    return tuple(Images(found.pixels[:count], found.labels[:count])
                 for found, count in zip(map(read, ("train", "test")), config.count, strict=True))


def bundle(config: Config, dtype: torch.dtype = torch.float32) -> tuple[Sphere, ...]:
    """The spheres that a Config's network works on."""
    depth = 1 + sum(config.pooled[:-1])
    if config.kind == "gauged":
        return gauged_spheres(config.level, depth, dtype=dtype)
    return spheres(config.level, config.N, depth, fine=config.finer * config.N, transport=config.transport,
                   dtype=dtype)


def network(config: Config) -> Classifier:
    """The Classifier of a Config, with weights drawn from its seed; a twin is widened to as many weights."""
    torch.manual_seed(config.seed)
    net = Classifier(1, config.widths, config.pooled, config.N, 10)
    if config.kind == "equivariant":
        return net
    wider = min((Classifier(1, [round(share * width) for width in config.widths], config.pooled, 1, 10)
                 for share in np.arange(1, 4, 0.02)), key=lambda other: abs(weights(other) - weights(net)))
    return wider


def weights(net: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(parameter.numel() for parameter in net.parameters())


def signals(config: Config, pixels: Float[np.ndarray, "b h w"], turned: bool, seed: tuple[int, ...]
            ) -> Float[Tensor, "b n 1"]:
    """Images on the sphere, around the north pole or each turned by a rotation that follows from the seed."""
    draw = np.random.default_rng(seed)
    R = np.stack([random_rotation(draw) for _ in pixels]) if turned else None
    return torch.tensor(on_sphere(pixels, grid(config.level).V, R)[..., None], dtype=torch.float32)


def predict(config: Config, net: Classifier, pixels: Float[np.ndarray, "b h w"], turned: bool
            ) -> Int[np.ndarray, " b"]:
    """The digits that a network sees on the sphere, around the pole or turned at random."""
    found, on = [], bundle(config)
    with unwatched(net):
        for first in range(0, len(pixels), 50):
            x = signals(config, pixels[first:first + 50], turned, (config.seed, 1, first))
            found.append(net(x, on).argmax(dim=1).numpy())
    return np.concatenate(found)


@dataclass(frozen=True, eq=False)
class Said:
    """A turned digit as a signal (n,), the digit a network sees in it, and (digit, probability), (10, 2)."""

    signal: Float[np.ndarray, " n"]
    digit: int
    curve: Float[np.ndarray, "10 2"]


def say(config: Config, net: Classifier, pixels: Float[np.ndarray, "1 h w"], R: Float[np.ndarray, "3 3"]
        ) -> Said:
    """What a network says of one image, turned by R on the sphere."""
    x = torch.tensor(on_sphere(pixels, grid(config.level).V, R[None])[..., None], dtype=torch.float32)
    with unwatched(net):
        share = net(x, bundle(config)).softmax(dim=1)[0].double().numpy()
    return Said(x[0, :, 0].double().numpy(), int(share.argmax()), np.stack([np.arange(10.0), share], axis=1))


def accuracy(config: Config, net: Classifier, judged: Images, turned: bool) -> float:
    """The share of images whose digit is seen: 0 to 1."""
    return float(np.mean(predict(config, net, judged.pixels, turned) == judged.labels))


def train(config: Config, net: Classifier, learned: Images, judged: Images | None = None,
          knobs: Knobs | None = None, progress: Progress | None = None) -> Iterator[Snapshot]:
    """Cross entropy over config.batch digits a step; the rate falls to zero along half a cosine.

    The weights of net are the caller's and change in place. Snapshots offer what watching.looks names; with a
    Progress a killed run goes on where its file says.
    """
    knobs = hands(config) if knobs is None else knobs
    on, scores = bundle(config), {"upright": [], "turned": [], "equivariance error": []}
    each = max(1, len(learned.labels) // config.batch)
    draw, total = np.random.default_rng(config.seed), config.epochs * each
    order = np.stack([draw.permutation(len(learned.labels)) for _ in range(config.epochs)])
    shown = looks(config, net, on, judged, knobs, scores)

    def objective(step):
        if judged is not None and (step - 1) % config.measured == 0:
            _measure(config, net, judged, shown.error, scores, step - 1)
        net.train()
        epoch, place = divmod(step - 1, each)
        rows = order[epoch, place * config.batch:][:config.batch]
        x = signals(config, learned.pixels[rows], config.poses == "R", (config.seed, 2, step))
        return nn.functional.cross_entropy(net(x, on), torch.from_numpy(learned.labels[rows]))

    yield from descend(net.parameters(), objective, total, knobs, shown.quantities, fallen(total),
                       progress=progress)


def _measure(config, net, judged, error, scores, step):
    some = Images(judged.pixels[:config.asked], judged.labels[:config.asked])
    for name, turned in (("upright", False), ("turned", True)):
        scores[name].append((step, accuracy(config, net, some, turned)))
    scores["equivariance error"].append((step, error()))


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Data, network and run in one call; and the structures its quantities live on. For scripts and tests."""
    learned, judged = images(config)
    return train(config, network(config), learned, judged), cast(config)
