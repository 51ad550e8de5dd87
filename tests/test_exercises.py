"""Exercises can be solved, an untouched one fails, and a wrong one is told what is wrong."""

import numpy as np
import pytest

from workbench.marking import NotYet, said
from workbench.papers.diffusionnet.exercises import check_diffusion


def right(spectrum, u, t):
    Phi = spectrum.evecs
    return Phi @ (np.exp(-spectrum.evals * t) * (Phi.T @ (spectrum.mass * u)))


def test_the_equation_passes():
    assert check_diffusion(right).startswith("Right")


@pytest.mark.parametrize("wrong, hint", [
    (lambda s, u, t: right(s, u, -t), "sign"),
    (lambda s, u, t: right(s, u / s.mass, t), "mass"),
    (lambda s, u, t: u, "nothing moved"),
    (lambda s, u, t: right(s, s.mass * u, t), "once"),
    (lambda s, u, t: 2 * right(s, u, t), "lost or made"),
    (lambda s, u, t: right(s, u, t)[:-1], "expected shape"),
    (lambda s, u, t: None, "return its answer"),
    (lambda s, u, t: "abc", "expected numbers"),
    (lambda s, u, t: right(s, u, 2 * t), "factors"),
])
def test_a_mistake_is_named(wrong, hint):
    with pytest.raises(NotYet, match=hint):
        check_diffusion(wrong)
    assert said(check_diffusion, wrong).startswith("Not yet: ")
