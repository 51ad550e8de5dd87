"""The paper's Table 1 on FAUST, as far as a share of two CPU cores carries it.

    python benchmarks/fmaps_faust.py NAME ... --data FOLDER [--notes build]

NAME: of RUNS, or none to write the page anew. Each ends in an entry of benchmarks/results/fmaps_faust.json
and .md with its conditions; killed, the same command goes on. Nothing learned here ships.
"""

import json
from dataclasses import asdict
from pathlib import Path

from authors_runs import asked_runs, keep
from precompute import machine
from tqdm import tqdm

from workbench.drafts import drafted
from workbench.papers.fmaps.authors_data import faust_subjects, judge, match_faust, unlearned
from workbench.papers.fmaps.authors_entries import STARTS
from workbench.papers.fmaps.recipes import FAUST, HUMANS, RECIPES, shipped_network

RESULTS = Path(__file__).parent / "results" / "fmaps_faust.json"

#: name of an entry -> what it is, in words
RUNS = {"faust": "unsupervised, from nothing", "tuned": "unsupervised, from a network for generated bodies",
        "known": "supervised, from nothing",
        "fmaps_alone": "never shown FAUST: learned on generated bodies, unsupervised, without consistency",
        "fmaps_humans": "never shown FAUST: learned on generated bodies, unsupervised",
        "alone": "nothing learned: ZoomOut from signatures"}
#: pairs that are refined, or mapped by ZoomOut alone
FEW = 40


def found(name: str, subjects, notes: Path) -> dict:
    """One entry: errors x 100 and conditions."""
    if name == "alone":
        return asdict(unlearned(HUMANS, subjects[1], FEW, tqdm))
    if name in RECIPES:
        return asdict(judge(HUMANS, shipped_network(name), subjects[1], FEW, tqdm))
    start = STARTS[name]
    learned = match_faust(subjects, notes / f"fmaps_{name}.note.pt", FAUST[name], FEW, tqdm,
                          shipped_network(start) if start else None)
    return {**asdict(learned), "config": asdict(FAUST[name]), "bodies": len(subjects[0])}


def page(entries: dict) -> str:
    """All entries as a Markdown page."""
    lines = ["# FAUST: mean geodesic error x 100 at unit area", "",
             f"Nearest features over all 380 ordered pairs of the bodies 80-99; ZoomOut over {FEW} of them, "
             "to 70 tones. The paper: 1.9 learned, 6.1 by ZoomOut alone; 2.7 is DiffusionNet's, supervised. "
             "CPU seconds are those of learning, on one thread of a busy machine.", "",
             "| what | nearest features | then ZoomOut | steps | seed | CPU s | date |",
             "|---|---|---|---|---|---|---|"]
    for name, words in RUNS.items():
        if name in entries:
            lines.append(_row(words, entries[name]))
    for name, one in entries.items():
        if one.get("curve"):
            rows = (f"| {step} | {value:.2f} |" for step, value in one["curve"].items())
            lines += ["", f"## How {name} learned", "", f"On {one['bodies']} bodies as they are.",
                      "", "| step | error over six test pairs |", "|---|---|", *rows]
    return "\n".join([*lines, ""])


def _row(words, one):
    config = one.get("config", {})
    direct = f"{one['learned']:.2f}" if "learned" in one else "-"
    then = f"{one.get('refined', one.get('error')):.2f}"
    more = f"; {100 * one['flipped']:.0f} % of the maps mirror" if "flipped" in one else ""
    spent = f"{one['seconds']:.0f}" if one.get("seconds") else "-"
    return (f"| {words}{more} | {direct} | {then} | {config.get('steps', '-')} | {config.get('seed', '-')} | "
            f"{spent} | {one['machine']['date']} |")


def main():
    asked = asked_runs(__doc__, RUNS)
    learns = any(name in FAUST for name in asked.names)
    config = FAUST["faust"] if learns else FAUST["faust"].with_(bodies=(0, 20))
    subjects = faust_subjects(Path(asked.data) / "faust_r", config, bar=tqdm) if asked.names else None
    for name in asked.names:
        keep(RESULTS, name, {**found(name, subjects, asked.notes), "machine": machine()}, RUNS)
    with drafted(RESULTS.with_suffix(".md")) as file:
        file.write(page(json.loads(RESULTS.read_text())).encode())


if __name__ == "__main__":
    main()
