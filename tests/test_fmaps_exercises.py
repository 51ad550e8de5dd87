"""The chapter's checks know the right answer, and what each mistake is called."""

import numpy as np
import pytest

from workbench.marking import NotYet
from workbench.papers.fmaps.exercises import check_functional_map


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
