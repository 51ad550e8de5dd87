"""Table 6 on this machine: once for a mesh, then each training step and each answer, spectral and implicit.

    python benchmarks/diffusionnet_table6.py [--sizes 752 10000 184000] [--implicit 752]

Writes benchmarks/results/diffusionnet_table6.json and .md. Times are CPU seconds of one thread, which others
on the machine disturb little; the paper's are wall seconds of a graphics card (once: of two Xeons).
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusionnet_speed import machine

from workbench.bridge import operators
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.shapes import torus

RESULTS = Path(__file__).parent / "results"
#: the paper's network for the human parts (Section 5.2) has 128 channels; k = 128, 8 classes here
WIDTH, K, CLASSES = 128, 128, 8
GRIDS = {752: (47, 16), 10_000: (200, 50), 184_000: (460, 400)}
#: the paper's milliseconds: once, train, infer (Titan RTX and dual Xeon 5120)
PAPER = {("spectral", 752): (288, 19, 7), ("spectral", 10_000): (3550, 25, 10),
         ("spectral", 184_000): (69_500, 379, 154), ("implicit", 752): (104, 329, 81)}


def cpu_ms(work, repeats=1):
    """The least CPU milliseconds of one call."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        found = work()
        taken.append(1e3 * (time.process_time() - start))
    return min(taken), found


def row(size, scheme):
    """Once, train and infer for one size and scheme, in CPU milliseconds; the process's largest memory."""
    mesh = torus(*GRIDS[size])
    once, ops = cpu_ms(lambda: operators(mesh, k=K))
    x, labels = torch.randn(ops.n, 16), torch.randint(CLASSES, (ops.n,))
    net = DiffusionNet(16, CLASSES, WIDTH, diffusion=scheme)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)

    def train():
        optimiser.zero_grad()
        F.cross_entropy(net(x, ops), labels).backward()
        optimiser.step()

    def infer():
        with torch.inference_mode():
            net(x, ops)

    repeats = 5 if size < 50_000 else 2
    train()  # the first call pays for torch's own beginnings, and all channels still share one time
    trained, _ = cpu_ms(train, repeats)
    answered, _ = cpu_ms(infer, repeats)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"scheme": scheme, "vertices": ops.n, "once": once, "train": trained, "infer": answered,
            "peak_gib": peak, "paper": PAPER.get((scheme, size))}


def table(report):
    about = report["machine"]
    lines = ["# Table 6: what one mesh costs", "",
             f"CPU milliseconds, one thread; width {WIDTH}, 4 blocks, k = {K}, tori. {about['date']}, "
             f"{about['cpu']}, load {about['load_before'][0]} before the run, torch {about['torch']}. "
             f"`{about['command']}`.", "",
             "The paper's are wall milliseconds on a Titan RTX (once: two Xeon 5120): told beside ours, not "
             "to be compared. Times change at every step: each implicit training step pays for its factors. "
             "Peak memory is that of the process so far.", "",
             "| scheme | vertices | once | train | infer | paper: once, train, infer | peak GiB |",
             "|---|---|---|---|---|---|---|"]
    for run in report["runs"]:
        paper = " / ".join(f"{value:,}" for value in run["paper"]) if run["paper"] else "-"
        lines.append(f"| {run['scheme']} | {run['vertices']:,} | {run['once']:,.0f} | {run['train']:,.0f} | "
                     f"{run['infer']:,.0f} | {paper} | {run['peak_gib']:.1f} |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="+", default=sorted(GRIDS), choices=GRIDS)
    arguments.add_argument("--implicit", type=int, nargs="*", default=[752], choices=GRIDS)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    about = machine()
    runs = [row(size, scheme) for scheme, sizes in (("spectral", asked.sizes), ("implicit", asked.implicit))
            for size in sizes]
    report = {"machine": about, "runs": runs, "cores": os.cpu_count()}
    (RESULTS / "diffusionnet_table6.json").write_text(json.dumps(report, indent=1) + "\n")
    (RESULTS / "diffusionnet_table6.md").write_text(table(report))
    print(table(report))


if __name__ == "__main__":
    main()
