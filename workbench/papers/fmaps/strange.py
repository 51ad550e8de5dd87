"""Shapes that a map should be doubted on: mirrored, cut, in pieces, brought along by a reader."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int

from workbench.operators.geodesics import parts
from workbench.papers.fmaps.maps import MapError, MapWarning
from workbench.shapes.mesh import Mesh

#: no template points
NOWHERE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Guest:
    """A shape that came without known correspondences; correspondence is empty."""

    name: str
    mesh: Mesh
    correspondence: Int[np.ndarray, " t"] = field(default_factory=NOWHERE.copy)


def doubted(name: str, mesh: Mesh, k: int) -> None:
    """Say what makes maps from or to this shape doubtful, before k eigenpairs are made of it.

    Warns (MapWarning) when it is in several pieces, between which no heat flows, or open, as a part of a body
    is: its tones are then not those of the whole. Raises MapError when it has no more than k vertices.
    """
    if mesh.n_vertices <= k:
        raise MapError(f"{name} has {mesh.n_vertices} vertices; a basis of {k} eigenfunctions needs more")
    pieces = int(parts(mesh).max()) + 1
    if pieces > 1:
        warnings.warn(f"{name} is in {pieces} pieces: no heat flows between them, and each has tones of its "
                      "own; keep the largest one, or mend it", MapWarning, stacklevel=3)
    elif len(mesh.boundary_edges):
        warnings.warn(f"{name} is open ({len(mesh.boundary_edges)} edges at its rim): if it is a part of a "
                      "body, its tones are not those of the whole, and the map will stretch it over all",
                      MapWarning, stacklevel=3)


def mirror_image(mesh: Mesh) -> Mesh:
    """The mesh in a mirror, x -> -x, outward again: all lengths as before, left and right exchanged."""
    return Mesh(mesh.V * [-1.0, 1.0, 1.0], mesh.F[:, ::-1])


def cut_out(mesh: Mesh, keep: Bool[np.ndarray, " n"]) -> tuple[Mesh, Int[np.ndarray, " m"]]:
    """The faces whose corners are all kept, as a mesh, and the old numbers of its vertices.

    Raises MapError when no face is left.
    """
    F = mesh.F[keep[mesh.F].all(axis=1)]
    if not len(F):
        raise MapError(f"no face has all corners among the {int(keep.sum())} vertices to keep")
    kept = np.unique(F)
    return Mesh(mesh.V[kept], np.searchsorted(kept, F)), kept
