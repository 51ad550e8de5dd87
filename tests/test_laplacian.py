"""Theorems on derivatives, stars and Laplacians: exact, symmetric, keeping heat, with named errors."""

import inspect

import numpy as np
import pytest
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

from workbench.operators.exterior import d0, d1, star0, star1, star2
from workbench.operators.geodesics import heat_distance
from workbench.operators.gradient import vertex_gradient
from workbench.operators.graph import knn_laplacian
from workbench.operators.laplacian import cotan_laplacian, laplacian, robust_laplacian
from workbench.operators.neighbours import nearest
from workbench.shapes import (
    Mesh,
    MeshError,
    PointCloud,
    bumpy_sphere,
    icosphere,
    plane_with_hole,
    torus,
    two_spheres,
)

pytestmark = pytest.mark.filterwarnings("ignore::workbench.shapes.door.SeveralComponentsWarning")

SHAPES = {
    "sphere": icosphere(2),
    "bumps": bumpy_sphere(3),
    "torus": torus(24, 12),
    "open": plane_with_hole(12),
    "two": two_spheres(2),
}
ROUNDOFF = 1e-12        # sums of some ten cotangents of size one, in float64


@pytest.fixture(params=SHAPES)
def mesh(request):
    return SHAPES[request.param]


def test_the_derivative_of_a_derivative_is_zero(mesh):
    assert abs(d1(mesh) @ d0(mesh)).max() == 0          # sums of +1 and -1 are exact


def test_d0_takes_differences_along_edges(mesh):
    u = mesh.V[:, 0]
    i, j = mesh.edges.T
    assert np.array_equal(d0(mesh) @ u, u[j] - u[i])


def test_circulations_around_faces_sum_to_the_boundary(mesh):
    """Stokes: on consistently oriented faces inner edges cancel, so boundary edges are left, once each."""
    left = np.abs(np.asarray(d1(mesh).sum(axis=0)).ravel())
    codes = mesh.edges @ [mesh.n_vertices, 1]
    on_boundary = np.isin(codes, mesh.boundary_edges @ [mesh.n_vertices, 1])
    assert np.array_equal(left, on_boundary.astype(float))


def test_stars_measure_area(mesh):
    assert star0(mesh).sum() == pytest.approx(mesh.area, rel=1e-13)
    assert (1 / star2(mesh)).sum() == pytest.approx(mesh.area, rel=1e-13)


def test_star1_of_an_equilateral_fan_is_the_cotangent_of_sixty_degrees():
    turns = np.arange(6) * np.pi / 3
    V = np.vstack([np.zeros(3), np.stack([np.cos(turns), np.sin(turns), 0 * turns], axis=1)])
    fan = Mesh(V, [[0, 1 + i, 1 + (i + 1) % 6] for i in range(6)])
    spokes = fan.edges[:, 0] == 0
    assert np.allclose(star1(fan)[spokes], 1 / np.sqrt(3), rtol=1e-14)      # two angles of 60 degrees, halved
    assert np.allclose(star1(fan)[~spokes], 1 / np.sqrt(12), rtol=1e-14)         # one angle, halved


def test_the_laplacian_is_d_star_d(mesh):
    D = d0(mesh)
    assert abs(cotan_laplacian(mesh).L - D.T @ diags_array(star1(mesh)) @ D).max() < ROUNDOFF


@pytest.mark.parametrize("build", [cotan_laplacian, robust_laplacian])
def test_constants_are_harmonic_and_mass_is_area(mesh, build):
    of = build(mesh)
    assert np.abs(of.L @ np.ones(mesh.n_vertices)).max() < ROUNDOFF
    assert of.M.sum() == pytest.approx(mesh.area, rel=1e-4)  # the robust one mollifies by 1e-5


@pytest.mark.parametrize("build", [cotan_laplacian, robust_laplacian])
def test_the_laplacian_is_symmetric_and_positive_semi_definite(mesh, build):
    L = build(mesh).L
    assert abs(L - L.T).max() < ROUNDOFF
    evals = np.linalg.eigvalsh(L.toarray())
    assert evals[0] > -1e-13 * evals[-1]  # eigenvalues err by eps times the norm


def test_two_routes_to_the_laplacian_agree_where_the_mesh_is_delaunay():
    ball = icosphere(3)  # all angles are acute, so nothing is flipped
    assert abs(cotan_laplacian(ball).L - robust_laplacian(ball).L).max() < 1e-3


def test_robust_edge_weights_are_not_negative_where_cotangents_are():
    sheet = plane_with_hole(12)
    worst = []
    for build in (cotan_laplacian, robust_laplacian):
        L = build(sheet).L.tocoo()
        worst.append(L.data[L.row != L.col].max())
    assert worst[0] > 0.1 > ROUNDOFF > worst[1]


def test_linear_functions_are_harmonic_inside_a_plane():
    sheet = plane_with_hole(12)
    inside = np.setdiff1d(np.arange(sheet.n_vertices), sheet.boundary_edges)
    assert np.abs((cotan_laplacian(sheet).L @ sheet.V[:, :2])[inside]).max() < ROUNDOFF


def test_dirichlet_energy_of_height_is_its_integral(mesh):
    """u^T L u = integral |grad u|^2, and on a face |grad z|^2 = 1 - N_z^2."""
    z = mesh.V[:, 2]
    exact = mesh.face_areas @ (1 - mesh.face_normals[:, 2] ** 2)
    assert z @ cotan_laplacian(mesh).L @ z == pytest.approx(exact, rel=1e-12, abs=1e-12)


def test_heat_is_conserved(mesh):
    """1^T M u does not change under (M + t L) u' = M u, because 1^T L = 0."""
    of = cotan_laplacian(mesh)
    heat = np.random.default_rng(1).random(mesh.n_vertices)
    after = splu(csc_array(diags_array(of.M) + 0.1 * of.L)).solve(of.M * heat)
    assert of.M @ after == pytest.approx(of.M @ heat, rel=1e-12)
    assert after.std() < heat.std()


def test_the_laplacian_is_invariant_under_rigid_motion_and_scales_with_area(mesh):
    Q, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((3, 3)))
    Q *= np.sign(np.linalg.det(Q))
    moved, plain = cotan_laplacian(Mesh(3 * mesh.V @ Q.T + 1, mesh.F)), cotan_laplacian(mesh)
    assert abs(moved.L - plain.L).max() < 1e-10                 # cotangents of slivers magnify round-off
    assert np.allclose(moved.M, 9 * plain.M, rtol=1e-11)


def test_a_point_cloud_gets_the_robust_laplacian():
    cloud = PointCloud(icosphere(3).V)
    of = laplacian(cloud)
    assert np.abs(of.L @ np.ones(cloud.n_vertices)).max() < ROUNDOFF
    assert of.M.sum() == pytest.approx(4 * np.pi, rel=0.02)     # O(h^2) with h = 0.13, as for the mesh
    height = cloud.X[:, 2]
    assert height @ of.L @ height == pytest.approx(8 * np.pi / 3, rel=0.02)     # integral of 1 - z^2


def test_the_robust_laplacian_stands_three_sheets_on_one_edge():
    V = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, -1, 0.0]])
    book = Mesh(V, [[0, 1, 2], [0, 1, 3], [0, 1, 4]])
    with pytest.warns(UserWarning, match="manifold"):
        of = robust_laplacian(book)
    assert of.M.sum() == pytest.approx(1.5, rel=1e-4)
    assert np.linalg.eigvalsh(of.L.toarray())[0] > -1e-14


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_face_without_area_is_named_with_the_way_out():
    flat = Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0.0]], [[0, 1, 2], [0, 2, 3]])
    for operator in (cotan_laplacian, star1, star2):
        with pytest.raises(MeshError, match="face.*repair"):
            operator(flat)


@pytest.mark.parametrize("build", [cotan_laplacian, robust_laplacian])
def test_an_isolated_vertex_is_turned_away(build):
    alone = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5.0]], [[0, 1, 2]])
    with pytest.raises(MeshError, match="repair"):
        build(alone)


def test_a_cloud_of_thirty_points_is_too_small():
    cloud = PointCloud(np.random.default_rng(0).random((30, 3)))
    for operator in (laplacian, lambda cloud: heat_distance(cloud, 0)):
        with pytest.raises(MeshError, match="more than 30"):
            operator(cloud)


@pytest.mark.parametrize("X", [np.ones((40, 3)), np.linspace(0, 1, 40)[:, None] * [1, 2, 3]])
def test_a_cloud_without_surface_is_refused_by_name(X):
    for operator in (laplacian, lambda cloud: heat_distance(cloud, 0)):
        with pytest.raises(MeshError, match="coincide or lie on a line"):
            operator(PointCloud(X))


@pytest.mark.parametrize("s", [1e-200, 1e200])
def test_a_cloud_at_a_scale_where_float64_fails_is_refused_by_name(s):
    cloud = PointCloud(s * icosphere(2).V)
    with pytest.raises(MeshError, match="too large or small"):
        laplacian(cloud)
    for operator in (vertex_gradient, lambda cloud: heat_distance(cloud, 0)):
        try:
            assert np.isfinite(abs(operator(cloud)).max())
        except MeshError as refused:
            assert "overflow" in str(refused) or "too large or small" in str(refused)


@pytest.mark.parametrize("X", [np.full((9, 2), np.nan), np.arange(9.0)])
def test_points_that_are_no_rows_of_finite_numbers_are_refused_by_name(X):
    with pytest.raises(MeshError, match="rows of finite numbers"):
        inspect.unwrap(nearest)(X, 2)                           # without the check of annotations


def test_a_face_that_names_a_vertex_twice_has_no_edges_to_go_around():
    ball = icosphere(1)
    with pytest.raises(MeshError, match="face 80 names a vertex twice"):
        d1(Mesh(ball.V, np.concatenate([ball.F, [[0, 0, 1]]])))


def test_the_graph_laplacian_of_a_path_is_the_second_difference():
    """Two neighbours on a line are the ones beside, except for the ends, which reach two steps in."""
    of = knn_laplacian(np.arange(9.0)[:, None], 2, sigma=1e9)     # so wide that every weight is one
    expected = [np.roll([-1, 2, -1, 0, 0, 0, 0, 0, 0], shift) for shift in (2, 3, 4)]
    assert np.allclose(of.L.toarray()[3:6], expected, atol=1e-12)


def test_the_graph_laplacian_is_symmetric_semi_definite_and_kills_constants():
    of = knn_laplacian(np.random.default_rng(3).standard_normal((60, 5)), 6)
    assert abs(of.L - of.L.T).max() == 0
    assert np.abs(of.L.sum(axis=1)).max() < ROUNDOFF
    assert np.linalg.eigvalsh(of.L.toarray())[0] > -ROUNDOFF
    assert (of.L.toarray()[~np.eye(60, dtype=bool)] <= 0).all()


@pytest.mark.parametrize("k", [0, 10, 11])
def test_a_graph_needs_fewer_neighbours_than_points(k):
    with pytest.raises(MeshError, match="1 <= k < n"):
        knn_laplacian(np.eye(10), k)


def test_a_graph_of_equal_points_has_unit_weights():
    of = knn_laplacian(np.zeros((12, 3)), 3)
    off = of.L.toarray()[~np.eye(12, dtype=bool)]
    assert set(np.unique(off)) == {-1.0, 0.0}
