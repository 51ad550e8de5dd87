"""The chapter's checks know the right answer, and what each mistake is called."""

import numpy as np
import pytest

from workbench.marking import NotYet
from workbench.papers.fmaps.exercises import check_functional_map, check_soft_map, check_zoomout


def test_the_right_answer_is_right():
    said = check_functional_map(lambda T21, Phi1, Phi2, M2: Phi2.T @ (M2[:, None] * Phi1[T21]))
    assert said.startswith("Right")


@pytest.mark.parametrize("attempt, hint", [
    (lambda T21, Phi1, Phi2, M2: Phi2.T @ Phi1[T21], "mass matrix"),
    (lambda T21, Phi1, Phi2, M2: Phi2.T @ (M2[:, None] * Phi1), "nothing was carried"),
    (lambda T21, Phi1, Phi2, M2: Phi2.T @ (M2[:, None] ** 2 * Phi1[T21]), "twice"),
    (lambda T21, Phi1, Phi2, M2: (Phi2.T @ (M2[:, None] * Phi1[T21])).T, "shape"),
    (lambda T21, Phi1, Phi2, M2: np.ones((12, 9)), "compare with"),
])
def test_a_mistake_is_called_by_its_name(attempt, hint):
    with pytest.raises(NotYet, match=hint):
        check_functional_map(attempt)


def soft(f1, f2, sigma, power=2.0, axis=1, shift=True):
    exponents = -(np.linalg.norm(f2[:, None] - f1, axis=2) ** 2) / 2 / sigma**power
    weights = np.exp(exponents - shift * exponents.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def test_a_stable_soft_map_is_right():
    assert check_soft_map(soft).startswith("Right")


@pytest.mark.parametrize("change, hint", [
    (dict(shift=False), "largest exponent"), (dict(power=1.0), "sigma is squared"),
    (dict(axis=0, shift=False), "columns sum to one"),
])
def test_a_mistaken_soft_map_is_told_what_is_wrong(change, hint):
    with pytest.raises(NotYet, match=hint):
        check_soft_map(lambda f1, f2, sigma: soft(f1, f2, sigma, **change))


def zoom(C21, Phi1, Phi2, M2, K, points=None):
    k = len(C21)
    points1 = Phi1[:, :k] @ C21.T if points is None else points(C21, Phi1[:, :k])
    T21 = np.linalg.norm(Phi2[:, None, :k] - points1, axis=2).argmin(axis=1)
    return Phi2[:, :K].T @ (M2[:, None] * Phi1[T21, :K])


def test_a_step_of_zoomout_is_right():
    assert check_zoomout(zoom).startswith("Right")


@pytest.mark.parametrize("points, hint", [
    (lambda C21, Phi1: Phi1 @ C21, "transposed"), (lambda C21, Phi1: Phi1, "C21 was not used"),
    (lambda C21, Phi1: 5 * Phi1, "two steps"),
])
def test_a_mistaken_step_is_told_what_is_wrong(points, hint):
    with pytest.raises(NotYet, match=hint):
        check_zoomout(lambda *given: zoom(*given, points=points))
    with pytest.raises(NotYet, match="expected shape"):
        check_zoomout(lambda C21, *rest: C21)
