"""Whether a surface has an inside that nobody sees, and whether its faces turn outward."""

import weakref

import numpy as np

from workbench.shapes import Mesh

_known: "weakref.WeakKeyDictionary[Mesh, tuple[bool, bool]]" = weakref.WeakKeyDictionary()


def sides(mesh: Mesh) -> tuple[bool, bool]:
    """Whether a mesh is closed, and whether it is so inside out; found once for each mesh."""
    if mesh not in _known:
        closed = is_closed(mesh)
        _known[mesh] = closed, closed and volume(mesh) < 0
    return _known[mesh]


def is_closed(mesh: Mesh) -> bool:
    """Whether two faces meet at every edge, each going along it the other way: an inside and an outside."""
    ahead = mesh.F * mesh.n_vertices + np.roll(mesh.F, -1, axis=1)
    back = np.roll(mesh.F, -1, axis=1) * mesh.n_vertices + mesh.F
    ahead = np.sort(ahead.ravel())
    once = mesh.n_faces > 0 and bool((ahead[1:] != ahead[:-1]).all())
    return once and np.array_equal(ahead, np.sort(back.ravel()))


def volume(mesh: Mesh) -> float:
    """sum over faces of a . (b x c) / 6: what a closed surface encloses, less than zero when inside out."""
    a, b, c = (mesh.V - mesh.V.mean(axis=0))[mesh.F.T]
    return float(np.einsum("fk,fk->", a, np.cross(b, c)) / 6)
