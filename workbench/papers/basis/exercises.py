"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import expect, expect_shape


def check_alignment(attempt: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str:
    """Exercise 1: attempt(phi, reference) = T (K, K + 1): least sum |reference_i - T [phi_i, 1]|^2, Eq. 13.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    draw = np.random.default_rng(0)
    phi = draw.standard_normal((12, 2))
    reference = phi @ [[0.3, -1.1], [0.9, 0.4]] + [0.5, -0.2] + 0.05 * draw.standard_normal((12, 2))
    got, right = np.asarray(attempt(phi.copy(), reference.copy())), _fit(phi, reference)
    expect_shape(got, right, "two rows of three numbers, A and beside it b")
    expect(got, right, _mistakes(phi, reference), _otherwise(phi, reference, got))
    return "Right: no other affine map brings these anchors nearer to where they should be."


def _fit(phi, reference):
    return np.linalg.lstsq(np.column_stack([phi, np.ones(len(phi))]), reference, rcond=None)[0].T


def _mistakes(phi, reference):
    A = np.linalg.lstsq(phi, reference, rcond=None)[0].T
    moved = (reference - phi).mean(axis=0)
    first = _fit(phi, reference)
    return {
        "this maps the reference onto the batch: the other way round": _fit(reference, phi),
        "b is missing: solve with a column of ones beside phi": np.column_stack([A, np.zeros(2)]),
        "anchors were only moved, not turned or stretched": np.column_stack([np.eye(2), moved]),
        "A is transposed: T acts on a column [phi, 1]": np.column_stack([first[:, :2].T, first[:, 2]]),
        "the first column should not be the translation: T = [A, b]": first[:, [2, 0, 1]],
    }


def _otherwise(phi, reference, got):
    misses = [((phi @ T[:, :2].T + T[:, 2] - reference) ** 2).sum() for T in (got, _fit(phi, reference))]
    return f"your map misses the reference by {misses[0]:.4g} in all, the best one by {misses[1]:.4g}"


def check_weights(attempt: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str:
    """Exercise: attempt(squares, s) = (w + w^T) / 2 (m, m), w_ij = exp(-squares_ij / (2 s_i^2)). Eq. 1.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    X = np.random.default_rng(1).standard_normal((7, 2))
    squares, s = ((X[:, None] - X) ** 2).sum(axis=2), np.linspace(0.5, 2.0, 7)
    got, w = np.asarray(attempt(squares.copy(), s.copy())), _weights(squares, s[:, None])
    right = _mean(w)
    expect_shape(got, right, "a weight for every pair of points")
    mistakes = {
        "w is not symmetric yet: point i has its own s_i, and j another": w,
        "row j was scaled by s_j of the columns: s belongs to the point that looks, s[:, None]": w.T,
        "the 2 under the fraction is missing": (w**2 + w.T**2) / 2,
        "s is a distance: under the fraction stands its square":
            _mean(_weights(squares, np.sqrt(s)[:, None])),
        "squares are squared already": _mean(_weights(squares**2, s[:, None])),
        "the mean of both directions is half of their sum": w + w.T,
    }
    expect(got, right, mistakes, f"your first point weighs {got[0].sum():.4g} in all; it should weigh "
                                 f"{right[0].sum():.4g}")
    return "Right: near points weigh nearly one, far ones nothing, and what is far each point decides."


def check_votes(attempt: Callable[[np.ndarray, np.ndarray, np.ndarray, float], np.ndarray]) -> str:
    """Exercise: attempt(phi, maps, reference, tolerance) = votes (tries,): how many anchors each map brings
    within the tolerance of the reference. maps is (tries, K, K + 1). Section 7.3.3.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    draw = np.random.default_rng(2)
    phi, maps = draw.standard_normal((12, 2)), draw.standard_normal((6, 2, 3)) * 0.3 + np.eye(2, 3)
    reference, tolerance = phi + 0.2 * draw.standard_normal((12, 2)), 0.75
    got = np.asarray(attempt(phi.copy(), maps.copy(), reference.copy(), tolerance))
    ones = np.column_stack([phi, np.ones(12)])
    apart = np.einsum("tkj,nj->tnk", maps, ones) - reference
    errors = np.linalg.norm(apart, axis=2)
    right = (errors <= tolerance).sum(axis=1)
    expect_shape(got, right, "one number of votes for each map")
    mistakes = {
        "these are squared distances: take the root, or square the tolerance":
            (errors**2 <= tolerance).sum(axis=1),
        "each coordinate votes for itself: an anchor is near if its distance is small":
            (abs(apart) <= tolerance).sum(axis=(1, 2)),
        "these are the anchors that miss: RANSAC counts those that agree": (errors > tolerance).sum(axis=1),
        "the translation is missing: T acts on [phi, 1]": (np.linalg.norm(
            np.einsum("tkj,nj->tnk", maps[:, :, :2], phi) - reference, axis=2) <= tolerance).sum(axis=1),
        "these are shares; RANSAC counts": right / 12,
    }
    expect(got, right, mistakes, f"your maps have {got.tolist()} votes; they should have {right.tolist()}")
    return "Right: the map with most votes wins, and is fitted once more to those who voted for it."


def _weights(squares, s):
    return np.exp(-squares / (2 * s**2))


def _mean(w):
    return (w + w.T) / 2
