"""BASiS' numbers, to be measured again: workbench reproduce basis."""

from functools import cache

import numpy as np

from workbench.datasets.toys import TOYS
from workbench.entries import Claim, Entry, Task
from workbench.papers.basis import changing, experiment, figures, surface, table, turning
from workbench.papers.basis.siamese import Pairs
from workbench.training import Knobs, finish

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


def alignment(task: Task) -> dict[str, float]:
    """How far anchors stray over 20 batches, and the loss of a third of a run, with alignment and without."""
    config = experiment.Config.preset(task.preset).with_(seed=task.seed)
    found = figures.many_batches(config, 20)
    short = config.with_(steps=max(1, config.steps // 3), test_every=config.steps)
    ends = {}
    for aligned in (True, False):
        knobs = experiment.hands(short)
        knobs.turn("align", aligned)
        run = experiment.train(short, experiment.network(short), experiment.points(short), knobs)
        ends[aligned] = float(np.mean([snapshot.loss for snapshot in task.watched(run, short.steps)][-20:]))
    return {"before": figures.inconsistency(found.before), "after": figures.inconsistency(found.after),
            "loss": ends[True], "loss-without": ends[False]}


def moving(task: Task) -> dict[str, float]:
    """Features that change while it learns: test images in the right cluster, with T_G and without."""
    config = changing.ChangingConfig.preset(task.preset).with_(seed=task.seed)
    learn, test = changing.images(config)
    found = {}
    for name, led in (("with-T_G", True), ("without-T_G", False)):
        nets, knobs = changing.networks(config, learn), Knobs(lr=config.lr, follow=led)
        finish(task.watched(changing.train(config, *nets, learn, test, knobs), config.steps))
        found[name] = 100 * changing.right(nets, test)
    return found


def turned(task: Task) -> dict[str, float]:
    """Diffusion maps of the turning body: d_G, and by how many degrees the angle is off."""
    config = turning.TurningConfig.preset(task.preset).with_(seed=task.seed)
    pictures = turning.turntable(config)
    net = turning.network(config, pictures)
    finish(task.watched(turning.train(config, net, pictures), config.steps))
    return dict(zip(("d_G", "degrees"), turning.judged(net, pictures), strict=True))


def body(task: Task) -> dict[str, float]:
    """Functions of a body: d_G to its graph's and to the surface's."""
    config = surface.SurfaceConfig.preset(task.preset).with_(seed=task.seed)
    mesh, net = surface.body(config), surface.network(config)
    finish(task.watched(surface.train(config, net, mesh), config.steps))
    apart = surface.distances(net, mesh, surface.truth(config, mesh))
    return dict(zip(("graph", "surface"), apart, strict=True))


def runs(preset: str) -> tuple[str, ...]:
    """Ten runs, as in the paper; fewer where one looks first."""
    return tuple(f"run {number}" for number in range({"tiny": 2, "quick": 3}.get(preset, 10)))


def _toys():
    for name in sorted(TOYS):
        for measure in ("NMI", "ACC"):
            yield f"{name}-{measure}", Claim(
                f"toy sets are clustered perfectly: {name}, {measure}", "section 5.2, Fig. 1", 1.0, "{:.3f}",
                0.005, why="points by our formula; the paper shows its own, and says no formula")


def _said(says, source, form):
    """A claim that the paper makes in a picture or in words."""
    return Claim(says, source, None, form, 0.0, why="the paper prints no number")


PRESETS = ("tiny", "quick", "full")

ENTRIES = (
    Entry("basis.toys", dict(_toys()), ("toys_of_fig_1",), ("toys",), toy, PRESETS,
          pieces=lambda preset: tuple(sorted(TOYS))),
    Entry("basis.digits", {name: Claim(
        f"BASiS, {name}", "Table 1, MNIST", paper, form, 0.01 if paper < 1 else 1.0, better,
        "scikit-learn's 1,797 digits, features of a smaller Siamese network")
        for name, (paper, form, better) in MNIST.items()},
        ("mnist",), ("digits",), digits, PRESETS, pieces=runs),
    Entry("basis.alignment", {
        "before": _said("anchors disagree from batch to batch: root mean square", "Fig. 3", "{:.2f}"),
        "after": _said("aligned, they agree", "Fig. 3", "{:.2f}"),
        "loss": _said("loss after a third of a run, with alignment", "section 4.1", "{:.2f}"),
        "loss-without": _said("and without, where a network 'cannot be expected' to learn", "section 4.1",
                              "{:.2f}"),
    }, (), ("toys",), alignment, PRESETS),
    Entry("basis.changing", {
        "with-T_G": _said("features that change: right cluster with T_G", "Fig. 8", "{:.1f} %"),
        "without-T_G": _said("and without", "Fig. 8", "{:.1f} %"),
    }, ("mnist",), ("digits",), moving, PRESETS),
    Entry("basis.turning", {
        "d_G": _said("diffusion maps of a turning object: d_G of unseen pictures", "Fig. 5", "{:.3f}"),
        "degrees": _said("the angle that it shows is off by, in the middle", "Fig. 5", "{:.1f}°"),
    }, ("turning_bunny",), ("turning",), turned, PRESETS),
    Entry("basis.surface", {
        "graph": _said("a body from batches of its points: d_G to its graph's", "not in the paper", "{:.2f}"),
        "surface": _said("and to the surface's own functions", "not in the paper", "{:.2f}"),
    }, (), ("humans",), body, PRESETS),
)
