"""Pictures of a scene as files: one, one turn around, or what was taken while something happened."""

import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from workbench.drafts import drafted

#: frames of one turn
TURN = 48


def save_film(
    frames: list[UInt8[np.ndarray, "h w 3"]], path: str | Path, width: int = 880, seconds: float = 8.0
) -> Path:
    """Save frames (h, w, 3), such as Scene.frame() gives, as a GIF that repeats; the last one stays a while.

    width in pixels; seconds for all frames together. One palette of 255 colours serves every frame, so that
    nothing flickers. Written whole or not at all. Raises ValueError when there is no frame.
    """
    return _written(path, gif(_resized(frames, width), seconds, rest=2.5))


def save_turntable(scene, path: str | Path, width: int = 880, seconds: float = 6.0) -> Path:
    """Save one turn around a Stage as a GIF, or as MP4 by its suffix, as the painter shows it; where bodies
    have cameras of their own, each turns under its own.

    Raises ValueError for another suffix, and for MP4 where there is no ffmpeg, with what to do.
    """
    path = Path(path)
    encode = _encoder(path)
    frames = [scene.frame(360.0 * k / TURN) for k in range(TURN)]
    return _written(path, encode(_resized(frames, width), seconds))


def save_still(scene, path: str | Path, width: int = 1300) -> Path:
    """Save what a Scene shows as a PNG so many pixels wide, or as an SVG that holds this picture.

    Raises ValueError for another suffix.
    """
    path = Path(path)
    if path.suffix not in (".png", ".svg"):
        raise ValueError(f"a still is saved as .png or .svg, got {path.name!r}")
    file = io.BytesIO()
    (picture,) = _resized([scene.frame()], width)
    picture.save(file, "png", compress_level=6)
    content = file.getvalue()
    return _written(path, content if path.suffix == ".png" else _framed(content, picture.size))


def film(pictures: Sequence[bytes | memoryview], seconds: float) -> bytes:
    """Pictures as a browser encodes them (JPEG, PNG), as the bytes of a GIF that repeats."""
    return gif([Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures], seconds)


def gif(pictures: list[Image.Image], seconds: float, rest: float | None = None) -> bytes:
    """Pictures of one size as the bytes of a GIF that repeats; the last one stays for `rest` seconds."""
    sample = np.concatenate([np.asarray(pictures[i]) for i in {0, len(pictures) // 2, len(pictures) - 1}])
    palette = Image.fromarray(sample).quantize(255, dither=Image.Dither.NONE)
    pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    each = round(1000 * seconds / len(pictures))
    times = [each] * (len(pictures) - 1) + [each if rest is None else round(1000 * rest)]
    file = io.BytesIO()
    pictures[0].save(
        file, "gif", save_all=True, append_images=pictures[1:], duration=times, loop=0, optimize=True
    )
    return file.getvalue()


def _resized(frames, width):
    if not frames:
        raise ValueError("a film needs at least one frame")
    size = (width, round(width * frames[0].shape[0] / frames[0].shape[1]))
    return [Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS) for frame in frames]


def _encoder(path):
    """What makes the bytes of a film from its pictures and seconds, by the suffix of its file."""
    if path.suffix == ".gif":
        return gif
    if path.suffix != ".mp4":
        raise ValueError(f"a turntable is saved as .gif or .mp4, got {path.name!r}")
    program = _ffmpeg()
    if program is None:
        raise ValueError(
            "MP4 needs ffmpeg, which is not here: apt-get install ffmpeg (Debian), or pip install "
            "imageio-ffmpeg; a .gif needs nothing"
        )
    return lambda pictures, seconds: _mp4(program, pictures, seconds)


def _ffmpeg():
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return get_ffmpeg_exe()
    except (ImportError, RuntimeError):  # it may be there without a program for this machine
        return shutil.which("ffmpeg")


def _mp4(program, pictures, seconds):
    """H.264 wants even sides: an odd row or column is cut off. A fragmented file can go through a pipe, and
    begins at 0 s without pictures that are told by later ones (-bf 0)."""
    width, height = (side - side % 2 for side in pictures[0].size)
    raw = b"".join(picture.crop((0, 0, width, height)).tobytes() for picture in pictures)
    told = f"-v error -f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {len(pictures) / seconds} -i -"
    made = "-c:v libx264 -bf 0 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov -f mp4 -"
    done = subprocess.run([program, *told.split(), *made.split()], input=raw, capture_output=True)
    if done.returncode:
        raise ValueError(f"ffmpeg made no MP4: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _framed(png, size):
    from base64 import b64encode

    width, height = size
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{b64encode(png).decode()}"/></svg>\n'
    )
    return text.encode()


def _written(path, content):
    path = Path(path)
    try:
        with drafted(path) as file:
            file.write(content)
    except OSError as error:
        what = f"{error.strerror}: make the folder first, or choose one that you may write to"
        raise type(error)(error.errno, what, str(path)) from None
    return path
