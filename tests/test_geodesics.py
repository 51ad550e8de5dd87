"""Theorems on geodesic distance: great circles, convergence, scaling, inf where no way leads."""

import numpy as np
import pytest
from broken import DEFECTS

from workbench.operators.distances import distance_rows
from workbench.operators.geodesics import exact_distance, heat_distance, parts, straightened_path
from workbench.shapes import (
    Mesh,
    MeshError,
    PointCloud,
    bumpy_sphere,
    crease,
    icosphere,
    plane_with_hole,
    torus,
    two_spheres,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def great_circle(ball, source):
    return np.arccos(np.clip(ball.V @ ball.V[source], -1, 1))


def length(path):
    return np.linalg.norm(np.diff(path, axis=0), axis=1).sum()


@pytest.mark.parametrize("kind", [lambda ball: ball, lambda ball: PointCloud(ball.V)], ids=["mesh", "cloud"])
def test_heat_distance_converges_to_great_circles(kind):
    errors = []
    for level in (2, 3, 4):
        ball = icosphere(level)
        errors.append(np.abs(heat_distance(kind(ball), 0) - great_circle(ball, 0)).mean())
    assert (np.divide(errors[1:], errors[:-1]) < 0.65).all(), errors        # first order: halves with h
    assert errors[-1] < 0.02


def test_distance_is_zero_at_every_source_and_positive_elsewhere():
    sources = np.array([3, 100, 500])
    distance = heat_distance(bumpy_sphere(3), sources)
    assert distance[sources] == pytest.approx(0, abs=0.02)      # sources share one smoothed zero level
    assert np.delete(distance, sources).min() > 0


def test_distance_from_several_sources_is_the_smallest_of_each():
    ball = icosphere(4)
    together = heat_distance(ball, np.array([0, 1000]))
    apart = np.minimum(great_circle(ball, 0), great_circle(ball, 1000))
    assert np.abs(together - apart).mean() < 0.03


@pytest.mark.parametrize("name", ["a fin", "a copied face", "flipped faces", "a cap", "needles", "far away"])
def test_heat_distance_stands_what_the_door_lets_in(name):
    """One defect on a ball of 162 vertices changes no distance by more than half an edge."""
    distance = heat_distance(Mesh(*DEFECTS[name][:2]), 0)[:162]
    assert np.abs(distance - heat_distance(icosphere(2), 0)).max() < 0.14


def test_distance_scales_with_the_shape_and_is_invariant_under_motion():
    mesh = bumpy_sphere(3)
    Q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    moved = Mesh(5 * mesh.V @ Q.T * np.linalg.det(Q) + 2, mesh.F)
    assert np.allclose(heat_distance(moved, 7), 5 * heat_distance(mesh, 7), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("distance", [heat_distance, exact_distance])
def test_distance_follows_a_permutation_of_the_vertices(distance):
    mesh = bumpy_sphere(3)
    order = np.random.default_rng(1).permutation(mesh.n_vertices)
    shuffled = Mesh(mesh.V[order], np.argsort(order)[mesh.F])
    assert np.allclose(distance(shuffled, 0), distance(mesh, order[0])[order], rtol=0, atol=1e-11)


def test_exact_distance_is_invariant_under_rigid_motion_and_scales():
    mesh = bumpy_sphere(3)
    Q, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((3, 3)))
    moved = Mesh(5 * mesh.V @ Q.T * np.linalg.det(Q) + 2, mesh.F)
    assert np.allclose(exact_distance(moved, 7), 5 * exact_distance(mesh, 7), rtol=0, atol=1e-11)


def test_no_way_leads_to_another_part():
    pair = two_spheres(2)
    distance = heat_distance(pair, 5)
    assert np.isinf(distance[162:]).all() and np.isfinite(distance[:162]).all()
    assert np.isfinite(heat_distance(pair, np.array([5, 170]))).all()


def test_a_part_is_measured_as_if_it_were_alone():
    pair, ball = two_spheres(3), icosphere(3)
    assert np.allclose(heat_distance(pair, 9)[:642], heat_distance(ball, 9), atol=1e-9)


def test_parts_are_numbered_apart():
    assert np.array_equal(parts(two_spheres(1)), np.repeat([0, 1], 42))
    far = PointCloud(np.concatenate([icosphere(2).V, icosphere(2).V + 100]))
    assert np.array_equal(parts(far), np.repeat([0, 1], 162))


def test_the_straightened_path_on_a_plane_is_the_straight_line():
    flat = plane_with_hole(8)
    corner, other = int(np.argmin(flat.V @ [1, 1, 0])), int(np.argmin(flat.V @ [-1, 1, 0]))
    path = straightened_path(flat, corner, other)
    assert length(path) == pytest.approx(np.linalg.norm(flat.V[corner] - flat.V[other]), rel=1e-9)


def test_the_straightened_path_on_a_sphere_is_a_great_circle_to_second_order():
    errors = []
    for level in (2, 3, 4):
        ball = icosphere(level)
        target = int(np.argmin(np.abs(great_circle(ball, 0) - 1.5)))
        errors.append(abs(length(straightened_path(ball, 0, target)) / great_circle(ball, 0)[target] - 1))
    assert errors[-1] < 2e-3 and errors[-1] < errors[0] / 4


def test_a_path_starts_and_ends_where_asked():
    mesh = bumpy_sphere(3)
    path = straightened_path(mesh, 4, 321)
    assert np.allclose(path[[0, -1]], mesh.V[[4, 321]], atol=1e-12)
    assert length(straightened_path(mesh, 4, 4)) == 0


def test_paths_and_heat_agree():
    mesh = bumpy_sphere(4)
    heat = heat_distance(mesh, 0)
    targets = np.random.default_rng(1).choice(mesh.n_vertices, 20, replace=False)
    paths = np.array([length(straightened_path(mesh, 0, int(t))) for t in targets])
    assert (paths >= heat[targets] * 0.95).all()                # a path is never shorter than the distance
    assert np.median(paths / heat[targets]) == pytest.approx(1, abs=0.03)


def test_exact_distance_on_a_folded_sheet_is_the_flat_one():
    """A crease is isometric to a rectangle, where the straight line is the shortest path."""
    flat, folded = crease(12, angle=np.pi), crease(12, angle=0.7)
    source = 57
    straight = np.linalg.norm(flat.V - flat.V[source], axis=1)
    assert np.abs(exact_distance(folded, source) - straight).max() < 1e-12
    assert np.abs(exact_distance(flat, source) - straight).max() < 1e-12


def test_exact_distance_between_opposite_corners_of_the_cube_is_root_five():
    """Unfold two faces to a rectangle of 1 by 2 (Dudeney's spider and fly); other corners: 1, root 2."""
    V = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    cube = Mesh(V, [triangle for a, b, c, d in quads for triangle in ([a, b, c], [a, c, d])])
    expected = np.sqrt([0, 1, 1, 2, 1, 2, 2, 5])
    assert np.abs(exact_distance(cube, 0) - expected).max() < 1e-14


def test_exact_distance_goes_around_a_hole():
    """From the middle of one side to that of the other: two tangents and the arc between them."""
    sheet = plane_with_hole(32)
    left, right = (np.argmin(np.abs(sheet.V - [x, 0, 0]).sum(axis=1)) for x in (-1, 1))
    tangent, angle = np.sqrt(1 - 0.3**2), np.arccos(0.3)
    found = exact_distance(sheet, left)[right]
    assert found == pytest.approx(2 * tangent + 0.3 * (np.pi - 2 * angle), rel=1e-3)  # a polygonal hole


def test_exact_distance_converges_to_great_circles_at_second_order():
    errors = []
    for level in (1, 2, 3):
        ball = icosphere(level)
        errors.append(np.abs(exact_distance(ball, 0) - great_circle(ball, 0)).max())
    assert (np.log2(np.divide(errors[:-1], errors[1:])) > 1.7).all(), errors


@pytest.mark.parametrize("mesh", [bumpy_sphere(2), torus(24, 12), plane_with_hole(8)], ids=str)
def test_exact_distance_is_symmetric_obeys_the_triangle_inequality_and_edges(mesh):
    some = np.arange(0, mesh.n_vertices, mesh.n_vertices // 8)
    D = np.array([exact_distance(mesh, int(i)) for i in some])
    between = D[:, some]
    assert np.abs(between - between.T).max() < 1e-12
    assert (D[:, None] <= between[:, :, None] + D + 1e-12).all()
    i, j = mesh.edges.T
    assert (np.abs(D[:, i] - D[:, j]) <= np.linalg.norm(mesh.V[i] - mesh.V[j], axis=1) + 1e-12).all()
    assert (D >= np.linalg.norm(mesh.V - mesh.V[some][:, None], axis=2) - 1e-12).all()


def test_exact_distance_from_several_sources_is_the_smallest_of_each():
    mesh = bumpy_sphere(3)
    each = [exact_distance(mesh, i) for i in (2, 300, 500)]
    assert np.abs(exact_distance(mesh, np.array([2, 300, 500])) - np.min(each, axis=0)).max() < 1e-12


def test_straightened_paths_are_never_shorter_than_exact_and_mostly_equal():
    mesh = bumpy_sphere(3)
    exact = exact_distance(mesh, 0)[1::20]
    paths = np.array([length(straightened_path(mesh, 0, t)) for t in range(1, mesh.n_vertices, 20)])
    assert (paths >= exact - 1e-9).all()
    assert np.mean(paths < exact + 1e-9) > 0.7


def test_heat_converges_to_exact():
    mesh = bumpy_sphere(4)
    exact = exact_distance(mesh, 0)
    assert np.abs(heat_distance(mesh, 0) - exact).mean() < 0.02 * exact.max()


def test_exact_distance_to_another_part_is_inf():
    distance = exact_distance(two_spheres(2), 5)
    assert np.isinf(distance[162:]).all() and np.isfinite(distance[:162]).all()


def test_exact_paths_lead_through_a_point_in_which_two_spikes_touch():
    """Two slender pyramids, mirror images in their common tip, which has far less than 2 pi around it."""
    turns = np.arange(4) * np.pi / 2
    ring = np.stack([0.2 * np.cos(turns), 0.2 * np.sin(turns), np.ones(4)], axis=1)
    spike = np.array([[0, 2, 1], [0, 3, 2], [0, 4, 3], [0, 1, 4], [1, 2, 3], [1, 3, 4]])
    other = np.where(spike == 0, 0, spike + 4)[:, ::-1]
    pair = Mesh(np.concatenate([np.zeros((1, 3)), ring, -ring]), np.concatenate([spike, other]))
    slant = np.sqrt(1.04)
    assert np.allclose(exact_distance(pair, 1)[[0, 5, 6, 7, 8]], [slant, *[2 * slant] * 4], rtol=1e-14)


def test_exact_distance_refuses_what_is_not_oriented_and_manifold():
    F = icosphere(1).F.copy()
    F[3] = F[3, ::-1]
    V = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, -1, 0.0]])
    for bad in (Mesh(icosphere(1).V, F), Mesh(V, [[0, 1, 2], [0, 1, 3], [0, 1, 4]])):
        with pytest.raises(MeshError, match="manifold"):
            exact_distance(bad, 0)


@pytest.mark.parametrize("sources", [-1, 162, np.array([0, 999]), np.array([], dtype=np.int64)])
def test_sources_that_are_no_vertices_are_refused_by_name(sources):
    with pytest.raises(MeshError, match="0 to 161"):
        heat_distance(icosphere(2), sources)


def test_paths_between_parts_and_on_books_are_refused_by_name():
    with pytest.raises(MeshError, match="different parts"):
        straightened_path(two_spheres(1), 0, 60)
    V = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, -1, 0.0]])
    with pytest.raises(MeshError, match="manifold"):
        straightened_path(Mesh(V, [[0, 1, 2], [0, 1, 3], [0, 1, 4]]), 2, 3)


def test_rows_of_distances_are_those_of_one_source(body):
    rows = distance_rows(body, [3, 50])
    for row, source in zip(rows, (3, 50), strict=True):
        # the single-source way measures on the intrinsic Delaunay triangulation as well
        np.testing.assert_allclose(row, heat_distance(body, source), atol=1e-10)
    assert distance_rows(body).shape == (body.n_vertices,) * 2
    with pytest.raises(MeshError, match="sources"):
        distance_rows(body, [body.n_vertices])
    assert (distance_rows(body, 3) == rows[:1]).all()
