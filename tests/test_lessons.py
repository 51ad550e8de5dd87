"""Chapter 0's drum, heat and broken meshes do what the page says they do."""

import numpy as np
import pytest

from workbench.entries import Task
from workbench.lessons.spectral_geometry import Config, drum, entries, heat, paper, specimens
from workbench.operators import exterior
from workbench.operators.descriptors import hks
from workbench.operators.geodesics import exact_distance
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes import MeshError, bumpy_sphere, diagnose, repair, sphere
from workbench.view import Album


def test_a_disc_faces_up_and_its_area_tends_to_pi():
    coarse, fine = drum.disc(4), drum.disc(8)
    assert coarse.n_vertices == 3 * 4 * 5 + 1 and diagnose(coarse).healthy
    assert (coarse.face_normals[:, 2] > 0.999).all() and len(coarse.boundary_edges) == 24
    # a polygon of 6 r sides: the missing area falls with 1 / r^2
    assert (np.pi - coarse.area) / (np.pi - fine.area) == pytest.approx(4, rel=0.02)


def test_a_disc_has_at_least_one_ring():
    with pytest.raises(MeshError, match="ring"):
        drum.disc(0)


def test_a_drum_is_still_at_its_rim_and_its_modes_are_orthonormal():
    skin = drum.disc(6)
    modes = drum.drum_modes(skin, 9)
    assert (modes.evecs[skin.boundary_edges] == 0).all()
    assert np.allclose(modes.evecs.T @ (modes.mass[:, None] * modes.evecs), np.eye(9), atol=1e-10)


@pytest.mark.parametrize("name, grids", [("drum", (6, 12)), ("sphere", (2, 3)), ("flat torus", (12, 24))])
def test_eigenvalues_come_near_those_on_paper_with_h_squared(name, grids):
    curve = paper.errors(name, grids)
    assert paper.slope(curve) == pytest.approx(2, abs=0.1)  # the next term of the error is h^4
    assert curve[-1, 1] < 0.03


def test_a_strings_tones_are_whole_multiples_and_a_drums_are_not():
    string = drum.pitches(drum.string_modes(400, 6).evals)
    assert np.allclose(string, np.arange(1, 7), rtol=1e-4)  # (pi j h)^2 / 24 at j = 6
    assert drum.pitches(paper.drum_eigenvalues(4)) == pytest.approx([1, 1.5933, 1.5933, 2.1355], abs=1e-4)


def test_struck_in_the_middle_only_round_modes_sound():
    skin = drum.disc(10)
    modes = drum.drum_modes(skin, 9)
    loud = drum.loudness(modes, 0)
    round_ones = np.isclose(modes.evals, paper.drum_eigenvalues(6)[[0, 5]][:, None], rtol=0.05).any(axis=0)
    assert (loud[round_ones] > 0.6).all() and (loud[~round_ones] < 1e-6).all()
    assert (drum.loudness(modes, skin.n_vertices - 1) == 0).all()


def test_a_tone_that_the_ear_is_played_has_its_pitch():
    played = drum.sound(np.array([2.0]), np.array([1.0]))
    spectrum_of_it = abs(np.fft.rfft(played))
    assert np.argmax(spectrum_of_it) / drum.SECONDS == pytest.approx(2 * drum.LOWEST, abs=1 / drum.SECONDS)


@pytest.mark.parametrize("t", [1e-3, 0.1, 10.0])
def test_heat_is_conserved_by_both_routes(t):
    lap = cotan_laplacian(bumpy_sphere(2))
    u = heat.unit_heat(lap.M, 3)
    assert lap.M @ u == pytest.approx(1)
    assert lap.M @ heat.heat_in_steps(lap, u, t, 5) == pytest.approx(1, abs=1e-9)
    assert lap.M @ heat.heat_in_modes(spectrum(lap, 20), u, t) == pytest.approx(1, abs=1e-9)


def test_steps_are_of_first_order_and_modes_end_at_the_truth():
    skin = drum.disc(6)
    lap = cotan_laplacian(skin)
    missed = heat.errors_in_time(lap, spectrum(lap, skin.n_vertices), vertex=0, t=0.05)
    assert paper.slope(missed["steps"][3:]) == pytest.approx(-1, abs=0.05)  # steps below t / 8
    assert missed["modes"][-1, 1] < missed["steps"][-1, 1] / 4  # exponential against 1 / 64
    assert (np.diff(missed["modes"][:, 1]) < 1e-12).all()  # never worse, up to round-off


def test_the_heat_that_stays_is_the_signature():
    lap = cotan_laplacian(bumpy_sphere(2))
    modes = spectrum(lap, 30)
    stays = heat.heat_in_modes(modes, heat.unit_heat(lap.M, 5), 0.1)[5]
    assert stays == pytest.approx(hks(modes, np.array([0.1]))[5, 0])


def test_distance_in_heat_is_near_the_exact_one():
    mesh = bumpy_sphere(3)
    h = np.linalg.norm(mesh.V[mesh.edges[:, 0]] - mesh.V[mesh.edges[:, 1]], axis=1).mean()
    exact, warm = exact_distance(mesh, 7), heat.distance_in_heat(mesh, 7, h**2)
    assert warm[7] == 0
    assert abs(warm - exact).mean() < 0.03 * exact.max()  # first order in h, here 0.15 of the radius


@pytest.mark.parametrize("how", ["along meridians", "by a Moebius map"])
def test_a_crowded_sphere_is_the_sphere_with_uneven_vertices(how):
    ball = specimens.lopsided_sphere(4, how)
    masses = exterior.star0(ball)
    assert diagnose(ball).healthy and masses.max() > 10 * masses.min()
    assert np.allclose(np.linalg.norm(ball.V, axis=1), 1)
    assert np.allclose(spectrum(cotan_laplacian(ball), 9).evals, paper.sphere_eigenvalues(9), rtol=0.01,
                       atol=1e-8)


def test_without_mass_a_crowded_sphere_is_out_of_tune_unless_angles_were_kept():
    off = {}
    for how, (_, modes) in specimens.with_and_without_mass(3, 4).items():
        off[how] = abs(modes["M left out"].evals[1:] / 2 - 1).max()
    assert off["along meridians"] > 0.1 and off["by a Moebius map"] < 0.03


def test_the_weight_of_an_edge_turns_negative_when_it_is_not_delaunay():
    # its other corner sees the edge under 2 atan(1 / 1.2): both angles sum to pi at height 1 / 2.4
    at = 1 / 2.4
    assert exterior.star1(specimens.flap(at))[0] == pytest.approx(0, abs=1e-12)
    assert exterior.star1(specimens.flap(at - 0.1))[0] < 0 < exterior.star1(specimens.flap(at + 0.1))[0]


def test_a_turned_over_patch_changes_no_laplacian(body):
    odd = specimens.turned_over(body, body.V[:, 1] > 0.5)
    with pytest.warns(match="flipped face"):
        assert abs(cotan_laplacian(odd).L - cotan_laplacian(body).L).max() < 1e-12
    assert "flipped face" in diagnose(odd).kinds


def test_the_doctor_finds_all_that_ails_and_mends_it(body):
    V, F = specimens.ailing(body, body.V[:, 1] > 0.5)
    kinds = diagnose(V, F).kinds
    assert set(kinds) >= {"isolated vertex", "duplicate face", "flipped face", "several components"}
    mended = repair(V, F, keep_largest=True)
    assert mended.left.healthy and mended.mesh.n_faces == body.n_faces


def test_a_mode_is_shown_with_all_eigenvalues(body):
    scene = Album()
    specimens.show_mode(scene, "with M", body, spectrum(cotan_laplacian(body), 5), 2)
    assert scene.board.quantities["with M"].values.shape == (5, 2)
    assert len(scene.board.quantities["mode, with M"].values) == body.n_vertices


def test_pointwise_a_spheres_laplacian_comes_near_but_for_the_twelve_corners():
    (low, high), (fine_low, fine_high) = (entries.pointwise(sphere(level)) for level in (3, 4))
    assert (2 - low) / (2 - fine_low) == pytest.approx(2, rel=0.1)  # h halves, and so does what is missing
    assert abs(high - 2) > 0.25 and abs(fine_high - 2) > 0.25  # where five triangles meet


@pytest.mark.parametrize("measure", ["closed_forms", "identities"])
def test_all_that_is_claimed_on_paper_is_measured_again(measure, tmp_path):
    (entry,) = (one for one in entries.ENTRIES if one.measure is getattr(entries, measure))
    found = entry.measure(Task("tiny", 0, "all", tmp_path))
    assert found.keys() == entry.claims.keys()
    assert measure == "closed_forms" or max(found[key] for key in ("factors", "total", "stays")) < 1e-9


def test_a_config_is_frozen_and_its_presets_have_names():
    assert Config.tiny().rings < Config.preset("quick").rings < Config.preset("full").rings
    with pytest.raises(AttributeError):
        Config.tiny().k = 1
