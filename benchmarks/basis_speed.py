"""What an iteration of BASiS costs on the three moons: batch 256, 9 anchors, two eigenvectors, one thread.

    python benchmarks/basis_speed.py                some seconds
    python benchmarks/basis_speed.py --whole        also whole runs, the network on one thread and on two

Needs no data. Parts are taken in turn, so that a busy machine slows all alike; trust CPU milliseconds.
"RANSAC in a loop" solves the same 100 samples one after the other, as one would write it down first; "general
eigensolver" is numpy.linalg.eig of P, all eigenvectors. Where two cores are free an iteration's wall time is
about that of "net", as the next batch is made while the gradient goes back; a whole run shows it. Writes
benchmarks/results/basis_speed.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import statistics
from time import perf_counter, process_time

import numpy as np
import torch
from precompute import machine, title, write

from workbench.operators.graph_affinity import dense_affinity
from workbench.operators.graph_modes import dense_modes
from workbench.papers.basis.alignment import least_squares, ransac
from workbench.papers.basis.experiment import Config, batches, network, points, train
from workbench.papers.basis.method import batch, embedding, mean_square
from workbench.training import finish

#: CPU milliseconds an iteration of the authors' code on a machine of this kind, measured elsewhere
AUTHORS = {"RANSAC": 27, "eigenvectors": 17, "iteration": 62}
ROUNDS = 60


def ransac_in_a_loop(phi, at, values, draw, tolerance):
    """The same votes, one sample after the other."""
    best, most = None, -1
    for _ in range(100):
        few = draw.choice(len(at), min(20, len(at)), replace=False)
        ones = np.ones((len(at), 1))
        T = np.linalg.lstsq(np.hstack([phi[at][few], ones[few]]), values[few], rcond=None)[0]
        agree = np.linalg.norm(np.hstack([phi[at], ones]) @ T - values, axis=1) <= tolerance
        if agree.sum() > most:
            best, most = agree, agree.sum()
    return least_squares(phi, at[best], values[best])


def parts(config):
    """Name -> a function that does this part once, on batches of this config."""
    data, draw, graph = points(config), np.random.default_rng(0), config.graph
    source = batches(config, data)
    source.close()
    ref, at, unit = source.reference, np.arange(len(source.anchors)), 0.1 * np.sqrt(config.m)
    fresh = np.concatenate([ref.X, data.X[:config.m - len(at)]])
    W, phi = dense_affinity(fresh, graph.neighbours, graph.scale), embedding(fresh, graph).evecs
    P, net = W / W.sum(axis=0), network(config)
    adam = torch.optim.AdamW(net.parameters(), lr=config.lr, weight_decay=0.0, fused=True)
    x, y = (torch.tensor(array, dtype=torch.float32) for array in (fresh, phi))

    shapes = [tuple(w.shape) for w in net.parameters() if w.ndim == 2]
    factors = [[torch.rand(shape) for shape in ((config.m, b), (b, a), (config.m, a))] for a, b in shapes]

    def products():
        """What no way of writing the step can save: the matrix products of both directions."""
        for number, (inputs, weight, outputs) in enumerate(factors):
            inputs @ weight, inputs.T @ outputs
            if number:                                              # nobody asks for the points' own gradient
                outputs @ weight.T

    def step():
        adam.zero_grad()
        mean_square(net(x), y).backward()
        adam.step()

    return {
        "affinity": lambda: dense_affinity(fresh, graph.neighbours, graph.scale),
        "eigenvectors": lambda: dense_modes(W, graph.K),
        "RANSAC": lambda: ransac(phi, at, ref.values, draw, tolerance=unit),
        "batch": lambda: batch(ref, data.X[source._others(config.m)], graph, config.consensus, draw),
        "net": step,
        "net's products alone": products,
        "RANSAC in a loop": lambda: ransac_in_a_loop(phi, at, ref.values, draw, unit),
        "general eigensolver": lambda: np.linalg.eig(P),
    }


def measure(config):
    """CPU and wall milliseconds of every part, least and median over rounds in which each has its turn."""
    work = parts(config)
    cpu, wall = ({name: [] for name in work} for _ in range(2))
    for number in range(ROUNDS + 5):
        for name, do in work.items():
            start, since = process_time(), perf_counter()
            do()
            if number >= 5:
                cpu[name].append(1e3 * (process_time() - start))
                wall[name].append(1e3 * (perf_counter() - since))
    return [{"part": name, "cpu_ms": min(cpu[name]), "cpu_ms_median": statistics.median(cpu[name]),
             "wall_ms": min(wall[name]), "wall_ms_median": statistics.median(wall[name])} for name in work]


def whole(config, threads):
    """A whole run as the chapter makes it, without measuring on the way; the network on so many threads."""
    data, net = points(config), network(config)
    torch.set_num_threads(threads)
    start, since = process_time(), perf_counter()
    finish(train(config.with_(test_every=10**6), net, data))
    return {"threads": threads, "cpu_s": process_time() - start, "wall_s": perf_counter() - since,
            "steps": config.steps}


def page(about, rows, runs):
    """The table, as Markdown."""
    head = ["part", "CPU ms, least", "CPU ms, median", "wall ms, least", "wall ms, median", "authors CPU ms"]
    lines = [*title("BASiS on three moons: an iteration in parts", about),
             "`batch` holds affinity, eigenvectors, RANSAC and the draw; it is made in a thread of its own "
             "while the gradient of `net` (forward, backward, Adam) goes back. The matrix products of the "
             "paper's network are 0.8 GFLOP a step, what one core of this kind can do in 5.5 ms. "
             "`authors`: measured elsewhere on such a machine; "
             f"theirs of a whole iteration is {AUTHORS['iteration']}. The aim is 8 a step, 10 s a run.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        keys = ("cpu_ms", "cpu_ms_median", "wall_ms", "wall_ms_median")
        numbers = [f"{row[key]:.2f}" for key in keys]
        lines.append("| " + " | ".join([row["part"], *numbers, str(AUTHORS.get(row["part"], "-"))]) + " |")
    for run in runs:
        wall, cpu = (1e3 * run[key] / run["steps"] for key in ("wall_s", "cpu_s"))
        lines += ["", f"A whole run of {run['steps']} steps, the network on {run['threads']} of the threads: "
                      f"{run['wall_s']:.1f} s, {wall:.1f} ms a step; {cpu:.1f} CPU ms of all threads."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--whole", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    about, config = machine(), Config()
    rows = measure(config)
    runs = [whole(config, threads) for threads in (1, 2)] if asked.whole else []
    about["load at end"] = os.getloadavg()[0]
    write("basis_speed", page(about, rows, runs), {**about, "rows": rows, "whole": runs})


if __name__ == "__main__":
    main()
