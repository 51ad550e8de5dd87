"""A mesh made ready for HodgeNet, once: the stencils of its stars, and the pattern of its operators."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from workbench.operators.exterior import corner_edges
from workbench.operators.pencil import Pattern, pattern
from workbench.shapes.mesh import Mesh, MeshError
from workbench.shapes.topology import seams


@dataclass(frozen=True, eq=False)
class Surface:
    """An oriented triangle mesh, with or without boundary, in one piece or several.

    faces     (m, 3) v1, v2, v3 counter-clockwise, from the corner that comes first in the mesh
    inner     (p, 4) v1, v2, v3, v4 of edges with two faces, (v1, v2, v3) and (v2, v1, v4), v1 < v2
    rim       (q, 3) v1, v2, v3 of edges with one face
    inner_at  (p,) and rim_at (q,): where those edges stand in mesh.edges
    pattern   where operators on the mesh have entries, and an order to eliminate its vertices
    """

    name: str
    mesh: Mesh
    faces: Int[Tensor, "m 3"]
    inner: Int[Tensor, "p 4"]
    rim: Int[Tensor, "q 3"]
    inner_at: Int[Tensor, " p"]
    rim_at: Int[Tensor, " q"]
    pattern: Pattern

    @property
    def n(self) -> int:
        """Vertices."""
        return self.mesh.n_vertices

    @property
    def e(self) -> int:
        """Edges."""
        return len(self.inner) + len(self.rim)


def surface(mesh: Mesh, name: str = "mesh") -> Surface:
    """The Surface of a mesh; its name is what errors call it (Smirnov and Solomon 2021, section 4.1).

    Raises MeshError when a face names a vertex twice, an edge has more than two faces, or the two faces of an
    edge are not oriented alike: v3 and v4 have no order then. repair(mesh) mends all three.
    """
    try:
        corner_edges(mesh)
        seam = seams(mesh.F)
        _require_oriented_manifold(seam)
    except MeshError as error:
        raise MeshError(f"{name}: {error}") from None
    opposite = torch.tensor(mesh.F).ravel()[_last_corner(torch.tensor(seam.half))]
    first, two = torch.tensor(seam.first), torch.tensor(seam.count) == 2
    ends, ahead = torch.tensor(seam.ends), torch.tensor(seam.ahead)[torch.tensor(seam.half[seam.first])]
    inner_at, rim_at = two.nonzero().ravel(), (~two).nonzero().ravel()
    one, other = opposite[first[inner_at]], opposite[first[inner_at] + 1]
    left = ahead[inner_at]
    inner = torch.stack([ends[inner_at, 0], ends[inner_at, 1],
                         torch.where(left, one, other), torch.where(left, other, one)], dim=1)
    along = torch.where(ahead[rim_at, None], ends[rim_at], ends[rim_at].flip(1))
    rim = torch.cat([along, opposite[first[rim_at], None]], dim=1)
    return Surface(name, mesh, torch.tensor(mesh.F), inner, rim, inner_at, rim_at, pattern(mesh))


def _last_corner(half):
    """The corner that a half-edge of its triangle does not touch: two after the one it leaves."""
    return half - half % 3 + (half + 2) % 3


def _require_oriented_manifold(seam):
    crowded = seam.count > 2
    if crowded.any():
        raise MeshError(f"{crowded.sum()} edges have more than two faces (first: {_edge(seam, crowded)}), "
                        "and star1 knows two; use repair(mesh)")
    inner = seam.first[seam.count == 2]
    against = seam.ahead[seam.half[inner]] == seam.ahead[seam.half[inner + 1]]
    if against.any():
        where = seam.count == 2
        where[where] = against
        raise MeshError(f"faces disagree about their orientation at {against.sum()} edges (first: "
                        f"{_edge(seam, where)}), so v3 and v4 have no order; use repair(mesh)")


def _edge(seam, where):
    return tuple(seam.ends[where.argmax()].tolist())
