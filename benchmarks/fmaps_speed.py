"""What soft maps and ZoomOut cost, beside pyfmaps and densemaps where these are installed.

    python benchmarks/fmaps_speed.py                       5,000 and 20,000 vertices, five minutes
    python benchmarks/fmaps_speed.py products 5000         one part and size; parts: products, zoomout
    python benchmarks/fmaps_speed.py --large               100,000 vertices, after 10,000: ten minutes
    python benchmarks/fmaps_speed.py --keops               KeOps and densemaps' KeOps map, which compile

A soft product is 32 features, 128 columns, float32, blur 1 on standard normal features: then no exponent is
faint and nothing can be left out; "sharp" is blur 0.01, where exponents are made in float64. The gradient is
that of the features. ZoomOut goes from 20 to 130 by 10 between two meshings of one bumpy sphere. Ways take
turns within one process, and all numbers are the least of the turns; memory is measured in a process for each
way, as growth of the resident set. Two threads; one with WORKBENCH_THREADS=1, wise on a busy machine, where
threads, which meet after every operation on a tile, wait for whichever was put aside. Writes
benchmarks/results/fmaps_speed.json and .md, or fmaps_large.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ.get("WORKBENCH_THREADS", "2")  # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"]

import argparse
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import scipy.sparse as sp
import torch
from fmaps_tables import page
from precompute import bumpy, machine, write
from scipy.spatial import KDTree

from workbench.bridge import Basis
from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.papers.fmaps import soft_map21
from workbench.papers.fmaps.zoomout import (
    differentiable_zoomout,
    farthest_points,
    hard_map21,
    sampled_zoomout,
    zoomout,
)

THREADS = int(os.environ.get("WORKBENCH_THREADS", 2))
ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(THREADS))

TURNS = {5000: 5, 20_000: 2}

#: sizes of --large, where every way is taken once and rivals do not take part; the last is predicted
LARGE = (10_000, 100_000)


def features(n):
    draw = torch.Generator().manual_seed(0)
    return [torch.randn(n, width, generator=draw) for width in (32, 32, 128, 128)]


#: name -> (route or rival, blur)
WAYS = {"streamed": ("streamed", 1.0), "streamed, sharp": ("streamed", 0.01), "attention": ("attention", 1.0),
        "dense": ("dense", 1.0), "densemaps, dense": ("EmbKernelDenseDistMap", 1.0), "keops": ("keops", 1.0),
        "densemaps, KeOps": ("KernelDistMap", 1.0)}


def ways(n, keops):
    """The names of the ways that are taken at n vertices."""
    if n in LARGE:
        return ["streamed"]
    names = ["streamed", "streamed, sharp", "attention"]
    names += ["dense", "densemaps, dense"] * (n <= 5000) + ["keops", "densemaps, KeOps"] * keops
    return [name for name in names if _installed("densemaps") or not name.startswith("densemaps")]


def _installed(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def product(way, f1, f2, values):
    route, sigma = way
    if route[0].islower():
        return soft_map21(f1, f2, sigma, route) @ values
    import densemaps.torch

    return getattr(densemaps.torch, route)(f1, f2, blur=sigma).pull_back(values)


def forward(way, data):
    f1, f2, values, _ = data
    with torch.no_grad():
        product(way, f1, f2, values)


def with_gradient(way, data):
    f1, f2 = (x.clone().requires_grad_() for x in data[:2])
    (product(way, f1, f2, data[2]) * data[3]).sum().backward()


def timed(function, *arguments):
    start, cpu = perf_counter(), process_time()
    function(*arguments)
    return perf_counter() - start, process_time() - cpu


def resident(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1e3


def memory(n, name, what):
    """MB that one product adds, after a small one has loaded what it needs."""
    way, run = WAYS[name], {"forward": forward, "gradient": with_gradient}[what]
    run(way, features(600))
    data = features(n)
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")     # the peak starts anew
    seconds = timed(run, way, data)
    return {"MB": resident("VmHWM") - before, "once": seconds}


def products(n, keops):
    """Least wall and CPU seconds of every way, forward and with gradient, in turns."""
    data, known = features(n), {name: WAYS[name] for name in ways(n, keops)}
    found = {name: {"forward": [], "gradient": []} for name in known}
    for way in known.values():
        with_gradient(way, features(600))
    for _ in range(TURNS.get(n, 1)):
        for name, way in known.items():
            found[name]["forward"].append(timed(forward, way, data))
            found[name]["gradient"].append(timed(with_gradient, way, data))
    return {"vertices": n, "ways": found}


def couple(n):
    """Two meshings of one surface, their bases in float64 with 130 pairs, and a rough map C21 (20, 20)."""
    meshes = [bumpy(n), bumpy(n - n // 50)]
    one, two = (spectrum(laplacian(mesh), 130) for mesh in meshes)
    nearest = KDTree(meshes[0].V).query(meshes[1].V)[1]
    C21 = two.evecs[:, :20].T @ (two.mass[:, None] * one.evecs[nearest, :20])
    return one, two, C21, nearest


def zoomouts(n):
    """Seconds of every ZoomOut on one couple, in turns, and how many matches are those of pyfmaps."""
    one, two, C21, nearest = couple(n)
    bases = [Basis(*(torch.tensor(x, dtype=torch.float32) for x in (s.evals, s.evecs, s.mass)))
             for s in (one, two)]
    start, samples = torch.tensor(C21, dtype=torch.float32), {}
    matches, found = {}, {}

    def ours():
        matches["ours"] = hard_map21(zoomout(start, *bases, 11, 10), *bases).T21.numpy()

    def soft():
        with torch.no_grad():
            differentiable_zoomout(start, *bases, 11, 10)

    def sampled():
        samples.update(enumerate(farthest_points(basis.evecs[:, 1:20], 3000) for basis in bases))
        matches["sampled"] = hard_map21(sampled_zoomout(start, *bases, samples[0], samples[1], 11, 10),
                                        *bases).T21.numpy()

    def pyfmaps():
        from pyFM.refine.zoomout import zoomout_refine

        _, matches["pyfmaps"] = zoomout_refine(C21, one.evecs, two.evecs, nit=11, step=10,
                                               A2=sp.diags(two.mass), return_p2p=True)

    known = {"ours": ours, "sampled": sampled}
    if n not in LARGE:
        known["differentiable"] = soft
    if n not in LARGE and _installed("pyFM"):
        known["pyfmaps"] = pyfmaps
    for _ in range(TURNS.get(n, 1)):
        for name, run in known.items():
            found.setdefault(name, []).append(timed(run))
    same = {name: float((T21 == matches["pyfmaps"]).mean()) for name, T21 in matches.items()} \
        if "pyfmaps" in matches else {}
    return {"vertices": n, "ways": found, "same": same, "MB": resident("VmHWM"),
            "true": {name: float((T21 == nearest).mean()) for name, T21 in matches.items()}}


def child(*words):
    done = subprocess.run([sys.executable, __file__, *map(str, words)], check=True, stdout=subprocess.PIPE,
                          env={**os.environ, **ENVIRONMENT})
    return json.loads(done.stdout.splitlines()[-1])


def measured(part, n, keops):
    """All numbers of one part at one size, each process on its own."""
    flags = ["--keops"] if keops else []
    if part == "zoomout":
        return {"part": part, **child("--one", part, n)}
    row = {"vertices": n, "ways": {}} if n in LARGE else child("--one", part, n, *flags)
    memory = {}
    if Path("/proc/self/clear_refs").exists():
        memory = {name: {what: child("--memory", name, what, "products", n)
                         for what in ("forward", "gradient")} for name in ways(n, keops)}
    if n in LARGE:
        row["ways"] = {name: {what: [one["once"]] for what, one in each.items()}
                       for name, each in memory.items()}
    return {"part": part, **row, "memory": memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=("products", "zoomout", "all"), default="all")
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--large", action="store_true", help="100,000 vertices, and 10,000 to predict it")
    parser.add_argument("--keops", action="store_true", help="KeOps as well, which compiles first")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    torch.set_num_threads(THREADS)
    sizes = asked.sizes or (LARGE if asked.large else [5000, 20_000])
    if asked.memory:
        print(json.dumps(memory(sizes[0], *asked.memory)))
    elif asked.one:
        print(json.dumps(products(sizes[0], asked.keops) if asked.part == "products"
                         else zoomouts(sizes[0])))
    else:
        about, parts = machine(), ("products", "zoomout") if asked.part == "all" else (asked.part,)
        rows = [measured(part, n, asked.keops) for part in parts for n in sizes]
        about["load at end"] = os.getloadavg()[0]
        name = "fmaps_large" if set(sizes) <= set(LARGE) else "fmaps_speed"
        write(name, page(about, rows, THREADS), {**about, "threads": THREADS, "rows": rows})


if __name__ == "__main__":
    main()
