"""Chapter 1's exercises can be solved, an untouched one fails, and a wrong one is told what is wrong."""

import numpy as np
import pytest

from workbench.marking import NotYet
from workbench.papers.hodgenet.exercises import check_features, check_slope, check_star0

EYE = np.eye(2)


def gathered(blocks, faces, n):
    found = np.zeros((n, 2, 2))
    for corner in range(faces.shape[1]):
        np.add.at(found, faces[:, corner], blocks)
    return found


def squared(f):
    return f.transpose(0, 2, 1) @ f


def star0(f, faces, n, epsilon):
    return gathered(squared(f), faces, n) + epsilon * EYE


def buffered(f, faces, n, epsilon):
    found = np.tile(epsilon * EYE, (n, 1, 1))
    for corner in range(3):
        found[faces[:, corner]] += squared(f)
    return found


def test_the_star_passes():
    assert check_star0(star0).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda f, F, n, e: star0(f, F, n, 0.0), "epsilon I is missing"),
    (lambda f, F, n, e: star0(f, F, n, 0.0) + e, "diagonal"),
    (lambda f, F, n, e: gathered(squared(f) + e * EYE, F, n), "once at each vertex"),
    (lambda f, F, n, e: star0(f.transpose(0, 2, 1), F, n, e), "f f\\^T"),
    (lambda f, F, n, e: squared(gathered(f, F, n)) + e * EYE, "squares each f first"),
    (lambda f, F, n, e: gathered(f, F, n) + e * EYE, "not squared"),
    (lambda f, F, n, e: gathered(squared(f), F[:, :1], n) + e * EYE, "only the first"),
    (buffered, "np.add.at"),
    (lambda f, F, n, e: star0(f, F, n, e)[:-1], "expected shape"),
    (lambda f, F, n, e: 3 * star0(f, F, n, e), "by hand"),
])
def test_a_mistake_in_the_star_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_star0(wrong)


def slope(x, evalue, dL, dM):
    return x @ (dL - evalue * dM) @ x


def test_the_slope_passes_and_is_that_of_true_eigenvalues():
    said = check_slope(slope)
    mine, measured = (float(words.rstrip(".")) for words in said.split() if words[-2:-1].isdigit())
    # differences over 1e-5 err by its square; both numbers are told with six decimals
    assert said.startswith("Right") and mine == pytest.approx(measured, abs=2e-6)


@pytest.mark.parametrize("wrong, hint", [
    (lambda x, e, dL, dM: x @ dL @ x, "dM is missing"),
    (lambda x, e, dL, dM: x @ (dL + e * dM) @ x, "slower"),
    (lambda x, e, dL, dM: x @ (dL - dM) @ x, "factor"),
    (lambda x, e, dL, dM: -slope(x, e, dL, dM), "turned round"),
    (lambda x, e, dL, dM: slope(x, e, dL, dM) / 2, "half"),
    (lambda x, e, dL, dM: 2 * slope(x, e, dL, dM), "twice"),
    (lambda x, e, dL, dM: slope(x, e, dL, dM) / (x @ x), "units"),
    (lambda x, e, dL, dM: (dL - e * dM) @ x, "expected shape"),
    (lambda x, e, dL, dM: 0.0, "from the left"),
])
def test_a_mistake_in_the_slope_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_slope(wrong)


def features(H, x):
    return np.einsum("ij,vai,vbi->vabj", H, x, x)


def test_the_features_pass():
    assert check_features(features).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda H, x: features(H, x) + x.sum(axis=2)[:, :, None, None], "sign of an eigenvector"),
    (lambda H, x: features(np.ones_like(H), x), "H is missing"),
    (lambda H, x: features(H, x) / x.shape[2], "averaged"),
    (lambda H, x: features(H, x) * EYE[None, :, :, None], "outer product"),
    (lambda H, x: features(H, x)[..., 0], "expected shape"),
    (lambda H, x: features(H**2, x), "nothing else"),
])
def test_a_mistake_in_the_features_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_features(wrong)
