"""RNA molecules as surfaces with the kind of atom at every vertex (Poulenard et al. 2019)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from workbench.shapes import Mesh, repair

#: kinds of atom in a base of RNA, as labels 0 .. 258; -1 says nobody knows
CLASSES = 259


@dataclass(frozen=True, eq=False)
class Molecule:
    """A surface of about 15,000 vertices, in Angstrom; labels (n,) -1 .. 258, -1 where there is none."""

    name: str
    mesh: Mesh
    labels: Int[np.ndarray, " n"]


def names(folder: str | Path, split: str) -> list[str]:
    """The names of the molecules of "train" (120 here) or "test" (40), in the order of split.txt.

    The published set has 640 of them; 160 are here. Raises ValueError for another split.
    """
    if split not in ("train", "test"):
        raise ValueError(f'split is "train" or "test", not {split!r}')
    return [Path(name).stem for name in (Path(folder) / f"{split}.txt").read_text().split()]


def molecules(folder: str | Path, split: str, count: int | None = None) -> list[Molecule]:
    """The first `count` molecules of a split; raises as names and molecule do."""
    return [molecule(folder, name) for name in names(folder, split)[:count]]


def molecule(folder: str | Path, name: str) -> Molecule:
    """npz/NAME.npz in the folder; its mesh is mended by repair, since some have faces without area.

    Raises ValueError for labels that are out of range or too few, FileNotFoundError for what is missing.
    """
    path = Path(folder) / "npz" / f"{name}.npz"
    with np.load(path, allow_pickle=False) as file:
        V, F, labels = file["V"], file["F"].astype(np.int64), file["y"].astype(np.int64)
    if labels.shape != (len(V),) or labels.min() < -1 or labels.max() >= CLASSES:
        raise ValueError(f"{path}: a label -1 .. {CLASSES - 1} was expected for each of {len(V)} vertices")
    mended = repair(V, F)
    return Molecule(path.stem, mended.mesh, labels[mended.vertices])
