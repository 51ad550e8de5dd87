"""The lowest modes of two Hodge stars: as accurate as promised, warm or cold, and refused by name."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_stars import dense, large, moved, square, stars
from scipy.linalg import eigh

import workbench.operators.modes as modes_of
from workbench.operators.modes import beside, lowest_modes
from workbench.operators.pencil import StarError, pattern, pencil
from workbench.operators.spectrum import SpectrumError
from workbench.shapes import Mesh, bumpy_sphere


@pytest.fixture(scope="module")
def solved():
    """A large pencil and all its eigenvalues but the null ones, by dense algebra."""
    mesh, of, blocks = large()
    L, M = dense(mesh, *blocks)
    return pencil(of, *blocks), eigh(L, M, eigvals_only=True)[2:]


def test_eigenvalues_are_those_of_dense_algebra(solved):
    of, right = solved
    modes = lowest_modes(of, 32, 32)
    # the promise: 1e-8 of the largest one handed out
    assert np.abs(modes.evals[:32] - right[:32]).max() < 1e-8 * right[31]
    tight = lowest_modes(of, 64, tolerance=1e-9)
    assert np.abs(tight.evals - right[:64]).max() < 1e-12 * right[63]


def test_modes_are_orthonormal_and_solve_the_problem(solved):
    of, _ = solved
    modes = lowest_modes(of, 32, 32, tolerance=1e-6)
    np.testing.assert_allclose(modes.psi.T @ modes.psi, np.eye(64), atol=1e-12)
    np.testing.assert_allclose(of.null.T @ modes.psi, 0, atol=1e-9)
    misfit = of.S @ modes.psi - modes.psi * modes.evals
    assert np.linalg.norm(misfit[:, :32], axis=0).max() < 1e-5 * modes.evals[31]


def test_dense_and_sparse_ways_agree():
    mesh = bumpy_sphere(level=2)                       # 162 vertices: dense for k = 2, sparse for k = 3
    star0, star1 = stars(mesh, 3)
    of = pencil(pattern(mesh), star0, star1)
    L, M = dense(mesh, star0, star1)
    np.testing.assert_allclose(lowest_modes(of, 20, 10, 1e-9).evals[:20], eigh(L, M, eigvals_only=True)[3:23],
                               rtol=1e-10)
    small = pencil(pattern(mesh), star0[:, :2, :2], star1[:, :2, :2])
    L, M = dense(mesh, star0[:, :2, :2], star1[:, :2, :2])
    np.testing.assert_allclose(lowest_modes(small, 20).evals, eigh(L, M, eigvals_only=True)[2:22], rtol=1e-10)


@pytest.mark.parametrize("drift", [0.0, 1e-3, 1e-2])
def test_modes_nearby_save_work_and_change_nothing(drift):
    _, of, blocks = large()
    before = lowest_modes(pencil(of, *blocks), 32, 32)
    after = pencil(of, *moved(blocks, drift))
    cold, warm = lowest_modes(after, 32, 32), lowest_modes(after, 32, 32, nearby=before)
    assert warm.dimensions < cold.dimensions
    assert warm.residual < 1e-4
    # both err by less than the promise
    assert np.abs(warm.evals[:32] - cold.evals[:32]).max() < 2e-8 * cold.evals[31]


def test_modes_of_stars_far_away_do_no_harm():
    mesh, of, blocks = large()
    before = lowest_modes(pencil(of, *stars(mesh, 2, seed=7)), 32, 32)
    after = pencil(of, *blocks)
    cold, warm = lowest_modes(after, 32, 32), lowest_modes(after, 32, 32, nearby=before)
    assert np.abs(warm.evals[:32] - cold.evals[:32]).max() < 2e-8 * cold.evals[31]


def test_a_mode_that_was_not_nearby_is_found():
    _, of, blocks = large()
    of = pencil(of, *blocks)
    cold = lowest_modes(of, 17, 16, tolerance=1e-9)
    without = replace(cold, evals=np.delete(cold.evals, 4), psi=np.delete(cold.psi, 4, axis=1))
    for extra in (0, 16):
        warm = lowest_modes(of, 16, extra, nearby=without)
        # the promise; the gap left by the missing one is 1e-2 and more
        assert np.abs(warm.evals[:16] - cold.evals[:16]).max() < 1e-8 * cold.evals[15]


def test_equal_eigenvalues_are_all_found():
    mesh, of, _ = large()
    star0, star1 = stars(mesh, 1)
    twin = [np.eye(4) * block for block in (star0, star1)]     # the same operator four times
    modes = lowest_modes(pencil(of, *twin), 32, 8)
    alone = lowest_modes(pencil(of, star0, star1), 8)
    np.testing.assert_allclose(modes.evals[:32], np.repeat(alone.evals, 4), rtol=1e-7)


def test_beside_inverts_in_the_complement():
    _, of, blocks = large()
    of = pencil(of, *blocks)
    modes = lowest_modes(of, 40, tolerance=1e-9)
    R = np.random.default_rng(3).standard_normal((of.size, 20))
    Z = beside(modes, R, modes.evals[:20])
    np.testing.assert_allclose(modes.psi.T @ Z, 0, atol=1e-9)

    def complement(U):
        U = of.without_null(U)
        return U - modes.psi @ (modes.psi.T @ U)

    # conjugate gradients leave 1e-10 of the right-hand side, the inexact modes 1e-8
    np.testing.assert_allclose(complement(of.S @ Z - Z * modes.evals[:20]), complement(R), atol=1e-6)


def test_stars_without_an_eigenproblem_are_refused_by_name():
    mesh = square()
    of, (star0, star1) = pattern(mesh), stars(mesh, 2)
    singular = star0.copy()
    singular[5] = 0
    with pytest.raises(StarError, match="star0 is singular at 1 of 49 vertices, first 5"):
        pencil(of, singular, star1)
    wrong = star1.copy()
    wrong[3, 0, 0] = np.nan
    with pytest.raises(StarError, match="star1 is not finite"):
        pencil(of, star0, wrong)
    with pytest.raises(SpectrumError, match="98 dimensions less 2 of the null space leave 96 modes"):
        lowest_modes(pencil(of, star0, star1), 90, 7)


def test_lone_vertices_are_pieces_of_their_own():
    mesh = bumpy_sphere(level=3)
    alone = Mesh(np.concatenate([mesh.V, [[3.0, 0, 0], [4, 0, 0]]]), mesh.F)
    star0, star1 = stars(alone, 1)
    modes = lowest_modes(pencil(pattern(alone), star0, star1), 16, 16)
    without = lowest_modes(pencil(pattern(mesh), star0[:-2], star1), 16, 16)
    np.testing.assert_allclose(modes.evals[:16], without.evals[:16], rtol=1e-8)


def test_modes_that_cost_nothing_are_found_beside_the_constants():
    mesh, of, (star0, star1) = large()
    cut = star1.copy()
    cut[(mesh.edges < 3).any(axis=1)] = 0                       # three vertices come loose, two values each
    evals = lowest_modes(pencil(of, star0, cut), 16, 16).evals
    assert (np.abs(evals[:6]) < 1e-9 * evals[15]).all() and evals[6] > 1e-3 * evals[15]
    with pytest.raises(StarError, match="star1 is zero everywhere"):
        lowest_modes(pencil(of, star0, 0 * star1), 16)


def test_a_star1_that_is_not_semi_definite_is_refused():
    _, of, (star0, star1) = large()
    mixed = star1.copy()
    mixed[::2] *= -3
    for wrong in (-star1, mixed):
        with pytest.raises(StarError, match="semi-definite"):
            lowest_modes(pencil(of, star0, wrong), 20)


def test_a_factor_and_a_space_in_float32_leave_eigenvalues_as_they_are(monkeypatch, solved):
    of, right = solved
    monkeypatch.setattr(modes_of, "LARGE", 0)
    modes = lowest_modes(of, 32, 32)
    assert modes.residual <= 1e-5
    # the promise: 1e-8 of the largest one handed out, which float32 alone (6e-8 of S) would miss
    assert np.abs(modes.evals[:32] - right[:32]).max() < 1e-8 * right[31]
    np.testing.assert_allclose(modes.psi.T @ modes.psi, np.eye(64), atol=1e-12)


def test_where_float32_is_too_coarse_float64_takes_over(monkeypatch):
    mesh, of, (star0, star1) = large()
    spread = star0.copy()
    spread[::50] *= 1e-9             # vertices of nearly no mass: |S| is 1e9 times larger
    monkeypatch.setattr(modes_of, "LARGE", 0)
    one = lowest_modes(pencil(of, spread, star1), 16, 16)
    monkeypatch.setattr(modes_of, "LARGE", 10**9)
    other = lowest_modes(pencil(of, spread, star1), 16, 16)
    assert one.residual <= 1e-5 and other.residual <= 1e-5
    np.testing.assert_allclose(one.evals[:16], other.evals[:16], rtol=1e-7)
