"""Shapes to be doubted, and what is shown of maps: mirrored, cut, in pieces; blocks that paint a body."""

import numpy as np
import pytest
import torch
from small import close, random

from workbench.papers.diffusionnet import DiffusionNet
from workbench.papers.fmaps import experiment
from workbench.papers.fmaps.blocks import FORGOTTEN, NOW, TO_COME, block_by_block, megabytes
from workbench.papers.fmaps.experiment import Config
from workbench.papers.fmaps.figures import learned
from workbench.papers.fmaps.maps import MapError, MapWarning, soft_map21
from workbench.papers.fmaps.method import level
from workbench.papers.fmaps.recipes import RECIPES, shipped_network
from workbench.papers.fmaps.strange import Guest, cut_out, doubted, mirror_image
from workbench.papers.fmaps.watching import Subject
from workbench.shapes import two_spheres
from workbench.shapes.mesh import Mesh


def volume(mesh):
    return np.linalg.det(mesh.V[mesh.F]).sum() / 6


def test_a_mirror_keeps_lengths_and_stays_outward(body):
    image = mirror_image(body)
    np.testing.assert_allclose(image.face_areas, body.face_areas)
    assert volume(image) == pytest.approx(volume(body)) and volume(body) > 0
    np.testing.assert_allclose(mirror_image(image).V, body.V)


def test_a_part_is_open_and_said_to_be_one(body):
    part, kept = cut_out(body, body.V[:, 1] > np.median(body.V[:, 1]))
    np.testing.assert_array_equal(part.V, body.V[kept])
    assert len(part.boundary_edges) and 0.2 < part.area / body.area < 0.8
    with pytest.warns(MapWarning, match="a part is open"):
        doubted("a part", part, 9)
    with pytest.raises(MapError, match="no face"):
        cut_out(body, np.zeros(body.n_vertices, dtype=bool))


def test_pieces_and_too_few_vertices_are_named(body):
    with pytest.warns(MapWarning, match="in 2 pieces"):
        doubted("two", two_spheres(), 9)
    with pytest.raises(MapError, match="a basis of 5000"):
        doubted("small", body, 5000)


def test_a_guest_of_any_scale_is_prepared_alike(body):
    config = Config.tiny()
    guests = [Guest("large", Mesh(1e3 * body.V, body.F)), Guest("small", body)]
    large, small = experiment.prepare(config, guests)
    # eigenvalues in float32; the two solves start from other rounding
    torch.testing.assert_close(large.ops.basis.evals, small.ops.basis.evals, rtol=1e-4, atol=1e-4)
    assert large.mesh.area == pytest.approx(1.0)


def test_features_without_any_spread_make_no_map():
    with pytest.raises(MapError, match="same features"):
        level(torch.ones(4, 2), torch.ones(5, 2))


def test_blocks_paint_what_the_product_gives_and_hold_one_at_a_time():
    P21, colors = soft_map21(random(20, 3), random(17, 3), 0.5), random(20, 3).numpy()
    order = np.random.default_rng(0).permutation(17)
    seen = [snapshot.look() for snapshot in block_by_block(P21, colors, order, size=6)]
    assert len(seen) == 3 * 4
    for step, shot in enumerate(seen):
        states = shot["block"].values.ravel()
        assert (states == NOW).sum() == 1 and (states == FORGOTTEN).sum() == step
        assert (states == TO_COME).sum() == len(seen) - step - 1
    close(torch.tensor(seen[-1]["painted"].values), P21 @ torch.tensor(colors), 1e-12)
    assert megabytes(P21, 6) == pytest.approx((17 * 20 * 8e-6, 36 * 8e-6))
    with pytest.raises(MapError, match="got 20 and 3"):
        next(block_by_block(P21, colors, order[:3]))


def test_learned_features_are_told_smoothest_first(body, ops):
    torch.manual_seed(0)
    single = ops.to(dtype=torch.float32)
    net = DiffusionNet(4, 6, width=8, blocks=1)
    subject = Subject("body", body, single, torch.randn(ops.n, 4), np.zeros(0, dtype=np.int64))
    found = learned(net, subject)
    assert (np.diff(found.energy) >= 0).all() and found.energy[0] <= found.whole <= found.energy[-1]
    mass = ops.basis.mass.numpy()
    # weights of the network are float32
    np.testing.assert_allclose(mass @ found.features**2 / mass.sum(), 1, rtol=1e-4)


@pytest.mark.parametrize("name", RECIPES)
def test_a_shipped_network_fits_its_recipe(name):
    net, config = shipped_network(name), RECIPES[name]
    fresh = experiment.network(config)
    assert {key: x.shape for key, x in net.state_dict().items()} == {
        key: x.shape for key, x in fresh.state_dict().items()}
