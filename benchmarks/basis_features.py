"""Siamese features of MNIST and Fashion-MNIST for basis_table.py: learned once, kept, never published.

    WORKBENCH_DATA=... python benchmarks/basis_features.py mnist fashion_mnist --steps 2500

Writes build/basis/<name>.npz (features and labels of both splits, steps, seconds), which git ignores.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
from pathlib import Path
from time import process_time

import numpy as np
import torch

from workbench.datasets.images import data_folder, idx_images
from workbench.drafts import drafted
from workbench.papers.basis.siamese import Pairs, features, learn_features, siamese_net

FOLDER = Path(__file__).resolve().parent.parent / "build" / "basis"


def make(name, steps):
    """Learn from the training images alone; write the features of all, whole or not at all."""
    learn, test = (idx_images(data_folder() / name, split) for split in ("train", "test"))
    net, start = siamese_net((28, 28)), process_time()
    for snapshot in learn_features(Pairs(steps=steps), net, learn):
        if snapshot.step % 100 == 0:
            cpu = process_time() - start
            print(name, snapshot.step, f"{snapshot.loss:.4f}", f"{cpu:.0f} CPU s", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with drafted(FOLDER / f"{name}.npz") as file:
        np.savez(file, X=features(net, learn), labels=learn.labels, X_test=features(net, test),
                 labels_test=test.labels, steps=steps, cpu_seconds=process_time() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=("mnist", "fashion_mnist"))
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name in asked.names:
        if asked.again or not (FOLDER / f"{name}.npz").exists():
            make(name, asked.steps)


if __name__ == "__main__":
    main()
