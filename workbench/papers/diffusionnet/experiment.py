"""DiffusionNet's experiments on the generated humans: body parts (section 5.2), left and right (Fig. 5)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbench.bridge import Operators, chosen_device
from workbench.datasets.humans import PARTS, learn_and_test
from workbench.papers.diffusionnet.examples import prepare, reflected
from workbench.papers.diffusionnet.method import MLP, DiffusionNet
from workbench.papers.diffusionnet.pacing import paced, rates
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.papers.diffusionnet.watching import Example, cast, hands, looks, obedient, predict
from workbench.quantities import Snapshot
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs, descend, finish
from workbench.training.presets import Presets
from workbench.training.resuming import Progress

__all__ = [
    "Config", "PointwiseNet", "accuracy", "baseline", "begin", "network", "prepare", "reflected",
    "tell_sides", "train",
]

SIDES = ("right", "left")
TARGETS = {"parts": PARTS, "side": SIDES, "points": ()}
TURNS = {"any": "by any rotation", "upright": "about the vertical axis", "none": "not at all"}

#: what may be known at a vertex, and how many channels that is
INPUTS = {"hks": 16, "xyz": 3}


@dataclass(frozen=True)
class Config(Presets):
    """One run. The defaults are the preset `quick`; the paper's own setting is `full` (section 5, Setup).

    target    what is learned at each vertex: "parts" (8 classes), "side" (2 classes), or "points": which of
              `points` template points, spread evenly over the body, is the nearest (section 5.4)
    size      meshes of about "1k" or "5k" vertices
    inputs    "hks" (16 heat kernel signatures, invariant to bending) or "xyz" (turned at random)
    turn      how positions are turned at every step: by "any" rotation, "upright", about the vertical axis,
              or "none"
    variant   "full", or a row of Table 7: a network with something left out (variants.py)
    width, blocks, k, dropout, lr, epochs, halving   the network's and Adam's numbers; halving in epochs, 0:
              the rate rises over a twentieth of the run and falls to nothing as a cosine does
    pace      Adam's rate for log t over its rate for the rest: at 30 and lr 3e-3 a time changes 9 % a step
    rotation  gradient features turn and scale (complex A), or only scale (real A): Eq. 6
    mirrored  every body also comes reflected, its sides swapped, so that no bias of the meshes tells them
    bodies    how many training bodies, and how many test bodies, of the 80 and 20; None: all
    device    where it learns: "cpu", "cuda", or "auto" for a CUDA card where there is one
    """

    target: str = "parts"
    size: str = "1k"
    points: int = 1000
    inputs: str = "hks"
    turn: str = "any"
    variant: str = "full"
    width: int = 32
    blocks: int = 4
    k: int = 64
    dropout: float = 0.0
    lr: float = 3e-3
    epochs: int = 24
    halving: int = 8
    pace: float = 30.0
    rotation: bool = True
    mirrored: bool = False
    bodies: tuple[int, int] | None = None
    device: str = "auto"
    seed: int = 0

    def __post_init__(self):
        known = {"target": TARGETS, "inputs": INPUTS, "turn": TURNS, "variant": VARIANTS}
        for word, names in known.items():
            name = getattr(self, word)
            if name not in names:
                raise ValueError(f"{word} is one of {', '.join(names)}; got {name!r}")

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(size="5k", width=128, k=128, dropout=0.5, lr=1e-3, epochs=200, halving=50),
            tiny=cls(width=8, blocks=2, k=16, epochs=10, halving=10, bodies=(2, 1)),
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of what is told apart."""
        if self.target == "points":
            return tuple(f"point {number}" for number in range(self.points))
        return TARGETS[self.target]


def network(config: Config) -> DiffusionNet:
    """The DiffusionNet of a Config, with weights drawn from its seed."""
    torch.manual_seed(config.seed)
    sizes = dict(
        c_in=INPUTS[config.inputs],
        c_out=len(config.classes),
        width=config.width,
        blocks=config.blocks,
        dropout=config.dropout,
        rotation=config.rotation,
    )
    net = VARIANTS[config.variant](**sizes)
    return net.to(chosen_device(config.device))


class PointwiseNet(nn.Module):
    """The baseline: an MLP at every vertex, as deep as a DiffusionNet, where no vertex hears of another."""

    def __init__(self, c_in: int, c_out: int, width: int, blocks: int):
        super().__init__()
        self.mlp = MLP(c_in, *[width] * (3 * blocks + 1), c_out)

    def forward(self, x: Float[Tensor, "n c_in"], ops: Operators) -> Float[Tensor, "n c_out"]:
        return self.mlp(x)


def baseline(config: Config) -> PointwiseNet:
    """A PointwiseNet with the inputs, outputs, width and depth of network(config)."""
    torch.manual_seed(config.seed)
    net = PointwiseNet(INPUTS[config.inputs], len(config.classes), config.width, config.blocks)
    return net.to(chosen_device(config.device))


def accuracy(net: nn.Module, examples: Sequence[Example]) -> float:
    """The share of all vertices, of all examples together, that get their right class: 0 to 1.

    Vertices whose label is -1, which nobody knows, are left out.
    """
    right = sum((predict(net, example) == example.labels).sum().item() for example in examples)
    return right / sum((example.labels >= 0).sum().item() for example in examples)


def train(
    config: Config,
    net: nn.Module,
    examples: Sequence[Example],
    test: Sequence[Example] = (),
    knobs: Knobs | None = None,
    progress: Progress | None = None,
) -> Iterator[Snapshot]:
    """Cross entropy at all vertices of one shape a step, epoch after epoch in an order drawn from the seed.

    The weights of net are the caller's and change in place. Snapshots offer, for the body that knobs["body"]
    names among test: "prediction", "truth" and, where net diffuses, "kernel"; and the plots "diffusion times"
    and "test accuracy" (measured after every epoch). With a Progress, the run goes on where its file says.
    """
    knobs = hands(config, net, test) if knobs is None else knobs
    torch.manual_seed(config.seed)
    order = _epochs(config, len(examples))
    scores: list[tuple[int, float]] = []
    obey = obedient(net, knobs)

    def objective(step):
        if test and (step - 1) % len(examples) == 0:
            scores.append((step - 1, accuracy(net, test)))
        obey()
        net.train()
        example = examples[order[step - 1]]
        return nn.functional.cross_entropy(net(seen(config, example, step), example.ops), example.labels,
                                           ignore_index=-1)

    shown = looks(net, test, knobs, scores, obey)
    steps = config.epochs * len(examples)
    decay = rates(steps, config.halving * len(examples))
    yield from descend(paced(net, config.pace), objective, steps, knobs, shown, decay, progress=progress)


def one_a_step(config: Config, net: nn.Module, examples: Sequence[Example],
               loss: Callable[[Example, Float[Tensor, "n c"], int], Float[Tensor, ""]],
               progress: Progress | None = None) -> Iterator[Snapshot]:
    """Descend on loss(example, its inputs at this step, step), config.epochs times through all, shuffled.

    With nobody at the knobs. A run with a Progress can be killed and goes on.
    """
    order = _epochs(config, len(examples))
    torch.manual_seed(config.seed)

    def objective(step):
        net.train()
        example = examples[order[step - 1]]
        return loss(example, seen(config, example, step), step)

    yield from descend(paced(net, config.pace), objective, len(order), Knobs(lr=config.lr),
                       decay=rates(len(order), config.halving * len(examples)), progress=progress)


def _epochs(config, count):
    draw = np.random.default_rng(config.seed)
    return np.concatenate([draw.permutation(count) for _ in range(config.epochs)])


def seen(config: Config, example: Example, step: int) -> Float[Tensor, "n c"]:
    """What the network is shown of an example at a step: positions turned, signatures as they are."""
    return turned(config, example.inputs, step) if config.inputs == "xyz" else example.inputs


def turned(config: Config, X: Float[Tensor, "n 3"], step: int) -> Float[Tensor, "n 3"]:
    """Positions turned as config.turn says, by a rotation that follows from the seed and the step."""
    if config.turn == "none":
        return X
    draw = np.random.default_rng((config.seed, step))
    if config.turn == "upright":
        angle = draw.uniform(0, 2 * np.pi)
        cos, sin = np.cos(angle), np.sin(angle)
        Q = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    else:  # the Q of a Gaussian matrix, made proper
        Q, R = np.linalg.qr(draw.standard_normal((3, 3)))
        Q = Q * np.sign(np.diag(R))
        Q[:, 0] *= np.sign(np.linalg.det(Q))
    return X @ torch.as_tensor(Q, dtype=X.dtype, device=X.device)


def tell_sides(
    config: Config,
    examples: Sequence[Example],
    test: Sequence[Example],
    progress: Callable = lambda run, **_: run,
) -> dict[str, float]:
    """Fig. 5: test accuracy of telling left from right, with gradients that turn and scale, or only scale.

    config      with target "side" and mirrored bodies; examples and test prepared from it
    progress    wraps each of the two runs; tqdm is one
    """
    found = {}
    for words, rotation in (("turning and scaling", True), ("scaling only", False)):
        net = network(config.with_(rotation=rotation))
        finish(progress(train(config, net, examples), total=config.epochs * len(examples), desc=words))
        found[words] = accuracy(net, test)
    return found


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Data, network and run in one call; and the structures its quantities live on. For scripts and tests."""
    learn, test = (prepare(config, bodies) for bodies in learn_and_test(config.size, config.bodies))
    return train(config, network(config), learn, test), cast(test)
