"""Theorems on heat and wave kernel signatures: closed forms on the sphere, heat trace, scaling, isometry."""

import numpy as np
import pytest

from workbench.operators.descriptors import hks, hks_times, wks
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import Spectrum, SpectrumError, spectrum
from workbench.shapes import Mesh, bumpy_sphere, crease, icosphere, two_spheres


def of(mesh, k=60):
    return spectrum(cotan_laplacian(mesh), k)


def test_times_are_even_in_the_logarithm():
    times = hks_times(5, 0.01, 100.0)
    assert np.allclose(times, [0.01, 0.1, 1, 10, 100], rtol=1e-14)


def test_the_heat_kernel_of_the_sphere_is_its_legendre_sum():
    """h(x, t) = sum_l (2 l + 1) / (4 pi) exp(-l (l + 1) t) at every x, by the addition theorem."""
    times, l = np.array([0.3, 0.5, 1.0]), np.arange(30)  # noqa: E741
    exact = (2 * l + 1) @ np.exp(-np.outer(l * (l + 1), times)) / (4 * np.pi)
    found = hks(of(icosphere(4), 100), times)
    assert np.abs(found / exact - 1).max() < 0.02               # h = 0.08; the discrete area is 0.5 % small


def test_the_integral_of_the_signature_is_the_heat_trace():
    found, times = of(bumpy_sphere(3)), hks_times()
    trace = np.exp(-np.outer(times, found.evals)).sum(axis=1)
    assert np.allclose(found.mass @ hks(found, times), trace, rtol=1e-11)


def test_all_heat_ends_evenly_spread():
    mesh = bumpy_sphere(3)
    assert np.allclose(hks(of(mesh), np.array([1e3])), 1 / mesh.area, rtol=1e-9)


def test_the_signature_falls_with_time_and_is_positive():
    found = hks(of(bumpy_sphere(3)), hks_times())
    assert (found > 0).all()
    assert (np.diff(found, axis=1) < 0).all()


@pytest.mark.parametrize("s", [0.1, 7.0])
def test_scaling_the_shape_scales_time_by_its_square(s):
    mesh, times = bumpy_sphere(3), hks_times()
    big = of(Mesh(s * mesh.V, mesh.F))
    assert np.allclose(hks(big, s**2 * times), hks(of(mesh), times) / s**2, rtol=1e-7)
    assert np.allclose(wks(big), wks(of(mesh)) / s**2, rtol=1e-7)


def test_signatures_are_invariant_under_motion_and_follow_permutations():
    mesh = bumpy_sphere(3)
    Q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    order = np.random.default_rng(1).permutation(mesh.n_vertices)
    moved = of(Mesh((mesh.V @ Q.T * np.linalg.det(Q))[order], np.argsort(order)[mesh.F]))
    for signature in (lambda s: hks(s, hks_times()), wks):
        assert np.allclose(signature(moved), signature(of(mesh))[order], rtol=1e-7)


def test_folding_a_sheet_is_an_isometry_that_signatures_cannot_see():
    flat, folded = of(crease(16, angle=3.0)), of(crease(16, angle=1.0))
    assert np.allclose(hks(flat, hks_times()), hks(folded, hks_times()), rtol=1e-7)
    assert np.allclose(flat.evals, folded.evals, rtol=1e-9, atol=1e-9)


def test_signatures_do_not_see_signs():
    found = of(bumpy_sphere(3))
    signs = np.where(np.random.default_rng(2).random(60) < 0.5, -1.0, 1.0)
    flipped = Spectrum(found.evals, found.evecs * signs, found.mass)
    assert np.array_equal(hks(flipped, hks_times()), hks(found, hks_times()))
    assert np.array_equal(wks(flipped), wks(found))


def test_every_wave_integrates_to_one_and_is_positive():
    found = of(bumpy_sphere(3))
    waves = wks(found, 100)
    assert waves.shape == (642, 100)
    assert np.allclose(found.mass @ waves, 1, rtol=1e-11)
    assert (waves > 0).all()


def test_waves_between_far_apart_eigenvalues_are_finite():
    """With two eigenvalues and 1,000 energies, all weights at the energies between are below 1e-500."""
    found = of(bumpy_sphere(2), 3)
    assert np.allclose(found.mass @ wks(found, 1000), 1, rtol=1e-11)


def test_wave_rows_are_means_of_squared_eigenfunctions_with_weights_near_their_energy():
    """Straight from the definition, one energy at a time, to catch a wrong axis or width."""
    found, q = of(bumpy_sphere(3), 40), 50
    logs = np.log(found.evals[1:])
    sigma = 7 * (logs[-1] - logs[0]) / q
    for column, e in enumerate(np.linspace(logs[0] + 2 * sigma, logs[-1] - 2 * sigma, q)):
        g = np.exp(-((e - logs) ** 2) / (2 * sigma**2))
        expected = (found.evecs[:, 1:] ** 2 * g).sum(axis=1) / g.sum()
        assert np.allclose(wks(found, q)[:, column], expected, rtol=1e-11)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_waves_leave_out_every_zero_eigenvalue():
    assert np.isfinite(wks(of(two_spheres(2), 20))).all()


def test_negative_times_and_too_few_waves_are_refused_by_name():
    found = of(icosphere(1), 5)
    with pytest.raises(ValueError, match="zero or more"):
        hks(found, np.array([-1.0]))
    with pytest.raises(ValueError, match="29"):
        wks(found, 16)
    for k in (2, 4):                                            # one above zero, and one three times
        with pytest.raises(SpectrumError, match="two eigenvalues"):
            wks(of(icosphere(1), k))
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)):
        with pytest.raises(ValueError, match="0 < low"):
            hks_times(4, low, high)
