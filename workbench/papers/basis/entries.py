"""BASiS' numbers, to be measured again: workbench reproduce basis."""

from functools import cache

from workbench.datasets.toys import TOYS
from workbench.entries import Claim, Entry, Task
from workbench.papers.basis import experiment, table
from workbench.papers.basis.siamese import Pairs
from workbench.training import finish

#: Table 1, BASiS on MNIST: mean of ten runs, and how the number is told
MNIST = {"d_G": (0.107, "{:.3f}", "lower"), "NMI": (0.961, "{:.3f}", "higher"),
         "ACC": (0.986, "{:.3f}", "higher"), "accuracy": (98.522, "{:.2f} %", "higher")}


def toy(task: Task) -> dict[str, float]:
    """Learn a toy set; NMI and ACC of fresh points."""
    config = experiment.Config.preset(task.preset).with_(seed=task.seed, data=task.piece)
    net, data = experiment.network(config), experiment.points(config)
    finish(task.watched(experiment.train(config, net, data), config.steps))
    nmi, acc = experiment.scores(net, data)
    return {f"{task.piece}-NMI": nmi, f"{task.piece}-ACC": acc}


@cache
def _digits(preset):
    pairs = Pairs(steps=60 if preset == "tiny" else 600)
    return table.digit_features(table.Setting.preset(preset), pairs)


def digits(task: Task) -> dict[str, float]:
    """One run of BASiS on Siamese features of the digits; the seed goes on from run to run."""
    found = table.run("BASiS", _digits(task.preset), task.seed + int(task.piece.split()[1]))
    return {name: found[name] for name in MNIST}


def runs(preset: str) -> tuple[str, ...]:
    """Ten runs, as in the paper; fewer where one looks first."""
    return tuple(f"run {number}" for number in range({"tiny": 2, "quick": 3}.get(preset, 10)))


def _toys():
    for name in sorted(TOYS):
        for measure in ("NMI", "ACC"):
            yield f"{name}-{measure}", Claim(
                f"toy sets are clustered perfectly: {name}, {measure}", "section 5.2, Fig. 1", 1.0, "{:.3f}",
                0.005, why="points by our formula; the paper shows its own, and says no formula")


ENTRIES = (
    Entry("basis.toys", dict(_toys()), ("toys_of_fig_1",), ("toys",), toy, ("tiny", "quick", "full"),
          pieces=lambda preset: tuple(sorted(TOYS))),
    Entry("basis.digits", {name: Claim(
        f"BASiS, {name}", "Table 1, MNIST", paper, form, 0.01 if paper < 1 else 1.0, better,
        "scikit-learn's 1,797 digits, features of a smaller Siamese network")
        for name, (paper, form, better) in MNIST.items()},
        ("mnist",), ("digits",), digits, ("tiny", "quick", "full"), pieces=runs),
)
