"""The paper's number on FAUST, to be measured again where a reader has the data."""

from workbench.datasets.images import data_folder
from workbench.entries import Claim, Entry, Task
from workbench.papers.fmaps.authors_data import faust_subjects, match_faust, unlearned
from workbench.papers.fmaps.experiment import Config
from workbench.papers.fmaps.recipes import FAUST, shipped_network

#: the run -> the network that came along with which it begins; None: from nothing
STARTS = {"faust": None, "tuned": "fmaps_humans", "known": None}


def measured(task: Task, name: str) -> dict[str, float]:
    """100 times the mean errors: of nearest features, all ordered pairs; refined, and unlearned, forty."""
    short, few = task.preset == "short", 40
    config = FAUST[name] if short else Config.preset("full").with_(known=FAUST[name].known)
    config, start = config.with_(seed=task.seed), STARTS[name] if short else None

    def bar(items, total=None, **_):
        return task.watched(items, total)

    subjects = faust_subjects(data_folder() / "faust_r", config, bar=bar)
    found = match_faust(subjects, task.notes / "note.pt", config, few, bar,
                        shipped_network(start) if start else None)
    return {"error": found.learned, "refined": found.refined}


def faust(task: Task) -> dict[str, float]:
    """Told nothing, from nothing."""
    return measured(task, "faust")


def tuned(task: Task) -> dict[str, float]:
    """Told nothing, from a network that was told nothing about generated bodies."""
    return measured(task, "tuned")


def known(task: Task) -> dict[str, float]:
    """Told all correspondences of the training bodies."""
    return {"error": measured(task, "known")["error"]}


def alone(task: Task) -> dict[str, float]:
    """ZoomOut from signatures, forty pairs: 100 times the mean error, percent of maps that mirror."""
    config = FAUST["faust"].with_(bodies=(0, 20))
    _, test = faust_subjects(data_folder() / "faust_r", config)
    found = unlearned(config, test, 40)
    return {"error": found.error, "flipped": 100 * found.flipped}


WHY = "the preset short: a smaller network, the first 40 bodies, minutes of one core"
PRESETS = ("short", "full")


def _claim(says: str, paper: float | None, within: float, why: str = WHY) -> Claim:
    return Claim(says, "Table 1", paper, "{:.1f}", within, "lower", why)


REFINED = _claim("the same, refined by ZoomOut", None, 0.0, "the paper refines nothing at test time")

AUTHORS = (
    Entry("fmaps.faust", {
        "error": _claim("unsupervised maps on FAUST, from nothing", 1.9, 0.3), "refined": REFINED},
        ("faust_r",), ("faust_r",), faust, PRESETS, paper=PRESETS),
    Entry("fmaps.alone", {
        "error": _claim("ZoomOut alone on FAUST", 6.1, 0.5, "a start that cannot tell left from right"),
        "flipped": Claim("maps of it that mirror", "Table 1", None, "{:.0f} %", 0.0)},
        ("faust_r",), ("faust_r",), alone, ("short",), paper=("short",)),
    Entry("fmaps.tuned", {
        "error": _claim("unsupervised maps on FAUST, from a network learned on generated bodies", 1.9, 0.3),
        "refined": REFINED},
        ("faust_r",), ("faust_r", "humans"), tuned, ("short",), files=("checkpoints/fmaps_humans.pt",)),
    Entry("fmaps.known", {"error": Claim(
        "maps on FAUST, told the correspondences (the paper compares with such a DiffusionNet)", "Table 4 of "
        "DiffusionNet", 2.7, "{:.1f}", 0.5, "lower", f"the loss on the map of section 4.3; {WHY}")},
        ("faust_r",), ("faust_r",), known, PRESETS, paper=PRESETS),
)
