"""ZoomOut and the maps it goes through: exact submatrices, fixed points, known maps found again."""

import pytest
import torch
from small import close, random

from workbench.bridge import Basis
from workbench.papers.fmaps.maps import HardMap21, MapError, MapWarning, soft_map21
from workbench.papers.fmaps.method import commutativity, consistency, functional_map21, lowest, orthogonality
from workbench.papers.fmaps.zoomout import (
    differentiable_zoomout,
    farthest_points,
    hard_map21,
    sampled_zoomout,
    soft_map_of,
    zoomout,
    zoomout_steps,
)


@pytest.fixture
def renumbered(ops):
    """A basis, the same with vertices renumbered and signs turned, and the map T21 between them."""
    basis, T21 = ops.basis, torch.randperm(ops.n)
    signs = 1.0 - 2.0 * (random(len(basis.evals)) > 0)
    return basis, Basis(basis.evals, basis.evecs[T21] * signs, basis.mass[T21]), T21


def truth(renumbered, K):
    basis1, basis2, T21 = renumbered
    return functional_map21(HardMap21(T21, len(T21)), lowest(basis1, K), lowest(basis2, K))


def test_a_smaller_basis_gives_the_principal_submatrix(ops):
    P21 = soft_map21(random(ops.n, 3), random(ops.n, 3), 0.3, "streamed")
    whole = functional_map21(P21, ops.basis, ops.basis)
    part = functional_map21(P21, lowest(ops.basis, 9), lowest(ops.basis, 14))
    close(part, whole[:14, :9], 1e-13)  # the same sums, perhaps in another order


def test_a_shape_and_itself_are_a_fixed_point(ops):
    start = torch.eye(10, dtype=torch.float64)
    for P21, C21 in zoomout_steps(start, ops.basis, ops.basis, steps=3, step=10):
        assert torch.equal(P21.T21, torch.arange(ops.n))
        close(C21, torch.eye(len(C21), dtype=torch.float64), 1e-9)


def test_zoomout_finds_a_renumbering_from_a_rough_start(renumbered):
    rough = truth(renumbered, 8) + 0.1 * random(8, 8)
    C21 = zoomout(rough, *renumbered[:2], steps=16, step=2)
    assert torch.equal(hard_map21(C21, *renumbered[:2]).T21, renumbered[2])
    close(C21, truth(renumbered, 40), 1e-9)


def test_the_soft_way_finds_it_too(renumbered):
    rough = truth(renumbered, 8) + 0.1 * random(8, 8)
    C21 = differentiable_zoomout(rough, *renumbered[:2], steps=16, step=2, sigma=1e-2)
    close(C21, truth(renumbered, 40), 1e-6)


def test_samples_that_correspond_are_enough(renumbered):
    basis1, basis2, T21 = renumbered
    samples2 = farthest_points(basis2.evecs[:, 1:6], 80)
    C21 = sampled_zoomout(truth(renumbered, 8), basis1, basis2, T21[samples2], samples2, steps=4, step=8)
    assert torch.equal(hard_map21(C21, basis1, basis2).T21, T21)


def test_differentiable_zoomout_has_derivatives(ops):
    start = (torch.eye(4, dtype=torch.float64) + 0.05 * random(4, 4)).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda C21: differentiable_zoomout(C21, ops.basis, ops.basis, 2, 2, sigma=0.8, route="streamed"),
        (start,), atol=1e-6)


def test_a_soft_map_made_of_a_functional_one_gives_it_back(ops):
    C21 = torch.eye(30, dtype=torch.float64)
    P21 = soft_map_of(C21, ops.basis, ops.basis, sigma=1e-2)
    close(functional_map21(P21, lowest(ops.basis, 30), lowest(ops.basis, 30)), C21, 1e-8)


def test_losses_vanish_where_they_should_and_nowhere_else(renumbered):
    C21 = truth(renumbered, 20)
    evals = renumbered[0].evals[:20]
    close(orthogonality(C21), torch.zeros((), dtype=torch.float64), 1e-16)
    close(commutativity(C21, evals, evals), torch.zeros((), dtype=torch.float64), 1e-16)
    close(consistency(C21[:8, :8], C21), torch.zeros((), dtype=torch.float64), 1e-16)
    wrong = C21 + 0.1
    assert orthogonality(wrong) > 0.1 and commutativity(wrong, evals, evals) > 0.1
    assert consistency(wrong, C21) == pytest.approx(0.01 * 400)


def test_farthest_points_are_told_apart_and_start_where_asked():
    X = torch.tensor([[0.0], [1.0], [9.0], [10.0]])
    assert farthest_points(X, 3).tolist() == [0, 3, 1]
    assert len(farthest_points(X, 99)) == 4


@pytest.mark.parametrize("wrong, words", [
    (lambda ops: zoomout(torch.eye(10).double(), ops.basis, ops.basis, 4, 10), "size 50 .* 40 eigenpairs"),
    (lambda ops: zoomout(torch.full((4, 4), torch.nan).double(), ops.basis, ops.basis, 1, 1), "not finite"),
    (lambda ops: zoomout(torch.eye(4).double(), ops.basis, ops.basis, 0, 1), "at least one"),
    (lambda ops: lowest(ops.basis, 41), "this basis has 40"),
    (lambda ops: functional_map21(HardMap21(torch.arange(3), 9), ops.basis, ops.basis), r"\(3, 9\)"),
    (lambda ops: sampled_zoomout(torch.eye(4).double(), ops.basis, ops.basis, torch.arange(9),
                                 torch.arange(9), 2, 5), "at least 14 samples"),
])
def test_maps_and_bases_that_do_not_fit_are_named(ops, wrong, words):
    with pytest.raises(MapError, match=words):
        wrong(ops)


def test_shapes_of_other_scales_are_spoken_of(ops):
    twice = Basis(ops.basis.evals / 4, ops.basis.evecs / 2, ops.basis.mass * 4)
    with pytest.warns(MapWarning, match="area one"):
        zoomout(torch.eye(4, dtype=torch.float64), ops.basis, twice, 1, 1)
