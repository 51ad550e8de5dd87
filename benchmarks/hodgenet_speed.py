"""What a training step of HodgeNet costs: one thread, 32 + 32 pairs, k = 4, faces in 8 classes.

    python benchmarks/hodgenet_speed.py                 752 and 10,000 vertices, some minutes
    python benchmarks/hodgenet_speed.py 752             this size

Needs no data: shapes are those of precompute.py. "cold" solves every eigenproblem from nothing, "warm" from
the modes of the step before; both learn, step by step in turn, on the same mesh with AdamW at 1e-4. ARPACK is
eigsh in shift-invert mode on the same pencil, with the same shift by star0. Every size runs in a process of
its own, so that memory is its own. Writes benchmarks/results/hodgenet_speed.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from precompute import bumpy, machine, title, write
from scipy.sparse import block_diag, csc_array, eye_array, kron
from scipy.sparse.linalg import eigsh

from workbench.operators.exterior import d0
from workbench.operators.modes import lowest_modes
from workbench.operators.pencil import pencil
from workbench.papers.hodgenet import HodgeNet, Warmth, surface

#: seconds a step and MB of the authors' code on a machine of this kind, measured elsewhere
AUTHORS = {752: (0.300, None), 10_000: (8.5, 844)}
AIMS = {752: (0.120, 0.060, None), 10_000: (2.5, 1.0, 300)}
STEPS = {752: 20, 10_000: 6}


class Learner:
    """A network on one mesh, and what a step of it costs."""

    def __init__(self, mesh, warmth):
        torch.manual_seed(0)
        self.ready, self.warmth = surface(mesh, "bumpy"), warmth
        self.net = HodgeNet(at="faces")
        self.F = torch.tensor(np.hstack([mesh.V, mesh.vertex_normals]), dtype=torch.float32)
        self.labels = torch.randint(0, 8, (mesh.n_faces,))
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-4)
        self.seconds, self.cpu = [], []

    def step(self):
        start, cpu = perf_counter(), process_time()
        self.optimizer.zero_grad()
        out = self.net([self.ready], self.F, self.warmth)
        torch.nn.functional.cross_entropy(out, self.labels).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.seconds.append(perf_counter() - start)
        self.cpu.append(process_time() - cpu)

    def stars(self):
        with torch.no_grad():
            return [block.numpy() for block in self.net.stars([self.ready], self.F)]


def resident():
    """MB of this process now, and at most so far (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return int(found["VmRSS"]) / 1e3, int(found["VmHWM"]) / 1e3


def measure(n):
    """Costs of cold and warm steps in turn on one mesh of n vertices; of the eigenproblem alone; memory."""
    mesh = bumpy(n).in_unit_ball()
    cold = Learner(mesh, None)
    before = resident()[0]
    for _ in range(3):
        cold.step()
    memory = resident()[1] - before
    warm, drifts = Learner(mesh, Warmth()), []
    cold.seconds.clear(), cold.cpu.clear()
    warm.step()
    warm.seconds.clear(), warm.cpu.clear()
    for _ in range(STEPS.get(n, 6)):
        cold.step()
        old = warm.stars()[1]
        warm.step()
        new = warm.stars()[1]
        drifts.append(np.median(np.linalg.norm(new - old, axis=(1, 2)) / np.linalg.norm(old, axis=(1, 2))))
    of = pencil(warm.ready.pattern, *warm.stars())
    sizes = [size for size, _ in warm.warmth.sizes]
    return {"vertices": n, "cold": cold.seconds, "warm": warm.seconds, "cold_cpu": cold.cpu,
            "warm_cpu": warm.cpu, "cold_dimensions": lowest_modes(of, 32, 32).dimensions,
            "warm_dimensions": statistics.median(sizes[1:]), "drift": float(np.median(drifts)),
            "memory_MB": memory} | eigenproblem(mesh, of, *warm.stars())


def eigenproblem(mesh, of, star0, star1):
    """Seconds of the cold eigenproblem alone and of ARPACK's, in turn, and how far eigenvalues lie apart."""
    k = star0.shape[1]
    d = kron(d0(mesh), eye_array(k))
    L, M = csc_array(d.T @ block_diag(star1, format="csr") @ d), csc_array(block_diag(star0))
    ours, theirs = [], []
    for _ in range(3):
        start = process_time()
        modes = lowest_modes(of, 32, 32)
        middle = process_time()
        evals = eigsh(L, 64 + k, M, sigma=-modes.evals[-1] / 15, return_eigenvectors=True)[0]
        ours.append(middle - start)
        theirs.append(process_time() - middle)
    apart = np.abs(np.sort(evals)[k:k + 32] - modes.evals[:32]).max() / modes.evals[31]
    return {"eigs_cpu": ours, "arpack_cpu": theirs, "apart": float(apart), "residual": modes.residual}


def page(about, rows):
    """The table, as Markdown."""
    head = ["vertices", "cold s", "warm s", "cold CPU s", "warm CPU s", "aim cold, warm", "authors s",
            "eigs CPU s", "ARPACK CPU s", "apart", "cold, warm dims", "drift", "MB", "aim MB", "authors MB"]
    lines = [*title("HodgeNet's training step, 32 + 32 pairs, k = 4", about),
             "Medians over steps taken in turn; least CPU seconds, which a busy machine disturbs less than "
             "wall seconds. `authors`: measured elsewhere on such a machine. `eigs`: the cold eigenproblem "
             "alone; `apart`: largest distance of its 32 eigenvalues to ARPACK's, relative to lambda_32. "
             "`drift`: median relative change of a block of star1 between two steps at lr 1e-4. `MB`: growth "
             "of resident memory over the first three steps.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        aims, authors = AIMS.get(row["vertices"], ("-",) * 3), AUTHORS.get(row["vertices"], ("-",) * 2)
        cells = [row["vertices"], *(f"{statistics.median(row[name]):.3f}" for name in ("cold", "warm")),
                 *(f"{min(row[name]):.3f}" for name in ("cold_cpu", "warm_cpu")), f"{aims[0]}, {aims[1]}",
                 authors[0], *(f"{min(row[name]):.3f}" for name in ("eigs_cpu", "arpack_cpu")),
                 f"{row['apart']:.0e}", f"{row['cold_dimensions']}, {row['warm_dimensions']:.0f}",
                 f"{row['drift']:.0e}", f"{row['memory_MB']:.0f}", aims[2] or "-", authors[1] or "-"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=list(AUTHORS))
    parser.add_argument("--one", type=int, help="measure one size and print its numbers as JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.one:
        print(json.dumps(measure(asked.one)))
        return
    about = machine()
    rows = [json.loads(subprocess.run([sys.executable, __file__, "--one", str(n)], check=True,
                                      stdout=subprocess.PIPE).stdout) for n in asked.sizes]
    about["load at end"] = os.getloadavg()[0]
    write("hodgenet_speed", page(about, rows), {**about, "rows": rows})


if __name__ == "__main__":
    main()
