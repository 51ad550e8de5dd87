"""HodgeNet names body parts on faces of the generated humans (section 8.1), and its ablation (Table 7)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.datasets.humans import PARTS, Body, learn_and_test
from workbench.papers.hodgenet.eigs import Warmth
from workbench.papers.hodgenet.lessons import Lessons, augmented, learn
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface, surface
from workbench.papers.hodgenet.watching import cast, looks, unwatched
from workbench.quantities import Quantity, Snapshot
from workbench.shapes.decimation import decimated
from workbench.shapes.mesh import Mesh
from workbench.training import Knobs
from workbench.training.resuming import Progress


@dataclass(frozen=True)
class Config(Lessons):
    """One run. The defaults are the preset `quick`; the paper's network and training are `full` (section 7).

    size                  meshes of about "1k" or "5k" vertices
    normals               whether normals are features beside positions
    coarsest, coarse      augmentation, too: decimation to a share of the faces between coarsest and 1. Each
                          body has `coarse` such meshes beside its own, made once; the paper makes one at
                          every step, which costs 0.08 s a body, four times its eigenproblem here
    bodies                how many training bodies, and how many test bodies; None: all 80 and 20
    other fields          as in Lessons
    """

    size: str = "1k"
    normals: bool = True
    coarsest: float = 0.5
    coarse: int = 0
    bodies: tuple[int, int] | None = None

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(
            quick=cls(),
            full=cls(k=4, m=32, extra=32, n=32, batch=16, lr=1e-4, epochs=200, turned=True, coarse=4),
            tiny=cls(m=8, extra=4, n=8, batch=2, epochs=6, bodies=(2, 1)),
        )


def ablation(config: Config) -> dict[str, Config]:
    """The six rows of Table 7: the setting of a Config, and what is taken from it one at a time."""
    return {
        "full": config,
        "no normals": config.with_(normals=False),
        "no additional eig.": config.with_(extra=0),
        "half k": config.with_(k=config.k // 2),
        "half m": config.with_(m=config.m // 2, extra=config.extra // 2),
        "quarter n": config.with_(n=config.n // 4),
    }


@dataclass(frozen=True, eq=False)
class Example:
    """A body in the unit ball, the part that each face belongs to, and coarser meshes of it."""

    ready: Surface
    labels: Int[Tensor, " m"]
    coarser: tuple["Example", ...] = ()


def prepare(config: Config, bodies: Iterable[Body]) -> tuple[Example, ...]:
    """Stencils, patterns and labels of bodies, centred and scaled into the unit sphere as in the paper."""
    return tuple(_example(body.mesh, body.parts, body.name) for body in bodies)


def prepare_to_learn(config: Config, bodies: Iterable[Body]) -> tuple[Example, ...]:
    """The same, with config.coarse randomly decimated meshes of each body, by the seed (section 8.1)."""
    found = []
    for place, body in enumerate(bodies):
        draw = np.random.default_rng((config.seed, place))
        coarser = tuple(_decimated(body, draw.uniform(config.coarsest, 1), int(draw.integers(2**31)))
                        for _ in range(config.coarse))
        found.append(replace(_example(body.mesh, body.parts, body.name), coarser=coarser))
    return tuple(found)


def _decimated(body, share, seed):
    mesh, kept = decimated(body.mesh, round(share * body.mesh.n_faces), seed)
    return _example(mesh, body.parts[kept], f"{body.name}, {mesh.n_faces} faces")


def _example(mesh, parts, name):
    return Example(surface(mesh.in_unit_ball(), name), majority(mesh.F, parts))


def on_faces(body: Body) -> Int[Tensor, " m"]:
    """The part of each face of a body."""
    return majority(body.mesh.F, body.parts)


def majority(F: Int[np.ndarray, "m 3"], labels: Int[np.ndarray, " n"]) -> Int[Tensor, " m"]:
    """The label of each face: that of two corners or three, of the first where all differ."""
    a, b, c = labels[F].T
    return torch.tensor(np.where(b == c, b, a))


def features(config: Config, example: Example, draw: np.random.Generator | None = None
             ) -> Float[Tensor, "n c"]:
    """Positions, and normals if wanted; with draw, of a body stretched and turned at random."""
    mesh = example.ready.mesh
    if draw is not None:
        mesh = augmented(config, mesh, draw)
    found = np.hstack([mesh.V, mesh.vertex_normals]) if config.normals else mesh.V
    return torch.tensor(found, dtype=torch.float32)


def network(config: Config) -> HodgeNet:
    """The HodgeNet of a Config, with weights drawn from its seed: one of 8 parts at every face."""
    torch.manual_seed(config.seed)
    return HodgeNet(6 if config.normals else 3, len(PARTS), k=config.k, m=config.m, extra=config.extra,
                    n=config.n, at="faces")


def predict(net: HodgeNet, example: Example, config: Config) -> Int[Tensor, " m"]:
    """The likeliest part at every face."""
    with unwatched(net):
        return net([example.ready], features(config, example)).argmax(dim=1)


def accuracy(net: HodgeNet, examples: Sequence[Example], config: Config) -> tuple[float, float]:
    """Share of faces, and share of area, that get their right part, over all examples together: 0 to 1."""
    right = [(predict(net, example, config) == example.labels).numpy() for example in examples]
    areas = np.concatenate([example.ready.mesh.face_areas for example in examples])
    hits = np.concatenate(right)
    return float(hits.mean()), float(areas[hits].sum() / areas.sum())


def train(config: Config, net: HodgeNet, examples: Sequence[Example], test: Sequence[Example],
          knobs: Knobs | None = None, progress: Progress | None = None, warmth: Warmth | None = None
          ) -> Iterator[Snapshot]:
    """Cross entropy at all faces of config.batch bodies a step, epoch after epoch in an order from the seed.

    The weights of net are the caller's and change in place; with a Progress a killed run goes on. Snapshots
    offer, on the first test body, what watching.looks lists ("test error" is in percent of faces, measured
    after every epoch), and "prediction" and "truth" on faces. warmth: where the run remembers modes.
    """
    knobs = Knobs(lr=config.lr, mode=1) if knobs is None else knobs
    warmth = Warmth() if warmth is None else warmth
    scores: list[tuple[int, float]] = []

    def loss(places, draw):
        batch = [examples[place] for place in places]
        if draw is not None:
            batch = [_some_mesh(example, draw) for example in batch]
        F = torch.cat([features(config, example, draw) for example in batch])
        labels = torch.cat([example.labels for example in batch])
        return nn.functional.cross_entropy(net([example.ready for example in batch], F, warmth), labels)

    def between(step):
        scores.append((step, 100 * (1 - accuracy(net, test, config)[0])))

    shown = test[0]
    seen = looks(net, shown.ready, features(config, shown), knobs, scores) | {
        "prediction": lambda: Quantity("prediction", "faces", predict(net, shown, config).numpy(), "label"),
        "truth": lambda: Quantity("truth", "faces", shown.labels.numpy(), "label"),
    }
    yield from learn(config, net, len(examples), loss, knobs, between, seen, progress)


def _some_mesh(example, draw):
    """The body's own mesh or one of its coarser ones."""
    return (example, *example.coarser)[draw.integers(1 + len(example.coarser))]


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Data, network and run in one call; and the structures its quantities live on."""
    bodies = learn_and_test(config.size, config.bodies)
    examples, test = prepare_to_learn(config, bodies[0]), prepare(config, bodies[1])
    mesh = test[0].ready.mesh
    return train(config, network(config), examples, test), cast(mesh) | {"prediction": mesh, "truth": mesh}
