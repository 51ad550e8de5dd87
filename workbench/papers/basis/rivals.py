"""The rivals of section 3, with the network and the settings of BASiS: Diffusion Net, SpectralNet 1 and 2."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.sparse import csr_array
from torch import Tensor, nn

from workbench.operators.graph_affinity import dense_affinity
from workbench.papers.basis.method import Graph, SpectralNet, embedding
from workbench.quantities import Snapshot
from workbench.training import Knobs, descend


class Draws:
    """Batches without anchors: m points and the weights W between them, in the network's kind of numbers."""

    def __init__(self, X: Float[np.ndarray, "n d"], graph: Graph, m: int, seed: int, weight: Tensor):
        self.X, self.graph, self.m, self.weight = X, graph, m, weight
        self.draw = np.random.default_rng(seed)

    def points(self) -> Float[np.ndarray, "m d"]:
        return self.X[self.draw.choice(len(self.X), self.m, replace=False)]

    def __call__(self) -> tuple[Float[Tensor, "m d"], Float[Tensor, "m m"]]:
        X = self.points()
        W = dense_affinity(X, self.graph.neighbours, self.graph.scale, self.graph.width)
        return self.tensor(X), self.tensor(W)

    def tensor(self, array) -> Tensor:
        return torch.as_tensor(array, dtype=self.weight.dtype, device=self.weight.device)


def unit_laplacian(W: Float[Tensor, "m m"]) -> Float[Tensor, "m m"]:
    """L_N = I - D^-1/2 W D^-1/2 of a batch. Eq. 4."""
    root = W.sum(dim=1).rsqrt()
    return torch.eye(len(W), dtype=W.dtype, device=W.device) - root[:, None] * W * root


def diffusion_loss(
    net: SpectralNet, X: Float[Tensor, "m d"], phi: Float[Tensor, "m K"], N: Float[Tensor, "m m"],
    gamma: Float[Tensor, " K"], mu: float = 1e-8, eta: float = 100.0,
) -> Float[Tensor, ""]:
    """1/2m sum |f(x_i) - phi_i|^2 + mu/2 sum |theta_l|_F^2 + eta/2m sum_j |(N - gamma_j I) o_j|^2. Eq. 7.

    N is the matrix whose eigenvectors phi are, with eigenvalues gamma: the paper writes P; for L_N it is
    I - L_N, which is similar to P. theta_l are the weights of all layers but the last; o_j column j of f(X).
    """
    y = net(X)
    layers = [layer.weight for layer in net if isinstance(layer, nn.Linear)][:-1]
    fit = ((y - phi) ** 2).sum() / (2 * len(X))
    smooth = ((N @ y - y * gamma) ** 2).sum() * eta / (2 * len(X))
    return fit + smooth + mu / 2 * sum((theta**2).sum() for theta in layers)


def train_diffusion_net(net: SpectralNet, X: Float[np.ndarray, "n d"], graph: Graph, m: int, steps: int,
                        lr: float, seed: int) -> Iterator[Snapshot]:
    """Diffusion Net's encoder: one batch, drawn once, whose embedding it learns. Eq. 7, section 7.3.3.

    For graph.of "L_N" only: raises ValueError.
    """
    if graph.of != "L_N":
        raise ValueError(f"Diffusion Net here learns eigenvectors of L_N; got {graph.of!r}")
    draws = Draws(X, graph, m, seed, next(net.parameters()))
    few = draws.points()
    found = embedding(few, graph)
    W = draws.tensor(dense_affinity(few, graph.neighbours, graph.scale, graph.width))
    N = torch.eye(m, dtype=W.dtype, device=W.device) - unit_laplacian(W)
    x, phi, gamma = (draws.tensor(array) for array in (few, found.evecs, 1 - found.evals))

    def objective(step):
        return diffusion_loss(net, x, phi, N, gamma)

    yield from descend(net.parameters(), objective, steps, Knobs(lr=lr))


class OrthogonalNet(nn.Module):
    """SpectralNet1: a network and a last linear layer that makes its columns orthonormal on one batch."""

    def __init__(self, d: int, K: int, widths: tuple[int, ...] = (256, 512, 512, 256)):
        super().__init__()
        self.body = SpectralNet(d, K, widths)
        self.register_buffer("last", torch.eye(K))

    def settle(self, X: Float[Tensor, "m d"]) -> None:
        """Set the last layer to R^-1, body(X) = Q R with Q^T Q = m I, by the Cholesky factor of Y^T Y / m."""
        with torch.no_grad():
            Y = self.body(X).double()
            C = Y.T @ Y / len(Y)
            ridge = 1e-7 * C.trace() / len(C) * torch.eye(len(C), dtype=C.dtype, device=C.device)
            self.last = torch.linalg.inv(torch.linalg.cholesky(C + ridge)).T.to(self.last)

    def forward(self, x: Float[Tensor, "m d"]) -> Float[Tensor, "m K"]:
        return self.body(x) @ self.last


def ratio_cut(Y: Float[Tensor, "m K"], W: Float[Tensor, "m m"]) -> Float[Tensor, ""]:
    """1/m^2 sum_ij W_ij |y_i / sqrt(d_i) - y_j / sqrt(d_j)|^2 = 2/m^2 tr(Y^T L_N Y). Eq. 8, for L_N."""
    return 2 / len(Y) ** 2 * (Y * (unit_laplacian(W) @ Y)).sum()


def train_spectralnet1(net: OrthogonalNet, X: Float[np.ndarray, "n d"], graph: Graph, m: int, steps: int,
                       lr: float, seed: int) -> Iterator[Snapshot]:
    """Each step: a batch settles the last layer, another one takes the gradient of Eq. 8 through the rest."""
    draws = Draws(X, graph, m, seed, next(net.parameters()))

    def objective(step):
        net.settle(draws.tensor(draws.points()))
        x, W = draws()
        return ratio_cut(net(x), W)

    yield from descend(net.parameters(), objective, steps, Knobs(lr=lr))
    net.settle(draws.tensor(draws.points()))


def pencil_loss(Y: Float[Tensor, "m K"], W: Float[Tensor, "m m"]) -> Float[Tensor, ""]:
    """1/m^2 tr(-2 Y^T W Y + 1/m^2 Y^T D Y Y^T D Y). Eq. 9."""
    m, D = len(Y), W.sum(dim=1)
    B = Y.T @ (D[:, None] * Y)
    return (-2 * (Y * (W @ Y)).sum() + (B**2).sum() / m**2) / m**2


def train_spectralnet2(net: SpectralNet, X: Float[np.ndarray, "n d"], graph: Graph, m: int, steps: int,
                       lr: float, seed: int) -> Iterator[Snapshot]:
    """Adam on Eq. 9; afterwards refined(...) turns the network's output into eigenvectors."""
    draws = Draws(X, graph, m, seed, next(net.parameters()))

    def objective(step):
        x, W = draws()
        return pencil_loss(net(x), W)

    yield from descend(net.parameters(), objective, steps, Knobs(lr=lr))


def refined(Y: Float[np.ndarray, "n K"], W: csr_array) -> Float[np.ndarray, "n K"]:
    """D^1/2 Y O with Y^T W Y O = Y^T D Y O Lambda, largest Lambda first: near eigenvectors of L_N. Eq. 10.

    Columns have mean square one. It needs the graph of all rows. Raises ValueError where the columns of Y
    depend on each other.
    """
    root = np.sqrt(W.sum(axis=1))[:, None]
    Q, R = np.linalg.qr(root * Y)
    size = np.abs(np.diag(R))
    if size.min() < 1e-12 * size.max():
        raise ValueError(f"the {Y.shape[1]} columns of the output depend on each other: nothing to refine")
    evals, turn = eigh(Q.T @ ((W @ (Q / root)) / root))
    return Q @ turn[:, np.argsort(-evals)] * np.sqrt(len(Y))
