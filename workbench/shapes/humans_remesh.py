"""New triangles for a posed human, different ones for each body."""

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, reverse_cuthill_mckee
from scipy.spatial.transform import Rotation

from workbench.shapes.mesh import Mesh

SWELL = 1.7  # hands are meshed this much larger, then shrunk back: a finger is thinner than an edge is long


def remesh(mesh: Mesh, wanted: float, seed: int) -> Mesh:
    """Isotropic triangles with about `wanted` vertices: Botsch and Kobbelt 2004, run by gpytoolbox (MIT).

    Vertices and faces are shuffled, the body is turned and the edge length drawn within 2 % first, so that
    two seeds share no triangle. An equilateral mesh of area A with n vertices has edges
    h = sqrt(2 A / (sqrt(3) n)). Raises ImportError if gpytoolbox is absent (only this generator needs it) and
    ValueError if the result is no topological sphere.
    """
    try:
        from gpytoolbox import remesh_botsch
    except ImportError as missing:
        raise ImportError("generating humans needs gpytoolbox: pip install gpytoolbox==0.3.8") from missing
    rng = np.random.default_rng(seed)
    order, turn = rng.permutation(mesh.n_vertices), Rotation.random(None, rng).as_matrix()
    h = np.sqrt(2 * mesh.area / (np.sqrt(3) * wanted)) * rng.uniform(0.95, 0.99)
    F = np.argsort(order)[mesh.F][rng.permutation(mesh.n_faces)]
    V, F = remesh_botsch(mesh.V[order] @ turn.T, F.astype(np.int32), 10, h, True)
    defects = sphere_defects(F, len(V))
    if defects:
        raise ValueError(f"remeshing with seed {seed} made no sphere: {'; '.join(defects)}")
    return in_order(V @ turn, F)


def in_order(V: Float[np.ndarray, "n 3"], F: Int[np.ndarray, "m 3"]) -> Mesh:
    """The same mesh with neighbours near each other in memory (Cuthill and McKee 1969): smaller files."""
    a, b = np.concatenate([F[:, [0, 1]], F[:, [1, 2]], F[:, [2, 0]]]).T
    order = reverse_cuthill_mckee(csr_matrix((np.ones(len(a)), (a, b)), (len(V),) * 2), symmetric_mode=True)
    F = np.argsort(order)[F]
    F = np.take_along_axis(F, (F.argmin(axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return Mesh(V[order], F[np.lexsort(F.T[::-1])])


def swollen(V: Float[np.ndarray, "n 3"], hands, wrists) -> Float[np.ndarray, "n 3"]:
    """V + sum over hands of (SWELL - 1) w (V - wrist); w (n,): the share of hand in a vertex, wrist (3,)."""
    return V + sum((SWELL - 1) * w[:, None] * (V - wrist) for w, wrist in zip(hands, wrists, strict=True))


def sphere_defects(F: Int[np.ndarray, "m 3"], n: int) -> list[str]:
    """Why the faces are no closed oriented surface of genus 0 on n vertices; empty when they are one.

    Every edge is used once in each direction, every vertex has one fan of faces, all is connected, and
    Euler's n - e + m = 2.
    """
    a, b = F.ravel(), np.roll(F, -1, axis=1).ravel()  # corner 3 f + i looks along the edge from a to b
    order, back = np.argsort(a * n + b), np.argsort(b * n + a)
    twin = np.empty_like(order)
    twin[back] = order
    repeated = (np.diff((a * n + b)[order]) == 0).any()
    if repeated or not (np.array_equal(a[twin], b) and np.array_equal(b[twin], a)):
        return ["an edge without exactly two faces of opposite direction"]
    after = 3 * (np.arange(len(a)) // 3) + (np.arange(len(a)) + 1) % 3
    turns = coo_matrix((np.ones(len(a)), (np.arange(len(a)), after[twin])), (len(a),) * 2)
    links = coo_matrix((np.ones(len(a)), (a, b)), (n, n))
    fans, fan = connected_components(turns)
    vertex_of_fan = np.empty(fans, dtype=int)
    vertex_of_fan[fan] = a
    found = {
        "vertices without exactly one fan of faces": np.sum(np.bincount(vertex_of_fan, minlength=n) != 1),
        "pieces too many": connected_components(links)[0] - 1,
        "as Euler characteristic beyond 2": n - len(a) // 2 + len(F) - 2,
    }
    return [f"{count} {what}" for what, count in found.items() if count]
