"""Fewer triangles: edges collapse one by one, the cheapest first, with a little chance if wanted."""

import heapq

import numpy as np
from jaxtyping import Float, Int

from .mesh import Mesh, cross, unit


def decimated(mesh: Mesh, faces: int, seed: int | None = None, chance: float = 0.5
              ) -> tuple[Mesh, Int[np.ndarray, " n"]]:
    """The mesh with about `faces` faces, its genus and orientation as before; and which vertices are left.

    An edge (a, b) collapses into a, which stays where it is, at the cost p_a^T (Q_a + Q_b) p_a of squared
    distances to the planes around (Garland and Heckbert 1997). With a seed costs are multiplied by
    e^(chance z), z normal, so that no two meshes are alike. The boundary is left alone. An edge stays if its
    collapse would pinch the surface or turn a face by more than 80 degrees; where only such edges are left,
    there are more faces than wanted. Raises ValueError for fewer than 4 faces.
    """
    if faces < 4:
        raise ValueError(f"a closed surface has 4 faces at least; got faces = {faces}")
    draw = None if seed is None else np.random.default_rng(seed)
    work = _Collapse(mesh, draw, chance)
    while work.left > faces and work.queue:
        work.step()
    return work.result()


class _Collapse:
    def __init__(self, mesh, draw, chance):
        self.mesh, self.draw, self.chance = mesh, draw, chance
        self.faces = {f: tuple(corners) for f, corners in enumerate(mesh.F.tolist())}
        self.around = [set() for _ in range(mesh.n_vertices)]
        for f, corners in self.faces.items():
            for v in corners:
                self.around[v].add(f)
        self.fixed = set(mesh.boundary_edges.ravel().tolist())
        self.left, self.Q, self.age = mesh.n_faces, _quadrics(mesh), [0] * mesh.n_vertices
        self.queue: list[tuple] = []
        for a, b in mesh.edges.tolist():
            self.offer(a, b)
            self.offer(b, a)

    def offer(self, a, b):
        """Put the collapse of b into a into the queue."""
        if b in self.fixed:
            return
        p = np.append(self.mesh.V[a], 1.0)
        cost = max(float(p @ (self.Q[a] + self.Q[b]) @ p), 1e-12)
        if self.draw is not None:
            cost *= float(np.exp(self.chance * self.draw.standard_normal()))
        heapq.heappush(self.queue, (cost, a, b, self.age[a], self.age[b]))

    def step(self):
        """Take the cheapest collapse, if it is still one."""
        _, a, b, old_a, old_b = heapq.heappop(self.queue)
        if (self.age[a], self.age[b]) != (old_a, old_b) or not self.around[b]:
            return
        shared = self.around[a] & self.around[b]
        moved = self.around[b] - shared
        if not self.stays_manifold(a, b, shared) or self.turns(a, b, moved):
            return
        for f in shared:
            for v in self.faces.pop(f):
                self.around[v].discard(f)
        for f in moved:
            self.faces[f] = tuple(a if v == b else v for v in self.faces[f])
            self.around[a].add(f)
        self.around[b], self.Q[a] = set(), self.Q[a] + self.Q[b]
        self.left -= len(shared)
        self.age[a] += 1
        self.age[b] += 1
        for v in self.neighbours(a):
            self.offer(a, v)
            self.offer(v, a)

    def neighbours(self, v):
        return sorted({w for f in self.around[v] for w in self.faces[f]} - {v})

    def stays_manifold(self, a, b, shared):
        """The link condition: the ends' common neighbours are the corners across from the edge, no others."""
        common = set(self.neighbours(a)) & set(self.neighbours(b))
        return len(shared) == 2 and len(common) == 2 and len(self.around[a] | self.around[b]) > 4

    def turns(self, a, b, moved):
        """Whether a face that follows b to a turns by more than 80 degrees, or loses its area."""
        if not moved:
            return True
        before = np.array([self.faces[f] for f in moved])
        after = np.where(before == b, a, before)
        old, new = (unit(_area_vectors(self.mesh.V, F)) for F in (before, after))
        return bool((np.einsum("fc,fc->f", old, new) < np.cos(np.radians(80))).any())

    def result(self):
        F = np.array(list(self.faces.values()))
        kept = np.unique(F)
        return Mesh(self.mesh.V[kept], np.searchsorted(kept, F)), kept


def _area_vectors(V, F):
    a, b, c = V[F.T]
    return cross(b - a, c - a)


def _quadrics(mesh: Mesh) -> Float[np.ndarray, "n 4 4"]:
    """Sum over the faces around each vertex of area times n n^T, n = (normal, -normal . p): (n, 4, 4)."""
    normals = mesh.face_normals
    planes = np.hstack([normals, -np.einsum("fc,fc->f", normals, mesh.V[mesh.F[:, 0]])[:, None]])
    squares = mesh.face_areas[:, None, None] * planes[:, :, None] * planes[:, None, :]
    found = np.zeros((mesh.n_vertices, 4, 4))
    np.add.at(found, mesh.F.ravel(), np.repeat(squares, 3, axis=0))
    return found
