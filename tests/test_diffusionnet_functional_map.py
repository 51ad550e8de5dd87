"""Functional maps from features: recovery, optimality, derivatives."""

import torch
from small import close, random
from torch.autograd import gradcheck

from workbench.bridge import operators
from workbench.papers.diffusionnet.functional_map import functional_map
from workbench.shapes import bumpy_sphere


def test_a_shape_is_mapped_to_itself_by_the_identity():
    evals = operators(bumpy_sphere(level=2), k=12, dtype=torch.float64).basis.evals
    A = random(12, 20)
    close(functional_map(A, A, evals, evals, weight=10.0), torch.eye(12, dtype=torch.float64), 1e-8)


def test_without_the_mask_the_map_that_made_the_features_is_found():
    A, C = random(6, 20), random(8, 6)
    evals = torch.arange(8, dtype=torch.float64)
    close(functional_map(A, C @ A, evals[:6], evals, weight=0.0), C, 1e-8)


def test_a_functional_map_minimises_its_energy():
    A, B, evals = random(6, 9), random(5, 9), torch.linspace(0, 3, 6, dtype=torch.float64)
    C = functional_map(A, B, evals, evals[:5], weight=0.1).requires_grad_()
    energy = ((C @ A - B) ** 2).sum() + 0.1 * ((evals[:5, None] - evals) ** 2 * C ** 2).sum()
    close(torch.autograd.grad(energy, C)[0], torch.zeros(5, 6, dtype=torch.float64), 1e-9)


def test_a_functional_map_has_derivatives_in_its_features():
    evals = torch.linspace(0, 2, 4, dtype=torch.float64)
    assert gradcheck(lambda A, B: functional_map(A, B, evals, evals), (random(4, 6, grad=True),
                                                                      random(4, 6, grad=True)))
