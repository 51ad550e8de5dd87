"""The learner, and what is carried and judged by the maps it makes."""

from itertools import islice

import numpy as np
import pytest
import torch

from workbench.bridge import Basis
from workbench.datasets import learn_and_test
from workbench.papers.fmaps import experiment
from workbench.papers.fmaps.experiment import Config
from workbench.papers.fmaps.judging import (
    coverage,
    geodesic_errors,
    orientation21,
    roughness,
    swapped_by_mirror,
    swapped_sides,
    truth21,
)
from workbench.papers.fmaps.maps import HardMap21, MapError, MapWarning, soft_map21
from workbench.papers.fmaps.transfer import (
    FunctionalMap21,
    checker,
    follow,
    follow_back,
    front_uv,
    transfer_texture,
)
from workbench.papers.fmaps.watching import Pair
from workbench.shapes.mesh import Mesh
from workbench.training.resuming import Progress

TINY = Config.tiny()


@pytest.fixture(scope="module")
def subjects():
    return experiment.prepare(TINY, learn_and_test(TINY.size, TINY.bodies)[1])


def identity(n):
    return HardMap21(torch.arange(n), n)


def test_a_texture_goes_unchanged_to_the_shape_itself(body, ops):
    uv = front_uv(body)
    soft = soft_map21(ops.basis.evecs, ops.basis.evecs, 1e-3)
    for map21 in (identity(body.n_vertices), soft):
        np.testing.assert_allclose(transfer_texture(map21, body, body), uv, atol=1e-12)


def test_a_functional_map_carries_what_its_basis_sees(body, ops):
    seen = (ops.basis.evecs[:, :20] @ torch.randn(20, 2, dtype=torch.float64)).numpy()
    C21 = torch.eye(20, dtype=torch.float64)
    carried = transfer_texture(FunctionalMap21(C21, ops.basis, ops.basis), body, body, seen)
    np.testing.assert_allclose(carried, seen, atol=1e-9)


def test_a_renumbered_shape_gets_its_texture_renumbered(body):
    order = np.random.default_rng(0).permutation(body.n_vertices)
    place = np.argsort(order)
    other = Mesh(body.V[order], place[body.F])
    P21 = HardMap21(torch.tensor(order), body.n_vertices)
    np.testing.assert_array_equal(transfer_texture(P21, body, other), front_uv(other))
    vertex = 17
    assert follow(P21, vertex) == order[vertex] and follow_back(P21, int(order[vertex])).tolist() == [vertex]


def test_a_collapsed_map_is_said_to_be_no_bijection(body):
    n = body.n_vertices
    with pytest.warns(MapWarning, match="bijection"):
        transfer_texture(HardMap21(torch.zeros(n, dtype=torch.int64), n), body, body)


def test_maps_and_values_that_do_not_fit_are_named(body):
    n = body.n_vertices
    with pytest.raises(MapError, match="rows"):
        transfer_texture(identity(n), body, body, np.zeros((n - 1, 2)))
    with pytest.raises(MapError, match="which has"):
        follow(identity(n), n)


def test_neighbouring_squares_of_a_checker_differ_in_lightness():
    at = (np.arange(12) + 0.5) / 12
    lightness = checker(np.stack([at, np.full(12, 0.04)], axis=1)).mean(axis=1)
    assert (np.abs(np.diff(lightness)) > 0.3).all()


def test_the_true_map_has_hardly_any_error_and_a_wrong_one_has(subjects):
    pair = Pair(*subjects)
    one, two = pair.one, pair.two
    rows = one.distances[one.correspondence]
    right = geodesic_errors(pair.truth21, one.correspondence, two.correspondence, rows, one.mesh.area)
    # several template points share a vertex of shape 2 and lie within an edge or two on shape 1
    assert 100 * right.mean() < 2
    wrong = np.roll(pair.truth21, 300)
    far = geodesic_errors(wrong, one.correspondence, two.correspondence, rows, one.mesh.area)
    assert far.mean() > 10 * right.mean()


def mirrored(mesh):
    return Mesh(mesh.V * [-1.0, 1.0, 1.0], mesh.F[:, ::-1])


def test_orientation_tells_a_mirrored_map_from_a_true_one(body, ops):
    n, image = body.n_vertices, mirrored(body)
    # the identity of vertex numbers maps a mesh to its mirror image isometrically, turning it inside out
    assert orientation21(identity(n), ops.basis, ops.basis, body, body) > 0.99
    assert orientation21(identity(n), ops.basis, ops.basis, body, image) < -0.99


def test_orientation_tells_it_for_maps_between_people(subjects):
    one, two = subjects
    P21 = HardMap21(torch.as_tensor(Pair(one, two).truth21), one.ops.n)
    to_image = mirrored(two.mesh)
    assert orientation21(P21, one.ops.basis, two.ops.basis, one.mesh, two.mesh) > 0.8
    assert orientation21(P21, one.ops.basis, two.ops.basis, one.mesh, to_image) < -0.8


def test_sides_and_mirror_images_tell_a_flip():
    side = np.array([0, 0, 1, 1])
    assert swapped_sides(np.arange(4), side, side) == 0
    assert swapped_sides(np.arange(4)[::-1].copy(), side, side) == 1
    rows = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))  # a path 0-1-2-3, mirrored as 3-2-1-0
    at, mirror = np.arange(4), rows[::-1].copy()
    assert swapped_by_mirror(np.arange(4), at, rows, mirror) == 0
    assert swapped_by_mirror(np.arange(4)[::-1].copy(), at, rows, mirror) == 1


def test_coverage_counts_the_area_that_is_reached():
    mass = np.array([1.0, 2.0, 5.0])
    assert coverage(np.array([0, 1, 1]), mass) == pytest.approx(3 / 8)


def test_an_unnamed_vertex_takes_the_image_of_its_nearest_named_one(body):
    at2 = np.delete(np.arange(body.n_vertices), 7)
    T21 = truth21(at2.copy(), at2, body)
    nearest = at2[np.linalg.norm(body.V[at2] - body.V[7], axis=1).argmin()]
    assert T21[7] == nearest and (T21[at2] == at2).all()


def test_pairs_are_drawn_one_by_one_and_are_of_two_shapes(subjects):
    drawn = [experiment.pair_at(subjects, 0, step) for step in range(20)]
    assert all(pair.one is not pair.two for pair in drawn)
    assert {pair.one for pair in drawn} == set(subjects)
    with pytest.raises(ValueError, match="two shapes"):
        experiment.pair_at(subjects[:1], 0, 1)


def test_a_killed_run_goes_on_with_the_steps_of_an_unbroken_one(subjects, tmp_path):
    config = TINY.with_(steps=6)

    def losses(net, stop, file):
        run = experiment.train(config, net, subjects, progress=Progress(file, net, "run", seconds=0.0))
        return [snapshot.loss for snapshot in islice(run, stop)]

    whole = losses(experiment.network(config), 6, tmp_path / "whole")
    first = losses(experiment.network(config), 3, tmp_path / "broken")
    other = experiment.network(config.with_(seed=1))  # the right weights come from the file
    assert first + losses(other, 6, tmp_path / "broken") == pytest.approx(whole, rel=1e-5)


def test_consistency_grows_from_its_first_to_its_last_weight():
    config = Config()
    assert experiment.consistency_weight(config, 1) == pytest.approx(1e-4)
    assert experiment.consistency_weight(config, config.steps) == pytest.approx(1e-1)


def test_known_maps_teach(subjects):
    known = TINY.with_(known=True, sigma=0.1)
    net = experiment.network(known)
    losses = [snapshot.loss for snapshot in experiment.train(known, net, subjects)]
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


def test_a_shape_learned_with_itself_is_already_right(subjects):
    pair = Pair(subjects[0], subjects[0])
    net = experiment.network(TINY)
    loss = experiment.supervised_loss(TINY, net, pair, sigma=1e-4)
    # the blur is so small that only vertices with nearly the same features blend
    assert float(loss.detach()) < 0.05


def test_zoomout_beyond_the_basis_is_refused_at_once():
    with pytest.raises(ValueError, match="size 50"):
        Config(K=20, zooms=3, zoom=10, k=49)


def test_maps_between_bases_of_another_precision_agree(ops):
    single = Basis(*(x.float() for x in (ops.basis.evals, ops.basis.evecs, ops.basis.mass)))
    C21 = torch.eye(12)
    found = FunctionalMap21(C21, single, single).nearest()
    assert torch.equal(found, FunctionalMap21(C21.double(), ops.basis, ops.basis).nearest())


def test_the_roughness_of_an_eigenfunction_is_its_eigenvalue(ops):
    found = roughness(ops, 3 * ops.basis.evecs[:, 1:20] + 5)
    np.testing.assert_allclose(found, ops.basis.evals[1:20].numpy(), rtol=1e-8)
