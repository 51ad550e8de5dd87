"""FAUST_r as bodies to be mapped to each other: with known points and their mirror images."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from workbench.datasets.faust import remeshed_scan
from workbench.shapes.mesh import Mesh

__all__ = ["FaustBody", "faust_bodies", "faust_pairs"]

#: numbers of the scans in each split: ten poses of each of ten people, in this order
SPLITS = {"train": range(80), "test": range(80, 100), None: range(100)}


@dataclass(frozen=True, eq=False)
class FaustBody:
    """One person in one pose.

    name            such as "tr_reg_083"
    mesh            area one
    correspondence  (t,) the vertex at each of t template points, counted from 0; many-to-one
    mirrored        (t,) the vertex at the left-right mirror image of each template point
    """

    name: str
    mesh: Mesh
    correspondence: Int[np.ndarray, " t"]
    mirrored: Int[np.ndarray, " t"]


def faust_bodies(folder: str | Path, split: str | None = None) -> tuple[FaustBody, ...]:
    """The scans of a split, "train" (000-079), "test" (080-099) or None, from off/ and corres/ in the folder.

    Raises ValueError for an unknown split or a table that does not fit its mesh, FileNotFoundError for a
    missing file, and MeshError for a broken mesh.
    """
    if split not in SPLITS:
        raise ValueError(f'split is "train", "test" or None (all), not {split!r}')
    return tuple(_body(Path(folder), number) for number in SPLITS[split])


def faust_pairs(folder: str | Path) -> tuple[tuple[str, str], ...]:
    """The pairs of names in test_pairs.txt."""
    lines = (Path(folder) / "test_pairs.txt").read_text().split("\n")
    return tuple((words[0], words[1]) for words in map(str.split, lines) if len(words) == 2)


def _body(folder, number):
    scan, path = remeshed_scan(folder, number), folder / "corres" / f"tr_reg_{number:03d}.sym.vts"
    mirrored, n = np.loadtxt(path, dtype=np.int64, ndmin=1) - 1, scan.shape.n_vertices
    if len(mirrored) != len(scan.points) or mirrored.min() < 0 or mirrored.max() >= n:
        raise ValueError(f"{path}: expected {len(scan.points)} vertices from 1 to {n}; got {len(mirrored)} "
                         f"from {mirrored.min() + 1} to {mirrored.max() + 1}")
    return FaustBody(f"tr_reg_{number:03d}", scan.shape.normalised(), scan.points, mirrored)
