"""Where a block of DiffusionNet spends its time: its four parts alone, each beside its own counted floor."""

import torch

from workbench.papers.diffusionnet.derivatives import PairProducts
from workbench.papers.diffusionnet.method import Block, spatial_gradient


def counted(ops, width: int, k: int) -> dict:
    """Part -> (GFLOP, GB) of the way forward, and of the way there and back."""
    n = ops.n
    square, plane = 2 * n * width**2 / 1e9, 4 * n * width / 1e9
    spectral, matrix = 4 * n * width * k / 1e9, 12 * ops.gradient.matrix.values().numel() / 1e9
    return {"diffusion": ((spectral, 0), (2 * spectral, 0)),
            "sparse gradient": ((0, matrix + 3 * plane), (0, 2 * matrix + 6 * plane)),
            "pairs of gradients": ((4 * square, 5 * plane), (12 * square, 14 * plane)),
            "perceptron": ((5 * square, 4 * plane), (15 * square, 10 * plane))}


def works(block: Block, ops) -> dict:
    """Part -> (what it computes, of what)."""
    x, gradients = torch.randn(ops.n, len(block.gradients.A_re)), block.gradients
    re, im = gradients.A_re.T, gradients.A_im.T
    A = torch.cat([torch.cat([re, im], 1), torch.cat([-im, re], 1)]).detach().requires_grad_()
    w = spatial_gradient(ops, x).detach()
    return {"diffusion": (lambda x: block.diffusion(x, ops), x), "sparse gradient": (ops.gradient, x),
            "pairs of gradients": (lambda w: PairProducts.apply(w, A), w),
            "perceptron": (lambda x: block.mlp(x, x, x), x)}


def parts(block: Block, ops, k: int, rate: dict, milliseconds, repeats: int) -> dict:
    """Part -> job -> least CPU milliseconds, and what the floor allows at the machine's rates."""
    found, costs = {}, counted(ops, block.diffusion.log_time.numel(), k)
    for name, (work, x) in works(block, ops).items():
        there = _forward(work, x)
        back = _and_back(work, x.clone().requires_grad_(), torch.randn_like(there()))
        times = (milliseconds(call, repeats)["cpu"] for call in (there, back))
        floors = (round(1e3 * (gflop / rate["gflops"] + gb / rate["gbytes"]), 3) for gflop, gb in costs[name])
        found[name] = {job: {"cpu": cpu, "floor": floor}
                       for job, cpu, floor in zip(("infer", "train"), times, floors, strict=True)}
    return found


def _forward(work, x):
    def call():
        with torch.inference_mode():
            return work(x)
    return call


def _and_back(work, x, slope):
    def call():
        x.grad = None
        work(x).backward(slope)
    return call


def lines(runs) -> list[str]:
    """The parts of every run as rows of Markdown."""
    rows = ["| vertices | part of a block | infer, CPU ms | floor | ratio | train, CPU ms | floor | ratio |",
            "|---|---|---|---|---|---|---|---|"]
    for run in runs:
        for name, jobs in run["parts"].items():
            cells = [f"{jobs[job]['cpu']:.1f} | {jobs[job]['floor']:.1f} | "
                     f"{jobs[job]['cpu'] / jobs[job]['floor']:.2f}" for job in ("infer", "train")]
            rows.append(f"| {run['vertices']} | {name} | {' | '.join(cells)} |")
    return rows
