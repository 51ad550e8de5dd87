"""A mixture of a million points, streamed from a file in batches: memory beside the file, time per point.

    python benchmarks/basis_million.py [--points 1000000]

Needs no data: three moons, drawn piece by piece into a file under build/. BASiS learns from it in 1000
batches of 256 and then embeds every point. Memory is this process own, without the pages of the file that the
system may keep (RssAnon in /proc). Writes results/basis_million.json and .md.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import re
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from precompute import machine, title, write

from workbench.datasets.toys import toy
from workbench.papers.basis.experiment import Config, Points, network, scores, train
from workbench.papers.basis.measures import clustering_accuracy, clusters
from workbench.papers.basis.method import extend

FILE = Path(__file__).resolve().parent.parent / "build" / "basis" / "million.f8"
PIECE = 50_000


def memory():
    """Megabytes that this process has for itself."""
    return int(re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def mixture(n):
    """The file of n points, drawn piece by piece, and their classes."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    X, labels = np.memmap(FILE, "f8", "w+", shape=(n, 2)), np.empty(n, dtype=np.int64)
    for start in range(0, n, PIECE):
        end = min(n, start + PIECE)
        X[start:end], labels[start:end] = toy("moons", end - start, seed=start)
    X.flush()
    return np.memmap(FILE, "f8", "r", shape=(n, 2)), labels


def measure(n):
    """Learn, then embed all points; what each took, and how memory grew on the way."""
    config = Config(test_every=10**6)
    X, labels = mixture(n)
    data, net = Points(X, labels, *toy("moons", 3000, seed=n + 1)), network(config)
    grown, cpu, wall = [], process_time(), perf_counter()
    for snapshot in train(config, net, data):
        if snapshot.step % 100 == 0:
            grown.append(memory())
    learned = process_time() - cpu, perf_counter() - wall
    cpu = process_time()
    right = embed_all(net, X, labels, data)
    nmi, acc = scores(net, data)
    return {"points": n, "learn_cpu_s": learned[0], "learn_wall_s": learned[1], "memory_mb": grown,
            "memory_after_mb": memory(), "embed_us_a_point": 1e6 * (process_time() - cpu) / n,
            "acc_all": right, "nmi_test": nmi, "acc_test": acc}


def embed_all(net, X, labels, data):
    """ACC of all points, each given to the nearest of the k-means centres of the test points."""
    Y = extend(net, data.X_test)
    found = clusters(Y, 3)
    centres, all_found = np.stack([Y[found == c].mean(axis=0) for c in range(3)]), np.empty(len(X), np.int64)
    for start in range(0, len(X), PIECE):
        Y = extend(net, X[start:start + PIECE])
        all_found[start:start + PIECE] = ((Y[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return clustering_accuracy(labels, all_found)


def page(about, rows):
    """The table, as Markdown."""
    lines = [*title("BASiS on a file of many points: three moons, 1000 batches of 256", about),
             "| points | learning CPU s | wall s | own memory at steps 100 ... 1000, MB | embedding, CPU us "
             "a point | ACC of all | ACC, 3000 fresh |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        grown = f"{r['memory_mb'][0]:.0f} ... {r['memory_mb'][-1]:.0f}"
        lines.append(f"| {r['points']} | {r['learn_cpu_s']:.1f} | {r['learn_wall_s']:.1f} | {grown} | "
                     f"{r['embed_us_a_point']:.1f} | {r['acc_all']:.6f} | {r['acc_test']:.4f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, nargs="+", default=[9_000, 100_000, 1_000_000])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    about = machine()
    rows = [measure(n) for n in asked.points]
    FILE.unlink()
    write("basis_million", page(about, rows), {**about, "rows": rows})


if __name__ == "__main__":
    main()
