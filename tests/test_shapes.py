"""What a shape is: meshes and clouds as values, the gallery against its formulas."""

import copy
import pickle

import numpy as np
import pytest

from workbench.quantities import Quantity
from workbench.shapes import (
    CurveNetwork,
    Mesh,
    MeshError,
    PointCloud,
    bumpy_sphere,
    crease,
    icosphere,
    plane_with_hole,
    sphere,
    torus,
    two_spheres,
)
from workbench.shapes.topology import loops

CLOSED = {
    "sphere": sphere(2), "torus": torus(), "bumpy sphere": bumpy_sphere(3), "two spheres": two_spheres(2)
}
OPEN = {"plane with a hole": plane_with_hole(16), "crease": crease(8)}
EULER = {"sphere": 2, "torus": 0, "bumpy sphere": 2, "two spheres": 4, "plane with a hole": 0, "crease": 1}
GALLERY = {**CLOSED, **OPEN}


def volume(mesh):
    a, b, c = mesh.V[mesh.F.T]
    return np.einsum("mi,mi->", a, np.cross(b, c)) / 6


@pytest.mark.parametrize("name", GALLERY)
def test_euler_characteristic_is_that_of_the_surface(name):
    mesh = GALLERY[name]
    assert mesh.n_vertices - len(mesh.edges) + mesh.n_faces == EULER[name]


@pytest.mark.parametrize("name", CLOSED)
def test_closed_shapes_have_no_boundary_and_enclose_positive_volume(name):
    assert len(CLOSED[name].boundary_edges) == 0
    assert volume(CLOSED[name]) > 0


@pytest.mark.parametrize("name, count", [("plane with a hole", 2), ("crease", 1)])
def test_open_shapes_have_their_boundary_loops(name, count):
    assert loops(OPEN[name].boundary_edges) == count


@pytest.mark.parametrize("name", GALLERY)
def test_every_inner_edge_is_walked_once_each_way(name):
    mesh = GALLERY[name]
    walked = {(a, b) for face in mesh.F.tolist() for a, b in zip(face, face[1:] + face[:1], strict=True)}
    assert len(walked) == 3 * mesh.n_faces
    boundary = {tuple(edge) for edge in mesh.boundary_edges.tolist()}
    assert all((b, a) in walked for a, b in walked if (min(a, b), max(a, b)) not in boundary)


@pytest.mark.parametrize("level", range(5))
def test_icosphere_counts_and_radius(level):
    ball = icosphere(level)
    assert ball.n_vertices == 10 * 4**level + 2
    assert ball.n_faces == 20 * 4**level
    # one rounding of a division and one of a square root
    np.testing.assert_allclose(np.linalg.norm(ball.V, axis=1), 1, atol=4e-16)


def test_levels_of_the_icosphere_are_nested():
    np.testing.assert_array_equal(icosphere(3).V[:icosphere(2).n_vertices], icosphere(np.int64(2)).V)


SEQUENCES = {
    "sphere": (lambda h: icosphere(h + 2), 4 * np.pi),
    "torus": (lambda h: torus(24 * 2**h, 12 * 2**h, 1.0, 0.4), 4 * np.pi**2 * 0.4),
    "plane with a hole": (lambda h: plane_with_hole(8 * 2**h), 4 - 0.09 * np.pi),
    "two spheres": (lambda h: two_spheres(h + 2), 8 * np.pi),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_areas_converge_with_the_square_of_the_edge_length(name):
    make, area = SEQUENCES[name]
    errors = [abs(make(h).area - area) for h in range(3)]
    # halving h quarters the error, up to terms of order h^4 that are below 2 % at these sizes
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 4, rtol=0.05)


@pytest.mark.parametrize("angle", [0.3, np.pi / 2, 2.5, np.pi])
def test_a_crease_has_area_two_and_its_angle_between_the_sheets(angle):
    roof = crease(6, angle)
    assert roof.area == pytest.approx(2, rel=1e-13)
    left, right = roof.face_normals[roof.V[roof.F][:, :, 0].mean(axis=1) < 0], roof.face_normals
    # normals differ by pi minus the angle between the sheets
    assert np.arccos(np.clip(left[0] @ right[-1], -1, 1)) == pytest.approx(np.pi - angle, abs=1e-7)


def test_bumpy_spheres_follow_their_seed():
    np.testing.assert_array_equal(bumpy_sphere(2, seed=3).V, bumpy_sphere(2, seed=3).V)
    assert not np.allclose(bumpy_sphere(2, seed=3).V, bumpy_sphere(2, seed=4).V)


def test_gallery_refuses_shapes_that_are_none():
    for make in (lambda: icosphere(-1), lambda: icosphere(11), lambda: torus(2, 8), lambda: torus(r=2.0),
                 lambda: plane_with_hole(1), lambda: crease(4, 0.0), lambda: crease(4, 4.0)):
        with pytest.raises(MeshError, match="got"):
            make()


def test_edges_are_sorted_and_name_every_side_once():
    mesh = torus(5, 4)
    walked = {tuple(sorted(pair)) for f in mesh.F.tolist() for pair in zip(f, f[1:] + f[:1], strict=True)}
    assert [tuple(edge) for edge in mesh.edges.tolist()] == sorted(walked)


def test_face_normals_are_unit_orthogonal_to_the_face_and_outward():
    ball = icosphere(3)
    a, b, c = ball.V[ball.F.T]
    np.testing.assert_allclose(np.linalg.norm(ball.face_normals, axis=1), 1, atol=4e-16)
    # rounding of edges of length 0.1 after division by areas of 0.01
    np.testing.assert_allclose(np.einsum("mi,mi->m", ball.face_normals, b - a), 0, atol=1e-14)
    np.testing.assert_allclose(np.einsum("mi,mi->m", ball.face_normals, c - a), 0, atol=1e-14)
    assert (np.einsum("mi,mi->m", ball.face_normals, a) > 0).all()


def test_vertex_normals_of_a_sphere_tend_to_its_positions():
    errors = [np.abs(ball.vertex_normals - ball.V).max() for ball in map(icosphere, (3, 4, 5))]
    # area weights are first order where the triangles around a vertex differ, so halving h halves the error
    np.testing.assert_allclose([errors[0] / errors[1], errors[1] / errors[2]], 2, rtol=0.05)


def test_areas_times_normals_of_a_closed_surface_sum_to_zero():
    mesh = bumpy_sphere(3)
    # divergence theorem; rounding of some thousand terms
    np.testing.assert_allclose(mesh.face_areas @ mesh.face_normals, 0, atol=1e-13)


@pytest.mark.parametrize("name", GALLERY)
def test_normalised_has_area_one_and_its_centroid_at_the_origin(name):
    moved = Mesh(7 * GALLERY[name].V + [3, -2, 1], GALLERY[name].F).normalised()
    assert moved.area == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(moved.face_areas @ moved.V[moved.F].mean(axis=1), 0, atol=1e-12)


def test_in_unit_ball_centres_vertices_and_reaches_radius_one():
    for shape in (torus(9, 5).in_unit_ball().V, PointCloud(torus(9, 5).V + 4).in_unit_ball().X):
        np.testing.assert_allclose(shape.mean(axis=0), 0, atol=1e-14)
        assert np.linalg.norm(shape, axis=1).max() == pytest.approx(1, rel=1e-14)


def test_a_mesh_is_a_copy_and_cannot_be_written_to():
    V, F = np.eye(3), np.array([[0, 1, 2]], dtype=np.int32)
    mesh = Mesh(V, F)
    V[0] = 9
    np.testing.assert_array_equal(mesh.V, np.eye(3))
    for array in (mesh.V, mesh.F, mesh.edges, mesh.boundary_edges, mesh.face_areas, mesh.face_normals,
                  mesh.vertex_normals):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        mesh.V = V


@pytest.mark.parametrize("V, F, told", [
    (np.eye(2), [[0, 1, 1]], r"shape \(n, 3\), got \(2, 2\)"),
    (np.eye(3), [[0, 1, 2, 2]], r"triangles; got \(1, 4\)"),
    (np.eye(3), [[0, 1, 3]], r"0..2; 1 faces do not, the first is face 0: \[0, 1, 3\]"),
    (np.eye(3), [[0, 1, -1]], "0..2; 1 faces do not"),
    (np.eye(3), [[0.0, 1.0, 2.0]], "whole numbers, got float64"),
    (np.eye(3) * np.nan, [[0, 1, 2]], "finite; 3 vertices are not"),
    (np.zeros((0, 3)), np.zeros((0, 3), int), "vertices and faces, got 0 and 0"),
    (np.eye(3), np.zeros((0, 3), int), "got 3 and 0"),
    (np.eye(3), [[0, 1, 2], [0, 1, 2, 2]], "same length"),
    (np.eye(3) * 1j, [[0, 1, 2]], "complex128"),
    ("chair", [[0, 1, 2]], "numbers"),
    (None, None, "numbers"),
])
def test_a_mesh_refuses_what_is_none_and_says_what_came(V, F, told):
    with pytest.raises(MeshError, match=told) as raised:
        Mesh(V, F)
    assert "repair" in str(raised.value) or "numbers" in str(raised.value)


def test_points_keep_unit_normals_and_refuse_what_is_none():
    cloud = PointCloud([[0, 0, 0], [1, 2, 3]], normals=[[0, 0, 2], [3, 0, 4]])
    np.testing.assert_allclose(cloud.normals, [[0, 0, 1], [0.6, 0, 0.8]])
    assert cloud.n_vertices == 2
    for X, normals in (([[0, 0]], None), ([[0, 0, np.inf]], None), ([[0, 0, 0]], [[0, 0, 0]]),
                       ([[0, 0, 0]], [[0, 0, 1], [0, 0, 1]]), (np.zeros((0, 3)), None), ("chair", None)):
        with pytest.raises(MeshError):
            PointCloud(X, normals)


def test_what_has_no_size_cannot_be_scaled():
    point = Mesh(np.ones((3, 3)), [[0, 1, 2]])
    with pytest.raises(MeshError, match="got 0.0"):
        point.normalised()
    with pytest.raises(MeshError, match="got largest distance 0.0"):
        point.in_unit_ball()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_is_frozen_too(again):
    ball = icosphere(1)
    assert ball.area > 0  # what was derived from the arrays must not outlive a change of them
    values = Quantity("b", "vertices", ball.V[0])
    for thing, array in [(ball, "V"), (PointCloud(ball.V, ball.V), "normals"),
                         (CurveNetwork(ball.V, ball.edges), "E"), (values, "values")]:
        kept = getattr(again(thing), array)
        np.testing.assert_array_equal(kept, getattr(thing, array))
        assert not kept.flags.writeable


@pytest.mark.parametrize("size", [1e300, 1e-320])
def test_normals_of_any_length_are_scaled_to_one(size):
    with np.errstate(over="raise"):
        cloud = PointCloud([[0, 0, 0]], [[0, size, size]])
    np.testing.assert_allclose(cloud.normals, [[0, 0.5**0.5, 0.5**0.5]], rtol=1e-4)  # 1e-320 has four digits
