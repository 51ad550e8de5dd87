"""The table of spherical digits: networks and twins, learned upright or turned, judged both ways."""

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.papers.pdo_sphere.checkpoints import load, save
from workbench.papers.pdo_sphere.experiment import (
    Config,
    accuracy,
    bundle,
    images,
    network,
    train,
    weights,
)
from workbench.papers.pdo_sphere.watching import looks
from workbench.training import Knobs, finish
from workbench.training.checkpoints import made_by
from workbench.training.resuming import Progress

#: percent on Spherical MNIST (Table 1): learned upright and judged upright, so and turned, both turned
PAPER = {"small": {"N/N": 99.44, "N/R": 90.14, "R/R": 98.93},
         "large": {"N/N": 99.60, "N/R": 94.25, "R/R": 99.45}}

#: what is compared: the network, the same without transport, and the twin without orientations
ROWS = {"PDO-eS2CNN": {}, "ReLU at N turns": {"finer": 1}, "without transport": {"transport": False},
        "twin": {"kind": "gauged"}}


def measure(name: str, config: Config, command: str, folder: Path, notes: Path,
            progress: Callable = lambda run, **_: run) -> Mapping:
    """Train a network and judge it, unless folder/<name>.pt is there; the record of its making.

    The record has parameters, "upright" and "turned", shares of the test images from 0 to 1, and "error", the
    equivariance error after training. A killed run goes on from its note in `notes`; progress wraps the run.
    """
    path = folder / f"{name}.pt"
    if path.exists():
        return load(path)[2]
    learned, judged = images(config)
    net = network(config)
    note = Progress(notes / f"{name}.note.pt", net, f"{name}: {config}", seconds=20.0)
    finish(progress(train(config, net, learned, progress=note), total=config.steps))
    score = {words: accuracy(config, net, judged, turned) for words, turned in
             (("upright", False), ("turned", True))}
    error = looks(config, net, bundle(config), None, Knobs(), {}).error()
    words = f"{config.data}, {len(learned.labels)} learned, {len(judged.labels)} judged"
    made = made_by(command, config.seed, words, note.cpu, **score, error=error, parameters=weights(net))
    save(net.eval(), config, path, made)
    note.path.unlink(missing_ok=True)
    return made


def table(records: Mapping[tuple[str, str], Mapping]) -> str:
    """Markdown of records by (row, poses): accuracy in percent, weights, equivariance error, CPU seconds."""
    lines = ["| network | learned | judged upright | judged turned | equivariance error | weights | CPU s |",
             "|---|---|---|---|---|---|---|"]
    lines += [f"| {row} | {'turned' if poses == 'R' else 'upright'} | {100 * made['upright']:.2f} % | "
              f"{100 * made['turned']:.2f} % | {made['error']:.3f} | {made['parameters']:,} | "
              f"{made['seconds']:.0f} |" for (row, poses), made in records.items()]
    return "\n".join(lines)
