"""Textures that uv coordinates carry onto a surface: pictures, and patterns made here."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

#: names of the patterns that texture() makes
PATTERNS = ("checker",)


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture (h, w, 3), its first row at v = 1; it repeats beyond the unit square of (u, v)."""

    pixels: UInt8[np.ndarray, "h w 3"]

    def __post_init__(self):
        pixels = np.array(self.pixels)
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise ValueError(f"a texture has shape (h, w, 3) of uint8, got {pixels.shape} of {pixels.dtype}")
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)


def texture(what: "Texture | str | None") -> Texture:
    """A Texture itself, or the pattern of this name; None is the checker."""
    if isinstance(what, Texture):
        return what
    if what not in (None, *PATTERNS):
        raise ValueError(f"no pattern {what!r} here; there are {', '.join(PATTERNS)}, or give a Texture")
    row, column = np.indices((256, 256)) // 32
    dark = ((row + column) % 2 == 0)[..., None]
    return Texture(np.where(dark, (68, 119, 170), (238, 233, 221)).astype(np.uint8))
