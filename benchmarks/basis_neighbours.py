"""Fig. 4 of BASiS: how much the number of neighbours matters, for BASiS and for Diffusion Net.

    python benchmarks/basis_neighbours.py digits --runs 5 --small      half a second a run, as in the chapter
    python benchmarks/basis_neighbours.py digits --runs 5              half a minute a run
    python benchmarks/basis_neighbours.py mnist --runs 50          after basis_features.py; as in the paper

Every run is written at once, and what is in the results is not run again. Writes
results/basis_neighbours.json and .md.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from dataclasses import replace

import numpy as np
import torch
from basis_table import features
from precompute import RESULTS, machine, title, write

from workbench.papers.basis.neighbours import small
from workbench.papers.basis.table import METHODS, run

NEIGHBOURS = (8, 10, 20, 30, 50, 70)
MEASURES = ("d_G", "NMI", "ACC", "accuracy")


def page(about, rows):
    """Mean and deviation over runs, as Markdown."""
    lines = [*title("Fig. 4: the number of neighbours", about),
             "Rows `small`: batches of 200, two layers of 64, 120 steps of rate 0.003; the others have the "
             "numbers of Table 1.", "",
             "| data | method | neighbours | runs | " + " | ".join(MEASURES) + " |",
             "|" + "---|" * (4 + len(MEASURES))]
    for key in sorted({(r["data"], r["method"], r["neighbours"]) for r in rows}):
        mine = [r for r in rows if (r["data"], r["method"], r["neighbours"]) == key]
        columns = ([r[m] for r in mine] for m in MEASURES)
        cells = [f"{np.mean(x):.3f} +- {np.std(x):.3f}" for x in columns]
        lines.append("| " + " | ".join([*map(str, key), str(len(mine)), *cells]) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=("digits", "mnist", "fashion_mnist"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=("BASiS", "Diffusion Net"))
    parser.add_argument("--small", action="store_true", help="smaller batches and networks, fewer steps")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    there = RESULTS / "basis_neighbours.json"
    rows = json.loads(there.read_text())["rows"] if there.exists() else []
    done = {(r["data"], r["method"], r["neighbours"], r["seed"]) for r in rows}
    data, about, name = features(asked.name)[0], machine(), asked.name
    if asked.small:
        data, name = replace(data, setting=small(data.setting)), f"{name}, small"
    settings = {k: replace(data, setting=data.setting.with_(neighbours=k)) for k in NEIGHBOURS}
    for seed in range(asked.runs):
        for method in asked.methods:
            for k in NEIGHBOURS:
                if (name, method, k, seed) not in done:
                    rows.append({"data": name, "method": method, "neighbours": k, "seed": seed,
                                 **run(method, settings[k], seed)})
                    write("basis_neighbours", page(about, rows), {**about, "rows": rows})


if __name__ == "__main__":
    main()
