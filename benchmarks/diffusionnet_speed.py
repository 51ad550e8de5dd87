"""How fast the paper's DiffusionNet infers and trains on this machine's CPU, and how far above the floor.

    python benchmarks/diffusionnet_speed.py [--threads 2] [--repeats 30] [--sizes 5000 10000]

Writes benchmarks/results/diffusionnet_speed.json and .md. The floor is counted, then priced with the
rates that this machine reaches in the same minutes: multiplications at the rate of a large matrix
product, other passes at the rate of a copy. "plain" is the same network with the paper's formulas written
one by one (coordinate-format gradients, four products for A, features side by side, exp left to
underflow); it shares its weights and is checked to agree. On a busy machine take --threads 1 and read the
CPU time.

Tried and not kept, single-threaded at 10k vertices, times of the step alone: three products instead of
four for the complex A (11.2 against 11.4 ms); A and the MLP in row blocks that fit the cache (11.2 to
12.4 against 11.4, 15.3 to 15.9 against 15.5); the derivative of A in row blocks (23.8 against 24.8).
Kept: the sparse products write into an array that torch need not fill and copy first (2.7 and 1.7 became
1.1 and 1.0 ms for G u and its transpose, CPU time).
"""

import argparse
import json
import os
import platform
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import scipy
import torch
import torch.nn.functional as F
from diffusionnet_parts import lines as part_lines
from diffusionnet_parts import parts

from workbench.bridge import operators
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.shapes import torus

RESULTS = Path(__file__).parent / "results"
K, WIDTH, BLOCKS, INPUTS, CLASSES = 128, 128, 4, 16, 8

#: milliseconds of the authors' code on this kind of machine with 2 threads: vertices -> infer, train
AUTHORS = {5000: {"infer": 118, "train": 346}, 10000: {"infer": 231, "train": 831}}


def milliseconds(work, repeats):
    """Median and least wall time, and least CPU time of all threads, of one call of work."""
    work()
    wall, cpu = [], []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        work()
        wall.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - used))
    return {"median": round(float(np.median(wall)), 3), "least": round(min(wall), 3),
            "cpu": round(min(cpu), 3)}


def judge():
    """Which time is held against the floor: CPU time of one thread, which others cannot lengthen, or wall."""
    return "cpu" if torch.get_num_threads() == 1 else "least"


def rates(n, repeats):
    """What this machine attains: multiply-adds of an (n, c) by (c, c) product, and bytes of a copy."""
    x, w, y = torch.randn(n, WIDTH), torch.randn(WIDTH, WIDTH), torch.empty(n, WIDTH)
    product = milliseconds(lambda: torch.mm(x, w, out=y), 10 * repeats)[judge()]
    copy = milliseconds(lambda: y.copy_(x), 10 * repeats)[judge()]
    return {"gflops": 2 * n * WIDTH**2 / product / 1e6, "gbytes": 2 * x.nbytes / copy / 1e6}


def count(ops):
    """Multiplications (in GFLOP) and bytes of other passes (in GB) of one forward and one training step."""
    n, unit = ops.n, 2 * ops.n * WIDTH**2 / 1e9
    spectral, learned = BLOCKS * 2 * unit * K / WIDTH, BLOCKS * (4 + 3 + 1 + 1) * unit
    ends = 2 * n * WIDTH * (INPUTS + CLASSES) / 1e9
    plane = n * WIDTH * 4 / 1e9
    matrix = ops.gradient.matrix.values().numel() * 12 / 1e9  # a value and where it stands
    forward = matrix + (3 + 5 + 4 + 3) * plane  # gradient; w, b -> g; two ReLU; residual
    backward = matrix + (3 + 9 + 6 + 3) * plane  # its transpose; g, w, b -> dw, db; two ReLU; residual
    # the basis is constant, so its products have one derivative; those of weights have two
    return {"infer": {"gflop": spectral + learned + ends, "gb": BLOCKS * forward},
            "train": {"gflop": 2 * spectral + 3 * (learned + ends), "gb": BLOCKS * (forward + backward)}}


def plain(net, x, ops, gradients):
    """The network's output by the formulas one by one."""
    x, basis = F.linear(x, net.first.weight, net.first.bias), ops.basis
    for block in net.blocks:
        decay = torch.exp(-basis.evals[:, None] * block.diffusion.log_time.exp())
        diffused = basis.evecs @ (decay * (basis.evecs.T @ (x * basis.mass[:, None])))
        p, q = (gradient @ diffused for gradient in gradients)
        re, im = block.gradients.A_re.T, block.gradients.A_im.T
        features = torch.tanh(p * (p @ re - q @ im) + q * (q @ re + p @ im))
        h = torch.cat([x, diffused, features], dim=1)
        one, two, three = block.mlp.layers
        x = x + three(torch.relu(two(torch.relu(one(h)))))
    return F.linear(x, net.last.weight, net.last.bias)


def halves(ops):
    """The two components of the gradient in coordinate format."""
    matrix = ops.gradient.matrix.to_sparse_coo()
    (row, column), values = matrix.indices(), matrix.values()
    return [torch.sparse_coo_tensor(torch.stack([row[part] // 2, column[part]]), values[part],
                                    (ops.n, ops.n), check_invariants=True).coalesce()
            for part in (row % 2 == 0, row % 2 == 1)]


def both(forward, net, labels):
    """Inference and one training step (forward, backward, Adam) as two calls without arguments."""
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)

    def infer():
        with torch.inference_mode():
            forward()

    def train():
        optimiser.zero_grad()
        F.cross_entropy(forward(), labels).backward()
        optimiser.step()

    return {"infer": infer, "train": train}


def gradient_routes(ops, repeats):
    """The gradient of a diffused feature: sparse G on the vertices, or dense G Phi on the spectrum."""
    u, c, w = torch.randn(ops.n, WIDTH), torch.randn(K, WIDTH), torch.randn(2 * ops.n, WIDTH)
    dense = ops.gradient(ops.basis.evecs)
    routes = {"sparse": lambda: ops.gradient.matrix @ u, "sparse, back": lambda: ops.gradient.transposed @ w,
              "dense": lambda: dense @ c, "dense, back": lambda: dense.T @ w}
    return {name: milliseconds(route, repeats) for name, route in routes.items()}


def measure(size, repeats):
    """Everything about one size of mesh."""
    mesh = torus(n=size // 50, m=50)
    ops = operators(mesh, k=K)
    x, labels = torch.randn(ops.n, INPUTS), torch.randint(CLASSES, (ops.n,))
    net, gradients = DiffusionNet(INPUTS, CLASSES, WIDTH, BLOCKS), halves(ops)
    with torch.inference_mode():
        gap = (net(x, ops) - plain(net, x, ops, gradients)).abs().max().item()
    if gap > 1e-3:
        raise SystemExit(f"the two networks differ by {gap}")
    rate, counted = rates(ops.n, repeats), count(ops)
    floors = {job: {"multiplications": round(1e3 * cost["gflop"] / rate["gflops"], 1),
                    "passes": round(1e3 * cost["gb"] / rate["gbytes"], 1)} for job, cost in counted.items()}
    jobs = {"workbench": both(lambda: net(x, ops), net, labels),
            "plain": both(lambda: plain(net, x, ops, gradients), net, labels)}
    times = {who: {job: milliseconds(work, repeats) for job, work in calls.items()}
             for who, calls in jobs.items()}
    return {"vertices": ops.n, "rates": rate, "counted": counted, "floor_ms": floors, "times_ms": times,
            "authors_ms": AUTHORS.get(size), "gradient_ms": gradient_routes(ops, repeats),
            "parts": parts(net.blocks[0], ops, K, rate, milliseconds, repeats)}


def machine():
    """Where and with what this ran."""
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []
    return {"date": date.today().isoformat(), "cpu": names[0] if names else platform.processor(),
            "cores": os.cpu_count(), "load_before": [round(x, 2) for x in os.getloadavg()],
            "python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__,
            "scipy": scipy.__version__, "command": " ".join(["python", *sys.argv])}


def table(report):
    """The results as a Markdown page."""
    about = report["machine"]
    lines = ["# Speed of DiffusionNet on the CPU", "",
             f"The paper's network: {BLOCKS} blocks, width {WIDTH}, {K} eigenpairs. {about['date']}, "
             f"{about['cpu']}, {about['cores']} cores, load {about['load_before'][0]} before the run, Python "
             f"{about['python']}, torch {about['torch']}. `{about['command']}`: {report['threads']} threads, "
             f"{report['repeats']} repetitions.", "",
             "Milliseconds. Floor: counted multiplications at the attained rate + other passes at a copy's.",
             "Time / floor: CPU time with one thread, least wall time with more. Plain: median, least. "
             "Authors: their code, 2 threads, measured earlier on such a machine.", "",
             "| vertices | job | median | least | CPU time | floor | time / floor | plain | authors |",
             "|---|---|---|---|---|---|---|---|---|"]
    for run in report["runs"]:
        for job in ("infer", "train"):
            ours, other = run["times_ms"]["workbench"][job], run["times_ms"]["plain"][job]
            parts = run["floor_ms"][job]
            floor = parts["multiplications"] + parts["passes"]
            authors = (run["authors_ms"] or {}).get(job, "-")
            values = [run["vertices"], job, *(f"{ours[key]:.1f}" for key in ("median", "least", "cpu")),
                      f"{parts['multiplications']} + {parts['passes']}", f"{ours[judge()] / floor:.2f}",
                      f"{other['median']:.1f}, {other['least']:.1f}", authors]
            lines.append(f"| {' | '.join(map(str, values))} |")
    lines += ["", "| vertices | product, GFLOP/s | copy, GB/s | G u sparse / dense | back, sparse / dense |",
              "|---|---|---|---|---|"]
    for run in report["runs"]:
        g = {name: value[judge()] for name, value in run["gradient_ms"].items()}
        lines.append(f"| {run['vertices']} | {run['rates']['gflops']:.0f} | {run['rates']['gbytes']:.0f} | "
                     f"{g['sparse']} / {g['dense']} | {g['sparse, back']} / {g['dense, back']} |")
    lines += ["", "A block in parts, each alone; train is the way there and back.", ""]
    lines += part_lines(report["runs"])
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--repeats", type=int, default=30)
    arguments.add_argument("--sizes", type=int, nargs="+", default=sorted(AUTHORS))
    asked = arguments.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    report = {"machine": machine(), "threads": asked.threads, "repeats": asked.repeats,
              "runs": [measure(size, asked.repeats) for size in asked.sizes]}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "diffusionnet_speed.json").write_text(json.dumps(report, indent=1) + "\n")
    (RESULTS / "diffusionnet_speed.md").write_text(table(report))
    print(table(report))


if __name__ == "__main__":
    main()
