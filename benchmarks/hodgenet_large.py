"""HodgeNet trained on meshes of 20,000 faces as they are, without decimation: time, memory, what it learns.

    python benchmarks/hodgenet_large.py                 60 steps on two bodies; a few minutes
    python benchmarks/hodgenet_large.py --steps 10 --bodies 1

Bodies are generated ones, remeshed to 10,000 vertices; the paper's network (k = 4, 32 + 32 pairs), one body a
step, one thread. Accuracy is that on a body of a person who was not learned from. The paper trains on the
20,000 faces of the MIT animations (section 8.2): other data. Writes results/hodgenet_large.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import resource
import statistics
from time import process_time

import torch
from precompute import machine, title, write

from workbench.datasets.humans import humans
from workbench.papers.hodgenet.segmentation import Config, Example, accuracy, majority, network, train
from workbench.papers.hodgenet.surfaces import surface
from workbench.shapes.resampling import remeshed


def large(body, n):
    """A body with about n vertices, its labels carried over."""
    found = remeshed(body.mesh, n)
    mesh = found.shape.in_unit_ball()
    return Example(surface(mesh, body.name), majority(mesh.F, found.carry(body.parts)))


def resident():
    """Megabytes of this process, at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(steps, bodies, n):
    learn = [large(body, n) for body in humans("train", "5k")[:bodies]]
    test = [large(humans("test", "5k")[0], n)]
    config = Config.preset("full").with_(batch=1, lr=2e-3, epochs=-(-steps // bodies), coarse=0, tuned=1.0)
    net, before, seconds = network(config), resident(), []
    untrained, start = accuracy(net, test, config)[0], process_time()
    for snapshot in train(config, net, learn, test):
        seconds.append(process_time() - start)
        print(f"step {snapshot.step}: loss {snapshot.loss:.3f}, {seconds[-1]:.1f} CPU s", flush=True)
        start = process_time()
        if snapshot.step == steps:
            break
    return {"faces": [example.ready.mesh.n_faces for example in learn], "steps": steps,
            "cpu": statistics.median(seconds), "all_cpu": sum(seconds), "memory_MB": resident() - before,
            "untrained": untrained, "accuracy": accuracy(net, test, config)[0]}


def page(about, row):
    """The one row, as Markdown."""
    faces = " and ".join(f"{count:,}" for count in row["faces"])
    return "\n".join([
        *title("HodgeNet on 20,000 faces without decimation, k = 4, 32 + 32 pairs", about),
        "| faces | steps | CPU s a step, median | CPU s, all | MB above the network's own | test accuracy "
        "before | after |", "|" + "---|" * 7,
        f"| {faces} | {row['steps']} | {row['cpu']:.2f} | {row['all_cpu']:.0f} | {row['memory_MB']:.0f} | "
        f"{row['untrained']:.1%} | {row['accuracy']:.1%} |"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--bodies", type=int, default=2)
    parser.add_argument("--vertices", type=int, default=10_000)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    about = machine()
    row = measure(asked.steps, asked.bodies, asked.vertices)
    write("hodgenet_large", page(about, row), {**about, "row": row})


if __name__ == "__main__":
    main()
