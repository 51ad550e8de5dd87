"""PDO-eS2CNN: layers commute with rotations once frames are carried, and do not when they are not."""

import numpy as np
import pytest
import torch
from scipy.spatial import KDTree
from torch import nn

from workbench.operators.equivariance import equivariance_error, invariance_error, log_slope
from workbench.operators.harmonics import random_signal
from workbench.operators.spherical import SphereError
from workbench.papers.pdo_sphere.method import (
    Classifier,
    GroupLayer,
    Lift,
    Segmenter,
    Trunk,
    coarser,
    finer,
    over_sphere,
    over_turns,
)
from workbench.papers.pdo_sphere.spheres import gauged_spheres, spheres
from workbench.shapes import MeshError
from workbench.shapes.icosahedral import grid, symmetries

LEVELS = (2, 3, 4)


def linear(transport=True, reach_level=None, first_order=False, N=6):
    """A lift and a group layer without ReLU, averaged over turns, as the meter wants them."""
    torch.manual_seed(0)
    lift, layer = Lift(1, 4).double(), GroupLayer(4, 4, N).double()
    if first_order:
        lift.weight.data[3:] = 0
        layer.weight.data[:, 3:] = 0

    def network(level, turns):
        (on,) = spheres(level, turns, 1, transport=transport, width=1, reach_level=reach_level,
                        dtype=torch.float64)

        def answer(s):
            with torch.no_grad():
                h = on.kept(layer(on.kept(lift(torch.tensor(s)[:, None], on)), on))
            return over_turns(h)[:, 0].numpy()

        return answer

    return network


def errors(network, levels=LEVELS, N=6):
    return np.array([equivariance_error(network, level, N, rotations=2, degree=3).mean() for level in levels])


def slope(values, levels=LEVELS):
    return log_slope(np.array([grid(level).spacing for level in levels]), values).p


def test_equivariance_error_falls_with_the_level_as_the_stencil_promises():
    """In units of the ring: h^2 times a second derivative's O(h), h times a first one's O(h^2)."""
    assert 2.6 < slope(errors(linear())) < 3.8


def test_in_fixed_units_first_order_layers_converge_with_transport_and_do_not_without():
    """D(D s) differentiates an error of O(h^2) that is rough at the scale of h: O(h) is left."""
    levels = (2, 3, 4, 5)
    carried = errors(linear(reach_level=2, first_order=True), levels)
    stored = errors(linear(False, reach_level=2, first_order=True), levels)
    assert slope(carried, levels) > 0.9
    assert slope(stored, levels) < 0.3 and stored[-1] > 5 * carried[-1]


def test_without_transport_the_error_is_many_times_larger():
    assert (errors(linear(False)) > 3 * errors(linear())).all()


def test_the_lift_alone_needs_no_transport():
    lift = Lift(1, 3)
    x = torch.randn(grid(2).n, 1, 1)
    (carried,), (stored,) = spheres(2, 5, 1), spheres(2, 5, 1, transport=False)
    assert torch.equal(lift(x, carried), lift(x, stored))


def test_a_turn_of_the_frame_rolls_the_orientation_axis():
    """The operator of turn k is that of turn 0 in a frame turned by 2 pi k / N; here a quarter."""
    (on,) = spheres(2, 4, 1, fine=4, width=1, dtype=torch.float64)
    lift = Lift(1, 1).double()
    lift.weight.data[:] = torch.tensor([0, 1.0, 0, 0, 0, 0])[:, None, None]   # u
    rows = on.lift(torch.randn(on.grid.n, 1, 1, 1, dtype=torch.float64))
    again = lift(torch.zeros(on.grid.n, 1, 1, dtype=torch.float64), on)
    assert again.shape == (on.grid.n, 4, 1, 1)
    u = torch.einsum("kab,nbxy->nkaxy", on.turned, rows)[:, :, 1]
    assert torch.allclose(u[:, 1], rows[:, 2]) and torch.allclose(u[:, 2], -rows[:, 1])


def test_the_gradient_of_a_carried_gather_is_its_transpose():
    on = spheres(1, 3, 2, dtype=torch.float64)
    h = torch.randn(grid(1).n, 3, 1, 2, dtype=torch.float64, requires_grad=True)
    for carry in (on[0].middle, on[0].down):
        assert torch.autograd.gradcheck(carry, (h,), fast_mode=True)


def test_constants_pass_pooling_and_unpooling_unchanged():
    on = spheres(2, 5, 2)
    h = torch.ones(grid(2).n, 5, 1, 2)
    assert torch.allclose(coarser(h, on[0]), torch.ones(grid(1).n, 5, 1, 2), atol=1e-5)
    assert torch.allclose(finer(coarser(h, on[0]), on[0]), h, atol=1e-5)
    assert torch.allclose(over_sphere(over_turns(h), on[0]), torch.ones(1, 2), atol=1e-5)


def test_a_resampled_layer_is_the_same_integral_over_turns():
    """For features that do not depend on the turn both are the mean weight; N = 5 to 9 loses nothing."""
    layer = GroupLayer(2, 3, 5)
    again = layer.resampled(9)
    assert torch.allclose(layer.weight.sum(0), again.weight.sum(0), atol=1e-6)
    assert torch.allclose(again.resampled(5).weight, layer.weight, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_networks_answer_in_the_precision_they_are_asked_in(dtype):
    on = spheres(2, 4, 2, dtype=dtype)
    x = torch.randn(3, grid(2).n, 2, dtype=dtype)
    said = Classifier(2, [3, 4], [True, False], 4, 5).to(dtype)(x, on)
    named = Segmenter(2, [3, 4], 4, 5).to(dtype)(x, on)
    assert said.shape == (3, 5) and said.dtype == dtype
    assert named.shape == (3, grid(2).n, 5) and named.dtype == dtype


def test_one_precision_agrees_with_the_other():
    torch.manual_seed(0)
    net, x = Classifier(1, [4, 4], [True, False], 4, 3).eval(), torch.randn(2, grid(2).n, 1)
    single = net(x, spheres(2, 4, 2))
    double = net.double()(x.double(), spheres(2, 4, 2, dtype=torch.float64))
    assert torch.allclose(single.double(), double, atol=1e-4)   # float32 has seven digits, sums of hundreds


def test_every_orientation_is_treated_alike_by_the_activation():
    """Rolling K turns before it is rolling N turns after it, by the same angle."""
    net, (on,) = Trunk(1, [3], [False], 4).train(), spheres(1, 4, 1, fine=12)
    h = torch.randn(grid(1).n, 12, 2, 3)
    act = net.activations[0]
    assert torch.allclose(act(h, on).roll(1, 1), act(h.roll(3, 1), on), atol=1e-6)


def after_symmetries(net, **how):
    """How much a network's answer changes by five rotations that take the grid onto itself, frames aside."""
    on, X = spheres(2, 5, 1, dtype=torch.float64, **how), grid(2).V
    signal = random_signal(6, seed=1)

    def answer(s):
        with torch.no_grad():
            return over_turns(net(torch.tensor(s)[None], on))[:, 0].numpy()

    def changed(R):
        back = np.argsort(KDTree(X).query(X @ R)[1])
        return invariance_error(answer, signal(X), signal.turned(R)(X), lambda h: h[back])

    return np.array([changed(R) for R in symmetries()[[7, 19, 31, 43, 55]]])


def test_linear_layers_commute_exactly_with_the_symmetries_of_the_grid():
    """Only frames differ then; the product of an operator and features has frequencies below K / 2."""
    torch.manual_seed(0)
    lift, layer = Lift(1, 4).double(), GroupLayer(4, 4, 5).double()

    def net(x, spheres):
        (on,) = spheres
        return on.kept(layer(on.kept(lift(x.transpose(0, 1), on)), on))

    assert after_symmetries(net).max() < 1e-10   # round-off
    assert after_symmetries(net, transport=False).min() > 0.1


def test_relu_at_more_turns_than_are_kept_depends_less_on_frames():
    """Its corners' frequencies, 1 / f^2 of them, are mistaken for low ones only from K - N / 2 on."""
    torch.manual_seed(0)
    trunk = Trunk(1, [6, 6, 6], [False] * 3, 5).double()

    def net(x, spheres):
        return trunk(x, spheres)[0]

    at_n, at_2n, at_4n = (after_symmetries(net, fine=K).mean() for K in (5, 10, 20))
    assert at_2n < at_n / 3 and at_4n < at_2n / 2


def test_bad_input_is_named():
    on, net = spheres(2, 4, 2), Classifier(1, [3, 4], [True, False], 4, 5)
    with pytest.raises(SphereError, match=r"level 2 have shape \(B, 162, c\)"):
        net(torch.zeros(1, 42, 1), on)
    with pytest.raises(SphereError, match="finite"):
        net(torch.full((1, 162, 1), torch.nan), on)
    with pytest.raises(SphereError, match="float32"):
        net(torch.zeros(1, 162, 1, dtype=torch.float64), on)
    with pytest.raises(SphereError, match="at least 3, got 2"):
        spheres(2, 2)
    with pytest.raises(SphereError, match="depth of 5"):
        spheres(2, 4, 5)
    with pytest.raises(MeshError):
        spheres(11, 4)
    with pytest.raises(SphereError, match="as many"):
        net(torch.zeros(1, 162, 1), spheres(2, 5, 2))


def test_a_twin_has_no_orientations():
    net = nn.ModuleList([Lift(1, 3), GroupLayer(3, 2, 1)])
    (on,) = gauged_spheres(1, 1)
    assert net[1](net[0](torch.randn(grid(1).n, 2, 1), on), on).shape == (grid(1).n, 1, 2, 2)
