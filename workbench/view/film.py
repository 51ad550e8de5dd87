"""A moving picture of a scene: frames taken while something happens, saved as a GIF."""

import os
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image


def save_film(
    frames: list[UInt8[np.ndarray, "h w 3"]], path: str | Path, width: int = 880, seconds: float = 8.0
) -> Path:
    """Save frames (h, w, 3), such as Scene.frame() gives, as a GIF that repeats; the last one stays a while.

    width in pixels; seconds for all frames together. One palette of 255 colours serves every frame, so that
    nothing flickers. Written whole or not at all. Raises ValueError when there is no frame.
    """
    if not frames:
        raise ValueError("a film needs at least one frame")
    pictures = [Image.fromarray(frame) for frame in frames]
    size = (width, round(width * pictures[0].height / pictures[0].width))
    pictures = [picture.resize(size, Image.Resampling.LANCZOS) for picture in pictures]
    sample = np.concatenate([np.asarray(pictures[i]) for i in {0, len(pictures) // 2, len(pictures) - 1}])
    palette = Image.fromarray(sample).quantize(255, dither=Image.Dither.NONE)
    pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    times = [round(1000 * seconds / len(pictures))] * (len(pictures) - 1) + [2500]
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    pictures[0].save(
        part, "gif", save_all=True, append_images=pictures[1:], duration=times, loop=0, optimize=True
    )
    os.replace(part, path)
    return path
