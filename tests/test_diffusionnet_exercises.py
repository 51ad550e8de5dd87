"""Exercises 2 and 3 of the chapter: right answers pass, every foreseen mistake is named."""

import numpy as np
import pytest

from workbench.marking import NotYet, said
from workbench.operators.descriptors import hks
from workbench.papers.diffusionnet.exercises import check_features, check_signature


def features(w, A):
    return np.tanh((w.conj() * (w @ A.T)).real)


def test_the_equations_pass():
    assert check_features(features).startswith("Right")
    assert check_signature(hks).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda w, A: features(w, A.T), "w @ A.T"),
    (lambda w, A: np.arctanh(features(w, A)), "tanh is missing"),
    (lambda w, A: np.tanh(abs(w.conj() * (w @ A.T))), "clockwise"),
    (lambda w, A: np.tanh((w.conj() * (w @ A.T)).imag), "imaginary part"),
    (lambda w, A: features(w, A.conj()), "conjugated, too"),
    (lambda w, A: features(w, A.real), "only scales"),
    (lambda w, A: np.tanh((w * (w @ A.T)).real), "real axis"),
    (lambda w, A: 2 * features(w, A), "entry by entry"),
    (lambda w, A: np.tanh(w.conj() * (w @ A.T)), "complex"),
    (lambda w, A: features(w, A)[:2], "expected shape"),
])
def test_a_mistake_with_gradients_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_features(wrong)
    assert said(check_features, wrong).startswith("Not yet: ")


@pytest.mark.parametrize("wrong, hint", [
    (lambda s, t: s.evecs @ np.exp(-np.outer(s.evals, t)), "square"),
    (lambda s, t: s.evecs**2 @ np.exp(np.outer(s.evals, t)), "sign"),
    (lambda s, t: s.mass[:, None] * hks(s, t), "no mass"),
    (lambda s, t: hks(s, 0 * t), "missing"),
    (lambda s, t: (s.evecs @ np.exp(-np.outer(s.evals, t))) ** 2, "sum of squares"),
    (lambda s, t: hks(s, t).T, "transpose"),
    (lambda s, t: hks(s, t)[:-1], "expected shape"),
    (lambda s, t: 3 * hks(s, t), "nearly flat"),
])
def test_a_mistake_with_signatures_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_signature(wrong)
