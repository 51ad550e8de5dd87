"""DiffusionNet's numbers on the authors' data, to be measured again where a reader has it."""

from collections.abc import Mapping, Sequence

from workbench.datasets.images import data_folder
from workbench.entries import Claim, Entry, Task
from workbench.papers.diffusionnet.authors_data import EXPERIMENTS, SHORT, Desk

#: Table 5 of the paper, in percent of the diameter, on the meshes of the benchmark
FAUST_5 = {"orig": 0.33, "iso": 0.68, "dense": 0.62, "qes": 0.82, "cloud": 2.59}

#: "full" is the paper's training; "short" a smaller one, of some minutes of one core
PRESETS = ("short", "full")


def rna_hks(task: Task) -> dict[str, float]:
    """Table 2 on the authors' molecules, from heat kernel signatures: percent of labelled vertices."""
    return _measured(task, "rna", "rna-hks", {"accuracy": "test"}, 100, inputs="hks")


def rna(task: Task) -> dict[str, float]:
    """The same from positions, turned at random."""
    return _measured(task, "rna", "rna", {"accuracy": "test"}, 100, inputs="xyz")


def faust_maps(task: Task) -> dict[str, float]:
    """Table 4 on the authors' meshes, from signatures: 100 times the mean geodesic error at unit area."""
    return _measured(task, "faust-maps", "faust-maps", {"error": "mean"}, inputs="hks")


def faust_maps_xyz(task: Task) -> dict[str, float]:
    """The same from positions as they lie: all bodies stand upright and look one way."""
    return _measured(task, "faust-maps", "faust-maps-xyz", {"error": "mean"}, inputs="xyz", turn="none")


def faust_labels(task: Task) -> dict[str, float]:
    """Table 5 on the authors' meshes: 100 times the mean error over the diameter, by kind of mesh."""
    return _measured(task, "faust-labels", "faust-labels", {kind: kind for kind in FAUST_5})


def _measured(task: Task, kind: str, name: str, keys: Mapping[str, str], times: float = 1.0,
              **changes) -> dict[str, float]:
    """The figures that keys name, by the keys of claims; and the CPU seconds, also those before a kill."""
    experiment, places, full, _ = EXPERIMENTS[kind]
    config, more = SHORT[kind] if task.preset == "short" else (full, ())
    config = config.with_(seed=task.seed, **changes)
    desk = Desk(task.notes, name, lambda items, total=None, **_: task.watched(items, total))
    found = experiment(desk, *(data_folder() / place for place in places), config, *more)
    return {key: times * found.figures[figure] for key, figure in keys.items()} | {"cpu_seconds": found.cpu}


def _one(name, key, claim, theirs: Sequence[str], ours: Sequence[str], measure) -> Entry:
    return Entry(f"diffusionnet.{name}", {key: claim}, theirs, ours, measure, PRESETS, paper=PRESETS)


SHORTER = "a shorter training than the paper's (preset short)"
UPRIGHT = "; positions as they lie, not turned, in training and test"
AUTHORS = (
    *(_one(name, "accuracy", Claim(f"RNA surfaces, {word}", "Table 2", paper, "{:.1f} %", 1.0, "higher",
                                   f"160 of the 640 molecules; half the width; {SHORTER}"),
             ("rna_640",), ("rna",), measure)
      for name, word, paper, measure in (("rna", "xyz", 91.5, rna), ("rna-hks", "hks", 91.0, rna_hks))),
    *(_one(name, "error", Claim(f"functional maps of learned features on FAUST, {word}", "Table 4", 2.7,
                                "{:.1f}", 0.5, "lower",
                                f"{SHORTER}{more}"), ("faust_r",), ("faust_r",), measure)
      for name, word, measure, more in (
          ("faust-maps", "hks", faust_maps, ""),
          ("faust-maps-xyz", "xyz", faust_maps_xyz, UPRIGHT))),
    Entry("diffusionnet.faust-labels", {kind: Claim(
        f"FAUST, error on meshes of the kind {kind}", "Table 5", paper, "{:.2f}", 0.2, "lower",
        f"10 of the 20 test shapes; half the width; {SHORTER}{UPRIGHT}") for kind, paper in FAUST_5.items()},
        ("faust_registrations", "faust_benchmark"), ("faust_registrations", "faust_benchmark"), faust_labels,
        PRESETS, paper=PRESETS),
)
