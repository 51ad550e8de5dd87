"""PDO-eS2CNN's numbers, to be measured again: workbench reproduce pdo_sphere."""

from workbench.datasets.catalogue import DataSet
from workbench.datasets.images import data_folder
from workbench.datasets.planets import planet
from workbench.datasets.qm7 import read_qm7
from workbench.entries import Claim, Entry, Task
from workbench.operators.equivariance import log_slope
from workbench.papers.pdo_sphere import checkpoints, experiment, figures, molecules, segmentation
from workbench.papers.pdo_sphere.table import PAPER
from workbench.shapes.icosahedral import grid
from workbench.training import finish
from workbench.training.resuming import Progress

ALL = ("tiny", "quick", "full")

SETS = (DataSet("planets", "generated", "planets of random harmonics, with seas, land and ice",
                "MIT, as the workbench", "made by a formula from a seed", "with the workbench",
                "workbench.datasets.planets:planet",
                sample=lambda seed: [planet(seed, upright=True).inputs(grid(2).V)]),)

#: pieces of an experiment with digits: what is learned, and by whom
RUNS = {"upright": {}, "turned": {"poses": "R"}, "twin": {"kind": "gauged"}}


def derivatives(task: Task) -> dict[str, float]:
    """Exponents of the error of stencils over the spacing, in the mean over points."""
    found = figures.derivative_slopes((2, 3, 4) if task.preset == "tiny" else (3, 4, 5, 6))
    return {"first": found["s_1"][0].p, "second": found["s_11"][0].p}


def commuting(task: Task) -> dict[str, float]:
    """Exponent of the equivariance error of two layers, and how often it is larger without transport."""
    levels = (2, 3, 4) if task.preset == "tiny" else (2, 3, 4, 5)
    carried, stored = figures.error_curves(figures.trunk(widths=(4, 4), N=6), levels, N=6).values()
    return {"slope": log_slope(*carried.T).p, "gain": stored[-1, 1] / carried[-1, 1]}


def spherical_digits(task: Task, **changes) -> dict[str, float]:
    """Learn digits upright or turned; percent of the test digits that are seen, upright and turned."""
    config = experiment.Config.preset(task.preset).with_(seed=task.seed, **RUNS[task.piece], **changes)
    learned, judged = experiment.images(config)
    net = experiment.network(config)
    note = Progress(task.notes / "note.pt", net, f"{task.piece} {config}", seconds=20.0)
    finish(task.watched(experiment.train(config, net, learned, progress=note), config.steps))
    upright, turned = (100 * experiment.accuracy(config, net, judged, pose) for pose in (False, True))
    return {"upright": {"NN": upright, "NR": turned}, "turned": {"RR": turned},
            "twin": {"twin-NN": upright, "twin-NR": turned}}[task.piece]


def digits(task: Task) -> dict[str, float]:
    """Scikit-learn's digits."""
    return spherical_digits(task, data="digits")


def mnist(task: Task) -> dict[str, float]:
    """MNIST, in the folder that WORKBENCH_DATA names."""
    return spherical_digits(task, data="mnist")


def shipped(task: Task) -> dict[str, float]:
    """The network that ships, on the test digits: percent."""
    net, config, _ = checkpoints.load_shipped()
    _, judged = experiment.images(config)
    return {name: 100 * experiment.accuracy(config, net, judged, pose)
            for name, pose in (("NN", False), ("NR", True))}


def planets(task: Task) -> dict[str, float]:
    """Land, sea and ice, learned on upright planets; percent of the area of others, by network and twin."""
    config = segmentation.Config.preset(task.preset).with_(seed=task.seed, kind=task.piece)
    net = segmentation.network(config)
    finish(task.watched(segmentation.train(config, net)))
    return {f"{task.piece}-{name}": 100 * segmentation.accuracy(config, net, turned)
            for name, turned in (("upright", False), ("turned", True))}


def qm7(task: Task) -> dict[str, float]:
    """Energies of molecules nobody learned from, by network or twin: kcal/mol."""
    config = molecules.Config.preset(task.preset).with_(seed=task.seed, kind=task.piece)
    found, net = read_qm7(data_folder() / "qm7" / "qm7_pbe0_def2tzvp.npz"), molecules.network(config)
    finish(task.watched(molecules.train(config, net, found)))
    rows, judged = molecules.split(config, found)
    return {task.piece: molecules.rmse(config, net, found, judged, molecules.baseline(found, rows))}


#: what the keys of accuracies say
POSES = {"NN": "learned and judged upright", "NR": "learned upright, judged turned", "RR": "both turned"}


def _accuracies(data: str, why: str, poses=tuple(POSES), twin: bool = True) -> dict[str, Claim]:
    small = {key: Claim(f"{data}, {POSES[key]}", "Table 1, small", PAPER["small"][f"{key[0]}/{key[1]}"],
                        "{:.2f} %", 0.5, "higher", why) for key in poses}
    other = {f"twin-{key}": Claim(f"{data}, {POSES[key]}: the twin without orientations", "Table 1", None,
                                  "{:.2f} %", 0.0, why="our twin, as many weights; not one of the paper's")
             for key in ("NN", "NR")}
    return small | (other if twin else {})


def _kinds(preset: str) -> tuple[str, ...]:
    return experiment.KINDS


ENTRIES = (
    Entry("pdo_sphere.derivatives", {
        "first": Claim("derivatives by least squares: exponent of the error, first derivatives", "section 4",
                       None, "{:.2f}", 0.0, why="the mean over points", told="not stated"),
        "second": Claim("the same, second derivatives", "section 4", None, "{:.2f}", 0.0, told="not stated",
                        why="rings that are not their own mirror image leave an error of first order"),
    }, (), (), derivatives, ALL),
    Entry("pdo_sphere.commuting", {
        "slope": Claim("layers commute with rotations: exponent of the error", "Theorems 1 and 2", None,
                       "{:.2f}", 0.0, why="on a grid; random band-limited signals, no ReLU",
                       told="exactly, in the continuum"),
        "gain": Claim("carrying frames is part of it: error without over error with", "section 4", None,
                      "{:.0f}", 0.0, why="on the finest level", told="not legible"),
    }, (), (), commuting, ALL),
    Entry("pdo_sphere.digits", _accuracies("spherical digits", "8 x 8 digits, 1,200 of them, level 3"),
          ("mnist",), ("digits",), digits, ALL, pieces=lambda preset: tuple(RUNS)),
    Entry("pdo_sphere.shipped", _accuracies("the network that ships", "8 x 8 digits, level 3", ("NN", "NR"),
                                              twin=False),
          ("mnist",), ("digits",), shipped, files=("checkpoints/pdo_sphere_digits.pt",)),
    Entry("pdo_sphere.mnist", _accuracies("spherical MNIST", "the paper's widths are not legible"),
          ("mnist",), ("mnist",), mnist, ("full",), paper=("full",), pieces=lambda preset: tuple(RUNS)),
    Entry("pdo_sphere.planets", {f"{kind}-{pose}": Claim(
        f"land, sea and ice, learned upright, judged {pose}: {who}", "section 5, on 2D-3D-S", None,
        "{:.1f} %", 0.0, why="generated planets; the paper's scenes are not at hand", told="other data")
        for kind, who in zip(experiment.KINDS, ("the network", "the twin"), strict=True)
        for pose in ("upright", "turned")}, ("2d_3d_s",), ("planets",), planets, ALL, pieces=_kinds),
    Entry("pdo_sphere.qm7", {
        "equivariant": Claim("atomisation energies, root mean square error in kcal/mol", "section 5, QM7",
                             3.78, "{:.2f}", 0.1, "lower", "another version of QM7: 7,101 of its molecules"),
        "gauged": Claim("the same, by the twin without orientations", "section 5, QM7", None, "{:.2f}", 0.0,
                        why="our twin; not one of the paper's"),
    }, ("qm7_7165",), ("qm7",), qm7, ("quick", "full"), pieces=_kinds),
)
