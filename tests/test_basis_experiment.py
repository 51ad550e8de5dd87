"""The toy experiment: perfect on easy points, watched without effect, stopped without trace; its figures."""

import threading

import numpy as np
import pytest

from workbench.papers.basis.experiment import Config, begin, hands, network, points, scores, train
from workbench.papers.basis.figures import heat_map, inconsistency, learned, many_batches, two_subsets
from workbench.papers.basis.method import extend
from workbench.papers.basis.watching import plane

TINY = Config.tiny()
MOONS = Config(n=3000, test=300)


def test_fresh_points_of_separate_blobs_are_clustered_without_error():
    net, data, found = learned(TINY.with_(steps=200))
    assert found == (pytest.approx(1.0), 1.0)
    assert not set(map(tuple, data.X)) & set(map(tuple, data.X_test))


def test_alignment_makes_anchors_agree():
    found = many_batches(MOONS, 12)
    assert found.before.shape == found.after.shape == (12, 9, 2)
    # before: an arbitrary turn each time, so as far apart as the columns' size; after: degrees that differ
    assert inconsistency(found.after) < 0.25 * inconsistency(found.before)
    assert np.sqrt(((found.after - found.reference) ** 2).mean()) < 0.25


def test_two_uneven_subsets_agree_after_alignment():
    found = two_subsets(MOONS)
    assert np.bincount(found.labels[1])[2] > 1.3 * np.bincount(found.labels[0])[2]
    centres = [[Y[labels == c].mean(axis=0) for c in range(3)] for Y, labels in
               ((found.first, found.labels[0]), (found.aligned, found.labels[1]))]
    np.testing.assert_allclose(*centres, atol=0.3)
    np.testing.assert_allclose(found.alignment(found.own), found.aligned)


def test_without_alignment_the_loss_does_not_fall():
    config = TINY.with_(steps=80)
    ends = {}
    for aligned in (True, False):
        knobs = hands(config)
        knobs.turn("align", aligned)
        losses = [snapshot.loss for snapshot in train(config, network(config), points(config), knobs)]
        ends[aligned] = np.mean(losses[-20:])
    assert ends[True] < 0.2 * ends[False]
    assert ends[False] > 1                          # the variance of two columns of mean square one is 2


def test_a_heat_map_is_the_network_at_every_point():
    net, data = network(TINY), points(TINY)
    x, y, values = heat_map(net, data.X, side=5)
    np.testing.assert_allclose(values[1, 3], extend(net, np.array([[x[1], y[3]]]))[0], atol=1e-6)
    assert x[0] < data.X[:, 0].min() and x[-1] > data.X[:, 0].max()


def test_the_plane_is_flat_and_reaches_beyond_the_points():
    X = points(TINY).X
    ground = plane(X, cells=4)
    assert ground.n_faces == 32 and not ground.V[:, 2].any()
    assert (ground.face_normals[:, 2] > 0.99).all()
    assert ground.area == pytest.approx((1.4 * np.ptp(X, axis=0).max()) ** 2)


def test_looking_changes_nothing():
    losses = {True: [], False: []}
    for looking, found in losses.items():
        for snapshot in begin(TINY.with_(steps=5))[0]:
            found.append(snapshot.loss)
            if looking:
                snapshot.look()
    assert losses[True] == losses[False]


def test_the_quantities_of_a_run():
    seen = next(begin(TINY)[0]).look()
    assert {"heat map", "clusters", "cluster 1", "cluster 3", "clustering accuracy"} <= set(seen)
    for plot in ("batch before", "batch after"):
        assert len(seen[f"{plot}, reference"].values) == 9
        assert sum(len(seen[f"{plot}, cluster {c}"].values) for c in (1, 2, 3)) == TINY.m
        # twelve dots ring an anchor, be it one that agrees or one astray
        assert sum(len(seen[f"{plot}, {kind}"].values) for kind in ("anchors", "astray")) == 12 * 9
    assert sum(len(seen[name].values) for name in ("anchors that agree", "anchors astray")) == 12 * 9


def test_a_run_that_is_left_leaves_no_thread():
    run, _ = begin(TINY)
    next(run)
    run.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("workbench-batches")]


def test_scores_of_an_untrained_network_are_not_perfect():
    assert scores(network(MOONS), points(MOONS))[1] < 0.95


def test_a_config_is_checked_and_presets_are_named():
    with pytest.raises(ValueError, match="data is one of moons, rings, spirals, blobs; got 'mnist'"):
        Config(data="mnist")
    assert Config.preset("quick") == Config()
    assert Config.preset("full").lr == 1e-4                                     # Table 3
    with pytest.raises(ValueError, match="there are quick, full, tiny"):
        Config.preset("huge")


def test_a_turned_graph_does_not_undo_what_was_learned():
    config = TINY.with_(steps=150)
    knobs, data = hands(config), points(config)
    net, losses = network(config), []
    for snapshot in train(config, net, data, knobs):
        losses.append(snapshot.loss)
        if snapshot.step == 100:
            knobs.turn("width", 2.0)
    # Algorithm 2 lays the new reference onto the old one: no jump back to the loss of a fresh network
    assert max(losses[105:]) < 0.3 * losses[0]
