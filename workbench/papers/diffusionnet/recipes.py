"""The networks that ship for the chapter's figures: how each is made, and where to find it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from workbench.datasets import learn_and_test
from workbench.papers.diffusionnet.checkpoints import load_shipped, save
from workbench.papers.diffusionnet.experiment import Config, accuracy, network, prepare, train
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.papers.diffusionnet.watching import Example
from workbench.training import finish
from workbench.training.checkpoints import made_by
from workbench.training.resuming import Progress

#: sizes of the basis, five of Fig. 13's
BASIS_SIZES = (8, 32, 64, 128, 196)

#: section 5.4 on the generated humans: each vertex names the nearest of 500 template points
POINTS = Config(target="points", points=500, inputs="xyz", turn="upright", width=64, k=128, epochs=60,
                halving=20)

#: Fig. 13's task, with fewer channels and steps
BASIS = POINTS.with_(width=32, epochs=8, halving=3)

#: Table 7 on the generated humans: parts from positions turned at random
PARTS_FROM_POSITIONS = Config(inputs="xyz", epochs=10, halving=4)


def _recipes():
    yield "diffusionnet_parts", Config()
    yield "diffusionnet_points", POINTS
    for number, variant in enumerate(VARIANTS):
        yield f"diffusionnet_ablation_{number}", PARTS_FROM_POSITIONS.with_(variant=variant)
    for k in BASIS_SIZES:
        yield f"diffusionnet_basis_{k}", BASIS.with_(k=k)


#: name of the file in assets/checkpoints -> the Config that makes it
RECIPES: Mapping[str, Config] = dict(_recipes())


def name_of(config: Config) -> str:
    """The recipe with this Config; raises KeyError when there is none."""
    for name, known in RECIPES.items():
        if known == config:
            return name
    raise KeyError(f"no shipped network was made with {config}")


def shipped_network(config: Config) -> DiffusionNet:
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


def make(name: str, folder: Path, notes: Path, progress: Callable = lambda run, **_: run) -> float:
    """Train the recipe called name and write folder/<name>.pt; its accuracy on the test bodies.

    notes  a folder for the state of the run: killed and called again, it goes on where it was
    """
    config = RECIPES[name]
    note = Progress(notes / f"{name}.note.pt", network(config), f"{name}: {config}", seconds=30.0)
    net, score = learned(config, progress, note)
    data = f"generated humans, {config.size}, persons 0-7; tested on persons 8-9"
    command = f"python -m workbench.papers.diffusionnet make {name}"
    about = made_by(command, config.seed, data, note.cpu, accuracy=round(score, 4), config=str(config))
    save(net, folder / f"{name}.pt", about)
    note.path.unlink(missing_ok=True)
    return score
