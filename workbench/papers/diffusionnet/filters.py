"""Looking inside: what channels hear of a point (Fig. 4), which signals a block likes best (Fig. 6)."""

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.spatial import Delaunay
from torch import Tensor

from workbench.bridge import Operators, operators
from workbench.papers.diffusionnet.method import Block, DiffusionNet
from workbench.shapes import Mesh

#: of the flat disc that filters are shown on: radius (the network's bodies have radius 1), rings, eigenpairs
RADIUS, RINGS, PAIRS = 0.6, 16, 128


def channel_kernels(net: DiffusionNet, ops: Operators, block: int, vertex: int) -> Float[Tensor, "n c"]:
    """Column c: one unit of heat from `vertex`, spread as channel c of a block (counted from 0) spreads it.

    Phi exp(-lambda t_c) Phi[vertex]^T, all channels at once; each column has the total 1.
    """
    basis, times = ops.basis, net.blocks[block].diffusion.log_time.detach().exp()
    return basis.synthesise(torch.exp(-basis.evals[:, None] * times) * basis.evecs[vertex][:, None])


def typical_channels(net: DiffusionNet, shares=(0.0, 0.5, 1.0)) -> Int[np.ndarray, "b s"]:
    """For every block the channels at these shares of its sorted times: the nearest, middle and farthest."""
    order = net.times().argsort(axis=1)
    places = np.round(np.array(shares) * (order.shape[1] - 1)).astype(int)
    return order[:, places]


def disc(radius: float = RADIUS, rings: int = RINGS) -> Mesh:
    """A flat disc with vertex 0 in the middle and 6 j vertices on ring j, at the radius j / rings."""
    points = [np.zeros((1, 3))]
    for j in range(1, rings + 1):
        angles = 2 * np.pi * np.arange(6 * j) / (6 * j)
        points.append(radius * j / rings * np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1))
    V = np.concatenate(points)
    F = Delaunay(V[:, :2]).simplices.astype(np.int64)
    a, b, c = (V[F[:, corner], :2] for corner in range(3))
    turned = np.cross(np.pad(b - a, ((0, 0), (0, 1))), np.pad(c - a, ((0, 0), (0, 1))))[:, 2] < 0
    F[turned] = F[turned][:, ::-1]
    return Mesh(V, F)


def favourite(block: Block, ops: Operators, channel: int, steps: int = 60, pull: float = 0.3,
              seed: int = 0) -> Float[Tensor, "n c"]:
    """The signal x (n, c) of norm 1 that makes a block's perceptron say most in one channel at vertex 0.

    x = Phi c with |c| = 1 stays within what the eigenfunctions can say. At a maximum c points along the
    gradient of the answer, so each step moves c towards it by the share `pull`. What the random start brought
    and the answer does not need fades.
    """
    basis, width = ops.basis, block.diffusion.log_time.shape[0]
    c = torch.randn(len(basis.evals), width, generator=torch.Generator().manual_seed(seed))
    c = (c / c.norm()).to(basis.evecs)
    for _ in range(steps):
        c.requires_grad_()
        x = basis.synthesise(c)
        answer = (block(x, ops) - x)[0, channel]
        slope, = torch.autograd.grad(answer, c)
        c = c.detach() * (1 - pull) + pull * slope / slope.norm().clamp(min=1e-30)
        c = c / c.norm()
    return basis.synthesise(c)


def directed(mesh: Mesh, mass: Float[np.ndarray, " n"], x: Float[np.ndarray, "n c"]) -> float:
    """The share of a signal's energy on a disc that its means on rings do not tell: 0 if it is radial."""
    ring = np.round(np.linalg.norm(mesh.V, axis=1) / np.linalg.norm(mesh.V, axis=1).max() * 1e4).astype(int)
    _, ring = np.unique(ring, return_inverse=True)
    total = np.bincount(ring, mass)[:, None]
    means = np.stack([np.bincount(ring, mass * column) for column in x.T], axis=1) / total
    return float(1 - (total * means**2).sum() / (mass[:, None] * x**2).sum())


def favourites(nets: dict[str, DiffusionNet], block: int = 0, channel: int = 0, shown: int = 3):
    """Fig. 6: name -> (strongest channels of the favourite signal (n, shown), how directed it is).

    Also the disc. nets: such as one with and one without gradient features.
    """
    mesh = disc()
    ops, found = operators(mesh, k=PAIRS), {}
    mass = ops.basis.mass.double().numpy()
    for name, net in nets.items():
        x = favourite(net.blocks[block], ops, channel).double().numpy()
        energy = mass @ x**2
        found[name] = x[:, np.argsort(-energy)[:shown]], directed(mesh, mass, x)
    return mesh, found
