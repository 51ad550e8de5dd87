"""Diffusion with given times: closed forms, conservation, two schemes that agree, derivatives."""

import math

import pytest
import torch
from small import close, random
from torch.autograd import gradcheck

from workbench.bridge import bundle, operators
from workbench.operators.gradient import vertex_gradient
from workbench.operators.heat import HeatSolver
from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.papers.diffusionnet.derivatives import ImplicitHeat
from workbench.papers.diffusionnet.diffusion import diffusion_kernel, implicit_diffusion, spectral_diffusion
from workbench.shapes import PointCloud, icosphere

#: what rounding leaves of equal results after a few thousand operations, relative to values near 1
ROUNDOFF = {torch.float32: 1e-3, torch.float64: 1e-10}
PRECISIONS = pytest.mark.parametrize("dtype", ROUNDOFF)
DIFFUSIONS = pytest.mark.parametrize("diffuse", [spectral_diffusion, implicit_diffusion])


@DIFFUSIONS
@PRECISIONS
def test_heat_is_conserved(ops, diffuse, dtype):
    here, u = ops.to(dtype=dtype), random(ops.n, 3, dtype=dtype)
    t = torch.tensor([1e-3, 0.1, 10.0], dtype=dtype)
    mass = here.basis.mass
    close(mass @ diffuse(here, u, t), mass @ u, ROUNDOFF[dtype])


def test_spectral_diffusion_decays_an_eigenfunction_by_exp(ops):
    t = torch.full((40,), 0.05, dtype=torch.float64)
    close(spectral_diffusion(ops, ops.basis.evecs, t), ops.basis.evecs * torch.exp(-ops.basis.evals * 0.05))


def test_implicit_diffusion_decays_an_eigenfunction_by_one_step(ops):
    t = torch.full((40,), 0.05, dtype=torch.float64)
    close(implicit_diffusion(ops, ops.basis.evecs, t), ops.basis.evecs / (1 + ops.basis.evals * 0.05), 1e-8)


def test_both_diffusions_agree_to_second_order_in_time(ops):
    u = ops.basis.evecs[:, :10] @ random(10, 1)
    gaps = []
    for time in (1e-3, 5e-4):
        t = torch.tensor([time], dtype=torch.float64)
        gaps.append((spectral_diffusion(ops, u, t) - implicit_diffusion(ops, u, t)).norm().item())
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.1)  # 1 / (1 + x) - exp(-x) = x^2 / 2 + O(x^3)


@PRECISIONS
def test_no_time_changes_nothing_in_the_band(ops, dtype):
    here = ops.to(dtype=dtype)
    u = here.basis.synthesise(random(40, 4, dtype=dtype))
    close(spectral_diffusion(here, u, torch.zeros(4, dtype=dtype)), u, ROUNDOFF[dtype])


@DIFFUSIONS
def test_long_diffusion_leaves_the_mean(ops, diffuse):
    u, mass = random(ops.n, 1), ops.basis.mass
    mean = (mass @ u) / mass.sum()
    close(diffuse(ops, u, torch.tensor([1e9], dtype=torch.float64)), mean.expand(ops.n, 1), 1e-6)


@DIFFUSIONS
def test_each_channel_has_its_own_time(ops, diffuse):
    u, t = random(ops.n, 3), torch.tensor([0.01, 0.1, 0.01], dtype=torch.float64)
    alone = [diffuse(ops, u[:, i:i + 1], t[i:i + 1]) for i in range(3)]
    close(diffuse(ops, u, t), torch.cat(alone, 1))


def test_implicit_diffusion_never_overshoots_on_a_cloud():
    # the robust Laplacian has no negative edge weights, so a step obeys the maximum principle
    cloud = operators(PointCloud(icosphere(2).V), k=4, dtype=torch.float64)
    u = random(cloud.n, 2)
    h = implicit_diffusion(cloud, u, torch.tensor([0.01, 1.0], dtype=torch.float64))
    assert (h.amax(0) <= u.amax(0) + 1e-12).all() and (h.amin(0) >= u.amin(0) - 1e-12).all()


@pytest.mark.parametrize("shape", [icosphere(4), PointCloud(icosphere(4).V)], ids=["mesh", "cloud"])
def test_height_on_the_sphere_decays_by_its_eigenvalue_two(shape):
    sphere, z = operators(shape, k=9, dtype=torch.float64), torch.tensor(icosphere(4).V[:, 2:])
    t = torch.tensor([0.3], dtype=torch.float64)
    close(spectral_diffusion(sphere, z, t), math.exp(-0.6) * z, 0.01)  # edges are 0.07 long: O(h^2)


@DIFFUSIONS
def test_the_kernel_is_one_unit_of_heat_and_symmetric(ops, diffuse):
    one, other = (diffusion_kernel(ops, vertex, 0.05, diffuse) for vertex in (3, 77))
    assert (ops.basis.mass @ one).item() == pytest.approx(1)
    assert one[77].item() == pytest.approx(other[3].item())


def test_a_kernel_of_no_vertex_is_refused(ops):
    with pytest.raises(IndexError, match="162 vertices"):
        diffusion_kernel(ops, 162, 0.1)


@DIFFUSIONS
def test_diffusion_has_the_derivatives_it_says(diffuse):
    small = operators(icosphere(1), k=10, dtype=torch.float64)
    t = torch.tensor([0.02, 0.3, 0.3], dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda u, t: diffuse(small, u, t), (random(small.n, 3, grad=True), t))


def test_implicit_diffusion_without_a_laplacian_is_refused(body, ops):
    bare = bundle(spectrum(laplacian(body), 4), vertex_gradient(body), dtype=torch.float64)
    with pytest.raises(ValueError, match="HeatSolver"):
        implicit_diffusion(bare, random(ops.n, 1), torch.ones(1, dtype=torch.float64))


def test_implicit_heat_has_the_derivatives_it_says():
    heat = laplacian(icosphere(1))
    solver = HeatSolver(heat.L, heat.M)
    t = torch.tensor([0.1, 2.0], dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda u, t: ImplicitHeat.apply(u, t, solver), (random(42, 2, grad=True), t))
