"""The stage in a real JupyterLab: how fast it draws, how soon it answers, what it costs a run, what stays.

    python benchmarks/stage.py                      all parts, about eleven minutes
    python benchmarks/stage.py web polyscope        these parts; there are also training, memory, cells
    python benchmarks/stage.py web --sizes 5000     the web stage with these numbers of vertices
    python benchmarks/stage.py --quick              short windows: does it run at all
    python benchmarks/stage.py k3d                  k3d beside our own stage; needs k3d, about ten minutes

Needs Chromium, JupyterLab and playwright, as the browser tests do. Pictures are counted from outside, when
the browser has finished them (stage_pages/eye.js). With and without a viewer alternate within one run of a
model, so a busy machine slows both; CPU ms are of each process alone. Writes results/stage.md and .json,
or stage_<part>.md and .json when not all parts ran.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from stage_pages import drawing, lasting, rows, training  # noqa: E402
from stage_pages.lab import lab, why_not  # noqa: E402

RESULTS = HERE / "results"
PARTS = ("web", "polyscope", "training", "memory", "cells")
BACKENDS = ("web", "polyscope")
PACKAGES = ("torch", "numpy", "polyscope", "jupyterlab", "ipykernel", "ipywidgets", "anywidget")


def machine(asked) -> dict:
    """What the numbers were measured on."""
    cpu = platform.processor() or "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": f"{cpu}, {os.cpu_count()} cores, no GPU: OpenGL in software, in the browser and in Polyscope",
        "browser": f"{_chromium()}, WebGL and pages in software, as it chooses by itself",
        "load before (1, 5, 15 minutes)": load,
        "versions": ", ".join(
            [f"python {platform.python_version()}", *(f"{p} {version(p)}" for p in PACKAGES)]
        ),
        "command": "python " + " ".join(sys.argv),
    }


def _chromium():
    asked = subprocess.run(["chromium", "--version"], capture_output=True, text=True)
    return asked.stdout.split(" built")[0].strip() or "no Chromium"


def measure(asked) -> dict:
    """The raw numbers of the parts that were asked for."""
    pairs, updates = (2, 200) if asked.quick else (10, 2000)
    found = {}
    if "training" in asked.parts:
        found["bare loop"] = training.bare_loop(1 if asked.quick else 3)
        found["no browser"] = {b: training.without_browser(f"backend={b!r}", pairs) for b in BACKENDS}
    with lab() as open_page:
        if "web" in asked.parts:
            found["web"] = drawing.web(open_page, asked.sizes)
        if "polyscope" in asked.parts:
            found["polyscope"] = drawing.polyscope(open_page, (5000, 100_000))
        if "training" in asked.parts:
            found["browser"] = {b: training.with_browser(open_page, b, pairs) for b in BACKENDS}
            found["turning"] = training.turning_14k(open_page)
            found["loss"] = training.loss_plot(open_page, 2 if asked.quick else 6)
        if "memory" in asked.parts:
            found["memory"] = lasting.memory(open_page, updates)
        if "cells" in asked.parts:
            found["cells"] = {b: lasting.cells(open_page, b) for b in BACKENDS}
    return found


def page(about: dict, found: dict) -> str:
    """The table as Markdown."""
    lines = [
        "# The stage in JupyterLab: targets and what was measured",
        "",
        *(f"- {name}: {value}" for name, value in about.items()),
        "",
        "Medians. Updates and pictures count when the browser has finished them. CPU ms are those of the "
        "named processes for one drawn update.",
        "",
        "| part | what | target | measured | | conditions |",
        "|---|---|---|---|---|---|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows.all_rows(found)]
    return "\n".join(lines) + "\n"


def write(name: str, text: str, numbers: dict) -> None:
    """Print a page and keep it beside its numbers in RESULTS."""
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    (RESULTS / f"{name}.json").write_text(json.dumps(numbers, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; or k3d")
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=list(drawing.RATES), help="vertices of the web stage"
    )
    parser.add_argument("--quick", action="store_true", help="short windows and few updates")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - {*PARTS, "k3d"}:
        parser.error(f"no part called {', '.join(unknown)}")
    if lacking := why_not():
        parser.error(lacking)
    about = machine(asked)
    if asked.parts == ["k3d"]:
        from stage_pages import k3d_trial

        with lab() as open_page:
            found = k3d_trial.trial(open_page, asked.sizes)
        return write("stage_k3d_figures", k3d_trial.page(about, found), about | found)
    asked.parts = asked.parts or list(PARTS)
    found = measure(asked)
    whole = set(asked.parts) == set(PARTS) and not asked.quick
    name = "stage" if whole else "stage_" + ("quick" if asked.quick else "_".join(asked.parts))
    write(name, page(about, found), about | found)


if __name__ == "__main__":
    main()
