"""How large bodies are drawn that stand side by side: at one scale, unless one is a giant beside another."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from workbench.shapes import Mesh

from .board import Shape

#: bodies share a scale whose radii differ by no more than this factor; the browser has the same number
ALIKE = 4.0


def ball_of(shape: Shape) -> tuple[Float[np.ndarray, " 3"], float]:
    """The middle of a shape's box, and the radius of the ball around it that holds the shape.

    A single point counts as radius 1, so that it is no giant."""
    X = shape.V if isinstance(shape, Mesh) else shape.X
    middle = (X.min(axis=0) + X.max(axis=0)) / 2
    return middle, float(np.linalg.norm(X - middle, axis=1).max()) or 1.0


def alike(radii: Sequence[float]) -> bool:
    """Whether the largest is at most ALIKE times the smallest: then one scale shows all of them."""
    return len(radii) > 0 and max(radii) <= ALIKE * min(radii)


def filling(shapes: Mapping[str, Shape]) -> dict[str, float]:
    """The radius, in a shape's own units, that fills its place beside the others: name -> radius.

    That of the largest for all of them where they are alike, so that sizes can be compared by eye; else each
    shape's own, because at one scale the smallest would be a dot.
    """
    radii = {name: ball_of(shape)[1] for name, shape in shapes.items()}
    return dict.fromkeys(radii, max(radii.values())) if alike(list(radii.values())) else radii
