"""Textures that uv coordinates carry onto a surface: pictures, and patterns made here."""

import functools
import hashlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

#: names of the patterns that texture() makes
PATTERNS = ("checker", "grid", "stripes", "rings", "map")
#: how wide and high the patterns are, in pixels, and how many cells of a map are in a row
SIZE, CELLS = 512, 8
#: colours of the patterns: told apart by lightness alone, by every eye
DARK, PALE, WARM = (68, 119, 170), (238, 233, 221), (224, 139, 79)
#: the colours at the corners of a map: (u, v) = (0, 1), (1, 1), (0, 0), (1, 0)
CORNERS = np.array([[[153, 221, 255], [255, 204, 102]], [[102, 187, 170], [238, 153, 170]]], float)


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture (h, w, 3), its first row at v = 1; it repeats beyond the unit square of (u, v).

    Raises ValueError for anything but whole numbers of one byte in that shape.
    """

    pixels: UInt8[np.ndarray, "h w 3"]

    def __post_init__(self):
        pixels = np.array(self.pixels)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise ValueError(f"a texture has shape (h, w, 3) of uint8, got {pixels.shape} of {pixels.dtype}")
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)

    @functools.cached_property
    def key(self) -> str:
        """A name that only pictures with these pixels have."""
        shape = repr(self.pixels.shape).encode()
        return hashlib.blake2b(shape + self.pixels.tobytes(), digest_size=12).hexdigest()


def texture(what: Texture | str | None) -> Texture:
    """A Texture itself, or the pattern of this name; None is the checker. Raises ValueError for no pattern.

    "checker" eight squares a side, "grid" thin lines with a thick frame, "stripes" along v, coloured by
    their u, "rings" around the middle, "map" squares lettered A to H along u and numbered 1 to 8 upwards
    along v, so that a turned or mirrored surface is seen at once.
    """
    if isinstance(what, Texture):
        return what
    if what not in (None, *PATTERNS):
        raise ValueError(f"no pattern {what!r} here; there are {', '.join(PATTERNS)}, or give a Texture")
    return _pattern(what or "checker")


@functools.cache
def _pattern(name):
    v, u = (np.indices((SIZE, SIZE)) + 0.5) / SIZE
    draw = {"checker": _checker, "grid": _grid, "stripes": _stripes, "rings": _rings, "map": _map}[name]
    return Texture(np.round(draw(u, 1 - v)).astype(np.uint8))


def _mixed(share: Float[np.ndarray, "h w"], low, high) -> Float[np.ndarray, "h w 3"]:
    return (1 - share[..., None]) * np.array(low, float) + share[..., None] * np.array(high, float)


def _checker(u, v):
    return _mixed(((CELLS * u).astype(int) + (CELLS * v).astype(int)) % 2.0, PALE, DARK)


def _soft(inside):
    """1 where a signed distance in pixels is inside, 0 outside, soft over one pixel."""
    return np.clip(inside + 0.5, 0, 1)


def _grid(u, v):
    def line(x, count, half):
        off = np.abs(x * count - np.round(x * count)) / count * SIZE
        return _soft(half - off)

    fine = np.maximum(line(u, CELLS, 2.0), line(v, CELLS, 2.0))
    frame = np.maximum(line(u, 1, 6.0), line(v, 1, 6.0))
    paper = _mixed(fine, PALE, DARK)
    return (1 - frame[..., None]) * paper + frame[..., None] * np.array(WARM, float)


def _stripes(u, v):
    wave = np.abs((u * CELLS) % 1 - 0.5)
    edge = _soft((0.25 - wave) / CELLS * SIZE)
    return _mixed(edge, PALE, DARK) * (1 - edge[..., None]) + edge[..., None] * _mixed(u, DARK, WARM)


def _rings(u, v):
    radius = np.hypot(u - 0.5, v - 0.5) * 2 * CELLS
    edge = _soft((0.25 - np.abs(radius % 1 - 0.5)) / (2 * CELLS) * SIZE)
    return (1 - edge[..., None]) * np.array(PALE, float) + edge[..., None] * _mixed(
        np.clip(radius / CELLS / 1.2, 0, 1), WARM, DARK
    )


def _map(u, v):
    column, row = (CELLS * u).astype(int), (CELLS * v).astype(int)
    s, t = (column / (CELLS - 1))[..., None], (row / (CELLS - 1))[..., None]
    top, bottom = ((1 - s) * side[0] + s * side[1] for side in CORNERS)
    paper = t * top + (1 - t) * bottom
    paper = np.where(((column + row) % 2 == 0)[..., None], paper, 0.86 * paper)
    written = _written()[..., None]
    return (1 - 0.85 * written) * paper + 0.85 * written * np.array((32.0, 36.0, 48.0))


def _written():
    """Where ink is in the words of a map, from 0 to 1: (h, w)."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    page, cell = Image.new("L", (SIZE, SIZE), 0), SIZE / CELLS
    bold = matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans-Bold.ttf"
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(bold, int(0.44 * cell))
    for i in range(CELLS):
        for j in range(CELLS):
            middle = ((i + 0.5) * cell, SIZE - (j + 0.5) * cell)
            pen.text(middle, f"{'ABCDEFGH'[i]}{j + 1}", 255, font, anchor="mm")
    return np.asarray(page) / 255.0
