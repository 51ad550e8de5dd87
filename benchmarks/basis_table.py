"""Table 1 of BASiS: four methods with one network and one graph, run after run.

    python benchmarks/basis_table.py digits --runs 10
    python benchmarks/basis_table.py mnist fashion_mnist --runs 10      after basis_features.py
    python benchmarks/basis_table.py mnist --methods BASiS              without the rivals

Each run is written at once, and what is in the results is not run again: stop and start it as you like.
Digits come with scikit-learn, their Siamese features are learned here in seconds. Features of the other sets
are those of basis_features.py. Writes results/basis_table.json and .md.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from time import process_time

import numpy as np
import torch
from basis_features import FOLDER
from precompute import RESULTS, machine, title

from workbench.drafts import drafted
from workbench.papers.basis.siamese import Pairs
from workbench.papers.basis.table import (
    METHODS,
    Features,
    Setting,
    analytic_scores,
    digit_features,
    floors,
    run,
)

#: Table 1, BASiS: mean and deviation of ten runs on features of another Siamese network
PAPER = {"mnist": {"d_G": (0.107, 0.038), "d_perp columns": (0.247, 0.076), "NMI": (0.961, 0.001),
                   "ACC": (0.986, 0.001), "accuracy": (98.522, 0.065)},
         "fashion_mnist": {"d_G": (0.284, 0.073), "d_perp columns": (0.590, 0.144), "NMI": (0.798, 0.001),
                           "ACC": (0.865, 0.003), "accuracy": (87.202, 0.187)}}
MEASURES = ("d_G", "d_perp", "d_perp columns", "NMI", "ACC", "accuracy")


def features(name):
    """Features of a set, and how many steps their network took."""
    if name == "digits":
        return digit_features(Setting(), Pairs(steps=600)), 600
    path = FOLDER / f"{name}.npz"
    if not path.exists():
        raise SystemExit(f"{path} is missing: python benchmarks/basis_features.py {name}")
    with np.load(path, allow_pickle=False) as file:
        found = (file[key] for key in ("X", "labels", "X_test", "labels_test"))
        return Features(*found), int(file["steps"])


def keep(rows, ceilings):
    """Write all rows and their summary, whole or not at all."""
    about = machine()
    lines = [*title("Table 1: mean and deviation over runs", about),
             "`d_perp` is Eq. 17, `d_perp columns` the measure that the paper's table very probably holds. "
             "`analytic`: k-means on the analytic embedding of the test set. Rows `paper` are of features of "
             "another network, MNIST and Fashion-MNIST only; digits are in no paper's table.", "",
             "| data | method | runs | " + " | ".join(MEASURES) + " |", "|" + "---|" * (3 + len(MEASURES))]
    for data in dict.fromkeys(row["data"] for row in rows):
        for method in METHODS:
            mine = [row for row in rows if (row["data"], row["method"]) == (data, method)]
            if mine:
                cells = [f"{np.mean(x):.3f} +- {np.std(x):.3f}" for x in
                         ([row[measure] for row in mine] for measure in MEASURES)]
                lines.append(f"| {data} | {method} | {len(mine)} | " + " | ".join(cells) + " |")
        top = ceilings.get(data, {})
        cells = [f"{top[measure]:.3f}" if measure in top else "-" for measure in MEASURES]
        lines.append(f"| {data} | analytic | - | " + " | ".join(cells) + " |")
        if data in PAPER:
            told = PAPER[data]
            cells = ["{:.3f} +- {:.3f}".format(*told[m]) if m in told else "-" for m in MEASURES]
            lines.append(f"| {data} | BASiS, paper | 10 | " + " | ".join(cells) + " |")
    known = {data: top for data, top in ceilings.items() if "d_G of classes" in top}
    lines += ["", "The true classes beside the test set's eigenvectors, alone and times sqrt(D):", ""]
    lines += [f"- {data}: d_G {top['d_G of classes']:.3f}, {top['d_G of classes and degrees']:.3f}"
              for data, top in known.items()]
    numbers = json.dumps({**about, "analytic": ceilings, "rows": rows}, indent=1) + "\n"
    for name, text in (("md", "\n".join(lines) + "\n"), ("json", numbers)):
        with drafted(RESULTS / f"basis_table.{name}") as file:
            file.write(text.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=("digits", *PAPER))
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    there = RESULTS / "basis_table.json"
    before = json.loads(there.read_text()) if there.exists() else {"rows": [], "analytic": {}}
    rows, ceilings = before["rows"], before["analytic"]
    done = {(row["data"], row["method"], row["seed"]) for row in rows}
    for name in asked.names:
        data, steps = features(name)
        ceilings[name] = {**analytic_scores(data), **{f"d_G of {key}": d for key, d in floors(data).items()}}
        keep(rows, ceilings)
        for seed in range(asked.runs):
            for method in asked.methods:
                if (name, method, seed) not in done:
                    start = process_time()
                    found = run(method, data, seed)
                    rows.append({"data": name, "method": method, "seed": seed, "siamese_steps": steps,
                                 **found, "cpu_seconds": process_time() - start})
                    print(rows[-1], flush=True)
                    keep(rows, ceilings)


if __name__ == "__main__":
    main()
