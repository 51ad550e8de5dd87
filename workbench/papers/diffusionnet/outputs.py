"""Where a network's values live: at vertices, edges, faces, or one mean for a whole shape."""

import torch
from jaxtyping import Float
from torch import Tensor

from workbench.bridge import Operators


def at_vertices(ops: Operators, y: Float[Tensor, "n c"]) -> Float[Tensor, "n c"]:
    """The values as they are."""
    return y


def at_edges(ops: Operators, y: Float[Tensor, "n c"]) -> Float[Tensor, "e c"]:
    """Mean over the two ends of every edge. Section 4."""
    return _incident(y, ops.edges, "edges")


def at_faces(ops: Operators, y: Float[Tensor, "n c"]) -> Float[Tensor, "m c"]:
    """Mean over the three corners of every face. Section 4."""
    return _incident(y, ops.faces, "faces")


def global_mean(ops: Operators, y: Float[Tensor, "n c"]) -> Float[Tensor, "shapes c"]:
    """Mean of y over each surface, sum M y / sum M: one row per shape of the bundle. Section 4."""
    pieces = zip(ops.bases, ops.split(y), strict=True)
    return torch.stack([basis.mass @ piece / basis.mass.sum() for basis, piece in pieces])


def _incident(y, indices, elements):
    if not len(indices):
        raise ValueError(f"this bundle has no {elements}: a point cloud has none; take the vertices")
    return y[indices].mean(dim=1)


OUTPUTS = {"vertices": at_vertices, "edges": at_edges, "faces": at_faces, "mean": global_mean}
