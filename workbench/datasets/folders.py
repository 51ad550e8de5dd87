"""Shapes by class in folders, class/train/NNN.obj and class/test/NNN.obj, as psb19 and shrec_16 have them."""

from pathlib import Path

from workbench.shapes import Mesh, repair
from workbench.shapes.files import FORMATS, read_arrays


def classes(folder: str | Path) -> tuple[str, ...]:
    """The names of the classes: the folders that hold a folder "train", in alphabetical order.

    Raises FileNotFoundError when there are none.
    """
    names = tuple(sorted(path.parent.name for path in Path(folder).glob("*/train") if path.is_dir()))
    if not names:
        raise FileNotFoundError(f"{folder}: expected folders CLASS/train and CLASS/test with shapes in them")
    return names


def labelled(folder: str | Path, split: str, count: int | None = None) -> list[tuple[str, Mesh, int]]:
    """(class/number, mesh, number of its class) for the first `count` shapes of each class in a split.

    Meshes are mended by repair: published ones have faces without area. Raises ValueError for a split that is
    neither "train" nor "test", and MeshError as read does.
    """
    if split not in ("train", "test"):
        raise ValueError(f'split is "train" or "test", not {split!r}')
    found = []
    for number, name in enumerate(classes(folder)):
        paths = [path for path in (Path(folder) / name / split).iterdir() if path.suffix in FORMATS]
        found += [(f"{name}/{path.stem}", repair(*read_arrays(path)).mesh, number)
                  for path in sorted(paths)[:count]]
    return found
