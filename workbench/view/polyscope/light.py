"""Light and colour in the drawing process: Polyscope is taught the house's lamps and maps, through files."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polyscope as ps

from workbench.view.painter import Camera, lit

#: how a body takes the light, by this name in Polyscope's panels
MATERIAL = "house"
UPRIGHT = Camera(yaw=0.0, pitch=0.0)


def load_map(name: str, colors: np.ndarray, labels: bool) -> None:
    """A colour map from colors (k, 3) in bytes, from low to high; or one for labels 0, 1, ..., k - 1."""
    colors = np.round(255 * linear(colors / 255)).astype(np.uint8)
    row = scattered(colors) if labels else colors
    with saved(np.repeat(row[None], 4, axis=0)) as (path,):
        ps.load_color_map(name, path)


def linear(colors) -> np.ndarray:
    """Colours as Polyscope must be given them, so that after its gamma of 2.2 they are the ones meant."""
    return np.asarray(colors, np.float64) ** 2.2


def load_material() -> None:
    """Teach Polyscope how bodies take the light here: as the painter paints them, seen on a ball."""
    across = (np.arange(128) + 0.5) / 64 - 1
    x, y = np.meshgrid(across, -across)
    normals = np.stack([x, y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))], axis=-1).reshape(-1, 3)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    balls = []
    for color in (*np.eye(3), np.zeros(3)):
        ball = lit(np.tile(color, (len(normals), 1)), normals, UPRIGHT)
        balls.append(np.round(255 * ball).astype(np.uint8).reshape(128, 128, 3))
    with saved(*balls) as paths:
        ps.load_blendable_material(MATERIAL, filenames=paths)


@contextlib.contextmanager
def saved(*pictures: np.ndarray) -> Iterator[list[str]]:
    """The pictures as files for a moment, because Polyscope reads maps and materials from files only."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{k}.png") for k in range(len(pictures))]
        for picture, path in zip(pictures, paths, strict=True):
            Image.fromarray(picture).save(path)
        yield paths


def scattered(colors: np.ndarray) -> np.ndarray:
    """A map in which Polyscope finds label k's colour, for colors (k, 3) in bytes.

    Polyscope looks a label up at its number with the binary digits mirrored behind the point: 0, 1/2, 1/4,
    3/4, 1/8 (common.glsl, intToDistinctReal). Each colour is eight wide around its place.
    """
    digits = max(1, (len(colors) - 1).bit_length())
    row = np.zeros((2**digits, 3), np.uint8)
    for k, color in enumerate(colors):
        row[int(f"{k:0{digits}b}"[::-1], 2)] = color
    return np.roll(np.repeat(row, 8, axis=0), -4, axis=0)
