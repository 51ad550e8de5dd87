"""Marking an exercise as a teacher would: right, or which mistake it is."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike


class NotYet(AssertionError):
    """The attempt is not right yet; the message says what to look at."""


def expect_shape(got: np.ndarray, right: ArrayLike, words: str) -> None:
    """Raises NotYet, with words about what goes in and out, for no answer and for one of another shape."""
    if got.shape == () and got.dtype == object:
        raise NotYet(f"{words}: got {got.item()!r}; does the function return its answer?")
    if got.dtype.kind not in "biufc":
        raise NotYet(f"{words}: expected numbers, got an array of {got.dtype}")
    if got.shape != np.shape(right):
        raise NotYet(f"{words}: expected shape {np.shape(right)}, got {got.shape}")


def expect(got: np.ndarray, right: ArrayLike, mistakes: Mapping[str, ArrayLike], otherwise: str) -> None:
    """Raises NotYet when the answer is not right: with the hint whose wrong answer it is, else `otherwise`.

    mistakes  hint -> the answer of whoever makes this mistake
    """
    if np.allclose(got, right, rtol=1e-6, atol=1e-9):
        return
    for hint, wrong in mistakes.items():
        if np.shape(wrong) == got.shape and np.allclose(got, wrong, rtol=1e-6, atol=1e-9):
            raise NotYet(hint)
    raise NotYet(otherwise)


def said(check: Callable[[Callable], str], attempt: Callable) -> str:
    """What a check says of an attempt: its own sentence, or "Not yet: " and the hint."""
    try:
        return check(attempt)
    except (NotImplementedError, AssertionError) as hint:
        return f"Not yet: {hint}"
