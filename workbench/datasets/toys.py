"""Points in the plane, three clusters each: the toy sets of spectral clustering."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

#: radii of the three rings
RADII = np.array([0.5, 1.25, 2.0])

#: how far points stray from their cluster's line, in the unit of the plane
NOISE = 0.04


def toy(name: str, n: int = 9000, seed: int = 0) -> tuple[Float[np.ndarray, "n 2"], Int[np.ndarray, " n"]]:
    """n points of a toy set, in random order, and the cluster of each, 0 to 2.

    name: "moons", "rings", "spirals" or "blobs", each about 4 wide. Clusters are of equal size, but rings of
    equal density. Raises ValueError, which names the sets, for another.
    """
    if name not in TOYS:
        raise ValueError(f"a toy set is one of {', '.join(TOYS)}; got {name!r}")
    draw = np.random.default_rng(seed)
    shares = RADII / RADII.sum() if name == "rings" else np.full(3, 1 / 3)
    labels = draw.permutation(np.searchsorted(np.cumsum(shares)[:2], (np.arange(n) + 0.5) / n))
    return TOYS[name](draw, labels), labels


def _moons(draw, labels):
    """Three half circles, each reaching into the next."""
    angle = draw.uniform(0, np.pi, len(labels))
    middle, up = np.array([-1.25, 0.0, 1.25])[labels], np.array([1, -1, 1])[labels]
    X = np.stack([middle + np.cos(angle), up * (np.sin(angle) - 0.1)], axis=1)
    return X + draw.normal(0, NOISE, X.shape)


def _rings(draw, labels):
    """Three circles around one centre, equally dense, so that the outer ones have more points."""
    angle, radius = draw.uniform(0, 2 * np.pi, len(labels)), RADII[labels]
    radius = radius + draw.normal(0, NOISE, len(labels))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _spirals(draw, labels):
    """Three arms of an Archimedean spiral, even along their length."""
    turn = 1.35 * np.pi * np.sqrt(draw.uniform(0.04, 1.0, len(labels)))
    angle, radius = turn + labels * 2 * np.pi / 3, 2 * turn / (1.35 * np.pi)
    X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return X + draw.normal(0, NOISE, X.shape)


def _blobs(draw, labels):
    """Three round clouds of different width."""
    middle = np.array([[-1.2, -0.8], [1.2, -0.8], [0.0, 1.3]])[labels]
    return middle + draw.normal(0, 1, middle.shape) * np.array([0.15, 0.2, 0.25])[labels][:, None]


TOYS: dict[str, Callable] = {"moons": _moons, "rings": _rings, "spirals": _spirals, "blobs": _blobs}
