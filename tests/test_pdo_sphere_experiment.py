"""PDO-eS2CNN's experiments, all tiny: spherical digits, planets, molecules, checkpoints, exercises."""

from math import isfinite

import numpy as np
import pytest
import torch

from workbench.datasets.planets import planet
from workbench.datasets.qm7 import CHARGES, Molecules, MoleculesError, read_qm7, surroundings
from workbench.datasets.sphere_images import on_sphere
from workbench.ledger import find, reproduce
from workbench.marking import NotYet
from workbench.operators.rotations import about, random_rotation
from workbench.operators.spherical import shift
from workbench.papers.pdo_sphere import checkpoints, exercises, experiment, molecules, segmentation
from workbench.shapes.icosahedral import grid
from workbench.training.resuming import Progress


def test_a_turned_image_is_the_image_seen_from_elsewhere():
    pixels, R = np.random.default_rng(0).random((1, 8, 8)), about([1, 2, 3], 0.8)
    X = grid(2).V
    assert np.allclose(on_sphere(pixels, X, R[None]), on_sphere(pixels, X @ R))


def test_the_middle_of_an_image_lies_on_the_pole_and_nothing_beyond_its_corners():
    pixels = np.zeros((1, 9, 9))
    pixels[0, 4, 4] = 1
    assert np.isclose(on_sphere(pixels, np.array([[0.0, 0, 1]]))[0, 0], 1)
    beyond = on_sphere(np.ones((1, 9, 9)), np.array([[0.0, 0, -1], [0.0, 0.6, -0.8]]))
    assert np.abs(beyond).max() < 1e-3   # a cubic spline forgets a jump by the factor 0.27 each pixel


def test_kinds_turn_with_their_planet():
    R, world = random_rotation(np.random.default_rng(1)), planet(4)
    X = grid(2).V
    assert np.array_equal(world.turned(R).kinds(X), world.kinds(X @ R))
    assert set(world.kinds(grid(4).V)) == {0, 1, 2, 3}


def test_upright_planets_are_cold_at_both_poles():
    assert (planet(0, upright=True).kinds(np.array([[0.0, 0, 1], [0, 0, -1]])) == 2).all()


def test_a_twin_has_as_many_weights():
    config = experiment.Config.preset("quick")
    two = [experiment.weights(experiment.network(config.with_(kind=kind))) for kind in experiment.KINDS]
    assert abs(two[1] / two[0] - 1) < 0.03   # widths are whole numbers
    assert experiment.weights(experiment.network(experiment.Config.preset("full"))) <= 100_000


def test_surroundings_turn_with_the_molecule():
    """A sphere's values at R^-1 x before are those at x after; no grid is involved."""
    draw = np.random.default_rng(0)
    charges, positions, R = np.array([6, 1, 8, 0]), 3 * draw.standard_normal((4, 3)), random_rotation(draw)
    X = grid(1).V
    assert np.allclose(surroundings(charges, positions @ R.T, X), surroundings(charges, positions, X @ R))
    assert surroundings(charges, positions, X).shape == (3, len(X), len(CHARGES))


def some_molecules(n=12):
    draw = np.random.default_rng(0)
    charges = draw.choice([0, 1, 6, 7, 8], (n, 4))
    charges[:, 0] = 6
    energies = -100 * (charges > 0).sum(1) - 5.0 * charges[:, 1]
    return Molecules(charges, 2 * draw.standard_normal((n, 4, 3)), energies)


@pytest.mark.parametrize("kind", experiment.KINDS)
def test_energies_are_learned_from_and_do_not_care_for_the_order_of_atoms(kind):
    config, found = molecules.Config.tiny().with_(kind=kind), some_molecules()
    net = molecules.network(config)
    assert all(isfinite(snapshot.loss) for snapshot in molecules.train(config, net, found))
    order = np.array([2, 0, 3, 1])
    mixed = Molecules(found.charges[:, order], found.positions[:, order], found.energies)
    rows, judged = molecules.split(config, found)
    base = molecules.baseline(found, rows)
    one, other = (molecules.rmse(config, net, each, judged, base) for each in (found, mixed))
    assert np.isclose(one, other, rtol=1e-4)   # float32 sums in another order


def test_another_file_is_no_qm7(tmp_path):
    np.savez(tmp_path / "x.npz", Z=np.zeros((1, 2), int))
    with pytest.raises(MoleculesError, match="lacks R_angstrom, T_kcal_mol"):
        read_qm7(tmp_path / "x.npz")


@pytest.mark.realdata
def test_qm7_holds_7101_molecules_of_five_elements(data_folder):
    found = read_qm7(data_folder / "qm7" / "qm7_pbe0_def2tzvp.npz")
    assert len(found.energies) == 7101 and set(np.unique(found.charges)) == {0, *CHARGES}


@pytest.mark.parametrize("kind", experiment.KINDS)
def test_planets_are_learned(kind):
    config = segmentation.Config.tiny().with_(kind=kind)
    net = segmentation.network(config)
    losses = [snapshot.loss for snapshot in segmentation.train(config, net)]
    assert np.mean(losses[-3:]) < 0.9 * np.mean(losses[:3])
    assert 0 <= segmentation.accuracy(config, net, turned=True) <= 1


def test_a_network_comes_back_from_its_file_as_it_was(tmp_path):
    config = experiment.Config.tiny()
    net = experiment.network(config).eval()
    checkpoints.save(net, config, tmp_path / "x.pt")
    again, found, _ = checkpoints.load(tmp_path / "x.pt")
    x = torch.randn(1, grid(config.level).n, 1)
    on = experiment.bundle(config)
    assert found == config and torch.equal(net(x, on), again(x, on))


def test_the_ledger_can_measure_that_layers_commute(tmp_path):
    (entry,) = find("pdo_sphere.commuting")
    found = {one["claim"]: one["measured"] for one in reproduce(entry, "tiny", 0, tmp_path / "ledger.jsonl")}
    assert found["pdo_sphere.commuting.slope"] > 2 and found["pdo_sphere.commuting.gain"] > 3


def test_a_killed_run_goes_on_from_its_note(tmp_path):
    """The rate falls along a cosine of numpy's; a note is read as plain numbers only."""
    config = experiment.Config.tiny()
    learned, _ = experiment.images(config)

    def begun():
        net = experiment.network(config)
        note = Progress(tmp_path / "note.pt", net, "tiny", seconds=0.0)
        return net, experiment.train(config, net, learned, progress=note)

    _, run = begun()
    for _ in range(3):
        next(run)
    net, again = begun()
    assert next(again).step > 1 and all(torch.isfinite(w).all() for w in net.parameters())


def test_wrong_words_are_refused():
    with pytest.raises(ValueError, match="equivariant, gauged"):
        experiment.Config(kind="flat")


def test_solutions_pass_and_every_mistake_is_named():
    assert exercises.check_shift(lambda h, angle: shift(np.array(angle), len(h)) @ h).startswith("Right")
    with pytest.raises(NotYet, match="other way"):
        exercises.check_shift(lambda h, angle: shift(np.array(-angle), len(h)) @ h)
    with pytest.raises(NotYet, match="shortens"):
        exercises.check_transport(lambda P, Q, t: t - Q * (Q @ t))
    with pytest.raises(NotYet, match="out of the tangent plane"):
        exercises.check_transport(lambda P, Q, t: t)
    with pytest.raises(NotYet, match="nothing was turned"):
        exercises.check_turn(lambda d1, d2, angle: np.stack([d1, d2]))
    with pytest.raises(NotYet, match="changed places"):
        exercises.check_turn(lambda d1, d2, a: np.stack([np.cos(a) * d2 - np.sin(a) * d1,
                                                         np.cos(a) * d1 + np.sin(a) * d2]))
