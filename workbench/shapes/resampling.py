"""Other discretisations of one shape: finer, remeshed, unevenly remeshed, and as a point cloud."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from .cloud import PointCloud
from .diagnosis import diagnose
from .mesh import Mesh, MeshError

#: vertices of the fine mesh to each cell of a remeshing, and rounds of Lloyd's iteration
FINE, ROUNDS = 14, 12
#: how often cells that reach around a thin part are split
TRIES = 20
#: defects that remeshing does not mind
HARMLESS = ("boundary", "several components", "inside out", "far from origin")


@dataclass(frozen=True, eq=False)
class Resampled:
    """Another discretisation of a mesh: each of its vertices lies in a face of the original.

    shape    the new Mesh or PointCloud, n vertices
    source   the original
    face     (n,) a face of the original that holds the vertex
    weights  (n, 3) where in it: barycentric, not negative, sum 1
    """

    shape: Mesh | PointCloud
    source: Mesh
    face: Int[np.ndarray, " n"]
    weights: Float[np.ndarray, "n 3"]

    def carry(self, values):
        """Values at the original's vertices (N, ...) brought to the new ones (n, ...).

        Numbers are mixed by the weights; whole numbers (labels, correspondences) and masks are those of the
        corner that weighs most. Raises ValueError for another number of values.
        """
        values = np.asarray(values)
        if values.shape[:1] != (self.source.n_vertices,):
            raise ValueError(f"expected a value for each of {self.source.n_vertices} vertices, "
                             f"got shape {values.shape}")
        corners = self.source.F[self.face]
        if values.dtype.kind in "iub":
            nearest = np.take_along_axis(corners, self.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
            return values[nearest]
        return np.einsum("nk,nk...->n...", self.weights, values[corners])


def refined(mesh: Mesh, k: int = 2) -> Resampled:
    """Every face in k^2 equal triangles; k^2 as many faces, the same surface exactly.

    Raises ValueError unless k >= 1.
    """
    if k < 1:
        raise ValueError(f"a face is cut into k^2 triangles with k >= 1, got k = {k}")
    grid = np.array([(i, j, k - i - j) for i in range(k + 1) for j in range(k + 1 - i)])
    number = _numbered(mesh, grid, k)
    count = int(number.max()) + 1
    first = np.full(count, -1)
    first[number.ravel()[::-1]] = np.arange(number.size)[::-1]
    face, spot = np.divmod(first, len(grid))
    weights = grid[spot] / k
    V = np.einsum("nk,nkc->nc", weights, mesh.V[mesh.F[face]])
    V[: mesh.n_vertices] = mesh.V
    return Resampled(Mesh(V, number[:, _small_faces(grid, k)].reshape(-1, 3)), mesh, face, weights)


def _numbered(mesh, grid, k):
    """For each face and point of the grid in it, the number of the new vertex: (m, points)."""
    n, edges = mesh.n_vertices, mesh.edges
    number = np.empty((mesh.n_faces, len(grid)), np.int64)
    inside = np.flatnonzero((grid > 0).all(axis=1))
    own = np.arange(mesh.n_faces * len(inside)).reshape(mesh.n_faces, len(inside))
    number[:, inside] = n + (k - 1) * len(edges) + own
    code = edges[:, 0] * n + edges[:, 1]
    for a, b in ((0, 1), (1, 2), (2, 0)):
        on = np.flatnonzero((grid[:, 3 - a - b] == 0) & (grid[:, a] > 0) & (grid[:, b] > 0))
        i, j = mesh.F[:, a], mesh.F[:, b]
        edge = np.searchsorted(code, np.minimum(i, j) * n + np.maximum(i, j))
        steps = np.where((i < j)[:, None], grid[on, b], grid[on, a])  # from the edge's lower vertex
        number[:, on] = n + (k - 1) * edge[:, None] + steps - 1
    for corner in range(3):
        number[:, np.flatnonzero(grid[:, corner] == k)[0]] = mesh.F[:, corner]
    return number


def _small_faces(grid, k):
    """The k^2 triangles of a face by points of its grid, oriented like the face: (k^2, 3)."""
    at = {tuple(point): number for number, point in enumerate(grid.tolist())}
    faces = []
    for i, j, _ in grid.tolist():
        if i + j < k:
            faces.append([at[i + 1, j, k - i - j - 1], at[i, j + 1, k - i - j - 1], at[i, j, k - i - j]])
        if i + j < k - 1:
            right, left = at[i + 1, j, k - i - j - 1], at[i, j + 1, k - i - j - 1]
            faces.append([right, at[i + 1, j + 1, k - i - j - 2], left])
    return np.array(faces)


def scattered(mesh: Mesh, n: int, seed: int = 0) -> Resampled:
    """n points drawn evenly by area, as a PointCloud with the normals of the surface.

    Raises MeshError when the area is zero or not a finite number, and for n < 1.
    """
    if not 0 < mesh.area < np.inf or n < 1:
        raise MeshError(f"n >= 1 points are drawn from a positive finite area; got n = {n}, area {mesh.area}")
    rng = np.random.default_rng(seed)
    face = rng.choice(mesh.n_faces, n, p=mesh.face_areas / mesh.area)
    root, b = np.sqrt(rng.random(n)), rng.random(n)
    weights = np.stack([1 - root, root * (1 - b), root * b], axis=1)
    X = np.einsum("nk,nkc->nc", weights, mesh.V[mesh.F[face]])
    return Resampled(PointCloud(X, mesh.face_normals[face]), mesh, face, weights)


def remeshed(mesh: Mesh, n: int, seed: int = 0, density: Float[np.ndarray, " v"] | None = None) -> Resampled:
    """About n new vertices on the surface, spread evenly, or like a density, with triangles between them.

    Where the surface is so thin that a cell reaches around it, there are more, so that it stays whole.

    density  (v,) positive, at the vertices of mesh: where it is four times as high, so are the vertices
             per area

    The dual of a geodesic Voronoi diagram whose seeds are moved to the middles of their cells (Lloyd 1982; as
    a clustering of a finer mesh: Valette and Chassery 2004). Two seeds share hardly a vertex. Raises
    ValueError for n < 4 or a density that is not positive at every vertex, and MeshError when the new mesh
    would have another Euler number: n is too small for thin parts or small components, or the mesh has
    defects that no n outweighs.
    """
    fits = density is None or (np.shape(density) == (mesh.n_vertices,) and (np.asarray(density) > 0).all())
    if n < 4 or not fits:
        raise ValueError(f"remeshing takes n >= 4 and a positive density for each of {mesh.n_vertices} "
                         f"vertices, got n = {n}, density of shape {np.shape(density)}")
    fine = refined(mesh, max(1, int(np.ceil(np.sqrt(FINE * n / mesh.n_vertices)))))
    share = fine.carry(np.ones(mesh.n_vertices) if density is None else np.asarray(density, np.float64))
    mass = share * np.bincount(fine.shape.F.ravel(), np.repeat(fine.shape.face_areas / 3, 3))
    graph, rng = _graph(fine.shape, np.sqrt(share)), np.random.default_rng(seed)
    seeds = rng.choice(len(mass), min(n, len(mass)), replace=False, p=mass / mass.sum())
    rounds = ROUNDS
    for _ in range(TRIES):
        seeds, cell, F = _dual(fine.shape, graph, mass, seeds, rounds)
        torn = _torn(F, len(seeds), closed=len(mesh.boundary_edges) == 0)
        if not torn.any():
            new = Mesh(fine.shape.V[seeds], F)
            if _euler(new) != _euler(mesh):
                break
            return Resampled(new, mesh, fine.face[seeds], fine.weights[seeds])
        seeds, rounds = np.union1d(seeds, _farthest(fine.shape, seeds, cell)[torn]), 2
    unfit = [kind for kind in diagnose(mesh).kinds if kind not in HARMLESS]
    if unfit:
        raise MeshError(f"remeshing needs an oriented manifold surface; this one has: {', '.join(unfit)}. "
                        "repair(mesh) mends what it can")
    raise MeshError(f"{n} vertices are too few to remesh this surface and keep it whole; try more")


def _euler(mesh):
    return mesh.n_vertices - len(mesh.edges) + mesh.n_faces


def _graph(fine, stretch):
    """Edges with their lengths, stretched where vertices are to be denser."""
    i, j = fine.edges.T
    lengths = (stretch[i] + stretch[j]) / 2 * np.linalg.norm(fine.V[i] - fine.V[j], axis=1)
    return csr_matrix((np.tile(lengths, 2), (np.concatenate([i, j]), np.concatenate([j, i]))))


def _dual(fine, graph, mass, seeds, rounds):
    """The seeds moved to the middles of their cells, the cell of each vertex, the triangles between cells."""
    for _ in range(rounds):
        cell = _cells(graph, seeds)
        total = np.bincount(cell, mass, len(seeds))[:, None]
        middle = np.stack([np.bincount(cell, mass * x, len(seeds)) for x in fine.V.T], axis=1) / total
        seeds = _first(cell, np.linalg.norm(fine.V - middle[cell], axis=1), len(seeds))
    cell = _cells(graph, seeds)
    triangles = cell[fine.F]
    F = triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)]
    F = np.take_along_axis(F, (F.argmin(axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return seeds, cell, np.unique(F, axis=0)


def _first(cell, key, count):
    """The vertex with the smallest key in each cell."""
    order = np.lexsort((key, cell))
    return order[np.searchsorted(cell[order], np.arange(count))]


def _farthest(fine, seeds, cell):
    """The vertex of each cell that is farthest from its seed."""
    return _first(cell, -np.linalg.norm(fine.V - fine.V[seeds[cell]], axis=1), len(seeds))


def _cells(graph, seeds):
    """The number of the nearest seed of each vertex along edges."""
    _, _, source = dijkstra(graph, indices=seeds, min_only=True, return_predecessors=True)
    place = np.full(graph.shape[0], 0)
    place[seeds] = np.arange(len(seeds))
    return place[np.where(source < 0, seeds[0], source)]


def _torn(F, n, closed):
    """The cells (n,) around which the triangles make no surface: too few of them where the shape is thin."""
    a, b = F.ravel(), np.roll(F, -1, axis=1).ravel()
    there, back = a * n + b, b * n + a
    codes, counts = np.unique(there, return_counts=True)
    wrong = np.isin(there, codes[counts > 1])
    if closed:
        wrong |= ~np.isin(there, back)
    torn = np.bincount(F.ravel(), minlength=n) == 0
    torn[a[wrong]] = torn[b[wrong]] = True
    return torn
