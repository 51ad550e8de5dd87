"""Fig. 1 of BASiS: how well fresh points of the four toy sets are clustered, on five seeds.

    python benchmarks/basis_toys.py             all that is not in results/basis_toys.json yet
    python benchmarks/basis_toys.py --again     everything anew

Needs no data. Each run learns from 9000 points in 1000 batches of 256, 9 anchors included, and is measured on
3000 points that it has not seen: NMI and ACC of k-means on its embedding (Eqs. 18, 19). Every finished run is
written at once, so the program can be stopped and started again. Writes results/basis_toys.json and .md.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from time import perf_counter, process_time

import torch
from precompute import RESULTS, machine, title

from workbench.datasets.toys import TOYS
from workbench.drafts import drafted
from workbench.papers.basis.experiment import Config
from workbench.papers.basis.figures import learned

SEEDS = range(5)


def measure(name, seed):
    """One run: its scores and what it cost."""
    start, cpu = perf_counter(), process_time()
    _, _, (nmi, acc) = learned(Config(data=name, seed=seed))
    return {"data": name, "seed": seed, "nmi": nmi, "acc": acc, "seconds": perf_counter() - start,
            "cpu_seconds": process_time() - cpu}


def keep(rows):
    """Write what there is, whole or not at all."""
    about = machine()
    lines = [*title("BASiS on the toy sets: 9000 points, 1000 batches of 256, 9 anchors", about),
             "NMI and ACC on 3000 fresh points. CPU seconds include the measurements on the way; wall "
             "seconds are of a machine that others used as well.", "",
             "| data | seed | NMI | ACC | s | CPU s |", "|---|---|---|---|---|---|"]
    lines += [f"| {r['data']} | {r['seed']} | {r['nmi']:.4f} | {r['acc']:.4f} | {r['seconds']:.1f} | "
              f"{r['cpu_seconds']:.1f} |" for r in rows]
    numbers = json.dumps({**about, "rows": rows}, indent=1) + "\n"
    for name, text in (("md", "\n".join(lines) + "\n"), ("json", numbers)):
        with drafted(RESULTS / f"basis_toys.{name}") as file:
            file.write(text.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    there = RESULTS / "basis_toys.json"
    rows = [] if asked.again or not there.exists() else json.loads(there.read_text())["rows"]
    done = {(row["data"], row["seed"]) for row in rows}
    for seed in SEEDS:
        for name in TOYS:
            if (name, seed) not in done:
                rows.append(measure(name, seed))
                print(rows[-1], flush=True)
                keep(rows)


if __name__ == "__main__":
    main()
