"""Check for the chapter's exercise: it says what is wrong with an attempt, as a teacher would."""

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
