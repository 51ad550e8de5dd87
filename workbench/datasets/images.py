"""Images with labels: scikit-learn's digits, and MNIST and Fashion-MNIST in their published files."""

import gzip
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from sklearn.datasets import load_digits

#: code of an idx file's numbers -> their type; all are big-endian
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

FILES = {"train": "train", "test": "t10k"}


class IdxError(ValueError):
    """A file that is no idx file, or a damaged one."""


@dataclass(frozen=True, eq=False)
class Images:
    """Grey images (n, h, w) in [0, 1] and their classes (n,)."""

    pixels: Float[np.ndarray, "n h w"]
    labels: Int[np.ndarray, " n"]


def read_idx(path: str | Path) -> np.ndarray:
    """The array in an idx file, gzipped or not, as LeCun, Cortes and Burges published MNIST.

    Two zero bytes, a type, the number of axes, an unsigned 32-bit length for each, then the numbers, the last
    axis running fastest. Raises IdxError for anything else, a length that does not fit included.
    """
    content = Path(path).read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as failure:
            raise IdxError(f"{path} is a damaged gzip file: {failure}") from failure
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise IdxError(f"{path} is no idx file: it begins with {content[:4].hex(' ')}")
    dtype, axes = np.dtype(TYPES[content[2]]), content[3]
    head = 4 + 4 * axes
    if len(content) < head:
        raise IdxError(f"{path} ends within its head of {head} bytes")
    shape = tuple(map(int, np.frombuffer(content, ">u4", axes, 4)))
    if len(content) - head != math.prod(shape) * dtype.itemsize:
        raise IdxError(f"{path} says it holds {shape} of {dtype.name}, {math.prod(shape) * dtype.itemsize} "
                       f"bytes; it has {len(content) - head}")
    return np.frombuffer(content, dtype, offset=head).reshape(shape)


def idx_images(folder: str | Path, split: str = "train") -> Images:
    """The images of a split, "train" or "test", of MNIST or Fashion-MNIST: idx files, plain or gzipped.

    Raises FileNotFoundError for a missing file, IdxError for a damaged one or where labels do not fit.
    """
    pixels = read_idx(_found(folder, f"{FILES[split]}-images-idx3-ubyte"))
    labels = read_idx(_found(folder, f"{FILES[split]}-labels-idx1-ubyte"))
    if pixels.ndim != 3 or labels.shape != pixels.shape[:1]:
        raise IdxError(f"{folder}: images {pixels.shape} and labels {labels.shape} do not fit together")
    return Images(pixels / 255.0, labels.astype(np.int64))


def digits(split: str | None = None) -> Images:
    """Scikit-learn's 1797 digits of 8 x 8 pixels: "train" the first 1200, "test" the others, None all."""
    found = load_digits()
    rows = {None: slice(None), "train": slice(1200), "test": slice(1200, None)}[split]
    return Images(found.images[rows] / 16.0, found.target[rows].astype(np.int64))


def siamese_features(folder: str | Path) -> tuple[Float[np.ndarray, "n 16"], Int[np.ndarray, " n"]]:
    """The BASiS authors' features of MNIST's test images and their classes, from mnist_test_siamese16.npz.

    Raises FileNotFoundError when it is not there, ValueError when X is not (n, 16) with a class 0 .. 9 each.
    """
    path = Path(folder) / "mnist_test_siamese16.npz"
    with np.load(path, allow_pickle=False) as file:
        X, labels = (file[name] if name in file else np.empty(0) for name in ("X", "y"))
    if X.ndim != 2 or X.shape[1] != 16 or labels.shape != X.shape[:1] or not np.isin(labels, range(10)).all():
        raise ValueError(f"{path}: expected X (n, 16) and a class 0 .. 9 for each; got {X.shape} and "
                         f"{labels.shape}")
    return X.astype(np.float64), labels.astype(np.int64)


def data_folder() -> Path:
    """The folder of authors' data that WORKBENCH_DATA names. Raises FileNotFoundError where it names none."""
    named = os.environ.get("WORKBENCH_DATA", "")
    if not named or not Path(named).is_dir():
        raise FileNotFoundError(f"WORKBENCH_DATA names the folder with authors' data; it says {named!r}")
    return Path(named)


def _found(folder, name):
    for path in (Path(folder) / name, Path(folder) / f"{name}.gz"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"{folder} holds neither {name} nor {name}.gz")
