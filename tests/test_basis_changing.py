"""BASiS where features change, on raw pixels, and painted back: Algorithm 2, Figs. 5 to 9."""

import numpy as np
import pytest
import torch

from workbench.datasets.images import Images
from workbench.datasets.turning import turning
from workbench.papers.basis import changing, decoder, figures
from workbench.papers.basis import turning as turntables
from workbench.papers.basis.exercises import check_votes, check_weights
from workbench.papers.basis.experiment import Config
from workbench.papers.basis.method import Graph, embedding, extend
from workbench.shapes.sphere import icosphere
from workbench.training import Knobs, finish

TINY = changing.ChangingConfig.tiny()
PAINT = decoder.SETTINGS["tiny"]


def following(turn, seed=0):
    """Three clusters whose features turn() may change between two steps."""
    labels = np.arange(300) % 3
    Z = np.random.default_rng(1).standard_normal((300, 4)) * 0.2 + np.eye(4)[labels] * 3
    return changing.Following(lambda rows: turn(Z[rows]), labels, TINY, np.random.default_rng(seed))


def test_the_reference_stays_where_it_is_while_features_change():
    amount = [0.0]
    moving = following(lambda Z: Z @ np.diag([1, 1 + amount[0], 1, 1]))
    before = moving.aligned.copy()
    for amount[0] in np.linspace(0, 0.5, 6):
        moving.step()
    # three clusters and two eigenvectors: what is left are degrees of points within a cluster
    assert np.sqrt(((moving.aligned - before) ** 2).mean()) < 0.25


def test_features_that_do_not_change_move_nothing():
    moving = following(lambda Z: Z)
    before = moving.aligned.copy()
    moving.step()
    np.testing.assert_allclose(moving.aligned, before, atol=1e-8)


def test_without_t_g_the_reference_is_the_embedding_of_now():
    moving = following(lambda Z: Z[:, [1, 2, 0, 3]])
    moving.step(aligned=False)
    assert moving.aligned is moving.update


def test_features_and_eigenspace_learn_together_and_looking_changes_nothing():
    losses, config = {True: [], False: []}, TINY.with_(steps=8, test_every=4)
    for looking, found in losses.items():
        learn, test = changing.images(config)
        nets = changing.networks(config, learn)
        for snapshot in changing.train(config, *nets, learn, test):
            found.append(snapshot.loss)
            if looking and snapshot.step % 4 == 0:
                seen = snapshot.look()
                assert seen["right: test"].values[-1, 1] <= 1
                assert sum(len(seen[f"after T_G, {c}"].values) for c in TINY.classes) == TINY.m
    assert losses[True] == losses[False]


def test_an_eigenspace_is_learned_over_features_that_are_learned_meanwhile():
    learn, test = changing.images(TINY)
    nets = changing.networks(TINY, learn)
    finish(changing.train(TINY.with_(test_every=60), *nets, learn, test))
    assert changing.right(nets, test) > 0.8                 # three digits; a guess has 0.4


def test_each_loss_moves_its_own_network_only():
    learn, test = changing.images(TINY)
    seeing, net = changing.networks(TINY, learn)
    before = [weight.clone() for weight in net.parameters()]
    # steps that are no tenth, here no second one, have no eigenspace to learn
    next(changing.train(TINY, seeing, net, learn, test))
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


def test_a_turning_body_has_its_own_picture_at_every_angle():
    frames = turning(40, height=24, dots=4000)
    assert (np.diff(frames.angles) > 0).all()
    X = frames.pixels.reshape(40, -1)
    apart = np.linalg.norm(X[:, None] - X, axis=2) + 1e9 * np.eye(40)
    # the nearest picture is a neighbour in angle, for nearly all of them
    gap = np.abs(apart.argmin(axis=1) - np.arange(40))
    assert np.mean(np.minimum(gap, 40 - gap) <= 2) > 0.9


def test_a_ball_looks_alike_from_everywhere():
    ball = icosphere(3)
    frames = turning(6, height=20, dots=60_000, mesh=ball)
    # pixels hold the nearest of some twenty dots
    assert np.abs(frames.pixels - frames.pixels.mean(axis=0)).mean() < 0.03


def test_the_angle_of_pictures_never_seen_is_found():
    config = turntables.TurningConfig.tiny()
    data = turntables.turntable(config)
    net = turntables.network(config, data)
    before = turntables.judged(net, data)
    last = finish(turntables.train(config, net, data))
    after = turntables.judged(net, data)
    assert after[1] < 12 < before[1] and after[0] < before[0]     # degrees; frames lie 5 apart in a batch
    seen = last.look()
    assert sum(len(values.values) for name, values in seen.items() if name.startswith("network")) == 75


def test_a_decoder_learns_to_paint_and_the_first_factor_of_one_paints_the_same():
    learn, test = changing.images(PAINT)
    made = decoder.coder(PAINT, (8, 8))
    errors = []
    for snapshot in decoder.train(PAINT, made, learn, test, Knobs(lr=3e-3, follow=True)):
        errors.append(snapshot.look("reconstruction")["reconstruction"].values[-1, 1])
    assert np.mean(errors[-5:]) < 0.8 * np.mean(errors[:5])
    shown = decoder.variations(made, test.pixels[0])
    one = decoder.FACTORS.index(1.0)
    np.testing.assert_allclose(shown[:, one], np.broadcast_to(shown[0, one], shown[:, one].shape), atol=1e-6)
    assert shown.shape == (5, 9, 8, 8)


def test_reconstruction_does_not_move_the_spectral_network():
    made = decoder.coder(PAINT, (8, 8))
    held = {name: weight.detach() for name, weight in made.spectral.named_parameters()}
    x = torch.rand(4, 1, 8, 8)
    torch.func.functional_call(made.spectral, held, (made.encoder(x),)).sum().backward()
    assert all(weight.grad is None for weight in made.spectral.parameters())
    assert all(weight.grad is not None for weight in made.encoder.parameters())


def test_networks_of_table_2_paint_images_of_their_own_size():
    made = decoder.coder(PAINT, (28, 28))
    assert made.painted(made.embedded(np.zeros((2, 28, 28)))).shape == (2, 28, 28)
    sizes = [layer.out_features for layer in made.decoder if isinstance(layer, torch.nn.Linear)]
    assert sizes == [128, 288]
    with pytest.raises(ValueError, match=r"got \(9, 9\)"):
        decoder.coder(PAINT, (9, 9))


def test_only_classes_asked_for_are_drawn():
    learn, test = changing.images(TINY)
    assert set(learn.labels) == set(test.labels) == {4, 7, 9} and isinstance(learn, Images)


def test_a_ring_s_first_pair_cannot_be_cut():
    with pytest.raises(ValueError, match="one eigenvector more or less"):
        embedding(figures.ring(64), Graph(1, neighbours=8))
    assert embedding(figures.ring(64), Graph(2, neighbours=8)).gap > 0.5


def test_what_lies_over_one_another_is_every_anchor_of_every_batch():
    config = Config.tiny()
    found = figures.many_batches(config, 5)
    shown = figures.laid_over(found)
    for plot in ("before", "after"):
        count = sum(len(shown[f"{plot}, {words}"].values) for words in ("anchors that agree", "astray"))
        assert count == 5 * 9
    assert Config.tiny().name == "tiny" and config.with_(m=119).name == "quick"


def told(check, attempt):
    with pytest.raises(AssertionError) as hint:
        check(attempt)
    return str(hint.value)


def test_the_exercise_on_weights_knows_right_from_wrong():
    def w(squares, s):
        return np.exp(-squares / (2 * s[:, None] ** 2))

    def mean(w):
        return (w + w.T) / 2

    assert check_weights(lambda squares, s: mean(w(squares, s))).startswith("Right")
    assert "not symmetric" in told(check_weights, w)
    assert "the 2 under" in told(check_weights, lambda squares, s: mean(w(2 * squares, s)))
    assert "its square" in told(check_weights, lambda squares, s: mean(w(squares, np.sqrt(s))))
    assert "half of their sum" in told(check_weights, lambda squares, s: 2 * mean(w(squares, s)))


def test_the_exercise_on_votes_knows_right_from_wrong():
    def errors(phi, maps, reference):
        landed = np.einsum("tkj,nj->tnk", maps, np.column_stack([phi, np.ones(len(phi))]))
        return np.linalg.norm(landed - reference, axis=2)

    right = check_votes(lambda phi, maps, ref, tol: (errors(phi, maps, ref) <= tol).sum(axis=1))
    assert right.startswith("Right")
    assert "miss" in told(check_votes, lambda phi, maps, ref, tol: (errors(phi, maps, ref) > tol).sum(axis=1))
    assert "squared" in told(check_votes,
                             lambda phi, maps, ref, tol: (errors(phi, maps, ref) ** 2 <= tol).sum(axis=1))
    assert "shape" in told(check_votes, lambda phi, maps, ref, tol: errors(phi, maps, ref) <= tol)


def test_extension_of_pictures_is_row_by_row():
    config = turntables.TurningConfig.tiny().with_(frames=40, learn=30, neighbours=8)
    data = turntables.turntable(config)
    net = turntables.network(config, data)
    np.testing.assert_allclose(extend(net, data.X)[:3], extend(net, data.X[:3]), atol=1e-6)
