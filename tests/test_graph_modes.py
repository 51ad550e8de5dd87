"""Affinities and eigenvectors of graphs: closed forms, two routes that agree, remedies and named errors."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from workbench.operators.graph_affinity import (
    GraphError,
    affinity,
    bridged,
    dense_affinity,
    parts,
    squared_distances,
)
from workbench.operators.graph_modes import (
    KINDS,
    FallsApart,
    RepeatedEigenvalue,
    combinatorial,
    dense_modes,
    normalised,
    random_walk,
    whole_modes,
)

X = np.random.default_rng(0).standard_normal((150, 3))
FAR = np.concatenate([X, X + [30, 0, 0], X + [0, 90, 0]])


def path(n):
    """The weights of a path of n points."""
    return np.eye(n, k=1) + np.eye(n, k=-1)


def test_affinity_is_the_paper_s_formula_written_out():
    k, scale = 9, 4
    d = np.linalg.norm(X[:, None] - X, axis=2)
    w = np.zeros_like(d)
    for i in range(len(X)):
        order = np.argsort(d[i])[1:]
        w[i, order[:k]] = np.exp(-(d[i, order[:k]] ** 2) / (2 * d[i, order[scale - 1]] ** 2))
    np.testing.assert_allclose(dense_affinity(X, k, scale), (w + w.T) / 2, atol=1e-12)


def test_dense_and_sparse_affinity_agree():
    np.testing.assert_allclose(affinity(X, 9, 4, 1.5).toarray(), dense_affinity(X, 9, 4, 1.5), atol=1e-12)


def test_affinity_is_blind_to_place_and_size():
    # 1e6 away and 1000 times larger leaves 1e-9 of a coordinate difference to round-off
    np.testing.assert_allclose(dense_affinity(1000 * X + 1e6, 9), dense_affinity(X, 9), atol=1e-6)


@pytest.mark.parametrize("affinities", [affinity, dense_affinity])
def test_copies_of_a_point_leave_weights_finite(affinities):
    twelve = np.concatenate([X, np.repeat(X[:1], 12, axis=0)])
    W = csr_array(affinities(twelve, 9))
    assert np.isfinite(W.data).all() and W.data.max() <= 1
    assert (W.sum(axis=1) > 0).all()


def test_points_that_are_all_one_have_equal_weights():
    W = dense_affinity(np.ones((20, 2)), 5, 3)
    assert set(np.unique(W)) <= {0.0, 0.5, 1.0}


@pytest.mark.parametrize("bad, words", [
    (lambda: dense_affinity(X, 150), "k = 150 and n = 150"),
    (lambda: dense_affinity(X, 5, 7), "scale 7, k = 5"),
    (lambda: affinity(X, 5, 2, 0.0), "above zero"),
    (lambda: dense_affinity(np.where(X > 2, np.nan, X), 9), "not finite"),
    (lambda: dense_affinity(X * 1e160, 9), "overflow"),
])
def test_what_is_no_graph_is_named(bad, words):
    with pytest.raises(GraphError, match=words):
        bad()


def test_distances_agree_with_those_by_hand():
    expected = ((X[:, None] - X) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(X), expected, atol=1e-12)


def test_laplacians_are_their_formulas():
    W = affinity(X, 9)
    D = W.toarray().sum(axis=1)
    np.testing.assert_allclose(combinatorial(W).toarray(), np.diag(D) - W.toarray(), atol=1e-14)
    half = np.diag(D**-0.5)
    np.testing.assert_allclose(normalised(W).toarray(), half @ combinatorial(W).toarray() @ half, atol=1e-14)
    np.testing.assert_allclose(random_walk(W).toarray(), W.toarray() / D, atol=1e-14)
    np.testing.assert_allclose(random_walk(W).sum(axis=0), 1.0)


def test_the_path_has_cosines_for_eigenvectors():
    n, K = 40, 5
    found = dense_modes(path(n), K, "L")
    j = np.arange(1, K + 1)
    np.testing.assert_allclose(found.evals, 2 - 2 * np.cos(np.pi * j / n), atol=1e-13)
    cosines = np.sqrt(2) * np.cos(np.pi * np.outer(np.arange(n) + 0.5, j) / n)
    np.testing.assert_allclose(np.abs((found.evecs * cosines).mean(axis=0)), 1.0)


@pytest.mark.parametrize("of", KINDS)
@pytest.mark.parametrize("trivial", [False, True])
def test_dense_and_whole_modes_agree(of, trivial):
    W = affinity(X, 9)
    dense, whole = (modes(w, 4, of, trivial) for modes, w in ((dense_modes, W.toarray()), (whole_modes, W)))
    np.testing.assert_allclose(dense.evals, whole.evals, atol=1e-12)
    signs = np.sign((dense.evecs * whole.evecs).sum(axis=0))
    np.testing.assert_allclose(dense.evecs, whole.evecs * signs, atol=1e-7)      # their residuals over gaps
    assert dense.gap == pytest.approx(whole.gap)


@pytest.mark.parametrize("of", KINDS)
def test_modes_are_eigenvectors_with_columns_of_mean_square_one(of):
    W = affinity(X, 9)
    D, found = W.sum(axis=1), dense_modes(W.toarray(), 4, of, True)
    matrix = {"L": combinatorial, "L_N": normalised, "P": lambda W: random_walk(W).T}[of](W)
    evals = 1 - found.evals if of == "P" else found.evals
    np.testing.assert_allclose(matrix @ found.evecs, found.evecs * evals, atol=1e-11)
    weight = D / D.mean() if of == "P" else np.ones(len(D))
    squares = found.evecs.T @ (weight[:, None] * found.evecs) / len(X)
    np.testing.assert_allclose(squares, np.eye(4), atol=1e-11)
    if of != "L_N":
        np.testing.assert_allclose(found.evecs[:, 0], 1.0)


@pytest.mark.parametrize("modes", [lambda W: dense_modes(W.toarray(), 2), lambda W: whole_modes(W, 2)])
def test_three_parts_are_told_apart_by_two_eigenvectors(modes):
    W = affinity(FAR, 9)
    assert parts(W)[0] == 3
    found = modes(W)
    np.testing.assert_allclose(found.evals, 0, atol=1e-12)
    root = np.sqrt(W.sum(axis=1))                           # eigenvectors of zero: D^1/2 times one per part
    ratio = found.evecs / root[:, None]
    assert max(np.ptp(ratio[parts(W)[1] == c], axis=0).max() for c in range(3)) < 1e-9
    np.testing.assert_allclose(root @ found.evecs, 0, atol=1e-8)


@pytest.mark.parametrize("modes", [lambda W: dense_modes(W.toarray(), 1), lambda W: whole_modes(W, 1)])
def test_a_graph_with_too_many_parts_is_named(modes):
    with pytest.raises(FallsApart, match="3 parts, too many for 1"):
        modes(affinity(FAR, 9))


def test_bridges_join_parts_and_tell_the_nearer_from_the_farther():
    W = bridged(dense_affinity(FAR, 9), FAR)
    assert parts(W)[0] == 1
    phi = dense_modes(W, 1).evecs[:, 0]
    sides = [np.sign(phi[at:at + 150]) for at in (0, 150, 300)]
    assert all((side == side[0]).all() for side in sides)
    assert sides[0][0] == sides[1][0] != sides[2][0]        # 90 away is farther than 30


def test_a_graph_in_one_part_needs_no_bridge():
    W = dense_affinity(X, 9)
    assert bridged(W, X) is W


def test_a_cut_through_equal_eigenvalues_is_named():
    ring = path(30) + np.eye(30, k=29) + np.eye(30, k=-29)  # sines and cosines come in pairs
    with pytest.raises(RepeatedEigenvalue, match="one eigenvector more or less"):
        dense_modes(ring, 1, "L")
    assert dense_modes(ring, 2, "L").gap > 0.5


@pytest.mark.parametrize("bad, words", [
    (lambda: dense_modes(path(9), 2, "M"), "one of L, L_N, P"),
    (lambda: dense_modes(path(9), 8), "9 points have at most 7"),
    (lambda: dense_modes(np.pad(path(9), 1), 2), "2 of 11 points have no neighbour"),
])
def test_what_has_no_modes_is_named(bad, words):
    with pytest.raises(GraphError, match=words):
        bad()
