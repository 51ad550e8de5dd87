"""Derivatives of HodgeEigs: exact against differences and dense algebra, truncated against exact."""

import numpy as np
import pytest
import torch

from workbench.operators.exterior import d0
from workbench.operators.modes import Modes, lowest_modes
from workbench.operators.pencil import pencil
from workbench.papers.hodgenet import HodgeNet, Solve, Warmth, hodge_eigs, surface
from workbench.papers.hodgenet.derivatives import star_gradients, truncation_error
from workbench.shapes import Mesh, bumpy_sphere


def square(cells=2):
    """A flat unit square of 2 cells^2 faces, with a boundary and symmetries."""
    t = np.linspace(0, 1, cells + 1)
    x, y = (a.ravel() for a in np.meshgrid(t, t, indexing="ij"))
    i = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    a, b, c, d = i[:-1, :-1].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel(), i[:-1, 1:].ravel()
    F = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return Mesh(np.stack([x, y, 0 * x], 1), F)


def pieces():
    """Two squares that do not touch."""
    one = square(1)
    return Mesh(np.concatenate([one.V, one.V + 3]), np.concatenate([one.F, one.F + 4]))


def blocks(count, k, seed):
    """Random positive definite blocks that ask for gradients."""
    g = torch.randn(count, k, k, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return (g @ g.transpose(1, 2) + 0.3 * torch.eye(k)).requires_grad_()


def loss_of(evals, x):
    """A smooth loss that sees no signs and no bases of eigenspaces: sum e^(-lambda_i / 3) x_vi^T W_v x_vi."""
    n, k = x.shape[:2]
    W = torch.randn(n, k, k, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    weights = torch.exp(-evals[0] / 3)
    return torch.einsum("vkl,vki,vli,i->", W, x, x, weights) + evals.sqrt().sum()


def dense_eigs(mesh, star0, star1, m, null):
    """The same eigenpairs by torch's own dense algebra, for one piece."""
    n, k = star0.shape[:2]
    d = torch.tensor(np.kron(d0(mesh).toarray(), np.eye(k)))
    L, M = d.T @ torch.block_diag(*star1) @ d, torch.block_diag(*star0)
    C = torch.linalg.inv(torch.linalg.cholesky(M))
    evals, psi = torch.linalg.eigh(C @ L @ C.T)
    return evals[None, null:null + m], (C.T @ psi[:, null:null + m]).view(n, k, m)


@pytest.mark.parametrize("mesh, k, m, extra", [(square(), 1, 4, 2), (square(), 2, 5, 3), (pieces(), 2, 5, 2)],
                         ids=["scalar", "blocks", "two pieces"])
def test_the_exact_gradient_passes_gradcheck(mesh, k, m, extra):
    ready = surface(mesh)

    def loss(star0, star1):
        return loss_of(*hodge_eigs([ready], star0, star1, Solve(m, extra, exact=True)))

    stars = blocks(ready.n, k, 0), blocks(ready.e, k, 1)
    # differences over 1e-6 err by 1e-9 from round-off in the eigenpairs
    assert torch.autograd.gradcheck(loss, stars, eps=1e-6, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("extra", [0, 8])
def test_the_exact_gradient_is_that_of_dense_algebra(extra):
    mesh, k, m = bumpy_sphere(level=2), 3, 12              # 486 dimensions: the sparse way
    ready = surface(mesh)
    stars = blocks(ready.n, k, 0), blocks(ready.e, k, 1)
    right = torch.autograd.grad(loss_of(*dense_eigs(mesh, *stars, m, k)), stars)
    found = torch.autograd.grad(loss_of(*hodge_eigs([ready], *stars, Solve(m, extra, exact=True))), stars)
    for mine, theirs in zip(found, right, strict=True):
        theirs = (theirs + theirs.transpose(1, 2)) / 2
        # residuals of 1e-9 over gaps near 1e-2
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-6 * theirs.abs().max().item())


@pytest.mark.parametrize("mesh", [square(), pieces()], ids=["one piece", "two pieces"])
def test_the_truncated_sum_is_exact_with_all_pairs(mesh):
    ready = surface(mesh)
    stars = blocks(ready.n, 2, 0), blocks(ready.e, 2, 1)
    everything = 2 * ready.n - 2 * ready.pattern.parts
    both = [torch.autograd.grad(loss_of(*hodge_eigs([ready], *stars, how)), stars)
            for how in (Solve(5, everything - 5), Solve(5, 2, exact=True))]
    for mine, theirs in zip(*both, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-9 * theirs.abs().max().item())


def test_the_truncated_gradient_comes_closer_with_every_extra_pair():
    ready = surface(bumpy_sphere(level=1))
    star0, star1 = (block.detach().numpy() for block in (blocks(ready.n, 2, 0), blocks(ready.e, 2, 1)))
    modes = lowest_modes(pencil(ready.pattern, star0, star1), 80)
    d_x = np.random.default_rng(0).standard_normal((ready.n, 2, 8))
    errors = truncation_error(modes, 8, d_x, [0, 8, 24, 48, 72])
    assert (np.diff(errors) < 0).all()
    assert errors[0] > 0.05, "without extra pairs the paper's gradient is visibly wrong"


def test_the_truncated_gradient_still_descends():
    ready = surface(bumpy_sphere(level=2))
    stars = blocks(ready.n, 3, 0), blocks(ready.e, 3, 1)
    slopes = [torch.autograd.grad(loss_of(*hodge_eigs([ready], *stars, how)), stars)
              for how in (Solve(12, 12), Solve(12, 12, exact=True))]
    a, b = (torch.cat([part.ravel() for part in slope]) for slope in slopes)
    assert torch.cosine_similarity(a, b, dim=0) > 0.5


def test_signs_and_bases_of_eigenspaces_do_not_change_gradients():
    ready = surface(bumpy_sphere(level=1))
    star0 = np.tile(np.eye(2), (ready.n, 1, 1))
    weights = np.random.default_rng(0).uniform(0.5, 2, (ready.e, 1, 1))
    modes = lowest_modes(pencil(ready.pattern, star0, weights * np.eye(2)), 12)     # every eigenvalue twice
    assert np.abs(np.diff(modes.evals)[::2]).max() < 1e-12
    turned = modes.psi.copy()
    c, s = np.cos(0.7), np.sin(0.7)
    turned[:, 4:6] = turned[:, 4:6] @ np.array([[c, -s], [s, c]])
    W = np.random.default_rng(1).standard_normal((ready.n, 2, 2))
    found = []
    for psi in (modes.psi, turned):
        other = Modes(modes.pencil, modes.evals, psi, None, 0.0, 0, 0.0)
        x = modes.pencil.original(psi)[:, :, :8]
        d_x = (W + W.transpose(0, 2, 1)) @ x                # of sum_i tr(W x_i x_i^T): only the space counts
        found.append(star_gradients(other, np.zeros(8), d_x, True))
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12])
def test_nearly_equal_eigenvalues_do_not_blow_up(gap):
    ready = surface(bumpy_sphere(level=1))
    weights = np.random.default_rng(0).uniform(0.5, 2, (ready.e, 1, 1))
    twin = weights * np.diag([1.0, 1.0 + gap])               # every eigenvalue nearly twice
    stars = [torch.tensor(np.tile(np.eye(2), (ready.n, 1, 1)), requires_grad=True),
             torch.tensor(twin, requires_grad=True)]
    W = torch.tensor(np.random.default_rng(1).standard_normal((ready.n, 2, 2)))
    _, x = hodge_eigs([ready], *stars, Solve(8, 8, exact=True))
    slopes = torch.autograd.grad(torch.einsum("vkl,vki,vli->", W, x, x), stars)
    apart = torch.tensor(weights * np.diag([1.0, 1.0 + 1e-4]), requires_grad=True)
    _, x = hodge_eigs([ready], stars[0], apart, Solve(8, 8, exact=True))
    (right,) = torch.autograd.grad(torch.einsum("vkl,vki,vli->", W, x, x), apart)
    # the space of the eight lowest moves smoothly, so do its derivatives: by about the gap
    torch.testing.assert_close(slopes[1], right, rtol=0, atol=5e-3 * right.abs().max().item())


def test_gradients_reach_every_weight_of_the_network():
    torch.manual_seed(0)
    ready = surface(square(4))
    net = HodgeNet(3, 2, k=2, m=8, extra=8, n=4, width=8, head=8, boundary=True).double()
    F = torch.tensor(ready.mesh.V + 0.1 * np.random.default_rng(0).standard_normal((ready.n, 3)))
    net([ready], F).square().sum().backward()
    assert all(torch.isfinite(weights.grad).all() for weights in net.parameters())
    assert all(part[-1].weight.grad.abs().max() > 0 for part in (net.stars.f, net.stars.g, net.stars.g_bar))


def test_the_network_descends_along_its_gradient():
    torch.manual_seed(0)
    ready = surface(square(4))
    net = HodgeNet(3, 2, k=2, m=8, extra=8, n=4, width=8, head=8, boundary=True, exact=True).double().eval()
    F = torch.tensor(ready.mesh.V + 0.1 * np.random.default_rng(0).standard_normal((ready.n, 3)))
    weights = net.stars.g[0].weight

    def value():
        return net([ready], F).square().mean()

    (slope,) = torch.autograd.grad(value(), weights)
    direction, step = torch.randn_like(slope), 1e-5
    with torch.no_grad():
        weights += step * direction
        high = value()
        weights -= 2 * step * direction
        low = value()
    # second differences over 1e-5 err by 1e-10, and round-off by 1e-11 / 1e-5
    torch.testing.assert_close((high - low) / (2 * step), (slope * direction).sum(), rtol=1e-5, atol=1e-8)


def test_float32_networks_get_gradients_of_float64_eigenpairs():
    torch.manual_seed(0)
    ready = surface(square(4))
    net = HodgeNet(3, 2, k=2, m=8, extra=8, n=4, width=8, head=8, boundary=True).eval()
    F = torch.tensor(ready.mesh.V, dtype=torch.float32)
    evals, x = net.modes([ready], F)
    assert evals.dtype == x.dtype == torch.float64
    net([ready], F).sum().backward()
    assert net.stars.f[0].weight.grad.dtype == torch.float32


def test_warmth_is_used_and_changes_nothing():
    ready = surface(bumpy_sphere(level=3))
    stars = blocks(ready.n, 1, 0), blocks(ready.e, 1, 1)
    warmth, how = Warmth(), Solve(16, 16)
    hodge_eigs([ready], *stars, how, warmth)
    nearer = [(1.001 * star).detach().requires_grad_() for star in stars]
    warm = hodge_eigs([ready], *nearer, how, warmth)
    cold = hodge_eigs([ready], *nearer, how)
    assert [began_warm for _, began_warm in warmth.sizes] == [False, True]
    assert warmth.sizes[1][0] < warmth.sizes[0][0]
    torch.testing.assert_close(warm[0], cold[0], rtol=1e-8, atol=0)
