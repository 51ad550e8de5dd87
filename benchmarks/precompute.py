"""What operators cost (L, M, gradient, 128 eigenpairs) on one thread, beside the usual way to compute them.

    python benchmarks/precompute.py                     all sizes, a few minutes
    python benchmarks/precompute.py 752 5000            these sizes
    python benchmarks/precompute.py --alternatives      what was tried and lost, at 10,000 vertices

Needs no data: shapes are golden-spiral points on a bumpy sphere, joined as on the round one. Both ways run
in turn on the same mesh, so a busy machine slows both; the ratio is the number to trust. Writes
benchmarks/results/precompute.json and .md, or precompute_alternatives.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import json
import platform
import statistics
import sys
import warnings
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import scipy
from precompute_rivals import K, alternatives, usual
from scipy.spatial import ConvexHull

from workbench.operators import spectrum
from workbench.operators.gradient import vertex_gradient
from workbench.operators.laplacian import cotan_laplacian
from workbench.shapes import Mesh
from workbench.shapes.door import at_the_door

RESULTS = Path(__file__).parent / "results"

#: seconds of the authors' code on a machine of this kind (two cores of a Xeon at 2.3 GHz), measured elsewhere
AUTHORS = {752: 0.151, 5000: 0.966, 10_000: 2.95, 100_000: 38.0}
REPEATS = {752: 9, 5000: 7, 10_000: 5, 100_000: 1}
NAMES = {"seconds": "s", "usual_seconds": "usual s", "ratio": "usual / ours", "cpu_seconds": "CPU s",
         "usual_cpu_seconds": "usual CPU s"}
PARTS = ("mesh", "door", "assembly", "gradient", "factor", "solves", "Krylov", "count", "rest")


def bumpy(n):
    """n golden-spiral points on a bumpy sphere of area one, joined as the round one's convex hull."""
    i = np.arange(n) + 0.5
    z, turn = 1 - 2 * i / n, np.pi * (1 + 5**0.5) * i
    r = np.sqrt(1 - z**2)
    X = np.stack([np.cos(turn) * r, np.sin(turn) * r, z], axis=1)
    F = ConvexHull(X).simplices.copy()
    a, b, c = X[F].transpose(1, 0, 2)
    inward = np.einsum("mc,mc->m", np.cross(b - a, c - a), a) < 0
    F[inward] = F[inward, ::-1]
    bumps = 1 + 0.3 * np.sin(5 * X[:, 0]) * np.cos(4 * X[:, 1]) + 0.2 * np.sin(7 * X[:, 2])
    return Mesh(X * bumps[:, None], F).normalised()


def ours(V, F):
    """Seconds by part, and the spectrum."""
    seconds = defaultdict(float)

    def timed(part, function):
        def run(*args, **kwargs):
            start = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                seconds[part] += perf_counter() - start
        return run

    def factorise(S, c):
        factor = timed("factor" if c > 0 else "count", true_factorise)(S, c)
        return factor if c < 0 else _Solver(timed("solves", factor.solve))

    true_factorise, true_pairs = spectrum.factorise, spectrum.smallest_eigenpairs
    spectrum.factorise, spectrum.smallest_eigenpairs = factorise, timed("Krylov", true_pairs)
    start = perf_counter()
    try:
        mesh = Mesh(V, F)
        timed("mesh", lambda: (mesh.edges, mesh.face_areas, mesh.vertex_normals))()
        timed("door", at_the_door)(mesh)
        of = timed("assembly", cotan_laplacian)(mesh)
        timed("gradient", vertex_gradient)(mesh)
        found = spectrum.spectrum(of, K)
    finally:
        spectrum.factorise, spectrum.smallest_eigenpairs = true_factorise, true_pairs
    seconds["Krylov"] -= seconds["solves"]
    seconds["rest"] = perf_counter() - start - sum(seconds.values())
    return dict(seconds), of, found


class _Solver:
    def __init__(self, solve):
        self.solve = solve


def residual(of, evals, evecs):
    """Largest |S psi - lambda psi| / lambda_k with S = M^-1/2 L M^-1/2, psi = M^1/2 phi."""
    misfit = (of.L @ evecs - of.M[:, None] * evecs * evals) / np.sqrt(of.M)[:, None]
    return float(np.linalg.norm(misfit, axis=0).max() / evals.max())


def measure(n):
    """Medians over interleaved runs of both ways on one mesh of n vertices."""
    mesh = bumpy(n)
    V, F = np.array(mesh.V), np.array(mesh.F)
    here, there, cpu = [], [], []
    for _ in range(REPEATS.get(n, 3)):
        start = process_time()
        seconds, of, found = ours(V, F)
        here.append(seconds)
        middle = process_time()
        seconds, evals, evecs = usual(V, F)
        there.append(seconds)
        cpu.append((middle - start, process_time() - middle))
    totals = [statistics.median(sum(run.values()) for run in runs) for runs in (here, there)]
    return {
        "vertices": n, "seconds": totals[0], "usual_seconds": totals[1], "ratio": totals[1] / totals[0],
        "cpu_seconds": statistics.median(first for first, _ in cpu),
        "usual_cpu_seconds": statistics.median(second for _, second in cpu),
        "authors_seconds": AUTHORS.get(n),
        "split": {part: statistics.median(run.get(part, 0.0) for run in here) for part in PARTS},
        "usual_split": {part: statistics.median(run[part] for run in there) for part in there[0]},
        "residual": residual(of, found.evals, found.evecs), "usual_residual": residual(of, evals, evecs),
    }


def machine():
    """What the numbers were measured on."""
    cpu = platform.processor() or "unknown"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads": 1,
        "load at start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        # a reader's folders are not these
        "command": " ".join(["python", sys.argv[0], *("FOLDER" if Path(word).is_absolute() else word
                                                      for word in sys.argv[1:])]),
    }


def title(what, about):
    """The first lines of a page of results."""
    return [f"# {what}, one thread", "", *(f"- {name}: {value}" for name, value in about.items()), ""]


def page(about, rows):
    """The seconds of both ways and their split, as Markdown."""
    head = ["vertices", *NAMES.values(), "authors s", *PARTS, "residual", "usual residual"]
    lines = [*title(f"Precompute: L, M, gradient, {K} eigenpairs", about),
             "Seconds, medians. `usual`: a loop over vertices, eigsh on L + 1e-8 I, in turn with ours in the "
             "same run; on a busy machine trust CPU seconds. `authors`: measured elsewhere on such "
             "a machine. Residuals are relative to lambda_k.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row["vertices"], *(f"{row[name]:.3f}" for name in NAMES),
                 row["authors_seconds"] or "-", *(f"{row['split'][part]:.4f}" for part in PARTS),
                 f"{row['residual']:.0e}", f"{row['usual_residual']:.0e}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def page_of_alternatives(about, tried):
    """The seconds of what was tried for the eigenpairs, as Markdown."""
    lines = [*title(f"Other ways to {K} eigenpairs at 10,000 vertices", about),
             "The factor is not included unless said.", "", "| what | least s of three | |", "|---|---|---|"]
    lines += [f"| {name} | {seconds:.3f} | {remark} |" for name, (seconds, remark) in tried.items()]
    return "\n".join(lines) + "\n"


def write(name, text, numbers):
    """Print a page and keep it beside its numbers in RESULTS."""
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    (RESULTS / f"{name}.json").write_text(json.dumps(numbers, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=list(AUTHORS))
    parser.add_argument("--alternatives", action="store_true", help="time what lost, at 10,000 vertices")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    about = machine()
    if asked.alternatives:
        tried = alternatives(bumpy(10_000))
        write("precompute_alternatives", page_of_alternatives(about, tried), {**about, "tried": tried})
    else:
        rows = [measure(n) for n in asked.sizes]
        write("precompute", page(about, rows), {**about, "rows": rows})


if __name__ == "__main__":
    main()
