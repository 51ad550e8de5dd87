"""Theorems on spectra: known eigenvalues, orthonormality, nothing left out, invariance, named errors."""

import inspect

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.linalg import splu

from workbench.operators.graph import knn_laplacian
from workbench.operators.lanczos import NoConvergence, smallest_eigenpairs
from workbench.operators.laplacian import Laplacian, cotan_laplacian, laplacian
from workbench.operators.spectrum import Spectrum, SpectrumError, spectrum
from workbench.shapes import Mesh, PointCloud, bumpy_sphere, icosphere, plane_with_hole, torus, two_spheres

pytestmark = pytest.mark.filterwarnings("ignore::workbench.shapes.door.SeveralComponentsWarning")


def dense(of, k):
    """The same eigenvalues by a dense solver: the other route."""
    root = 1 / np.sqrt(of.M)
    return np.linalg.eigvalsh(root[:, None] * of.L.toarray() * root)[:k]


def residual(of, found):
    """Largest |S psi - lambda psi| over lambda_k, in the norm in which psi has length one."""
    difference = of.L @ found.evecs - of.M[:, None] * found.evecs * found.evals
    return np.linalg.norm(difference / np.sqrt(of.M)[:, None], axis=0).max() / found.evals[-1]


def orthonormality(found):
    return np.abs(found.evecs.T @ (found.mass[:, None] * found.evecs) - np.eye(len(found.evals))).max()


def projector(found, first, last):
    """Phi Phi^T M over some eigenfunctions: the same whatever basis the eigenspace got."""
    phi = found.evecs[:, first:last]
    return phi @ (phi * found.mass[:, None]).T


def test_sphere_eigenvalues_converge_to_l_times_l_plus_one_at_second_order():
    """The unit sphere has l (l + 1) with multiplicity 2 l + 1 (l = 0..5: 36 values)."""
    degrees = np.repeat(np.arange(6), 2 * np.arange(6) + 1)
    errors = []
    for level in (2, 3, 4, 5):
        found = spectrum(cotan_laplacian(icosphere(level)), 36).evals
        errors.append(np.abs(found - degrees * (degrees + 1))[1:].max())
    slopes = np.log2(np.divide(errors[:-1], errors[1:]))        # h halves from level to level
    assert np.all(np.abs(slopes - 2) < 0.15), slopes
    assert errors[-1] < 0.1                                     # of 30; h = 0.04 and l = 5


def test_a_ring_has_cosine_eigenvalues():
    """A ring of n points joined with unit weights: 2 - 2 cos(2 pi j / n), every one but the first twice."""
    n = 900
    ring = np.arange(n)
    off = csr_array((np.ones(n), (ring, (ring + 1) % n)), shape=(n, n))
    L = (diags_array(np.full(n, 2.0)) - off - off.T).tocsr()
    found = spectrum(Laplacian(csr_array(L), np.ones(n)), 31).evals
    exact = 2 - 2 * np.cos(2 * np.pi * np.repeat(np.arange(16), 2)[1:] / n)
    assert np.abs(found - exact).max() < 1e-13                  # round-off of a matrix of norm 4


SHAPES = {
    "bumps": lambda: bumpy_sphere(3),
    "torus": lambda: torus(36, 18),
    "open": lambda: plane_with_hole(16),
    "two equal parts": lambda: two_spheres(3),
    "icosahedral symmetry": lambda: icosphere(3),
    "cloud": lambda: PointCloud(bumpy_sphere(3).V),
}


@pytest.mark.parametrize("name", SHAPES)
def test_spectra_are_orthonormal_ascending_complete_and_exact(name):
    of = laplacian(SHAPES[name]())
    found = spectrum(of, 60)
    assert (np.diff(found.evals) >= 0).all()
    assert orthonormality(found) < 1e-10  # what the basis may lose between two reorthogonalisations
    assert residual(of, found) < 1e-9           # a tenth of what is promised
    assert np.abs(found.evals - dense(of, 60)).max() < 1e-10 * found.evals[-1]


@pytest.mark.parametrize("k", [1, 2, 3, 100, 512])
def test_any_number_of_pairs_up_to_512_comes_out(k):
    of = cotan_laplacian(bumpy_sphere(4))
    found = spectrum(of, k)
    assert found.evecs.shape == (2562, k)
    assert residual(of, found) < 1e-9 if k > 1 else abs(found.evals[0]) < 1e-8
    assert orthonormality(found) < 1e-10


@pytest.mark.parametrize("mesh", [bumpy_sphere(3), icosphere(4), torus(80, 40)], ids=str)
def test_one_pair_alone_is_zero_and_constant(mesh):
    found = spectrum(cotan_laplacian(mesh), 1)
    assert abs(found.evals[0]) < 1e-9
    assert np.allclose(np.abs(found.evecs), 1 / np.sqrt(mesh.area), rtol=1e-9)


@pytest.mark.parametrize("k", [12, 100, 162])
def test_small_shapes_give_up_to_all_their_pairs(k):
    of = cotan_laplacian(bumpy_sphere(2))
    assert orthonormality(spectrum(of, k)) < 1e-12


def test_zero_occurs_once_per_connected_part_within_round_off():
    balls = [icosphere(2).V + [3 * i, 0, 0] for i in range(5)]
    F = np.concatenate([icosphere(2).F + 162 * i for i in range(5)])
    found = spectrum(cotan_laplacian(Mesh(np.concatenate(balls), F)), 30)
    assert np.abs(found.evals[:5]).max() < 1e-11
    assert found.evals[5] > 1.9                                 # the first sphere's l = 1, five times three
    assert np.abs(found.evals[5:20] - found.evals[5]).max() < 1e-11
    assert found.evals[20] > 5.5


def test_two_parts_have_two_zeros_and_functions_that_live_on_one_part():
    pair = two_spheres(4)
    found = spectrum(cotan_laplacian(pair), 40)
    assert np.abs(found.evals[:2]).max() < 1e-10 < 1.9 < found.evals[2]
    left = np.abs(found.evecs[:2562]).max(axis=0) > 0
    right = np.abs(found.evecs[2562:]).max(axis=0) > 0
    assert np.array_equal(left, ~right)


def test_eigenvalues_that_are_equal_more_often_than_a_block_is_wide_are_all_found():
    """The complete graph: n once more, everything above zero is one eigenvalue of multiplicity n - 1."""
    n = 450
    L = csr_array(n * np.eye(n) - np.ones((n, n)))
    found = spectrum(Laplacian(L, np.ones(n)), 20)
    assert abs(found.evals[0]) < 1e-10
    assert np.allclose(found.evals[1:], n, rtol=1e-12)


def test_the_first_eigenfunction_is_constant():
    mesh = bumpy_sphere(4)
    phi = spectrum(cotan_laplacian(mesh), 5).evecs[:, 0]
    assert np.allclose(np.abs(phi), 1 / np.sqrt(mesh.area), rtol=1e-10)


def test_the_same_input_gives_the_same_bits():
    of = cotan_laplacian(bumpy_sphere(3))
    first, second = spectrum(of, 40), spectrum(of, 40)
    assert np.array_equal(first.evals, second.evals)
    assert np.array_equal(first.evecs, second.evecs)


def test_spectra_are_invariant_under_rigid_motion_and_scale_with_one_over_area():
    mesh = bumpy_sphere(3)
    Q, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))
    plain = spectrum(cotan_laplacian(mesh), 50)
    moved = spectrum(cotan_laplacian(Mesh(2 * mesh.V @ Q.T * np.sign(np.linalg.det(Q)) - 1, mesh.F)), 50)
    assert np.allclose(4 * moved.evals, plain.evals, rtol=1e-10, atol=1e-10)
    assert np.abs(projector(plain, 0, 20) - projector(moved, 0, 20)).max() < 1e-7


def test_spectra_follow_a_permutation_of_the_vertices():
    mesh = bumpy_sphere(3)
    order = np.random.default_rng(2).permutation(mesh.n_vertices)
    plain = spectrum(cotan_laplacian(mesh), 50)
    shuffled = spectrum(cotan_laplacian(Mesh(mesh.V[order], np.argsort(order)[mesh.F])), 50)
    assert np.allclose(shuffled.evals, plain.evals, rtol=1e-10, atol=1e-10)
    assert np.abs(projector(shuffled, 0, 20) - projector(plain, 0, 20)[np.ix_(order, order)]).max() < 1e-7


def test_spectral_diffusion_is_the_limit_of_many_small_implicit_steps():
    """exp(-t lambda) against (1 + t lambda / s)^-s on a resolved function: the gap is O(1 / s)."""
    of, t = cotan_laplacian(bumpy_sphere(3)), 0.05
    found = spectrum(of, 30)
    u = found.evecs @ np.random.default_rng(3).standard_normal(30)
    exact = found.evecs @ (np.exp(-t * found.evals) * (found.evecs.T @ (of.M * u)))
    gaps = []
    for steps in (64, 128, 256):
        step = splu(csc_array(diags_array(of.M) + t / steps * of.L))
        v = u
        for _ in range(steps):
            v = step.solve(of.M * v)
        gaps.append(np.abs(v - exact).max())
    assert gaps[-1] < 0.01 * np.abs(exact).max()
    assert np.allclose(np.divide(gaps[:-1], gaps[1:]), 2, rtol=0.05)


def test_spectral_heat_is_conserved():
    of = cotan_laplacian(bumpy_sphere(3))
    found = spectrum(of, 40)
    u = np.random.default_rng(4).random(len(of.M))
    after = found.evecs @ (np.exp(-0.3 * found.evals) * (found.evecs.T @ (of.M * u)))
    assert of.M @ after == pytest.approx(of.M @ u, rel=1e-10)


@pytest.mark.parametrize("k", [0, -3, 43, 10**6])
def test_a_k_that_does_not_exist_is_refused_by_name(k):
    with pytest.raises(SpectrumError, match="1 <= k <= 42"):
        spectrum(cotan_laplacian(icosphere(1)), k)


def test_a_k_that_is_not_whole_is_refused_by_name():
    with pytest.raises(SpectrumError, match="3.0 were asked for"):
        inspect.unwrap(spectrum)(cotan_laplacian(icosphere(1)), 3.0)    # without the check of annotations


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused_by_name(value):
    of = cotan_laplacian(icosphere(2))
    M, L = of.M.copy(), of.L.copy()
    M[3], L.data[5] = value, value
    for broken in (Laplacian(of.L, M), Laplacian(L, of.M)):
        with pytest.raises(SpectrumError, match="not finite"):
            spectrum(broken, 5)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_vertex_without_mass_is_refused_by_name(value):
    of = cotan_laplacian(icosphere(2))
    M = of.M.copy()
    M[7] = value
    with pytest.raises(SpectrumError, match="first 7.*repair"):
        spectrum(Laplacian(of.L, M), 5)


def test_an_indefinite_matrix_gives_a_named_error_or_correct_pairs():
    of = cotan_laplacian(bumpy_sphere(3))
    shifted = Laplacian(csr_array(of.L - 20 * diags_array(of.M)), of.M)
    try:
        found = spectrum(shifted, 10)
    except SpectrumError as failure:
        assert "definite" in str(failure)
    else:
        assert np.allclose(found.evals + 20, dense(of, 10), atol=1e-8)


def test_a_krylov_space_that_may_not_grow_says_so():
    """Eigenvalues a billionth apart do not separate before the space is full."""
    d = 1 + 1e-9 * np.arange(120.0)
    with pytest.raises(NoConvergence, match="dimensions"):
        smallest_eigenpairs(lambda B: B / d[:, None], 120, 30, 0.0, 4)


def test_slivers_end_in_accurate_pairs_or_in_a_named_error():
    ball = icosphere(3)
    V = ball.V.copy()
    V[ball.F[0, 0]] = V[ball.F[0, 1]] + 1e-9                    # nearly equal vertices: angles near zero
    of = cotan_laplacian(Mesh(V, ball.F))
    try:
        found = spectrum(of, 20)
    except SpectrumError as failure:
        assert "robust_laplacian" in str(failure)
    else:
        assert isinstance(found, Spectrum) and found.evals[1] > 1


def test_a_graph_in_ten_dimensions_has_a_spectrum_too():
    of = knn_laplacian(np.random.default_rng(5).standard_normal((700, 10)), 10)
    found = spectrum(of, 40)
    assert np.abs(found.evals - dense(of, 40)).max() < 1e-10 * found.evals[-1]
