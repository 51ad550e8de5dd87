"""The loop that segmentation and classification share: who is seen when, and how changed."""

import numpy as np
import pytest
import torch

from workbench.papers.hodgenet.lessons import Lessons, augmented, learn
from workbench.papers.hodgenet.segmentation import Config
from workbench.shapes import bumpy_sphere
from workbench.training import Knobs

LESSONS = Config.tiny().with_(batch=2, epochs=4, tuned=0.5, settle=0.25, lr=1e-2)


@pytest.fixture(scope="module")
def told():
    """What the loss of a run over six meshes was told, (places, draws, in training mode), and the pauses."""
    net, heard, pauses = torch.nn.Linear(1, 1), [], []

    def loss(places, draw):
        heard.append((places.tolist(), None if draw is None else draw.integers(10**9), net.training))
        return net(torch.ones(1, 1)).square().sum()

    assert len(list(learn(LESSONS, net, 6, loss, Knobs(lr=LESSONS.lr), pauses.append))) == 12
    return heard, pauses


def test_every_epoch_sees_every_mesh_once_in_an_order_of_its_own(told):
    orders = [sum((places for places, _, _ in told[0][3 * epoch:3 * epoch + 3]), []) for epoch in range(4)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders[0] != orders[1] and told[1] == [0, 3, 6, 9]


def test_augmentation_ends_and_statistics_settle_when_the_lessons_say_so(told):
    draws, modes = [draw for _, draw, _ in told[0]], [training for *_, training in told[0]]
    assert None not in draws[:6] and len(set(draws[:6])) == 6 and draws[6:] == [None] * 6
    assert modes == [True] * 9 + [False] * 3


def test_stars_go_at_their_own_pace():
    net = torch.nn.ModuleDict({name: torch.nn.Linear(1, 1) for name in ("stars", "h", "o")})
    net.stars, net.h, net.o = net["stars"], net["h"], net["o"]
    before = [weight.detach().clone() for weight in net.parameters()]
    run = learn(LESSONS.with_(pace=0.1), net, 2, lambda *_: sum(part.sum() for part in net.parameters()),
                Knobs(lr=1e-3))
    next(iter(run))
    moved = torch.cat([(new - old).abs().ravel() for new, old in zip(net.parameters(), before, strict=True)])
    # Adam's first step is the rate, whatever the gradient; weights of at most 1 decay by 1 % of it
    torch.testing.assert_close(moved, torch.tensor([1e-4] * 2 + [1e-3] * 4), rtol=0.02, atol=0)


def test_stretching_scales_axes_and_turning_is_rigid():
    mesh, draw = bumpy_sphere(level=1), np.random.default_rng(0)
    stretched = augmented(LESSONS, mesh, draw).V
    ratio = np.linalg.norm(stretched, axis=0) / np.linalg.norm(mesh.V, axis=0)
    np.testing.assert_allclose(stretched, mesh.V * ratio, atol=1e-12)
    assert 0 < np.abs(ratio - 1).max() <= LESSONS.stretch
    turned = augmented(LESSONS.with_(stretch=0.0, turned=True), mesh, draw).V
    np.testing.assert_allclose(turned @ turned.T, mesh.V @ mesh.V.T, atol=1e-12)    # round-off of float64
    assert isinstance(LESSONS, Lessons)
