"""Chapter 0's exercises can be solved, an untouched one fails, and a wrong one is told what is wrong."""

import numpy as np
import pytest
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve

from workbench.lessons.spectral_geometry import answers
from workbench.lessons.spectral_geometry.exercises import (
    check_carried,
    check_heat_step,
    check_hks,
    check_laplacian,
)
from workbench.marking import NotYet, said
from workbench.operators.exterior import d0, star0
from workbench.operators.laplacian import cotan_laplacian
from workbench.shapes import Mesh
from workbench.view import Album


def right_laplacian(V, F):
    return cotan_laplacian(Mesh(V, F)).L.toarray()


def by_corners(V, F, weight, shift=0, last=False):
    """A Laplacian assembled corner by corner, from the angle at the corner shifted by so many."""
    L = np.zeros((len(V), len(V)))
    for face in F:
        for c in range(3):
            i, j = face[c - 2], face[c - 1]
            apex = (c + shift) % 3
            a, b = V[face[apex - 2]] - V[face[apex]], V[face[apex - 1]] - V[face[apex]]
            w = weight(a @ b, np.linalg.norm(np.cross(a, b))) / 2
            L[i, j] = L[j, i] = -w if last else L[i, j] - w
    return L - np.diag(L.sum(axis=1))


def cot(dot, cross):
    return dot / cross


def changed(change):
    def attempt(V, F):
        L = right_laplacian(V, F)
        change(L)
        return L
    return attempt


def put(L, place, value):
    L[place] = value


@pytest.mark.parametrize("right", [
    right_laplacian,
    lambda V, F: cotan_laplacian(Mesh(V, F)).L,
    lambda V, F: by_corners(V, F, cot),
])
def test_the_laplacian_passes_dense_or_sparse(right):
    assert check_laplacian(right).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda V, F: -right_laplacian(V, F), "sign is turned round.*diagonal at row"),
    (changed(lambda L: np.fill_diagonal(L, 0)), r"row \d+ sums to -.*is the diagonal missing"),
    (lambda V, F: abs(right_laplacian(V, F)), "off the diagonal the weights are negative"),
    (lambda V, F: 2 * right_laplacian(V, F), "half is missing"),
    (lambda V, F: right_laplacian(V, F) / 2, "a half too many"),
    (lambda V, F: right_laplacian(V, F) / star0(Mesh(V, F))[:, None], "strong Laplacian"),
    (lambda V, F: (d0(Mesh(V, F)).T @ d0(Mesh(V, F))).toarray(), "knows no angles"),
    (lambda V, F: by_corners(V, F, cot, last=True), "= instead of \\+="),
    (lambda V, F: by_corners(V, F, cot, shift=1), "opposite the edge"),
    (lambda V, F: by_corners(V, F, cot, shift=2), "opposite the edge"),
    (lambda V, F: by_corners(V, F, lambda dot, cross: cross / dot), "cotangent"),
    (lambda V, F: by_corners(V, F, lambda dot, cross: np.arctan2(cross, dot)), "look at the weights"),
    (changed(lambda L: put(L, (17, 17), 0.3)), "row 17 sums to"),
    (changed(lambda L: put(L, (5, slice(None)), np.nan)), "row 5 is not finite"),
    (lambda V, F: right_laplacian(V, F)[:-1], "expected shape"),
])
def test_a_mistake_in_the_laplacian_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_laplacian(wrong)


def test_a_lopsided_laplacian_is_told_which_entries_differ():
    def attempt(V, F):
        L = right_laplacian(V, F)
        L[2, 3] += 1
        L[2, 4] -= 1
        return L
    with pytest.raises(NotYet, match=r"symmetric; your L\["):
        check_laplacian(attempt)


def step(L, M, u, t):
    return spsolve((diags_array(M) + t * L).tocsc(), M * u)


def test_the_heat_step_passes():
    assert check_heat_step(step).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda L, M, u, t: step(L, M, u, -t), "the sign"),
    (lambda L, M, u, t: step(L, M, u / M, t), "right-hand side"),
    (lambda L, M, u, t: step(L, 1 + 0 * M, u, t), "without M"),
    (lambda L, M, u, t: step(L, M, u, 1.0), "t is missing"),
    (lambda L, M, u, t: u - t * (L @ u) / M, "explicit Euler"),
    (lambda L, M, u, t: u, "nothing moved"),
    (lambda L, M, u, t: 2 * step(L, M, u, t), "lost or made"),
    (lambda L, M, u, t: step(L, M, u, 2 * t), "its place is not"),
    (lambda L, M, u, t: step(L, M, u, t)[:, None], "expected shape"),
])
def test_a_mistake_in_the_heat_step_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_heat_step(wrong)


def stays(lam, Phi, t):
    return Phi**2 @ np.exp(-lam * t)


def test_the_heat_that_stays_passes():
    assert check_hks(stays).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda lam, Phi, t: Phi @ np.exp(-lam * t), "sign of a mode"),
    (lambda lam, Phi, t: stays(-lam, Phi, t), "sign in the exponent"),
    (lambda lam, Phi, t: (Phi**2).sum(axis=1), "counts alike"),
    (lambda lam, Phi, t: stays(lam, Phi, t) / len(lam), "mean over"),
    (lambda lam, Phi, t: stays(np.sqrt(abs(lam)), Phi, t), "square root"),
    (lambda lam, Phi, t: stays(2 * lam, Phi, t), "phi only"),
    (lambda lam, Phi, t: np.sqrt(stays(lam, Phi, t)), "root too many"),
    (lambda lam, Phi, t: stays(lam, Phi, 3 * t), "by hand"),
    (lambda lam, Phi, t: (Phi**2).T @ np.ones(len(Phi)), "expected shape"),
])
def test_a_mistake_in_the_heat_that_stays_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_hks(wrong)


def carried(f1, Phi1, M1, C21, Phi2):
    return Phi2 @ (C21 @ (Phi1.T @ (M1 * f1)))


def test_the_carried_function_passes():
    assert check_carried(carried).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda f1, Phi1, M1, C21, Phi2: carried(f1, Phi1, 1.0, C21, Phi2), "left M1 out"),
    (lambda f1, Phi1, M1, C21, Phi2: carried(f1, Phi1, M1**2, C21, Phi2), "twice"),
    (lambda f1, Phi1, M1, C21, Phi2: Phi2 @ (C21 @ np.linalg.pinv(Phi1) @ f1), "without areas"),
    (lambda f1, Phi1, M1, C21, Phi2: Phi2[:, :7] @ (Phi1.T @ (M1 * f1)), "C21 is missing"),
    (lambda f1, Phi1, M1, C21, Phi2: f1, "expected shape"),
    (lambda f1, Phi1, M1, C21, Phi2: 2 * carried(f1, Phi1, M1, C21, Phi2), "right to left"),
])
def test_a_mistake_in_carrying_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_carried(wrong)


def untouched(*given):
    raise NotImplementedError("replace this line")


@pytest.mark.parametrize("check", [check_laplacian, check_heat_step, check_hks, check_carried])
def test_an_untouched_exercise_fails_honestly(check):
    assert said(check, untouched) == "Not yet: replace this line"


def failing():
    raise ZeroDivisionError("oh")


@pytest.mark.parametrize("attempt, called, shown", [
    (untouched, "yours, once written", 1),
    (failing, "yours: ZeroDivisionError", 1),
    (lambda: np.zeros(3), "yours, of shape (3,)", 1),
    (lambda: np.full(162, np.nan), "yours", 2),
])
def test_an_answer_stands_beside_what_is_expected(body, attempt, called, shown):
    scene = Album()
    answers.on_bodies(scene, body, body.V[:, 1], attempt)
    assert list(scene.board.shapes) == ["expected", called] and len(scene.board.quantities) == shown


def test_a_matrix_stands_beside_what_is_expected_sparse_or_dense():
    scene, right = Album(), np.eye(3)
    answers.as_matrices(scene, right, untouched)
    assert list(scene.board.quantities) == ["expected"]
    answers.as_matrices(scene, right, lambda: diags_array(np.ones(3)).tocsr())
    assert (scene.board.quantities["yours"].values == right).all()
