"""The generalised eigenproblem of two block Hodge stars, d^T star1 d x = lambda star0 x, in standard form."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import bsr_array, csr_array
from scipy.sparse.csgraph import connected_components

from workbench.operators.dissection import Fronts, fronts
from workbench.operators.multifrontal import NotPositiveDefinite, block_factor
from workbench.operators.spectrum import SpectrumError
from workbench.shapes.mesh import Mesh


class StarError(SpectrumError):
    """A Hodge star that makes no eigenproblem: not finite, star0 singular, or star1 not semi-definite."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """What the operators of a mesh share whatever their stars: computed once a mesh.

    edges      (e, 2) as in mesh.edges; stars on edges come in this order
    fronts     an elimination order of the vertices
    around     csr (n, e), 1 where an edge ends at a vertex; vertices in the order of elimination
    part       (n,) the connected component of each vertex, numbered from 0
    places     csr (n, n) that holds at every entry the place of its block among the diagonal ones, those of
               fronts.edges, and their transposes; both ways in the order of elimination
    """

    edges: Int[np.ndarray, "e 2"]
    fronts: Fronts
    around: csr_array
    part: Int[np.ndarray, " n"]
    places: csr_array

    @property
    def n(self) -> int:
        return len(self.part)

    @property
    def parts(self) -> int:
        """Connected components; constants on each are the null space of every operator."""
        return int(self.part.max()) + 1


def pattern(mesh: Mesh, leaf: int = 32) -> Pattern:
    """The Pattern of a mesh; pieces of up to `leaf` vertices are factored as one dense block."""
    n, edges = mesh.n_vertices, np.asarray(mesh.edges)
    e, cut = len(edges), fronts(mesh.edges, mesh.V, leaf)
    ends = np.concatenate([cut.late, cut.early])
    around = csr_array((np.ones(2 * e), (ends, np.tile(cut.edges, 2))), shape=(n, e))
    rows = np.concatenate([np.arange(n), cut.late, cut.early])
    columns = np.concatenate([np.arange(n), cut.early, cut.late])
    places = csr_array((np.arange(len(rows)), (rows, columns)), shape=(n, n))
    part = np.empty(n, dtype=np.int64)
    part[cut.order] = connected_components(places, directed=False)[1]
    return Pattern(edges, cut, around, part, places)


@dataclass(frozen=True, eq=False)
class Pencil:
    """L x = lambda M x with L = d^T star1 d and M = star0 = C C^T, as S psi = lambda psi, psi = C^T x.

    S = C^-1 L C^-T has k x k blocks. In standard form vertices come in the order of elimination, and vectors
    are (n k, c), row by row; x is (n, k, c), vertex by vertex.

    root, inverse  (n, k, k) C, lower triangular, and C^-1
    diagonal       (n, k, k) blocks S_vv
    off            (e, k, k) blocks S_(late, early) along pattern.fronts.edges
    null           (n k, parts k) orthonormal basis of what every such S sends to zero: C^T x for constants x
    """

    pattern: Pattern
    root: Float[np.ndarray, "n k k"]
    inverse: Float[np.ndarray, "n k k"]
    diagonal: Float[np.ndarray, "n k k"]
    off: Float[np.ndarray, "e k k"]
    null: np.ndarray | csr_array

    @property
    def size(self) -> int:
        """Rows and columns of S."""
        return self.diagonal.shape[0] * self.diagonal.shape[1]

    @property
    def dimensions(self) -> int:
        """Eigenpairs beside the null space."""
        return self.size - self.null.shape[1]

    @property
    def S(self) -> bsr_array:
        """S as a sparse matrix of blocks, put together anew each time: it is large and rarely needed."""
        blocks = np.concatenate([self.diagonal, self.off, self.off.transpose(0, 2, 1)])
        places = self.pattern.places
        return bsr_array((blocks[places.data], places.indices, places.indptr), shape=(self.size, self.size))

    def without_null(self, U: Float[np.ndarray, "nk c"]) -> Float[np.ndarray, "nk c"]:
        """U less its part in the null space, in U's dtype."""
        null = self.null.astype(U.dtype, copy=False)
        return U - null @ (null.T @ U)

    def standard(self, X: Float[np.ndarray, "n k c"]) -> Float[np.ndarray, "nk c"]:
        """psi = C^T x."""
        return (self.root.transpose(0, 2, 1) @ X[self.pattern.fronts.order]).reshape(self.size, -1)

    def original(self, U: Float[np.ndarray, "nk c"]) -> Float[np.ndarray, "n k c"]:
        """x = C^-T psi."""
        n, k = self.diagonal.shape[:2]
        X = np.empty((n, k, U.shape[1]))
        X[self.pattern.fronts.order] = self.inverse.transpose(0, 2, 1) @ U.reshape(n, k, -1)
        return X

    def slope(self, dX: Float[np.ndarray, "n k c"]) -> Float[np.ndarray, "nk c"]:
        """dL/dpsi = C^-1 dL/dx, as x = C^-T psi."""
        return (self.inverse @ dX[self.pattern.fronts.order]).reshape(self.size, -1)

    def shifted_solver(self, c: float, keep: type = np.float64) -> Callable[[np.ndarray], np.ndarray]:
        """U -> (S + c I)^-1 U less its part in the null space; c I here is c star0 in L.

        The factor is kept as `keep`, and answers are of that dtype. Raises StarError.
        """
        shifted = self.diagonal + c * np.eye(self.diagonal.shape[1])
        try:
            factor = block_factor(self.pattern.fronts, shifted, self.off, keep)
        except NotPositiveDefinite:
            raise StarError("d^T star1 d is not positive semi-definite: star1 is g^T g + epsilon") from None
        return lambda U: self.without_null(factor.solve(U))


def pencil(pattern: Pattern, star0: Float[np.ndarray, "n k k"], star1: Float[np.ndarray, "e k k"]) -> Pencil:
    """The Pencil of symmetric stars on the vertices and edges of a pattern.

    d^T star1 d takes differences along edges and back (Desbrun et al. 2005), blockwise (Smirnov and Solomon
    2021, section 4.2). Raises StarError when a star is not finite, or star0 not positive definite.
    """
    n, k = star0.shape[:2]
    for name, star in (("star0", star0), ("star1", star1)):
        if not np.isfinite(star).all():
            raise StarError(f"{name} is not finite everywhere")
    of = pattern.fronts
    root = _cholesky(star0, of.order)
    inverse = np.linalg.inv(root)
    sums = (pattern.around @ star1.reshape(-1, k * k)).reshape(n, k, k)
    off = -inverse[of.late] @ star1[of.edges] @ inverse[of.early].transpose(0, 2, 1)
    diagonal = inverse @ sums @ inverse.transpose(0, 2, 1)
    return Pencil(pattern, root, inverse, diagonal, off, _null(star0, root, pattern))


def _cholesky(star0, order):
    """C of star0 = C C^T, vertices in that order; names the vertex where there is none."""
    spread = np.linalg.eigvalsh(star0)
    singular = np.flatnonzero(spread[:, 0] <= 1e-14 * np.abs(spread[:, -1]))
    if singular.size:
        raise StarError(f"star0 is singular at {singular.size} of {len(star0)} vertices, first {singular[0]}"
                        "; a positive epsilon mends it")
    return np.linalg.cholesky(star0[order])


def _null(star0, root, pattern):
    """C_v^T G^-T/2 at every vertex v, G the sum of star0 over its part: orthonormal, part by part."""
    part = pattern.part[pattern.fronts.order]
    n, k = star0.shape[:2]
    G = np.zeros((pattern.parts, k, k))
    np.add.at(G, pattern.part, star0)
    whiten = np.linalg.inv(np.linalg.cholesky(G)).transpose(0, 2, 1)
    blocks = root.transpose(0, 2, 1) @ whiten[part]
    if pattern.parts == 1:
        return blocks.reshape(n * k, k)
    shape = (n * k, pattern.parts * k)
    return bsr_array((blocks, part, np.arange(n + 1)), shape=shape).tocsr()
