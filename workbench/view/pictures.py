"""Pictures as files."""

import io

import numpy as np
from jaxtyping import UInt8


def png(picture: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """A picture as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=6)
    return file.getvalue()
