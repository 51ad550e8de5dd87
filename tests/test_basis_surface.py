"""BASiS on a surface: learned functions come near the true ones, and are shown where they belong."""

import numpy as np
import pytest

from workbench.operators.exterior import star0
from workbench.papers.basis.surface import (
    SurfaceConfig,
    begin,
    beside,
    body,
    distances,
    network,
    train,
    truth,
)
from workbench.training import finish

TINY = SurfaceConfig.preset("tiny")


def test_batches_of_points_teach_the_space_of_the_whole_body():
    mesh, config = body(TINY), TINY.with_(steps=150)
    net, true = network(config), truth(config, mesh)
    before = distances(net, mesh, true)
    finish(train(config, net, mesh))
    after = distances(net, mesh, true)
    # of 2 dimensions; the graph and the surface themselves differ, as vertices are not evenly spread
    assert after[0] < 0.15 and after[0] < 0.5 * before[0]
    assert after[1] < 0.3


def test_true_functions_have_mean_square_one_and_no_part_in_the_constant():
    mesh = body(TINY)
    true = truth(TINY, mesh)
    np.testing.assert_allclose((true.surface**2).mean(axis=0), 1.0)
    np.testing.assert_allclose(star0(mesh) @ true.surface / mesh.area, 0.0, atol=1e-6)


def test_what_is_beside_is_an_affine_image():
    Y = np.random.default_rng(0).standard_normal((50, 2))
    np.testing.assert_allclose(beside(Y @ [[1, 2], [0, 3]] + 4, Y), Y, atol=1e-10)


def test_a_run_shows_three_bodies_and_changes_nothing_by_it():
    losses = {True: [], False: []}
    for looking, found in losses.items():
        run, cast = begin(TINY.with_(steps=4))
        for snapshot in run:
            found.append(snapshot.loss)
            if looking:
                seen = snapshot.look()
                assert all(len(seen[name].values) == cast[name].n_vertices for name in cast)
                assert seen["to the graph's"].values.shape == (1, 2)
    assert losses[True] == losses[False]


def test_presets_are_named():
    assert SurfaceConfig.preset("quick") == SurfaceConfig()
    with pytest.raises(ValueError, match="quick, full, tiny"):
        SurfaceConfig.preset("huge")
