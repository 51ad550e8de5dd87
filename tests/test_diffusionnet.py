"""The whole DiffusionNet: its size, outputs, batches, precision, knobs, and what it refuses."""

import math

import numpy as np
import pytest
import torch
from small import close, network, random
from torch.autograd import gradcheck

from workbench.bridge import batch, operators
from workbench.operators.laplacian import laplacian
from workbench.papers.diffusionnet.method import MLP, DiffusionNet
from workbench.shapes import PointCloud, icosphere, torus

VARIANTS = pytest.mark.parametrize("options", [
    {}, {"rotation": False}, {"gradients": False}, {"diffusion": "implicit"}])


@pytest.fixture(scope="module")
def ring():
    return operators(torus(n=16, m=12), k=30, dtype=torch.float64)


def test_width_32_has_30718_parameters():
    net = DiffusionNet(c_in=16, c_out=30, width=32, blocks=4)
    assert sum(p.numel() for p in net.parameters()) == 30_718  # "30k" in section 5


@pytest.mark.parametrize("at", ["vertices", "edges", "faces", "mean"])
@pytest.mark.parametrize("diffusion", ["spectral", "implicit"])
def test_a_batch_gives_what_its_shapes_give_one_by_one(ops, ring, at, diffusion):
    net = network(at=at, diffusion=diffusion)
    x, y = random(ops.n, 3), random(ring.n, 3)
    close(net(torch.cat([x, y]), batch([ops, ring])), torch.cat([net(x, ops), net(y, ring)]))


def test_a_batch_gives_the_derivatives_of_its_shapes_one_by_one(ops, ring):
    net, x, y = network(), random(ops.n, 3), random(ring.n, 3)
    together = net(torch.cat([x, y]), batch([ops, ring])).square().sum()
    apart = net(x, ops).square().sum() + net(y, ring).square().sum()
    gradients = (torch.autograd.grad(loss, net.parameters()) for loss in (together, apart))
    for a, b in zip(*gradients, strict=True):
        close(a, b, 1e-9)


def test_edges_and_faces_hold_the_mean_of_their_vertices(body, ops):
    x, net = random(ops.n, 3), network()
    y = net(x, ops).detach().numpy()
    for at, corners in (("edges", body.edges), ("faces", body.F)):
        net.output = network(at=at).output
        np.testing.assert_allclose(net(x, ops).detach().numpy(), y[corners].mean(1), atol=1e-14)


def test_the_global_mean_weighs_by_area(body, ops):
    x, net = random(ops.n, 3), network()
    y, mass = net(x, ops), laplacian(body).M
    net.output = network(at="mean").output
    close(net(x, ops), (torch.tensor(mass / mass.sum()) @ y)[None])


def test_single_and_double_precision_agree(ops):
    net, x = network(), random(ops.n, 3)
    double = net(x, ops)
    single = net.float()(x.float(), ops.to(dtype=torch.float32))
    close(single.double(), double, 1e-3 * double.abs().max().item())


def test_the_mesh_and_its_points_look_alike_to_a_network():
    ball = icosphere(4)
    shapes = ball, PointCloud(ball.V, ball.V)
    mesh, cloud = (operators(shape, k=16, dtype=torch.float64) for shape in shapes)
    net, x = network(), torch.tensor(ball.V)
    a, b = net(x, mesh), net(x, cloud)
    assert ((a - b).norm() / a.norm()).item() < 0.05  # two discretisations, edges 0.07 long


def test_looking_without_gradients_does_not_hinder_training(body):
    fresh, net = operators(body, k=8, dtype=torch.float64), network()
    x = random(fresh.n, 3)
    with torch.inference_mode():
        looked = net(x, fresh)
    trained = net(x, fresh)
    trained.sum().backward()
    close(trained, looked.clone(), 0)


def test_an_mlp_is_its_linear_layers_with_relu_between():
    mlp, x = MLP(5, 4, 3).double(), random(7, 5)
    one, two = mlp.layers
    close(mlp(x[:, :2], x[:, 2:]), two(torch.relu(one(x))))


def test_with_everything_dropped_only_residuals_and_biases_remain(ops):
    net, x = network(dropout=0.3), random(ops.n, 3)
    net.set_dropout(1.0)
    remains = net.last(net.first(x) + sum(block.mlp.layers[-1].bias for block in net.blocks))
    close(net.train()(x, ops), remains)
    assert (net.eval()(x, ops) - remains).abs().max() > 1e-2


def test_dropout_may_be_changed_while_training(ops):
    net, x = network().train(), random(ops.n, 3)
    quiet = net(x, ops)
    close(net(x, ops), quiet, 0)
    net.set_dropout(0.5)
    assert (net(x, ops) - quiet).abs().max() > 1e-3
    with pytest.raises(ValueError, match="between 0 and 1"):
        net.set_dropout(1.5)


@VARIANTS
def test_the_whole_network_has_the_derivatives_of_its_parts(options):
    small = operators(icosphere(0), k=6, dtype=torch.float64)
    net, x = network(2, 2, 3, **options), random(12, 2)
    names, values = zip(*net.named_parameters(), strict=True)

    def output(*values):
        return torch.func.functional_call(net, dict(zip(names, values, strict=True)), (x, small))

    assert gradcheck(output, values)


def test_times_are_positive_whatever_the_parameter():
    net = network()
    for block in net.blocks:
        torch.nn.init.normal_(block.diffusion.log_time, std=30)
    assert (net.times() > 0).all() and net.times().shape == (2, 8)


def test_a_set_time_is_that_time_and_no_other_changes():
    net = network()
    before = net.times()
    net.set_time(1, 3, 0.25)
    assert net.times()[1, 3] == pytest.approx(0.25)
    before[1, 3] = net.times()[1, 3]
    np.testing.assert_array_equal(net.times(), before)


def test_a_set_time_goes_on_learning(ops):
    net, x = network(), random(ops.n, 3)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.1)
    net.set_time(0, 0, 0.01)
    net(x, ops).square().sum().backward()
    optimiser.step()
    assert abs(math.log(net.times()[0, 0] / 0.01)) == pytest.approx(0.1, rel=1e-3)  # Adam's first step is lr


def test_a_held_time_returns_even_after_an_error(ops):
    net, x = network(), random(ops.n, 3)
    before, y = net.times(), net(x, ops)
    with pytest.raises(KeyError), net.time_held(0, 2, 5.0):
        assert net.times()[0, 2] == pytest.approx(5.0) and (net(x, ops) - y).abs().max() > 1e-6
        raise KeyError
    np.testing.assert_allclose(net.times(), before, rtol=1e-12)


@pytest.mark.parametrize("t", [0.0, -1.0, math.nan, math.inf])
def test_a_time_that_is_none_is_refused(t):
    with pytest.raises(ValueError, match="positive and finite"):
        network().set_time(0, 0, t)


def test_fixed_times_do_not_learn(ops):
    net = network()
    net.fix_times(0.02)
    net(random(ops.n, 3), ops).sum().backward()
    np.testing.assert_allclose(net.times(), 0.02, rtol=1e-12)
    assert all(block.diffusion.log_time.grad is None for block in net.blocks)


@pytest.mark.parametrize(("x", "words"), [
    (torch.zeros(162, 4, dtype=torch.float64), "3 channels.*got 4"),
    (torch.zeros(160, 3, dtype=torch.float64), r"\(162, c\).*got \(160, 3\)"),
    (torch.zeros(162, 3), "float64.*got.*float32"),
])
def test_inputs_that_do_not_fit_are_refused(ops, x, words):
    with pytest.raises(ValueError, match=words):
        network()(x, ops)


def test_a_network_in_another_precision_is_refused(ops):
    with pytest.raises(ValueError, match="float32.*got 3 channels torch.float64"):
        network().float()(random(ops.n, 3), ops)


@pytest.mark.parametrize("options", [{"diffusion": "explicit"}, {"at": "corners"}])
def test_unknown_words_are_refused_with_the_known_ones(options):
    words = "one of (spectral, implicit, none|vertices, edges, faces, mean); got"
    with pytest.raises(ValueError, match=words):
        network(**options)


def test_faces_of_a_cloud_are_refused():
    cloud = operators(PointCloud(icosphere(2).V), k=4, dtype=torch.float64)
    with pytest.raises(ValueError, match="no faces"):
        network(at="faces")(random(cloud.n, 3), cloud)
