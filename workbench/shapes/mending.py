"""What the mesh doctor can mend: repair, which tells every change it makes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from .diagnosis import Diagnosis, diagnose, inside_out
from .mesh import Mesh, MeshError
from .sieve import Sieved, first_copies, flat, sieve
from .thin import without_thin
from .topology import fans, pieces, seams, sides

#: what is said of the faces and vertices that the sieve took out
TOLD = {
    "float indices": "read the float indices of {n} faces as whole numbers",
    "too few corners": "dropped {n} faces with fewer than three corners",
    "polygon": "cut {n} polygons into triangles",
    "index out of range": "dropped {n} faces that name vertices that are not there",
    "non-finite vertex": "dropped {n} vertices that are not finite, and the faces around them",
    "repeated index": "dropped {n} faces that name a vertex twice",
    "duplicate face": "dropped {n} faces that were there before",
}


@dataclass(frozen=True, eq=False)
class Repair:
    """A mended mesh and what was done to it.

    mesh      the mesh; the very one given, when a Mesh was given and nothing had to be done
    changes   every change in words, with its count, in the order made
    vertices  (n,) the old number of each vertex, so that labels and signals travel: labels[repair.vertices]
    left      the diagnosis of what came out: what repair could not mend, or must not decide
    """

    mesh: Mesh
    changes: tuple[str, ...]
    vertices: Int[np.ndarray, " n"]
    left: Diagnosis

    def __str__(self):
        done = [f" - {change}" for change in self.changes] or [" - changed nothing"]
        return "\n".join(["repair", *done, f"now {self.left}"])

    __repr__ = __str__


def repair(V, F=None, keep_largest: bool = False) -> Repair:
    """Mend a Mesh or raw arrays (V, F), and tell what was changed.

    In this order: drops faces that cannot be read and vertices that are not finite, cuts polygons into
    triangles, folds faces without area away (joining vertices that coincide, turning edges), drops copies,
    cuts along non-manifold edges and vertices by doubling vertices, turns faces to agree with the majority of
    their piece and closed pieces outward, drops unused vertices, and moves or scales only where float64 would
    fail.

    keep_largest  keep only the component of largest area; otherwise all stay

    Boundaries stay open, unorientable pieces stay, and the result says so in `left`. Raises MeshError when
    the arrays cannot be read at all or no sound triangle is left.
    """
    given = V if isinstance(V, Mesh) and F is None else None
    if given is not None:
        V, F = given.V, given.F
    sieved = sieve(V, F)
    changes = [told.format(n=len(sieved.fallen[kind])) for kind, told in TOLD.items()
               if len(sieved.fallen.get(kind, ()))]
    T = _joined(sieved, changes)
    if len(T) == 0:
        raise MeshError(f"repair finds no sound triangle in this:\n{diagnose(V, F)}")
    T, source = _cut(T, len(sieved.V), changes)
    T = _turned(T, sieved.U[source], changes)
    if keep_largest:
        T = _largest(T, sieved.U[source], changes)
    T, source = _used(T, source, changes)
    W = _placed(sieved, changes)[source]
    mesh = given if given is not None and not changes else Mesh(W, T)
    return Repair(mesh, tuple(changes), source, diagnose(mesh))


def _joined(sieved: Sieved, changes):
    """All triangles with area, after those without were folded into their neighbours where possible."""
    if len(sieved.Z) == 0:
        return sieved.T
    T, words = without_thin(sieved.U, sieved.T, sieved.Z, sieved.noise)
    changes += words
    first = first_copies(T, len(sieved.V))
    if not first.all():
        changes.append(f"dropped {np.sum(~first)} faces that lay on others after that")
    return T[first & ~flat(sieved.U, T, sieved.noise)]


def _cut(T, n, changes):
    """A vertex for every fan: (m, 3), and the old number of each vertex: (n + doubles,)."""
    seam = seams(T)
    fan = fans(T, seam, most=2)
    centre = np.empty(fan.max() + 1, dtype=np.int64)
    centre[fan] = T.ravel()
    number, later = centre.copy(), np.ones(len(centre), dtype=bool)
    later[np.unique(centre, return_index=True)[1]] = False
    number[later] = n + np.arange(later.sum())
    if later.any():
        changes.append(f"cut the surface at {np.sum(seam.count > 2)} edges of more than two faces and at "
                       f"{len(np.unique(centre[later]))} vertices: {later.sum()} vertices doubled")
    return number[fan].reshape(-1, 3), np.concatenate([np.arange(n), centre[later]])


def _turned(T, U, changes):
    """Every piece turned as its majority is, closed pieces outward."""
    seam = seams(T)
    side = sides(seam)
    inward = inside_out(U, T, seam, side)
    if side.against.any():
        changes.append(f"turned {side.against.sum()} faces to agree with their neighbours")
    if inward.any():
        count = len(np.unique(side.patch[inward]))
        changes.append(f"turned {count} closed pieces outward: {inward.sum()} faces")
    return np.where((side.against ^ inward)[:, None], T[:, [0, 2, 1]], T)


def _largest(T, U, changes):
    """The faces of the component with the largest area."""
    component = pieces(len(U), T.ravel(), T[:, [1, 2, 0]].ravel())[T[:, 0]]
    area = np.bincount(component, Mesh(U, T).face_areas)
    kept = component == area.argmax()
    if not kept.all():
        count = len(np.unique(component))
        changes.append(f"kept the largest of {count} components, dropped {np.sum(~kept)} faces")
    return T[kept]


def _used(T, source, changes):
    used = np.zeros(len(source), dtype=bool)
    used[T] = True
    if not used.all():
        changes.append(f"dropped {np.sum(~used)} vertices that no sound face uses")
    return (np.cumsum(used) - 1)[T], source[used]


def _placed(sieved: Sieved, changes):
    """The vertices where float64 can work with them."""
    if not 1e-60 < sieved.scale < 1e60:
        changes.append(f"moved the shape to the origin and divided it by {sieved.scale:.3g}")
        return sieved.U
    if sieved.noise > 1e5 * np.finfo(float).eps:
        changes.append(f"moved a shape of size {sieved.scale:.3g} to the origin, as it lay far away")
        return sieved.U * sieved.scale
    return sieved.V
