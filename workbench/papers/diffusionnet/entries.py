"""DiffusionNet's numbers, to be measured again: workbench reproduce diffusionnet."""

from functools import cache

import numpy as np

from workbench.datasets import learn_and_test
from workbench.datasets.catalogue import DataSet
from workbench.entries import Claim, Entry, Task
from workbench.papers.diffusionnet import (
    ablation,
    correspondence,
    discretisations,
    experiment,
    lemma,
    recipes,
)
from workbench.papers.diffusionnet.authors_entries import AUTHORS
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.training import finish
from workbench.training.resuming import Progress

#: spacing of the grid on which Lemma 1 is checked
H = 4.0 / 64


def image(seed: int) -> np.ndarray:
    """A smooth random image on the periodic square of side 4: (64, 64)."""
    return lemma.diffused(np.random.default_rng(seed).standard_normal((64, 64)), 2e-3, H)


SETS = (DataSet("smooth_image", "generated", "a smooth image of 64 x 64 pixels", "MIT, as the workbench",
                "made by a formula from a seed", "with the workbench",
                "workbench.papers.diffusionnet.entries:image", sample=lambda seed: [image(seed)]),)


def _config(task, **changes):
    return experiment.Config.preset(task.preset).with_(seed=task.seed, **changes)


def parts(task: Task) -> dict[str, float]:
    """Train on the parts of bodies; percent of the test bodies' vertices."""
    config = _config(task)
    note = Progress(task.notes / "note.pt", experiment.network(config), f"parts {config}", seconds=20.0)
    _, share = recipes.learned(config, lambda run, total: task.watched(run, total), note)
    return {"accuracy": 100 * share}


def sides(task: Task) -> dict[str, float]:
    """Train one of Fig. 5's two networks on bodies and their mirror images; percent of vertices."""
    config = _config(task, target="side", mirrored=True, rotation=task.piece == "turning")
    net = experiment.network(config)
    note = Progress(task.notes / "note.pt", net, f"sides {config}", seconds=20.0)
    learn, test = (experiment.prepare(config, bodies)
                   for bodies in learn_and_test(config.size, config.bodies))
    run = experiment.train(config, net, learn, progress=note)
    finish(task.watched(run, config.epochs * len(learn)))
    return {task.piece: 100 * experiment.accuracy(net, test)}


@cache
def _tested():
    return experiment.prepare(recipes.PARTS_FROM_POSITIONS, learn_and_test("1k")[1])


def table7(task: Task) -> dict[str, float]:
    """One row of Table 7, by a network that ships: percent of the test bodies' vertices."""
    net = recipes.shipped_network(recipes.PARTS_FROM_POSITIONS.with_(variant=task.piece))
    return {key_of(task.piece): 100 * experiment.accuracy(net, _tested())}


def table5(task: Task) -> dict[str, float]:
    """Errors on other meshes of two people, by the network that ships: 100 x the mean over the diameter."""
    pairs = discretisations.pairs(recipes.POINTS, 2)
    found, _ = discretisations.transfer(recipes.POINTS, recipes.shipped_network(recipes.POINTS), pairs,
                                        progress=lambda items, **_: task.watched(items))
    return {key_of(kind): 100 * wrong.mean() for kind, wrong in found.items()}


def figure13(task: Task) -> dict[str, float]:
    """Fig. 13: the error of a network with so many modes, of two people, by the networks that ship."""
    pairs = discretisations.pairs(recipes.POINTS, 2)
    rows = ablation.by_basis_size(pairs, progress=lambda items, **_: task.watched(items))
    return {f"k{size:g}": float(wrong) for size, wrong in rows}


def maps(task: Task) -> dict[str, float]:
    """Functional maps between people the network never met, by the one that ships: 100 x the mean error."""
    net, couples = recipes.shipped_network(recipes.MAPS), recipes.judged_pairs(recipes.MAPS)
    wrong = correspondence.judge(recipes.MAPS, net, couples, progress=task.watched)
    return {"error": 100 * float(wrong.mean())}


def lemma1(task: Task) -> dict[str, float]:
    """Eq. 8: how far diffusion is from what circle integrals say, relative to the largest value, at most."""
    u = image(task.seed)
    gaps = [np.abs(lemma.from_circles(u, t, H) - lemma.diffused(u, t, H)).max() for t in (0.003, 0.02, 0.1)]
    return {"gap": float(max(gaps) / np.abs(u).max())}


def size(task: Task) -> dict[str, float]:
    """How many numbers the small network learns."""
    net = DiffusionNet(16, 30, width=32)
    return {"parameters": sum(weights.numel() for weights in net.parameters())}


def key_of(words: str) -> str:
    """A row of a table as the last word of a claim's name: letters, digits and hyphens."""
    return "-".join("".join(c if c.isalnum() else " " for c in words).split())


#: Table 5 of the paper, 100 times the mean geodesic error over the diameter, by the nearest of our kinds
TABLE_5 = {discretisations.TRAINED: 0.33, "remeshed": 0.68, "dense": 0.62, "simplified": 0.82, "coarse": None,
           "cloud": 2.59}
BODIES = "generated bodies, other parts, 1k vertices, width 32 instead of 128"
ALL = ("tiny", "quick", "full")

ENTRIES = (
    Entry("diffusionnet.parts", {"accuracy": Claim(
        "human parts, HKS inputs", "Table 3", 91.7, "{:.1f} %", 1.0, "higher", BODIES)},
          ("human_parts",), ("humans",), parts, ALL),
    Entry("diffusionnet.sides", {
        "turning": Claim("left and right, turning and scaling", "Fig. 5", 99.9, "{:.1f} %", 1.0, "higher",
                         "generated bodies"),
        "scaling": Claim("left and right, scaling only", "Fig. 5", 50.0, "{:.1f} %", 1.0,
                         why="one half exactly on mirrored data: a theorem")},
          ("mirrored_human_parts",), ("humans",), sides, ALL, pieces=lambda preset: ("turning", "scaling")),
    Entry("diffusionnet.ablation", {key_of(variant): Claim(
        f"parts, {variant}", "Table 7", ablation.PAPER.get(variant), "{:.1f} %", 1.0,
        why="the order only: other bodies and parts") for variant in VARIANTS},
        ("human_parts",), ("humans",), table7, ALL, pieces=lambda preset: tuple(VARIANTS),
        files=tuple(f"checkpoints/diffusionnet_ablation_{n}.pt" for n in range(len(VARIANTS)))),
    Entry("diffusionnet.meshes", {key_of(kind): Claim(
        f"error on other meshes: {kind}", "Table 5", paper, "{:.2f}", 0.2, "lower",
        "500 points on generated bodies of other people") for kind, paper in TABLE_5.items()},
        ("faust_registrations", "faust_benchmark"), ("humans",), table5, ALL,
        files=("checkpoints/diffusionnet_points.pt",)),
    Entry("diffusionnet.basis", {f"k{size}": Claim(
        f"error on meshes as trained, {size} modes", "Fig. 13", None, "{:.2f}", 0.0,
        why="the paper's curve bends at 64 modes; a smaller network, 8 epochs")
        for size in recipes.BASIS_SIZES}, ("faust_registrations",), ("humans",), figure13, ALL,
        files=tuple(f"checkpoints/diffusionnet_basis_{size}.pt" for size in recipes.BASIS_SIZES)),
    Entry("diffusionnet.maps", {"error": Claim(
        "functional maps of learned features, hks", "Table 4", 2.7, "{:.1f}", 0.5, "lower",
        "pairs of generated bodies, 1k vertices, a smaller network")}, ("faust_r",), ("humans",), maps, ALL,
        files=("checkpoints/diffusionnet_maps.pt",)),
    Entry("diffusionnet.lemma", {"gap": Claim(
        "diffusion is a Laplace transform of circle integrals: largest gap", "Eq. 8", 0.0, "{:.0e}", 1e-4,
        why="quadrature on a grid")}, ("smooth_image",), ("smooth_image",), lemma1, ALL, paper=ALL),
    Entry("diffusionnet.size", {"parameters": Claim(
        "parameters, width 32, 16 inputs, 30 classes", "section 5, Setup", 30_000, "{:,.0f}", 1000,
        why="the paper says 30k")}, (), (), size, ALL, paper=ALL),
    *AUTHORS,
)
