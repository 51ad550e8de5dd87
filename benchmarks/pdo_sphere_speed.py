"""What a training step of PDO-eS2CNN costs at level 4, batch 16 and 64, and the floor of its form.

    python benchmarks/pdo_sphere_speed.py           two threads, some minutes
    python benchmarks/pdo_sphere_speed.py --turns 1 one step each, for a first look

A step is forward, backward and Adam of a network with about 61,658 weights, float32, one channel on 2,562
points. Reference: a published spherical CNN with 61,658 weights at the same level needs 507 ms (batch 16) and
1.78 s (batch 64) on a machine of this kind with two threads, measured elsewhere. The floor counts the
multiplications and additions of the matrix products, three times the forward ones, at the speed that a large
float32 product reaches here in the same minute, and the bytes that gathers and activations must move at the
speed of a large copy. Least of the turns; CPU seconds beside wall seconds, because the machine may be busy.
Writes benchmarks/results/pdo_sphere_speed.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "2"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "2"
os.environ["MKL_NUM_THREADS"] = "2"

import argparse
from time import perf_counter, process_time

import torch
from precompute import machine, write

from workbench.papers.pdo_sphere.experiment import weights
from workbench.papers.pdo_sphere.method import Classifier
from workbench.papers.pdo_sphere.spheres import spheres

REFERENCE = {16: 0.507, 64: 1.78}
PARAMETERS = 61_658

#: widths, where a coarser level follows, N, rings: four layers on levels 4, 3, 2, 2
WIDTHS, POOLED, N = (12, 20, 32, 36), (True, True, False, False), 5


def step(net, optimizer, x, labels, on):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x, on), labels)
    loss.backward()
    optimizer.step()


def timed(function, *arguments):
    start, cpu = perf_counter(), process_time()
    function(*arguments)
    return perf_counter() - start, process_time() - cpu


def least(turns, function, *arguments):
    function(*arguments)
    found = [timed(function, *arguments) for _ in range(turns)]
    return [min(column) for column in zip(*found, strict=True)]


def counted(on, batch):
    """Flops and bytes of a step: per layer the stencils' and the mixing products, gathers and activations."""
    flops = moved = 0
    depth, c_in = 0, 1
    for place, width in enumerate(WIDTHS):
        sphere = on[depth]
        n, turns = sphere.grid.n, 1 if place == 0 else N
        rows, taps, K = 6 * turns, sphere.middle.near.shape[1] * turns, sphere.fine
        flops += 2 * n * batch * (c_in * rows * taps + rows * c_in * K * width + K * N * width)
        moved += 4 * n * batch * (c_in * (taps + rows) + (K + N) * width)
        if POOLED[place]:
            flops += 2 * sphere.down.blocks.numel() * batch * width
            moved += 4 * sphere.down.near.numel() * N * batch * width
            depth += 1
        c_in = width
    return 3 * flops, 3 * moved


def speeds():
    """Flops a second of a float32 product, bytes a second of a copy (read and written)."""
    a = torch.randn(1500, 1500)
    big = torch.randn(30_000_000)
    product = min(timed(torch.mm, a, a)[0] for _ in range(5))
    copy = min(timed(big.clone)[0] for _ in range(5))
    return 2 * 1500**3 / product, 8 * len(big) / copy


def measure(batch, width, turns):
    torch.manual_seed(0)
    on, net = spheres(4, N, 3, width=width), Classifier(1, WIDTHS, POOLED, N, 10)
    x, labels = torch.randn(batch, 2562, 1), torch.randint(10, (batch,))
    wall, cpu = least(turns, step, net, torch.optim.Adam(net.parameters()), x, labels, on)
    flops, moved = counted(on, batch)
    fast, wide = speeds()
    floor = flops / fast + moved / wide
    return {"batch": batch, "rings": width, "weights": weights(net), "wall s": wall, "CPU s": cpu,
            "reference s": REFERENCE[batch], "reference / wall": REFERENCE[batch] / wall,
            "Gflop": flops / 1e9, "GB": moved / 1e9, "floor s": floor, "wall / floor": wall / floor}


def page(about, rows):
    names = list(rows[0])
    lines = ["# A training step of PDO-eS2CNN at level 4", "", *(f"- {k}: {v}" for k, v in about.items()), "",
             "| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(f"{row[name]:,.3g}" if isinstance(row[name], float) else f"{row[name]:,}"
                                for name in names) + " |" for row in rows]
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(2)
    about = {**machine(), "threads": 2}
    rows = [measure(batch, width, asked.turns) for width in (1, 2) for batch in REFERENCE]
    about["load at end"] = os.getloadavg()[0]
    write("pdo_sphere_speed", page(about, rows), {**about, "rows": rows})


if __name__ == "__main__":
    main()
