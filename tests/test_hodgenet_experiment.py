"""The crease experiment: its shapes, its error measure, what it shows, and what it promises."""

import numpy as np
import pytest
import torch

from workbench.operators.exterior import star1 as cotangents
from workbench.papers.hodgenet import Solve, hodge_eigs
from workbench.papers.hodgenet.crease import creased, positions
from workbench.papers.hodgenet.experiment import (
    Config,
    begin,
    mean_error,
    network,
    paper_square,
    predict,
    train,
)
from workbench.papers.hodgenet.watching import size, unwatched
from workbench.training import Knobs

TINY = Config.tiny()


@pytest.mark.parametrize("angle", [0.3, 1.0, np.pi, 5.0])
def test_the_halves_of_a_creased_square_meet_at_its_angle(angle):
    mesh = creased(angle)
    assert mesh.n_faces == 100
    assert mesh.area == pytest.approx(1.0)
    left, right = mesh.face_normals[0], mesh.face_normals[49]
    # both flat halves, the interior angle is pi less the turn of the normals, its side told by the axis
    turn = np.arctan2(np.cross(left, right)[1], left @ right)
    assert (np.pi + turn) % (2 * np.pi) == pytest.approx(angle)


def test_creasing_is_an_isometry_that_no_laplacian_sees():
    flat, bent = creased(np.pi), creased(1.0)
    np.testing.assert_allclose(cotangents(bent), cotangents(flat), atol=1e-12)
    np.testing.assert_allclose(bent.face_areas, flat.face_areas, atol=1e-15)


def test_many_squares_are_the_single_ones():
    angles = np.array([0.5, 2.0, 6.0])
    many = positions(angles)
    for angle, X in zip(angles, many, strict=True):
        assert np.array_equal(creased(angle).V, X)


def test_a_crease_needs_an_edge_in_the_middle():
    with pytest.raises(ValueError, match="even number of cells across it; got 5"):
        creased(1.0, (5, 4))


def test_the_error_goes_round_the_circle(monkeypatch):
    import workbench.papers.hodgenet.experiment as experiment

    angles = (np.arange(TINY.test) + 0.5) * 2 * np.pi / TINY.test
    monkeypatch.setattr(experiment, "predict", lambda *_: (angles + np.radians(350)) % (2 * np.pi))
    assert mean_error(network(TINY), paper_square(TINY), TINY) == pytest.approx(10.0)


def test_predictions_are_angles_and_do_not_depend_on_company():
    net, square = network(TINY), paper_square(TINY)
    angles = np.linspace(0.1, 6, 5)
    together = predict(net, square, angles, TINY)
    assert ((together >= 0) & (together < 2 * np.pi)).all()
    apart = np.concatenate([predict(net, square, angle[None], TINY) for angle in angles])
    np.testing.assert_allclose(together, apart, atol=1e-4)       # float32 through the network


def test_stars_and_modes_can_be_watched():
    run, cast = begin(TINY)
    snapshot = next(run)
    seen = snapshot.look()
    spectra = {"λ at 60°", "λ at 180°", "λ at 300°"}
    assert set(seen) == {"star0", "star1", "cotangents", "mode", "test error"} | spectra
    assert seen["star1"].on == "edges" and seen["cotangents"].on == "edges"
    assert (seen["star0"].values > 0).all() and (seen["star1"].values > 0).all()
    np.testing.assert_allclose(seen["cotangents"].values, cotangents(cast["cotangents"]))
    curve = seen["λ at 60°"].values
    assert len(curve) == TINY.m and (np.diff(curve[:, 1]) >= 0).all()


def test_looking_changes_nothing():
    with_looks, without = [], []
    for losses, looking in ((with_looks, True), (without, False)):
        for snapshot in begin(TINY.with_(steps=4))[0]:
            losses.append(snapshot.loss)
            if looking:
                snapshot.look()
    assert with_looks == without


def test_the_mode_shown_can_be_chosen():
    net, knobs = network(TINY), Knobs(lr=1e-3, mode=1)
    snapshot = next(train(TINY, net, paper_square(TINY), knobs))
    one = snapshot.look("mode")["mode"].values
    knobs.turn("mode", 3)
    assert not np.allclose(one, snapshot.look("mode")["mode"].values)


def test_a_star_is_as_large_as_its_eigenvalues():
    blocks = torch.diag_embed(torch.tensor([[1.0, 3.0], [2.0, 2.0]]))
    assert size(blocks).tolist() == [2.0, 2.0]


def test_the_gradient_of_a_square_is_exact():
    torch.manual_seed(0)
    square = paper_square(TINY)
    stars = [torch.eye(2).double().repeat(count, 1, 1) + 0.1 * torch.randn(count, 2, 2).double()
             for count in (square.n, square.e)]
    found = []
    for how in (Solve(TINY.m, TINY.extra), Solve(TINY.m, 6, exact=True)):
        leaves = [(star @ star.transpose(1, 2)).requires_grad_() for star in stars]
        _, x = hodge_eigs([square], *leaves, how)
        found.append(torch.autograd.grad((x**4).sum(), leaves))
    for mine, right in zip(*found, strict=True):
        torch.testing.assert_close(mine, right, rtol=0, atol=1e-8 * right.abs().max().item())


def test_whoever_watches_leaves_the_network_as_it_was():
    net = network(TINY)
    net.train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with unwatched(net):
        predict(net, paper_square(TINY), np.array([1.0]), TINY)
        assert not net.training and not torch.is_grad_enabled()
    assert net.training and torch.is_grad_enabled()
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_presets_are_named():
    assert Config.preset("quick") == Config()
    full = Config.preset("full")
    assert (full.k, full.m, full.n, full.batch) == (4, 32, 32, 32)                      # sections 7 and 8.4
    with pytest.raises(ValueError, match="no preset called 'large'; there are quick, full, tiny"):
        Config.preset("large")
