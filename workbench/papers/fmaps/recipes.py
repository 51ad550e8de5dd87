"""The networks that ship for the chapter's figures: how each is made, and where to find it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.datasets import learn_and_test
from workbench.papers.diffusionnet import DiffusionNet
from workbench.papers.diffusionnet.checkpoints import load_shipped, save
from workbench.papers.fmaps.experiment import Config, error, network, prepare, train
from workbench.training import finish
from workbench.training.checkpoints import made_by
from workbench.training.resuming import Progress

#: the preset quick for three times as many steps, with a rate that falls
HUMANS = Config(steps=3000, halving=1000)

#: name of the file in assets/checkpoints -> the Config that makes it; Fig. 5 compares the two
RECIPES: Mapping[str, Config] = {"fmaps_humans": HUMANS, "fmaps_alone": HUMANS.with_(consistent=(0.0, 0.0))}

#: FAUST in some minutes of one core, on the first bodies as they are: a network that ships learns on, and two
#: begin from nothing, one of them told all. Without ZoomOut, which costs more than half of a step; the larger
#: map asks for more detail in its stead
TUNED = Config(steps=1500, halving=500, lr=3e-4, K=50, zooms=1, sigma=0.07, consistent=(0.0, 0.0),
               bodies=(40, 20))
FAUST: Mapping[str, Config] = {"tuned": TUNED, "faust": TUNED.with_(steps=3000, halving=1000, lr=2e-3),
                               "known": TUNED.with_(steps=1000, halving=300, lr=2e-3, known=True)}


def shipped_network(name: str) -> DiffusionNet:
    """The network of a recipe that came with the workbench; FileNotFoundError when its file is missing."""
    return load_shipped(name)


def make(name: str, folder: Path, notes: Path, progress: Callable = lambda run, **_: run) -> float:
    """Train the recipe called name and write folder/<name>.pt; its error over all test pairs.

    progress  wraps the run; tqdm is one
    notes     a folder for the state of the run: killed and called again, it goes on where it was
    """
    config = RECIPES[name]
    learn, test = (prepare(config, bodies) for bodies in learn_and_test(config.size, config.bodies))
    net = network(config)
    note = Progress(notes / f"{name}.note.pt", net, f"{name}: {config}", seconds=30.0)
    finish(progress(train(config, net, learn, progress=note), total=config.steps))
    score = error(config, net.eval(), test, most=10**9)
    data = f"generated humans, {config.size}, persons 0-7; tested on all pairs of persons 8-9"
    made = made_by(f"python -m workbench.papers.fmaps make {name}", config.seed, data, note.cpu,
                   error=round(score, 2), config=str(config))
    save(net, folder / f"{name}.pt", made)
    note.path.unlink(missing_ok=True)
    return score
