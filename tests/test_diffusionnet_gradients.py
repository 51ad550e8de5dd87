"""Gradient features against the complex formula, and what frames, motions and mirrors do to the network."""

import numpy as np
import pytest
import torch
from small import close, network, random
from torch.autograd import gradcheck

from workbench.bridge import bundle, operators
from workbench.operators.gradient import tangent_frames, vertex_gradient
from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.papers.diffusionnet.derivatives import AffineOfParts, PairProducts
from workbench.papers.diffusionnet.method import (
    RotatedGradientFeatures,
    ScaledGradientFeatures,
    spatial_gradient,
)
from workbench.shapes import Mesh, icosphere

FEATURES = pytest.mark.parametrize("features", [RotatedGradientFeatures, ScaledGradientFeatures])


def test_the_gradient_of_height_on_the_sphere_has_length_sine():
    ball = icosphere(4)
    z = torch.tensor(ball.V[:, 2:])
    w = spatial_gradient(operators(ball, k=9, dtype=torch.float64), z)
    close((w ** 2).sum(1), 1 - z ** 2, 0.02)  # edges are 0.07 long


@FEATURES
def test_gradient_features_are_the_complex_formula(body, ops, features):
    layer, u = features(6).double(), random(ops.n, 6)
    A = layer.A if features is ScaledGradientFeatures else torch.complex(layer.A_re, layer.A_im)
    w = vertex_gradient(body) @ u.numpy()
    expected = np.tanh(np.real(np.conj(w) * (w @ A.detach().numpy().T)))
    close(layer(u, ops), torch.tensor(expected))


def reframed(mesh, frames):
    heat = laplacian(mesh)
    return bundle(spectrum(heat, 40), vertex_gradient(mesh, frames), dtype=torch.float64)


@pytest.mark.parametrize("rotation", [True, False])
def test_the_network_does_not_see_tangent_frames(body, ops, rotation):
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, (ops.n, 1))
    e1, e2 = tangent_frames(body.vertex_normals).transpose(1, 0, 2)
    turned = np.stack([np.cos(angle) * e1 + np.sin(angle) * e2, np.cos(angle) * e2 - np.sin(angle) * e1], 1)
    net, x = network(rotation=rotation), random(ops.n, 3)
    other = reframed(body, turned)
    assert (other.gradient(x) - ops.gradient(x)).abs().max() > 0.1  # the frames did turn
    close(net(x, other), net(x, ops), 1e-9)


def test_the_network_does_not_see_rigid_motion(body, ops):
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    Q *= np.linalg.det(Q)
    moved = operators(Mesh(body.V @ Q.T + [1.0, 2.0, 3.0], body.F), k=40, dtype=torch.float64)
    net, x = network(), random(ops.n, 3)
    close(net(x, moved), net(x, ops), 1e-8)


def mirror(mesh):
    return operators(Mesh(mesh.V * [-1.0, 1.0, 1.0], mesh.F[:, ::-1]), k=40, dtype=torch.float64)


def test_only_rotation_tells_a_body_from_its_mirror_image(body, ops):
    x, mirrored = random(ops.n, 3), mirror(body)
    seeing, blind = network(rotation=True), network(rotation=False)
    close(blind(x, mirrored), blind(x, ops), 1e-8)
    assert (seeing(x, mirrored) - seeing(x, ops)).abs().max() > 1e-3


@FEATURES
def test_a_mirror_keeps_scaled_features_and_changes_rotated_ones(body, ops, features):
    layer, u = features(6).double(), random(ops.n, 6)
    gap = (layer(u, mirror(body)) - layer(u, ops)).abs().max().item()
    assert gap < 1e-10 if features is ScaledGradientFeatures else gap > 0.1


@pytest.mark.parametrize("options", [
    {}, {"rotation": False}, {"gradients": False}, {"diffusion": "implicit"}])
def test_the_network_follows_a_renumbering_of_vertices(body, ops, options):
    order = np.random.default_rng(0).permutation(ops.n)
    renumbered = Mesh(body.V[order], np.argsort(order)[body.F])
    net, x = network(**options), random(ops.n, 3)
    ours = net(x[order], operators(renumbered, k=40, dtype=torch.float64))
    close(ours, net(x, ops)[order], 1e-8)


@pytest.mark.parametrize("width", [3, 6])
def test_pair_products_have_the_derivatives_they_say(width):
    assert gradcheck(PairProducts.apply, (random(5, 2, 3, grad=True), random(width, width, grad=True)))


def test_affine_of_parts_is_a_linear_layer_on_the_parts_side_by_side():
    W, b, parts = random(4, 7, grad=True), random(4, grad=True), [random(6, c, grad=True) for c in (2, 4, 1)]
    close(AffineOfParts.apply(W, b, *parts), torch.nn.functional.linear(torch.cat(parts, 1), W, b))
    assert gradcheck(AffineOfParts.apply, (W, b, *parts))
