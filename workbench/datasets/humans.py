"""A hundred human bodies: ten people in ten poses, each with its own triangles, all in correspondence."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from workbench.shapes import Mesh
from workbench.shapes.files import shipped
from workbench.shapes.humans_poses import POSES
from workbench.shapes.humans_template import PARTS

__all__ = ["PARTS", "POSES", "Body", "humans", "learn_and_test"]

SIZES = ("1k", "5k")
SPLITS = {None: range(10), "train": range(8), "test": range(8, 10)}


@dataclass(frozen=True, eq=False)
class Body:
    """One person in one pose.

    mesh            closed, genus 0, unit area, area-weighted centroid at 0, y up, face of the rest pose to +z
    person, pose    0..9, and one of POSES
    parts           (n,) index into PARTS of each vertex
    side            (n,) 0 right, 1 left of the body's own middle plane
    correspondence  (t,) the vertex next to each of t template points: entry k is the same point in every
                    body, like line k of a .vts file, but counted from 0; many-to-one
    """

    mesh: Mesh
    person: int
    pose: str
    parts: Int[np.ndarray, " n"]
    side: Int[np.ndarray, " n"]
    correspondence: Int[np.ndarray, " t"]

    @property
    def name(self) -> str:
        """Such as "person 3, sit"."""
        return f"person {self.person}, {self.pose}"


def humans(split: str | None = None, size: str = "1k", folder: str | Path | None = None) -> tuple[Body, ...]:
    """The bodies of a split: "train" is persons 0-7 (80 bodies), "test" persons 8-9 (20), None all 100.

    size: "1k" or "5k", about that many vertices. folder: where the files are, by default those that came with
    the workbench. Raises ValueError for an unknown split or size, or a file that is not what SHA256SUMS says,
    and FileNotFoundError for a missing one.
    """
    if split not in SPLITS:
        raise ValueError(f'split is "train", "test" or None (all), not {split!r}')
    if size not in SIZES:
        raise ValueError(f'size is "1k" or "5k", not {size!r}')
    folder = shipped("assets") / "humans" if folder is None else Path(folder)
    sums = _checksums(folder / "SHA256SUMS")
    return tuple(body for person in SPLITS[split]
                 for body in _bodies(_arrays(folder, f"{size}/person_{person}.npz", sums), person))


def _bodies(arrays: dict, person: int) -> Iterator[Body]:
    """The ten bodies of one file, cut at the running sums of their vertex and face counts."""
    corners, rows = (np.cumsum(arrays[key].astype(int))[:-1] for key in ("face_counts", "vertex_counts"))
    F = np.split(arrays["faces"].astype(np.int64), corners)
    V, parts, side = (np.split(arrays[key], rows) for key in ("vertices", "parts", "side"))
    for i, pose in enumerate(POSES):
        labels = (_frozen(values) for values in (parts[i], side[i], arrays["correspondence"][i]))
        yield Body(Mesh(V[i], F[i]).normalised(), person, pose, *labels)


def _frozen(values) -> Int[np.ndarray, " n"]:
    values = values.astype(np.int64)
    values.setflags(write=False)
    return values


def _checksums(path: Path) -> dict[str, str]:
    """File name -> sha256, as the program sha256sum writes and checks them."""
    return {name: digest for digest, name in (line.split() for line in path.read_text().splitlines())}


def _arrays(folder: Path, name: str, sums: dict[str, str]) -> dict:
    """The arrays of one file whose bytes are the expected ones; nothing is ever unpickled."""
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != sums.get(name):
        raise ValueError(f"{folder / name} is damaged: its sha256 is not the one in SHA256SUMS. "
                         f"Install the workbench again, or check the file out again")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)


def learn_and_test(
    size: str, counts: tuple[int, int] | None = None
) -> tuple[tuple[Body, ...], tuple[Body, ...]]:
    """The training and the test bodies, all or the first so many of each; no person is in both."""
    counts = (None, None) if counts is None else counts
    return tuple(humans(part, size)[:n] for part, n in zip(("train", "test"), counts, strict=True))
