"""Images laid on the sphere, around its north pole or turned away from there: spherical digits."""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import map_coordinates

#: the angle from the pole to the middle of an image's edge, in radians: a digit fills most of a hemisphere
HALF_WIDTH = np.radians(80.0)


def on_sphere(pixels: Float[np.ndarray, "b h w"], X: Float[np.ndarray, "n 3"],
              R: Float[np.ndarray, "b 3 3"] | None = None) -> Float[np.ndarray, "b n"]:
    """Each image as a signal at the points X, zero outside of it: (b, n).

    The image's middle lies on the north pole, rows run along x, columns along y, and distance from the middle
    is the angle from the pole (azimuthal equidistant projection). With R the signal is pi_R s = s(R^-1 x), a
    rotation for each image. Between pixels values are those of a cubic spline, which falls to zero over the
    pixels beyond the border: a jump there would be finer than any grid.
    """
    b, h, w = pixels.shape
    at = np.broadcast_to(X, (b, *X.shape)) if R is None else np.einsum("na,bac->bnc", X, R)
    far = np.arctan2(np.hypot(at[..., 0], at[..., 1]), at[..., 2]) / HALF_WIDTH
    side = np.arctan2(at[..., 1], at[..., 0])   # at the south pole any side will do, but far it is
    rows = far * np.cos(side) * h / 2 + (h - 1) / 2
    columns = far * np.sin(side) * w / 2 + (w - 1) / 2
    return np.stack([map_coordinates(image, [row, column], order=3, mode="grid-constant")
                     for image, row, column in zip(pixels, rows, columns, strict=True)])
