"""One meter for every paper: how far a motion that should change nothing moves an answer."""

import numpy as np
import pytest
import torch
from small import network

from workbench.bridge import Basis, operators
from workbench.datasets.toys import toy
from workbench.operators.descriptors import hks
from workbench.operators.equivariance import invariance_error
from workbench.operators.laplacian import laplacian
from workbench.operators.rotations import random_rotation
from workbench.operators.spectrum import spectrum
from workbench.papers.basis import Graph, embedding
from workbench.papers.fmaps.zoomout import zoomout
from workbench.papers.hodgenet import HodgeNet, surface
from workbench.shapes import Mesh, bumpy_sphere

EXACT = 1e-6   # double precision, through an eigenproblem


@pytest.fixture(scope="module")
def body():
    return bumpy_sphere(level=2)


@pytest.fixture(scope="module")
def order(body):
    return np.random.default_rng(0).permutation(body.n_vertices)


def renumbered(mesh, order):
    return Mesh(mesh.V[order], np.argsort(order)[mesh.F])


def moved(mesh):
    return Mesh(mesh.V @ random_rotation(np.random.default_rng(1)).T + [1.0, 2.0, 3.0], mesh.F)


def diffused(mesh):
    """A DiffusionNet without a mean over vertices, from heat kernel signatures: (n, 5)."""
    torch.manual_seed(0)
    heat = torch.tensor(hks(spectrum(laplacian(mesh), k=30), np.array([0.05, 0.2, 0.8])))
    return network()(heat, operators(mesh, k=30, dtype=torch.float64)).detach().numpy()


def test_diffusionnet_follows_permutations_and_ignores_rigid_motion(body, order):
    assert invariance_error(diffused, body, renumbered(body, order), lambda y: y[np.argsort(order)]) < EXACT
    assert invariance_error(diffused, body, moved(body)) < EXACT
    assert invariance_error(diffused, body, renumbered(body, order)) > 0.1   # the meter can tell


def test_hodgenet_follows_a_permutation_of_faces(body):
    torch.manual_seed(0)
    net = HodgeNet(6, 3, k=1, m=8, extra=6, n=4, width=8, head=8, at="faces").double().eval()
    seen = torch.tensor(np.hstack([body.V, body.vertex_normals]))
    order = np.random.default_rng(2).permutation(body.n_faces)

    def answer(mesh):
        return net([surface(mesh)], seen).detach().numpy()

    shuffled = Mesh(body.V, body.F[order])
    assert invariance_error(answer, body, shuffled, lambda y: y[np.argsort(order)]) < EXACT
    assert invariance_error(answer, body, shuffled) > 0.1


def test_zoomout_follows_the_signs_of_eigenvectors(body):
    """C21 becomes S2 C21 S1: points are sent where they were."""
    draw = np.random.default_rng(3)
    basis = operators(body, k=20, dtype=torch.float64).basis
    C21 = torch.eye(8, dtype=torch.float64) + 0.02 * torch.tensor(draw.standard_normal((8, 8)))
    signs = [torch.tensor(draw.choice([-1.0, 1.0], 20)) for _ in range(2)]
    flipped = [Basis(basis.evals, basis.evecs * s, basis.mass) for s in signs]
    start = signs[1][:8, None] * C21 * signs[0][:8]

    def refined_map(given):
        return zoomout(*given, steps=3, step=4).numpy()

    def undo(C):
        return signs[1].numpy()[:, None] * C * signs[0].numpy()

    given, other = (C21, basis, basis), (start, *flipped)
    assert invariance_error(refined_map, given, other, undo) < EXACT
    assert invariance_error(refined_map, given, other) > 0.1


def test_basis_follows_a_permutation_and_ignores_rigid_motion():
    X, _ = toy("moons", 200, 0)
    order = np.random.default_rng(4).permutation(len(X))
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])

    def answer(points):
        return embedding(points, Graph(K=2, neighbours=20)).evecs ** 2   # signs are nobody's choice

    assert invariance_error(answer, X, X[order], lambda y: y[np.argsort(order)]) < EXACT
    assert invariance_error(answer, X, X @ quarter + 5.0) < EXACT
    assert invariance_error(answer, X, X[order]) > 0.1
