"""Block factors of operators on a mesh, and the pencil of two Hodge stars in standard form."""

import numpy as np
import pytest
from drawn_stars import MESHES, dense, square, stars, two_pieces

from workbench.operators.dissection import fronts
from workbench.operators.multifrontal import NotPositiveDefinite, block_factor
from workbench.operators.pencil import pattern, pencil
from workbench.shapes import bumpy_sphere


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", MESHES)
def test_factors_solve_what_dense_algebra_solves(kind, k):
    mesh = MESHES[kind]()
    star0, star1 = stars(mesh, k)
    L, M = dense(mesh, star0, star1)
    cut = fronts(mesh.edges, mesh.V, leaf=8)
    rows = (cut.order[:, None] * k + np.arange(k)).ravel()
    A = (L + M)[rows][:, rows]
    diagonal = np.stack([A[v * k:v * k + k, v * k:v * k + k] for v in range(mesh.n_vertices)])
    B = np.random.default_rng(1).standard_normal((len(A), 5))
    X = block_factor(cut, diagonal, -star1[cut.edges]).solve(B)
    # condition of A is about 1e4, so round-off reaches 1e-12
    np.testing.assert_allclose(A @ X, B, rtol=0, atol=1e-10)


@pytest.mark.parametrize("leaf", [1, 8, 1000])
def test_every_vertex_is_eliminated_once_and_every_edge_belongs_to_one_front(leaf):
    mesh = two_pieces()
    cut = fronts(mesh.edges, mesh.V, leaf)
    assert sorted(cut.order) == list(range(mesh.n_vertices))
    assert sorted(cut.edges) == list(range(len(mesh.edges)))
    assert sum(len(front.late) for front in cut.fronts) == len(mesh.edges)
    assert np.array_equal(np.concatenate([np.arange(f.start, f.stop) for f in cut.fronts]),
                          np.arange(mesh.n_vertices))


@pytest.mark.parametrize("leaf", [1, 8, 32])
def test_runs_say_where_what_a_child_leaves_stands_in_its_parent(leaf):
    mesh = bumpy_sphere(level=3)
    cut = fronts(mesh.edges, mesh.V, leaf)
    seen = 0
    for front in cut.fronts:
        members = np.concatenate([np.arange(front.start, front.stop), front.boundary])
        for child, runs in front.children:
            seen += 1
            assert np.array_equal(np.concatenate([np.arange(start, stop) for start, stop, _ in runs]),
                                  np.arange(len(cut.fronts[child].boundary)))
            stands = np.concatenate([np.arange(stop - start) + place for start, stop, place in runs])
            assert np.array_equal(members[stands], cut.fronts[child].boundary)
    assert seen == sum(len(front.boundary) > 0 for front in cut.fronts)


def test_separators_are_numbered_along_their_curve():
    mesh = bumpy_sphere(level=4)
    runs = [len(runs) for front in fronts(mesh.edges, mesh.V).fronts for _, runs in front.children]
    # a part of a surface borders on a handful of separators, each of which it meets along a piece or two
    assert np.mean(runs) < 6


def test_a_matrix_that_is_not_positive_definite_has_no_factor():
    mesh = square()
    cut = fronts(mesh.edges, mesh.V)
    blocks = -np.ones((mesh.n_vertices, 1, 1))
    with pytest.raises(NotPositiveDefinite):
        block_factor(cut, blocks, np.zeros((len(mesh.edges), 1, 1)))


@pytest.mark.parametrize("kind", MESHES)
def test_the_standard_form_is_the_generalised_problem_in_other_coordinates(kind):
    mesh = MESHES[kind]()
    star0, star1 = stars(mesh, 3)
    L, M = dense(mesh, star0, star1)
    of = pencil(pattern(mesh), star0, star1)
    X = np.random.default_rng(2).standard_normal((mesh.n_vertices, 3, 4))
    x = X.reshape(-1, 4)
    psi = of.standard(X)
    np.testing.assert_allclose(of.original(psi), X, atol=1e-12)
    np.testing.assert_allclose(psi.T @ psi, x.T @ M @ x, atol=1e-10)
    np.testing.assert_allclose(psi.T @ (of.S @ psi), x.T @ L @ x, atol=1e-9)


def test_constants_on_every_piece_are_the_null_space():
    mesh = two_pieces()
    of = pencil(pattern(mesh), *stars(mesh, 3))
    null = of.null.toarray()
    assert null.shape[1] == 6
    np.testing.assert_allclose(null.T @ null, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(of.S @ null, 0, atol=1e-12)
    constants = of.original(null)[0]
    np.testing.assert_allclose(of.original(null)[:square().n_vertices],
                               np.broadcast_to(constants, (square().n_vertices, 3, 6)), atol=1e-12)
