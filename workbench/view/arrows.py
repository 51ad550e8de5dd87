"""Where the arrows of a vector quantity stand and how long they are; every back-end draws these."""

import numpy as np
from jaxtyping import Float

from workbench.quantities import Quantity
from workbench.shapes import Mesh

from .board import Shape
from .colors import Look

#: a still shows no more arrows than this: an even choice of them
MOST = 6000


def anchors(shape: Shape, on: str) -> Float[np.ndarray, "k 3"]:
    """The points vectors start from: vertices, the middles of faces, or those of edges."""
    X = shape.V if isinstance(shape, Mesh) else shape.X
    if on == "vertices":
        return X
    return X[shape.F if on == "faces" else shape.edges].mean(axis=1)


def stretch(shape: Shape, quantity: Quantity, look: Look) -> float:
    """What vectors are multiplied by: the longest becomes Look.length radii of the shape.

    Without a length: 1.4 times the mean distance of neighbours if arrows stood evenly on a sphere of
    the same radius, between 0.03 and 0.25 radii. Vectors that are not finite do not count.
    """
    X = shape.V if isinstance(shape, Mesh) else shape.X
    radius = float(np.linalg.norm(X - (X.min(axis=0) + X.max(axis=0)) / 2, axis=1).max()) or 1.0
    known = quantity.values[np.isfinite(quantity.values).all(axis=1)]
    longest = float(np.linalg.norm(known, axis=1).max(initial=0.0))
    share = look.length
    if share is None:
        share = float(np.clip(1.4 * np.sqrt(4 / max(len(quantity.values), 1)), 0.03, 0.25))
    return share * radius / longest if longest > 0 else 0.0


def arrows_of(
    shape: Shape, quantity: Quantity, look: Look
) -> tuple[Float[np.ndarray, "k 3"], Float[np.ndarray, "k 3"]]:
    """Where arrows start and end, at most MOST of them; what is not finite or has no length has no arrow."""
    starts = anchors(shape, quantity.on)
    there = np.flatnonzero(np.isfinite(quantity.values).all(axis=1) & (quantity.values != 0).any(axis=1))
    if len(there) > MOST:
        there = there[np.round(np.linspace(0, len(there) - 1, MOST)).astype(int)]
    steps = stretch(shape, quantity, look) * quantity.values[there]
    return starts[there], starts[there] + steps
