"""Marking an exercise as a teacher would: right, or which mistake it is."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike


class NotYet(AssertionError):
    """The attempt is not right yet; the message says what to look at, `right` what should have come out."""

    right: np.ndarray | None = None


def _not_yet(words: str, right: ArrayLike) -> NotYet:
    found = NotYet(words)
    found.right = np.asarray(right)
    return found


def expect_shape(got: np.ndarray, right: ArrayLike, words: str) -> None:
    """Raises NotYet, with words about what goes in and out, for no answer and for one of another shape."""
    if got.shape == () and got.dtype == object:
        raise _not_yet(f"{words}: got {got.item()!r}; does the function return its answer?", right)
    if got.dtype.kind not in "biufc":
        raise _not_yet(f"{words}: expected numbers, got an array of {got.dtype}", right)
    if got.shape != np.shape(right):
        raise _not_yet(f"{words}: expected shape {np.shape(right)}, got {got.shape}", right)


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


def expected(check: Callable[[Callable], str]) -> np.ndarray:
    """What a check compares an attempt with: it tells whoever answers nothing.

    Raises ValueError for a check that does not begin with expect_shape.
    """
    try:
        check(lambda *_, **__: None)
    except NotYet as hint:
        if hint.right is not None:
            return hint.right
    raise ValueError(f"{check.__name__} does not say what it expects of an attempt without an answer")


def answered(check: Callable[[Callable], str], attempt: Callable) -> np.ndarray | None:
    """What an attempt answers to a check's first question; None where it answers nothing, or fails."""
    answers = []

    def noted(*given, **named):
        answers.append(attempt(*given, **named))
        return answers[-1]

    try:
        check(noted)
    except Exception:  # an attempt may fail in any way
        pass
    return None if not answers or answers[0] is None else np.asarray(answers[0])


def said(check: Callable[[Callable], str], attempt: Callable) -> str:
    """What a check says of an attempt: its own sentence, or "Not yet: " and the hint."""
    try:
        return check(attempt)
    except (NotImplementedError, AssertionError) as hint:
        return f"Not yet: {hint}"
