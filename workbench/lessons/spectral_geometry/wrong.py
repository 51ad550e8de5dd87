"""The cotan Laplacians that people write by mistake, each under the words that mend it."""

import numpy as np
from jaxtyping import Float

from workbench.operators.exterior import corner_cotangents, d0, star0, star1
from workbench.operators.laplacian import cotan_laplacian
from workbench.shapes.mesh import Mesh


def wrong_laplacians(mesh: Mesh) -> dict[str, Float[np.ndarray, "n n"]]:
    """hint -> the matrix (n, n) of whoever makes this mistake."""
    L, cot = cotan_laplacian(mesh).L.toarray(), corner_cotangents(mesh)
    off, d = L - np.diag(np.diag(L)), d0(mesh).toarray()
    mass, first, row = star0(mesh), int(mesh.F[0, 0]), int(abs(off.sum(axis=1)).argmax())
    return {
        "the sign is turned round: here L is positive semi-definite, its diagonal positive, x^T L x >= 0; "
        f"your diagonal at row {first} is {-L[first, first]:.3g}": -L,
        f"row {row} sums to {off[row].sum():.3g}: is the diagonal missing? Rows of L sum to zero": off,
        f"row {row} sums to {-2 * off[row].sum():.3g}: off the diagonal the weights are negative, "
        "-(cot a + cot b) / 2": L - 2 * off,
        "half is missing: the weight of an edge is (cot a + cot b) / 2": 2 * L,
        "a half too many: each triangle brings cot / 2 to the edge opposite": L / 2,
        "that is the strong Laplacian M^-1 L, not symmetric any more; L stays weak and M travels beside it":
            L / mass[:, None],
        "all weights are 1: this is the Laplacian of the graph, which knows no angles": d.T @ d,
        "= instead of +=: an edge has two triangles, and only the last one counted": _last(mesh, cot),
        "the cotangent belongs to the corner opposite the edge; yours are those at one of its ends":
            _weighted(mesh, np.roll(cot, 1, axis=1)),
        "the cotangent belongs to the corner opposite the edge; yours are those at the edge's other end":
            _weighted(mesh, np.roll(cot, -1, axis=1)),
        "these are angles or their tangents; the weight is the cotangent": _weighted(mesh, 1 / cot),
        "the sum over the edges is right for the square root of the weights: star1 enters once, not twice":
            d.T @ (star1(mesh)[:, None] ** 2 * d),
    }


def _weighted(mesh, at):
    """The Laplacian whose edge opposite corner c of a face gets at[:, c] / 2."""
    L = np.zeros((mesh.n_vertices, mesh.n_vertices))
    for c in range(3):
        i, j, w = mesh.F[:, c - 2], mesh.F[:, c - 1], at[:, c] / 2
        for row, column, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
            np.add.at(L, (row, column), sign * w)
    return L


def _last(mesh, cot):
    off = np.zeros((mesh.n_vertices, mesh.n_vertices))
    for f, face in enumerate(mesh.F):
        for c in range(3):
            i, j = face[c - 2], face[c - 1]
            off[i, j] = off[j, i] = -cot[f, c] / 2
    return off - np.diag(off.sum(axis=1))
