"""How often a warm start helps HodgeNet in a real training run, and how far the stars drift between visits.

    python benchmarks/hodgenet_warmth.py                part segmentation, preset quick: 240 steps, a minute
    python benchmarks/hodgenet_warmth.py tiny

A mesh is met again once an epoch; its eigenproblem then begins in its last modes. A warm start counts as
"helped" when the Krylov space stayed smaller than the cold one of the same mesh: nothing is ever accepted
without the residual, so one that does not help costs what a cold start costs. Drift is the median over edges
of |change of star1| / |star1| since the last visit. Writes results/hodgenet_warmth.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
from time import process_time

import numpy as np
import torch
from precompute import machine, title, write

from workbench.datasets.humans import learn_and_test
from workbench.papers.hodgenet import Warmth
from workbench.papers.hodgenet.segmentation import Config, network, prepare, prepare_to_learn, train


def star1(modes):
    """The blocks of star1 from the standard form of their pencil, (e, k, k)."""
    pencil, fronts = modes.pencil, modes.pencil.pattern.fronts
    return -pencil.root[fronts.late] @ pencil.off @ pencil.root[fronts.early].transpose(0, 2, 1)


def drift(old, new):
    """The median relative change of a block of star1."""
    a, b = star1(old), star1(new)
    return float(np.median(np.linalg.norm(b - a, axis=(1, 2)) / np.linalg.norm(a, axis=(1, 2))))


def visits(config):
    """(step, dimensions, those of the first visit, drift) of each warm solve; CPU seconds; steps an epoch."""
    bodies = learn_and_test(config.size, config.bodies)
    examples, test = prepare_to_learn(config, bodies[0]), prepare(config, bodies[1])
    warmth, last, cold, found, begun = Warmth(), {}, {}, [], process_time()
    for snapshot in train(config, network(config), examples, test, warmth=warmth):
        for ready in (example.ready for example in examples):
            now = warmth.of(ready)
            if now is None or now is last.get(ready):
                continue
            if ready in last:
                found.append((snapshot.step, now.dimensions, cold[ready], drift(last[ready], now)))
            cold.setdefault(ready, now.dimensions)
            last[ready] = now
    return np.array(found), process_time() - begun, max(1, len(examples) // config.batch)


def phases(config, found, each):
    """Rows of the table: what changed between two visits in each part of the run."""
    step, dimensions, cold, drifts = found.T
    epoch = (step - 1) // each
    # a visit right after a phase begins still looks back into the one before
    stretched, tuned = epoch < config.epochs * (1 - config.tuned), epoch > config.epochs * (1 - config.tuned)
    rows = {"axes stretched anew at each visit": stretched, "fine-tuning, the same features": tuned}
    return [{"part": name, "solves": int(at.sum()), "helped": float((dimensions < cold)[at].mean()),
             "warm": float(dimensions[at].mean()), "cold": float(cold[at].mean()),
             "drift": [float(q) for q in np.quantile(drifts[at], (0.1, 0.5, 0.9))]}
            for name, at in rows.items() if at.any()]


def page(about, config, rows, seconds):
    """The table, as Markdown."""
    head = ("part of the run", "warm solves", "helped", "dimensions, warm", "cold", "drift of star1: 10 %",
            "median", "90 %")
    lines = [*title("Warm starts in a real run of part segmentation", about),
             f"Generated humans, {config.size}, k = {config.k}, {config.m} + {config.extra} pairs, lr "
             f"{config.lr:g}, {config.epochs} epochs, seed {config.seed}; {seconds:.0f} CPU s. Means of the "
             "Krylov space's dimensions; `cold` is that of the same mesh's first visit.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row["part"], row["solves"], f"{row['helped']:.0%}", f"{row['warm']:.0f}",
                 f"{row['cold']:.0f}", *(f"{q:.1e}" for q in row["drift"])]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", nargs="?", default="quick", choices=("quick", "tiny"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    about, config = machine(), Config.preset(asked.preset)
    found, seconds, each = visits(config)
    rows = phases(config, found, each)
    write("hodgenet_warmth", page(about, config, rows, seconds), {**about, "cpu": seconds, "rows": rows})


if __name__ == "__main__":
    main()
