"""The icosahedral grid: derivatives converge at their order, frames are carried right, the meter measures."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import KDTree

from workbench.operators.equivariance import (
    diagram,
    equivariance_error,
    invariance_error,
    log_slope,
)
from workbench.operators.harmonics import random_signal
from workbench.operators.laplacian import laplacian
from workbench.operators.rotations import RotationError, about, check_rotation, random_rotation
from workbench.operators.spectrum import spectrum
from workbench.operators.spherical import (
    SphereError,
    chart,
    lowpass,
    sampled,
    shift,
    stencils,
    transport_angles,
    turned,
)
from workbench.shapes import Mesh, MeshError
from workbench.shapes.icosahedral import CORNERS, grid, level_of, symmetries, tangent_frames

LEVELS = (3, 4, 5, 6)
NAMES = ("d1", "d2", "d11", "d12", "d22")


@cache
def derivative_errors(level):
    """|least squares - exact| of five derivatives of a signal of degree 4 at every point: (n, 5)."""
    on, signal = grid(level), random_signal(4, seed=1)
    return np.abs(stencils(on)(signal(on.V))[:, 1:, 0] - signal.chart_derivatives(on.frames)[:, 0])


def measured_slope(reduce):
    h = np.array([grid(level).spacing for level in LEVELS])
    return [log_slope(h, np.array([reduce(derivative_errors(level))[k] for level in LEVELS])).p
            for k in range(5)]


@pytest.mark.parametrize("level", [0, 1, 3])
def test_every_point_has_six_neighbours_but_for_twelve_corners_with_five(level):
    ring, true = grid(level).rings()
    assert np.array_equal(true.sum(axis=1), np.r_[np.full(CORNERS, 5), np.full(grid(level).n - CORNERS, 6)])
    edges = {tuple(edge) for edge in grid(level).mesh.edges}
    rows, places = np.nonzero(true)
    found = {tuple(sorted((int(i), int(ring[i, p])))) for i, p in zip(rows, places, strict=True)}
    assert found == edges


def test_the_finest_level_has_163842_points_of_length_one():
    assert grid(7).n == 163_842
    assert np.abs(np.linalg.norm(grid(7).V, axis=1) - 1).max() < 1e-14


def test_a_new_point_lies_in_the_middle_of_its_parents():
    on = grid(3)
    middle = on.V[on.parents].sum(axis=1)
    assert np.allclose(middle / np.linalg.norm(middle, axis=1, keepdims=True), on.V)


def test_exact_chart_derivatives_are_those_of_the_signal_in_the_chart():
    """Against central differences, whose own error at step 1e-4 is about 1e-7."""
    signal, e = random_signal(3, seed=2), 1e-4
    frames = tangent_frames(grid(1).V)

    def at(x, y):
        return signal(frames @ np.array([x, y, np.sqrt(1 - x * x - y * y)]))[:, 0]

    exact = signal.chart_derivatives(frames)[:, 0]
    assert np.allclose(exact[:, 0], (at(e, 0) - at(-e, 0)) / (2 * e), atol=1e-6)
    assert np.allclose(exact[:, 2], (at(e, 0) - 2 * at(0, 0) + at(-e, 0)) / e**2, atol=1e-5)
    cross = (at(e, e) - at(e, -e) - at(-e, e) + at(-e, -e)) / (4 * e**2)
    assert np.allclose(exact[:, 3], cross, atol=1e-5)


def test_first_derivatives_have_order_two_everywhere():
    """Cubic terms are all that a quadratic fit of a near-regular ring leaves in a first derivative."""
    for slopes in map(measured_slope, (lambda e: e[CORNERS:].max(0), lambda e: np.sqrt((e**2).mean(0)),
                                       lambda e: e[:CORNERS].max(0))):
        assert all(1.8 < p < 2.2 for p in slopes[:2]), slopes


def test_second_derivatives_have_order_one_at_worst_and_better_in_the_mean():
    """Where a ring is not its own mirror image, cubic terms leave O(h); elsewhere O(h^2)."""
    worst = measured_slope(lambda e: e[CORNERS:].max(0))
    mean = measured_slope(lambda e: np.sqrt((e**2).mean(0)))
    assert all(0.85 < p < 1.2 for p in worst[2:]), worst
    assert all(1.35 < p < 1.9 for p in mean[2:]), mean


def test_at_the_corners_second_derivatives_have_order_one():
    """A regular pentagon confuses cubic terms with quadratic ones."""
    slopes = measured_slope(lambda e: e[:CORNERS].max(0))
    assert all(0.85 < p < 1.3 for p in slopes[2:]), slopes


@pytest.mark.parametrize("width", [1, 2])
def test_stencils_are_exact_for_quadratic_polynomials_in_the_chart(width):
    on = grid(2)
    found = stencils(on, width)
    x = chart(on.frames, on.V[found.near])
    for k, monomial in enumerate((1 + 0 * x[..., 0], x[..., 0], x[..., 1], x[..., 0]**2 / 2,
                                  x[..., 0] * x[..., 1], x[..., 1]**2 / 2)):
        got = np.einsum("nkr,nr->nk", found.weights, monomial)
        assert np.allclose(got, np.eye(6)[k], atol=1e-9)   # pinv of a well-conditioned 6 x 5


def test_transport_is_undone_on_the_way_back_and_turns_by_the_area_around_a_triangle():
    """Gauss and Bonnet: on the unit sphere the holonomy of a triangle is its area, its solid angle."""
    on = grid(2)
    F = on.mesh.F[:50]
    frames = on.frames[F]   # (m, 3, 3, 3)

    def angle(a, b):
        both = np.concatenate([frames[:, a], frames[:, b]])
        near = np.arange(len(F), 2 * len(F))[:, None]
        return transport_angles(both, near)[:, 0]

    assert np.allclose(np.exp(1j * (angle(0, 1) + angle(1, 0))), 1)
    a, b, c = on.V[F].transpose(1, 0, 2)
    volume = np.einsum("mi,mi->m", a, np.cross(b, c))
    area = 2 * np.arctan2(volume, 1 + (a * b).sum(1) + (b * c).sum(1) + (c * a).sum(1))
    around = angle(0, 1) + angle(1, 2) + angle(2, 0)
    assert np.allclose(np.exp(1j * around), np.exp(1j * area))


@pytest.mark.parametrize(("K", "N"), [(10, 5), (12, 6), (15, 7), (5, 5)])
def test_the_low_pass_commutes_with_turns(K, N):
    angle = np.array(0.7)
    assert np.allclose(lowpass(K, N) @ shift(angle, K), shift(angle, N) @ lowpass(K, N))
    assert np.allclose(lowpass(K, N).sum(axis=1), 1)


def test_the_sixty_symmetries_take_the_grid_onto_itself():
    R = symmetries()
    assert len({tuple(np.round(one, 6).ravel()) for one in R}) == 60
    for one in R:
        check_rotation(one)
        assert KDTree(grid(3).V).query(grid(3).V @ one)[0].max() < 1e-12


@pytest.mark.parametrize("N", [3, 6, 7])
def test_shifts_are_exact_for_band_limited_functions(N):
    turn, angle = 2 * np.pi * np.arange(N) / N, np.array([0.3, -2.0])
    for f in range((N - 1) // 2 + 1):
        got = shift(angle, N) @ np.cos(f * turn + 0.4)
        assert np.allclose(got, np.cos(f * (turn + angle[:, None]) + 0.4))


def test_turned_rows_are_the_derivatives_in_the_turned_frame():
    on, signal, angle = grid(1), random_signal(3), np.array([0.7])
    spun = on.frames @ about([0, 0, 1], 0.7)
    plain, there = signal.chart_derivatives(on.frames)[:, 0], signal.chart_derivatives(spun)[:, 0]
    assert np.allclose(plain @ turned(angle)[0, 1:, 1:].T, there)


def test_sampling_converges_with_order_three():
    signal, R = random_signal(4), about([1, 2, 3], 0.3)
    X = grid(4).V @ R
    wrong = [np.abs(sampled(grid(k), signal(grid(k).V), X) - signal(X)).max() for k in (3, 4, 5)]
    assert log_slope(np.array([4.0, 2.0, 1.0]), np.array(wrong)).p > 2.7


def test_a_turned_signal_is_the_signal_seen_from_elsewhere():
    signal, R = random_signal(5), random_rotation(np.random.default_rng(0))
    assert np.allclose(signal.turned(R)(grid(2).V), signal(grid(2).V @ R))


def test_the_meter_reads_zero_for_what_commutes_and_more_for_what_does_not():
    """Squaring commutes but for the O(h^3) of sampling; the height above the equator does not turn along."""
    squares = [equivariance_error(lambda level, N: np.square, level, 6).mean() for level in (3, 4, 5)]
    assert squares[2] < 2e-3 and log_slope(np.array([4.0, 2.0, 1.0]), np.array(squares)).p > 2.7
    assert equivariance_error(lambda level, N: lambda s: s * grid(level).V[:, 2:], 3, 6).min() > 0.3


def test_the_meter_sees_permutation_remeshing_and_flips():
    """The other invariances of this house: the same number for other motions and another kind of answer."""
    mesh = grid(2).mesh
    order = np.random.default_rng(0).permutation(mesh.n_vertices)
    moved = Mesh(mesh.V[order], np.argsort(order)[mesh.F])

    def heat(shape):
        found = spectrum(laplacian(shape), k=4)   # degrees zero and one: whole eigenspaces
        return (found.evecs**2).sum(axis=1)

    def height(shape):
        return np.asarray(shape.V[:, 2] * np.arange(shape.n_vertices))

    back = np.argsort(order)
    assert invariance_error(lambda shape: shape.vertex_normals, mesh, moved, lambda x: x[back]) < 1e-12
    assert invariance_error(height, mesh, moved, lambda x: x[back]) > 0.1
    assert invariance_error(heat, mesh, moved, lambda x: x[back]) < 1e-6
    assert invariance_error(lambda x: x**2, np.arange(5.0), -np.arange(5.0)) == 0
    assert invariance_error(lambda x: x, np.arange(5.0), -np.arange(5.0)) > 1
    coarse = invariance_error(lambda shape: np.array([shape.area]), mesh, grid(3).mesh)
    assert 0 < coarse < 0.1


@pytest.mark.parametrize("wrong, words", [
    (np.diag([1.0, 1.0, -1.0]), "reflection"), (2 * np.eye(3), "off by"), (np.full((3, 3), np.nan), "finite"),
    (np.full((3, 3), np.inf), "finite")])
def test_improper_rotations_are_refused(wrong, words):
    with pytest.raises(RotationError, match=words):
        check_rotation(wrong)
    with pytest.raises(RotationError):
        diagram(lambda s: s, grid(2), random_signal(2), wrong)


def test_bad_signals_points_and_levels_are_refused():
    on = grid(2)
    with pytest.raises(SphereError, match=r"level 2 has shape \(162, c\)"):
        sampled(on, np.zeros((42, 1)), on.V)
    with pytest.raises(SphereError, match="finite"):
        sampled(on, np.full((162, 1), np.nan), on.V)
    with pytest.raises(SphereError, match="length one"):
        sampled(on, np.zeros((162, 1)), 1.1 * on.V)
    with pytest.raises(MeshError, match="10 \\* 4"):
        level_of(100)
    with pytest.raises(MeshError, match="coarser"):
        _ = grid(0).parents
