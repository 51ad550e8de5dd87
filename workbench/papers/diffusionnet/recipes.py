"""The networks that ship for the chapter's figures: how each is made, and where to find it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from workbench.datasets import learn_and_test
from workbench.datasets.humans import humans
from workbench.papers.diffusionnet.checkpoints import load_shipped, save
from workbench.papers.diffusionnet.correspondence import (
    MapConfig,
    Matched,
    feature_network,
    judge,
    learn_maps,
    matched,
)
from workbench.papers.diffusionnet.experiment import Config, accuracy, network, prepare, train
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.papers.diffusionnet.watching import Example
from workbench.training import finish
from workbench.training.checkpoints import made_by
from workbench.training.resuming import Progress

#: sizes of the basis: Fig. 13's
BASIS_SIZES = (8, 16, 32, 64, 96, 128, 196)

#: section 5.4 on the generated humans: each vertex names the nearest of 500 template points
POINTS = Config(target="points", points=500, inputs="xyz", turn="upright", width=64, k=128, epochs=60,
                halving=20)

#: Fig. 13's task, with fewer channels and steps
BASIS = POINTS.with_(width=32, epochs=8, halving=3)

#: Table 7 on the generated humans: parts from positions turned at random
PARTS_FROM_POSITIONS = Config(inputs="xyz", epochs=10, halving=4)


#: Fig. 5: left from right on bodies and their mirror images, with gradients that turn, or only scale
SIDES = {rotation: Config(target="side", mirrored=True, rotation=rotation, epochs=12, halving=4)
         for rotation in (True, False)}

#: Table 4 on the generated humans
MAPS = MapConfig.preset("quick")


def _recipes():
    yield "diffusionnet_parts", Config()
    yield "diffusionnet_points", POINTS
    for number, variant in enumerate(VARIANTS):
        yield f"diffusionnet_ablation_{number}", PARTS_FROM_POSITIONS.with_(variant=variant)
    for k in BASIS_SIZES:
        yield f"diffusionnet_basis_{k}", BASIS.with_(k=k)
    yield "diffusionnet_sides_turning", SIDES[True]
    yield "diffusionnet_sides_scaling", SIDES[False]
    yield "diffusionnet_maps", MAPS


#: name of the file in assets/checkpoints -> the Config that makes it
RECIPES: Mapping[str, Config | MapConfig] = dict(_recipes())


def name_of(config: Config | MapConfig) -> str:
    """The recipe with this Config; raises KeyError when there is none."""
    for name, known in RECIPES.items():
        if known == config:
            return name
    raise KeyError(f"no shipped network was made with {config}")


def shipped_network(config: Config | MapConfig) -> DiffusionNet:
    """The network that was trained with exactly this Config and came with the workbench.

    Raises KeyError when there is no recipe for it, FileNotFoundError when its file is missing.
    """
    return load_shipped(name_of(config))


@lru_cache(maxsize=1)
def prepared(data: Config) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The bodies of a Config to learn from and to be judged on; kept until others are asked for."""
    learn, test = (prepare(data, bodies) for bodies in learn_and_test(data.size, data.bodies))
    return learn, test


def _data_of(config):
    """The Config that has the same bodies, operators, inputs and labels, and else the defaults."""
    names = ("target", "size", "points", "inputs", "k", "mirrored", "bodies", "device")
    return Config(**{name: getattr(config, name) for name in names})


def learned(config: Config, progress: Callable = lambda run, **_: run, note: Progress | None = None):
    """Train anew what ships: the network and its accuracy on the test bodies.

    progress   wraps the run; tqdm is one
    """
    learn, test = prepared(_data_of(config))
    net = network(config)
    if note is not None:
        note.net = net
    run = train(config, net, learn, progress=note)
    finish(progress(run, total=config.epochs * len(learn)))
    return net.eval(), accuracy(net, test)


def sides_told(anew: bool = False, progress: Callable = lambda run, **_: run, bodies: int = 10,
               ) -> dict[str, float]:
    """Fig. 5: the share of vertices put on their right side, by words for what gradients may do.

    Judged on so many of the test bodies and their mirror images.
    anew      train both networks (SIDES) instead of taking those that ship
    progress  wraps what is gone through; tqdm is one
    """
    test = prepare(SIDES[True], progress(humans("test")[:: max(1, 20 // bodies)], desc="with mirror images"))
    found = {}
    for words, rotation in (("turning and scaling", True), ("scaling only", False)):
        config = SIDES[rotation]
        net = learned(config, progress)[0] if anew else shipped_network(config)
        found[words] = accuracy(net, test)
    return found


@lru_cache(maxsize=1)
def judged_pairs(config: MapConfig, every: int = 7) -> tuple[tuple[Matched, Matched], ...]:
    """Pairs of the 20 test bodies made ready: every `every`th of all 190."""
    test = [matched(config, body.name, body.mesh, body.correspondence) for body in humans("test")]
    return tuple((one, two) for i, one in enumerate(test) for two in test[i + 1:])[::every]


def learned_maps(config: MapConfig, progress: Callable = lambda run, **_: run, note: Progress | None = None):
    """Train anew the features of functional maps: the network and 100 x its mean geodesic error (judge)."""
    shapes = [matched(config, body.name, body.mesh, body.correspondence) for body in humans("train")]
    net = feature_network(config, shapes)
    if note is not None:
        note.net = net
    finish(progress(learn_maps(config, net, shapes, note), total=config.steps))
    return net.eval(), 100 * float(judge(config, net, judged_pairs(config)).mean())


def make(name: str, folder: Path, notes: Path, progress: Callable = lambda run, **_: run) -> str:
    """Train the recipe called name and write folder/<name>.pt; what it reached, as "accuracy 0.95".

    notes  a folder for the state of the run: killed and called again, it goes on where it was
    """
    config = RECIPES[name]
    maps = isinstance(config, MapConfig)
    begin, learns, word = (feature_network, learned_maps, "error") if maps else (network, learned, "accuracy")
    note = Progress(notes / f"{name}.note.pt", begin(config), f"{name}: {config}", seconds=30.0)
    net, score = learns(config, progress, note)
    data = f"generated humans, {'1k' if maps else config.size}, persons 0-7; tested on persons 8-9"
    command = f"python -m workbench.papers.diffusionnet make {name}"
    about = made_by(command, config.seed, data, note.cpu, **{word: round(score, 4)}, config=str(config))
    save(net, folder / f"{name}.pt", about)
    note.path.unlink(missing_ok=True)
    return f"{word} {score:.4g}"
