"""HodgeNet in the paper's order: stars from features (section 4), eigenpairs (5), features from them (6)."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbench.papers.hodgenet.eigs import Solve, Warmth, hodge_eigs
from workbench.papers.hodgenet.pooling import POOLS
from workbench.papers.hodgenet.surfaces import Surface

__all__ = ["HodgeNet", "Stars", "hodge_eigs", "perceptron", "spectral_features", "star0", "star1"]


def star0(f: Float[Tensor, "m k k"], faces: Int[Tensor, "m 3"], n: int, epsilon: float = 1e-4
          ) -> Float[Tensor, "n k k"]:
    """star0 at v = epsilon I + sum of f_t^T f_t over the triangles t around v: (n, k, k). Eqs. 2, 4.

    f = sqrt(area / 3), k = 1, epsilon = 0 give the barycentric mass.
    """
    squares = (f.transpose(1, 2) @ f).repeat_interleave(3, dim=0)
    blocks = epsilon * torch.eye(f.shape[1], dtype=f.dtype, device=f.device).repeat(n, 1, 1)
    return blocks.index_add(0, faces.ravel(), squares)


def star1(g: Float[Tensor, "e k k"], epsilon: float = 1e-4) -> Float[Tensor, "e k k"]:
    """star1 at e = epsilon I + g_e^T g_e: (e, k, k). Eqs. 3, 5.

    g = sqrt(cotangent weight), k = 1, epsilon = 0 make d^T star1 d the cotan Laplacian, where no weight is
    negative.
    """
    return epsilon * torch.eye(g.shape[1], dtype=g.dtype, device=g.device) + g.transpose(1, 2) @ g


def perceptron(*widths: int) -> nn.Sequential:
    """Linear layers; after each but the last, batch normalisation and Leaky ReLU. Section 7."""
    layers: list[nn.Module] = []
    for before, after in zip(widths[:-2], widths[1:-1], strict=True):
        layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.LeakyReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))


class Stars(nn.Module):
    """Learned Hodge stars: f of a triangle's corners, g of an edge's stencil, g_bar of a rim edge's.

    c         features per vertex, in the order F_v1, F_v2, ... at the input of f, g, g_bar
    k         stars have k x k blocks
    boundary  without g_bar (False) surfaces must be closed
    f and g may run in float32; their squares, and so the stars, are float64.
    """

    def __init__(self, c: int, k: int, width: int, epsilon: float, boundary: bool):
        super().__init__()
        self.k, self.epsilon = k, epsilon
        hidden = [width] * 4
        self.f = perceptron(3 * c, *hidden, k * k)
        self.g = perceptron(4 * c, *hidden, k * k)
        self.g_bar = perceptron(3 * c, *hidden, k * k) if boundary else None

    def forward(self, surfaces: Sequence[Surface], F: Float[Tensor, "n c"]
                ) -> tuple[Float[Tensor, "n k k"], Float[Tensor, "e k k"]]:
        """star0 on all vertices and star1 on all edges as in mesh.edges, surface after surface.

        Raises ValueError, with the surface's name, for a boundary where boundary=False.
        """
        n, e = _starts([s.n for s in surfaces]), _starts([s.e for s in surfaces])
        faces = _joined([s.faces for s in surfaces], n).to(F.device)
        g = F.new_empty(e[-1], self.k, self.k, dtype=torch.float64)
        inner_at = _joined([s.inner_at for s in surfaces], e).to(F.device)
        g = g.index_put((inner_at,), self._blocks(self.g, F, _joined([s.inner for s in surfaces], n)))
        rim = _joined([s.rim for s in surfaces], n)
        if len(rim):
            self._require_g_bar(surfaces)
            rim_at = _joined([s.rim_at for s in surfaces], e).to(F.device)
            g = g.index_put((rim_at,), self._blocks(self.g_bar, F, rim))
        return star0(self._blocks(self.f, F, faces), faces, n[-1], self.epsilon), star1(g, self.epsilon)

    def _blocks(self, function, F, corners):
        return function(F[corners.to(F.device)].flatten(1)).view(-1, self.k, self.k).double()

    def _require_g_bar(self, surfaces):
        if self.g_bar is None:
            name = next(s.name for s in surfaces if len(s.rim))
            raise ValueError(f"{name} has a boundary: a network for it is made with boundary=True")


def spectral_features(
    evals_features: Sequence[Float[Tensor, "m n"]], x: Sequence[Float[Tensor, "_ k m"]]
) -> Float[Tensor, "vertices features"]:
    """G_v^j = sum_i H_ij x_vi x_vi^T for H = h(lambda) (m, n) and x of each mesh. Section 6.

    Symmetric, so only its upper triangle is computed, row by row: (vertices, k (k + 1) / 2 n), j running
    fastest. The sign of an x_i does not enter.
    """
    found = []
    for H, modes in zip(evals_features, x, strict=True):
        row, column = torch.triu_indices(modes.shape[1], modes.shape[1], device=modes.device)
        found.append(((modes[:, row] * modes[:, column]) @ H).flatten(1))
    return torch.cat(found)


def on_symmetric(layer: nn.Linear, G: Float[Tensor, "rows features"], k: int) -> Float[Tensor, "rows c"]:
    """What a layer of k k n inputs says of symmetric matrices, given as spectral_features gives them."""
    W = layer.weight.view(layer.out_features, k, k, -1)
    row, column = torch.triu_indices(k, k, device=W.device)
    both = W[:, row, column] + W[:, column, row] * (row != column).to(W)[:, None]
    return nn.functional.linear(G, both.flatten(1), layer.bias)


class HodgeNet(nn.Module):
    """From features at vertices to outputs at vertices, faces or for the mesh, through a learned spectrum.

    c_in, c_out  features per vertex (6: positions and normals), outputs
    k, m, extra  block size, eigenpairs used, eigenpairs only for the gradient
    n            features per eigenvalue; width: of f and g; head: of o. The paper has 64 for classification
    at           "vertices", "faces" or "mesh"; the last two take a maximum (section 6), "summed" adds up
    boundary     also learn g_bar, for surfaces with a boundary
    exact        differentiate exactly, not by the paper's truncated sum
    Defaults are the paper's (section 7). Raises ValueError for another `at`.
    """

    def __init__(self, c_in: int = 6, c_out: int = 8, *, k: int = 4, m: int = 32, extra: int = 32,
                 n: int = 32, width: int = 32, head: int = 32, epsilon: float = 1e-4, at: str = "vertices",
                 boundary: bool = False, exact: bool = False):
        super().__init__()
        if at not in POOLS:
            raise ValueError(f"at is one of {', '.join(POOLS)}; got {at!r}")
        self.pool, self.how = POOLS[at], Solve(m, extra, exact)
        self.stars = Stars(c_in, k, width, epsilon, boundary)
        self.h = perceptron(1, n, n, n, n, n)
        self.o = perceptron(n * k * k, head, head, c_out)

    def forward(self, surfaces: Sequence[Surface], F: Float[Tensor, "n c_in"], warmth: Warmth | None = None
                ) -> Float[Tensor, "elements c_out"]:
        """Features F at all vertices, surface after surface -> outputs in the same order.

        Raises ValueError when F does not fit or is not finite, with the name of a surface; SpectrumError.
        """
        _check(surfaces, F, self.stars.f[0])
        evals, x = self.modes(surfaces, F, warmth)
        H = self.h(evals.to(F).view(-1, 1)).view(*evals.shape, -1)
        G = spectral_features(list(H), x.to(F).split([s.n for s in surfaces]))
        return self.o[1:](on_symmetric(self.o[0], self.pool(G, surfaces), self.stars.k))

    def modes(self, surfaces: Sequence[Surface], F: Float[Tensor, "n c_in"], warmth: Warmth | None = None
              ) -> tuple[Float[Tensor, "b m"], Float[Tensor, "n k m"]]:
        """Eigenvalues and eigenvectors of the learned operators, float64 on the CPU. Eq. 6."""
        return hodge_eigs(surfaces, *self.stars(surfaces, F), self.how, warmth)


def _check(surfaces, F, first):
    n, c = sum(s.n for s in surfaces), first.in_features // 3
    if F.shape != (n, c) or F.dtype != first.weight.dtype:
        raise ValueError(f"{len(surfaces)} surfaces with {n} vertices and a network of {c} features "
                         f"{first.weight.dtype} expect ({n}, {c}); got {tuple(F.shape)} {F.dtype}")
    finite = [bool(torch.isfinite(part).all()) for part in F.split([s.n for s in surfaces])]
    if not all(finite):
        raise ValueError(f"the features of {surfaces[finite.index(False)].name} are not finite everywhere")


def _starts(sizes):
    return [sum(sizes[:i]) for i in range(len(sizes) + 1)]


def _joined(indices, starts):
    return torch.cat([index + start for index, start in zip(indices, starts, strict=False)])
