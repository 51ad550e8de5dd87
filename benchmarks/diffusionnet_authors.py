"""The paper's experiments on the authors' data, as far as a share of two CPU cores carries them.

    python benchmarks/diffusionnet_authors.py NAME ... --data FOLDER [--notes build]

NAME: one of RUNS, or none to write the page anew. Each ends in an entry of
benchmarks/results/diffusionnet_authors.json and .md with all its conditions; killed, the same command goes
on.
"""

import json
from dataclasses import asdict, fields
from pathlib import Path

from authors_runs import asked_runs, keep
from diffusionnet_speed import machine
from tqdm import tqdm

from workbench.drafts import drafted
from workbench.papers.diffusionnet.authors_data import CLASSES, EXPERIMENTS, MAPS, SHORT, Desk

RESULTS = Path(__file__).parent / "results" / "diffusionnet_authors.json"

#: name -> experiment, setting, and what else it is given
RUNS = {
    "faust-published": ("faust-published", MAPS, ()),
    "faust-maps": ("faust-maps", *SHORT["faust-maps"]),
    "faust-maps-xyz": ("faust-maps", SHORT["faust-maps"][0].with_(inputs="xyz", turn="none"), ()),
    "faust-maps-turned": ("faust-maps", SHORT["faust-maps"][0].with_(inputs="xyz"), ()),
    "faust-labels": ("faust-labels", *SHORT["faust-labels"]),
    "rna": ("rna", *SHORT["rna"]),
    "rna-hks": ("rna", SHORT["rna"][0].with_(inputs="hks"), ()),
    "psb19": ("psb19", CLASSES.with_(epochs=60, halving=15, pace=1.0), ()),
}


def entry(name: str, data: Path, notes: Path) -> dict:
    """Run one to its end; what it found and under which conditions."""
    kind, config, more = RUNS[name]
    experiment, places, full, paper = EXPERIMENTS[kind]
    about = machine() | {"command": f"python benchmarks/diffusionnet_authors.py {name} --data FOLDER"}
    found = experiment(Desk(notes, name, tqdm), *(data / place for place in places), config, *more)
    pairs = ((field.name, getattr(config, field.name)) for field in fields(config))
    differs = {word: value for word, value in pairs if value != getattr(full, word)}
    return {"paper": paper, "figures": found.figures, "cpu_seconds": round(found.cpu, 1),
            "curve": found.curve, "config": asdict(config), "differs": differs, "given": more,
            "machine": about}


def page(entries: dict) -> str:
    """All entries as a Markdown page."""
    lines = ["# DiffusionNet on the authors' data", "",
             "One thread of a shared machine; seconds are CPU seconds of training. Shares are between 0 "
             "and 1, errors 100 x means. Features of maps begin with uncorrelated inputs; log t learns "
             "`pace` times as fast as weights; halving 0 is a cosine; `given` says, for labels, how many "
             "vertices a step asks and how many edges far targets are spread. "
             "Nothing learned here ships.", "",
             "| experiment | paper | here | differs from the paper's setting | seed | CPU s | date |",
             "|---|---|---|---|---|---|---|"]
    for name, one in entries.items():
        here = ", ".join(f"{word} {value:.4g}" for word, value in one["figures"].items())
        differs = ", ".join(f"{word} {value}" for word, value in one["differs"].items()) or "nothing"
        given = f"; given {one['given']}" if one["given"] else ""
        lines.append(f"| {name} | {one['paper']} | {here} | {differs}{given} | {one['config']['seed']} | "
                     f"{one['cpu_seconds']:,.0f} | {one['machine']['date']} |")
    for name, one in entries.items():
        if one["curve"]:
            rows = (f"| {step} | {loss:.4g} | {value:.4g} |" for step, loss, value in one["curve"])
            lines += ["", f"## How {name} learned", "",
                      "| step | loss | measured on a part of the test set |", "|---|---|---|", *rows]
    about = next(iter(entries.values()))["machine"]
    return "\n".join([*lines, "", f"{about['cpu']}, torch {about['torch']}, Python {about['python']}.", ""])


def main():
    asked = asked_runs(__doc__, RUNS)
    for name in asked.names:
        keep(RESULTS, name, entry(name, Path(asked.data), asked.notes), RUNS)
    text = page(json.loads(RESULTS.read_text()))
    with drafted(RESULTS.with_suffix(".md")) as file:
        file.write(text.encode())
    print(text)


if __name__ == "__main__":
    main()
