"""The mesh doctor: all that is wrong with arrays that claim to be a mesh, and what each defect costs."""

import numpy as np
from jaxtyping import Bool, Float, Int

from .defects import FATAL, KINDS, Defect, Diagnosis
from .mesh import Mesh, MeshError, cross
from .sieve import Sieved, sieve
from .topology import Seams, Sides, fans, loops, pieces, seams, sides

__all__ = ["Defect", "Diagnosis", "FATAL", "KINDS", "MeshError", "diagnose"]


def diagnose(V, F=None, k: int | None = None) -> Diagnosis:
    """Everything that is wrong with a Mesh, or with raw arrays (V, F), however broken.

    V  a Mesh, or anything that should have been an (n, 3) array
    F  with raw V: anything that should have been an (m, 3) array; lists of polygons are understood too
    k  eigenpairs that shall be asked for; k > n is a defect

    Never raises for bad input: what cannot be read at all is the defect "no mesh". Examples count as the
    arrays do. Each triangle is judged for one defect, the first that takes it out of work: out of range,
    non-finite, repeated index, zero area (height below 16 roundings of the coordinates), duplicate. Topology
    is that of the triangles left. Counts do not depend on the order of vertices and faces, nor on rigid
    motion as long as the shape stays near the origin.
    """
    if isinstance(V, Mesh) and F is None:
        V, F = V.V, V.F
    try:
        sieved = sieve(V, F)
    except MeshError as error:
        return Diagnosis(_length(V), _length(F), (_defect("no mesh", 1, (), str(error)),))
    defects = [*_of_arrays(sieved, _length(F), k), *_of_surface(sieved)]
    order = tuple(KINDS)
    defects.sort(key=lambda defect: order.index(defect.kind))
    return Diagnosis(len(sieved.V), _length(F), tuple(defects))


def _of_arrays(sieved: Sieved, m: int, k):
    """Defects that need no neighbourhoods."""
    n = len(sieved.V)
    if n == 0:
        yield _defect("no vertices", 1)
    if m == 0:
        yield _defect("no faces", 1)
    for kind, where in sieved.fallen.items():
        yield from _at(kind, where)
    used = np.zeros(n, dtype=bool)
    used[sieved.T] = True
    finite = np.isfinite(sieved.V).all(axis=1)
    yield from _at("isolated vertex", np.flatnonzero(~sieved.named & finite))
    yield from _at("vertex without area", np.flatnonzero(sieved.named & finite & ~used))
    if k is not None and k > n > 0:
        yield _defect("fewer vertices than k", n, (), f"{k} eigenpairs were asked of {n} vertices")
    if sieved.scale > 0 and not 1e-60 < sieved.scale < 1e60:
        yield _defect("extreme scale", n, (int(np.abs(sieved.U).max(axis=1).argmax()),))
    if sieved.noise > 1e5 * np.finfo(float).eps and sieved.scale > 0:
        digits = max(0, int(-np.log10(sieved.noise)))
        yield _defect("far from origin", n, (0,), f"only {digits} of 15 digits of the coordinates are shape; "
                                                  "float32 keeps 7 in all")


def _of_surface(sieved: Sieved):
    """Defects of how the sound triangles hang together."""
    T, origin = sieved.T, sieved.origin
    if len(T) == 0:
        return
    seam = seams(T)
    for kind, which in (("non-manifold edge", seam.count > 2), ("boundary", seam.count == 1)):
        edges = seam.ends[which]
        if len(edges):
            told = f"{loops(edges)} loops; {KINDS[kind][1]}" if kind == "boundary" else None
            yield _defect(kind, len(edges), tuple(edges[0].tolist()), told)
    yield from _at("non-manifold vertex", several_fans(T, seam))
    side = sides(seam)
    yield from _at("flipped face", np.unique(origin[side.against]))
    if side.twisted.any():
        yield _defect("unorientable piece", len(np.unique(side.patch[side.twisted])),
                      (int(origin[side.twisted].min()),))
    inward = inside_out(sieved.U, T, seam, side)
    if inward.any():
        yield _defect("inside out", len(np.unique(side.patch[inward])), (int(origin[inward].min()),))
    component = pieces(len(sieved.V), seam.ends[:, 0], seam.ends[:, 1])
    sizes = np.bincount(component[T[:, 0]])
    if np.count_nonzero(sizes) > 1:
        aside = T[component[T[:, 0]] != sizes.argmax()]
        yield _defect("several components", int(np.count_nonzero(sizes)), (int(aside.min()),))


def several_fans(T: Int[np.ndarray, "m 3"], seam: Seams) -> Int[np.ndarray, " v"]:
    """The vertices around which triangles form more than one fan, ascending."""
    label = fans(T, seam)
    centre = np.empty(label.max(initial=-1) + 1, dtype=np.int64)
    centre[label] = T.ravel()
    return np.flatnonzero(np.bincount(centre) > 1)


def inside_out(
    U: Float[np.ndarray, "n 3"], T: Int[np.ndarray, "m 3"], seam: Seams, side: Sides
) -> Bool[np.ndarray, " m"]:
    """Whether a triangle's patch is closed and, turned as its majority is, encloses negative volume: (m,).

    The volume is sum a . (b x c) / 6 over the patch; below 1e-9 of the sum of absolute terms it counts as 0.
    """
    a, b, c = U[T.T]
    terms = np.einsum("mi,mi->m", a, cross(b, c)) * np.where(side.against, -1, 1)
    volume = np.bincount(side.patch, terms)
    noise = 1e-9 * np.bincount(side.patch, np.abs(terms))
    closed = np.ones(len(volume), dtype=bool)
    closed[side.patch[seam.half[np.repeat(seam.count != 2, seam.count)] // 3]] = False
    closed[side.patch[side.twisted]] = False
    return (closed & (volume < -noise))[side.patch]


def _at(kind, where):
    if len(where):
        yield _defect(kind, len(where), (int(where[0]),))


def _defect(kind, count, example=(), cost=None):
    return Defect(kind, int(count), example, cost or KINDS[kind][1], kind in FATAL)


def _length(array):
    return len(array) if hasattr(array, "__len__") else 0
