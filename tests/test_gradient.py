"""Theorems on gradients: exact on planes, equivariant under frames and motions, tame where they must be."""

import numpy as np
import pytest
from scipy.sparse import diags_array

from workbench.operators.gradient import face_gradient, tangent_frames, vertex_gradient
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.neighbours import estimated_normals, nearest
from workbench.shapes import Mesh, MeshError, PointCloud, bumpy_sphere, icosphere, plane_with_hole, torus

SLOPE = np.array([2.0, -3.0])


def bumpy():
    return bumpy_sphere(3)


def rotation(seed=0):
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    return Q * np.sign(np.linalg.det(Q))


def smooth(V):
    return np.sin(2 * V[:, 0]) + V[:, 1] * V[:, 2]


def turned_sheet():
    """A plane through the origin at a general angle, and the rotation that took it there."""
    flat, Q = plane_with_hole(10), rotation(3)
    return Mesh(flat.V @ Q.T, flat.F), Q


def test_frames_are_orthonormal_and_right_handed_about_the_normal():
    normals = bumpy().vertex_normals
    frames = tangent_frames(normals)
    gram = np.einsum("nac,nbc->nab", frames, frames)
    assert np.abs(gram - np.eye(2)).max() < 1e-14
    assert np.abs(np.cross(frames[:, 0], frames[:, 1]) - normals).max() < 1e-14


def test_the_gradient_of_a_linear_function_is_exact_on_a_plane_mesh():
    sheet, Q = turned_sheet()
    slope = Q[:, :2] @ SLOPE
    G = vertex_gradient(sheet) @ (sheet.V @ slope)
    exact = tangent_frames(sheet.vertex_normals) @ slope
    assert np.abs(G - (exact[:, 0] + 1j * exact[:, 1])).max() < 1e-11   # thin rings times round-off


def test_the_gradient_of_a_linear_function_is_exact_on_a_plane_cloud():
    rng, Q = np.random.default_rng(5), rotation(4)
    X = np.column_stack([rng.random((200, 2)), np.zeros(200)]) @ Q.T
    normals = np.tile(Q[:, 2], (200, 1))
    slope = Q[:, :2] @ SLOPE
    exact = tangent_frames(normals) @ slope
    G = vertex_gradient(PointCloud(X, normals)) @ (X @ slope)
    assert np.abs(G - (exact[:, 0] + 1j * exact[:, 1])).max() < 1e-11
    unaided = vertex_gradient(PointCloud(X)) @ (X @ slope)
    assert np.allclose(np.abs(unaided), np.linalg.norm(SLOPE), rtol=1e-10)   # frames differ, lengths do not


def test_the_gradient_of_a_constant_is_zero():
    for shape in (bumpy(), PointCloud(bumpy().V)):
        assert np.abs(vertex_gradient(shape) @ np.ones(shape.n_vertices)).max() < 1e-11


@pytest.mark.parametrize("cloud", [False, True])
def test_the_gradient_converges_on_the_sphere(cloud):
    """|grad z| = sqrt(1 - z^2) on the unit sphere; fits over lopsided neighbours err by O(h)."""
    errors = []
    for level in (3, 4):
        ball = icosphere(level)
        shape = PointCloud(ball.V, ball.V) if cloud else ball
        z = ball.V[:, 2]
        error = np.abs(vertex_gradient(shape) @ z) - np.sqrt(1 - z**2)
        errors.append(np.sqrt(np.mean(error**2)))
    assert errors[1] < 0.6 * errors[0]      # h halves from level to level
    assert errors[1] < 0.02


def test_turning_a_frame_turns_the_gradient_back():
    mesh, angles = bumpy(), np.random.default_rng(6).uniform(0, 2 * np.pi, bumpy().n_vertices)
    e1, e2 = tangent_frames(mesh.vertex_normals).transpose(1, 0, 2)
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    turned = np.stack([c * e1 + s * e2, c * e2 - s * e1], axis=1)
    u = smooth(mesh.V)
    expected = np.exp(-1j * angles) * (vertex_gradient(mesh) @ u)
    assert np.allclose(vertex_gradient(mesh, turned) @ u, expected, rtol=0, atol=1e-11)


def test_the_imaginary_axis_is_a_quarter_turn_to_the_left_seen_from_outside():
    """On the sphere, east and north at a point make a right-handed pair with the outward normal."""
    ball = icosphere(3)
    away = np.abs(ball.V[:, 2]) < 0.8
    east = np.cross([0.0, 0.0, 1.0], ball.V)
    east[away] /= np.linalg.norm(east[away], axis=1, keepdims=True)
    frames = tangent_frames(ball.vertex_normals)
    frames[away, 0], frames[away, 1] = east[away], np.cross(ball.V, east)[away]
    G = vertex_gradient(ball, frames) @ ball.V[:, 2]
    assert np.abs(np.angle(G[away]) - np.pi / 2).max() < 0.1              # height grows towards north


def test_gradient_lengths_are_invariant_under_motion_and_go_with_one_over_scale():
    mesh, Q = bumpy(), rotation(7)
    u = smooth(mesh.V)
    plain = np.abs(vertex_gradient(mesh) @ u)
    for s in (1.0, 1e-3, 1e3):
        moved = np.abs(vertex_gradient(Mesh(s * mesh.V @ Q.T + s, mesh.F)) @ u)
        assert np.allclose(s * moved, plain, rtol=1e-9, atol=1e-10)


def test_gradients_follow_a_permutation_of_the_vertices():
    mesh = bumpy()
    order = np.random.default_rng(8).permutation(mesh.n_vertices)
    G = vertex_gradient(mesh)
    shuffled = vertex_gradient(Mesh(mesh.V[order], np.argsort(order)[mesh.F]))
    assert abs(shuffled - G[order][:, order]).max() < 1e-9                 # sums run in another order


def test_neighbours_on_a_line_give_a_gradient_along_it_only():
    """A strip so thin that nothing is known across: the gradient stays of the size of the slope along."""
    x = np.linspace(0, 1, 12)
    X = np.column_stack([x, 1e-9 * np.sin(40 * x), np.zeros(12)])
    G = vertex_gradient(PointCloud(X, np.tile([0.0, 0.0, 1.0], (12, 1)))) @ (3 * x + 1e-6 * np.cos(99 * x))
    assert np.allclose(np.abs(G), 3, rtol=1e-3)


def test_equal_points_have_zero_gradient_and_no_blow_up():
    G = vertex_gradient(PointCloud(np.ones((5, 3)), np.tile([0.0, 0.0, 1.0], (5, 1))))
    assert np.array_equal(G @ np.arange(5.0), np.zeros(5))


def test_frames_of_the_wrong_shape_are_refused():
    with pytest.raises(MeshError, match="two axes a vertex"):
        vertex_gradient(icosphere(1), tangent_frames(icosphere(2).vertex_normals))


@pytest.mark.parametrize("mesh", [bumpy_sphere(2), torus(20, 10), plane_with_hole(8)], ids=str)
def test_the_laplacian_is_the_face_gradient_squared(mesh):
    G, A = face_gradient(mesh), diags_array(np.tile(mesh.face_areas, 3))
    L = cotan_laplacian(mesh).L
    assert abs(G.T @ A @ G - L).max() < 1e-12 * abs(L).max()


def test_the_face_gradient_of_a_linear_function_is_its_slope_in_the_face():
    mesh, slope = bumpy(), np.array([1.0, -2.0, 0.5])
    N = mesh.face_normals
    found = (face_gradient(mesh) @ (mesh.V @ slope)).reshape(3, -1).T
    assert np.allclose(found, slope - (N @ slope)[:, None] * N, rtol=0, atol=1e-11)


def test_nearest_agrees_with_all_pairs():
    X = np.random.default_rng(9).random((50, 3))
    squares = ((X[:, None] - X) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    assert np.array_equal(nearest(X, 7), np.argsort(squares, axis=1)[:, :7])


def test_nobody_is_their_own_neighbour_even_among_copies():
    found = nearest(np.zeros((20, 3)), 5)
    assert found.shape == (20, 5)
    assert not (found == np.arange(20)[:, None]).any()


@pytest.mark.parametrize("mesh", [icosphere(3), torus(60, 30)], ids=["sphere", "torus"])
def test_estimated_normals_point_outwards_everywhere(mesh):
    estimate = estimated_normals(mesh.V, nearest(mesh.V, 12))
    assert np.einsum("nc,nc->n", estimate, mesh.vertex_normals).min() > 0.9
