"""What the chapter's figures rest on: variants, labels by points, errors, filters, severed limbs."""

import numpy as np
import pytest
import torch
from torch import nn

from workbench.bridge import operators
from workbench.datasets.humans import humans
from workbench.papers.diffusionnet import discretisations, filters, pieces
from workbench.papers.diffusionnet.diffusion import diffusion_kernel
from workbench.papers.diffusionnet.examples import chosen_points, labels_of, nearest_source
from workbench.papers.diffusionnet.experiment import Config, network, turned
from workbench.papers.diffusionnet.recipes import RECIPES, name_of
from workbench.papers.diffusionnet.variants import VARIANTS
from workbench.shapes import Mesh, bumpy_sphere, diagnose

TINY = Config.tiny().with_(target="points", points=40, inputs="xyz", turn="upright")
BODY = humans("test", "1k")[0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_a_variant_leaves_out_is_not_learned(variant):
    body = bumpy_sphere(level=1)
    ops = operators(body, k=9)
    net = network(Config.tiny().with_(variant=variant))
    before = {name: x.clone() for name, x in net.state_dict().items()}
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    net(torch.randn(ops.n, 16), ops).square().mean().backward()
    optimizer.step()
    after = net.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert any("log_time" in name for name in moved) == (variant not in ("no diffusion", "t = 0.001",
                                                                         "t = 0.01", "t = 0.1", "t = 0.5"))
    assert any("gradients" in name for name in moved) == (variant not in ("no gradients",
                                                                          "unlearned gradients"))
    assert any("mlp" in name for name in moved)


def test_without_diffusion_and_gradients_no_vertex_hears_of_another():
    ops = operators(bumpy_sphere(level=1), k=9)
    net = network(Config.tiny().with_(variant="no diffusion"))
    with torch.no_grad():
        for block in net.blocks:
            block.gradients.A_re.zero_()
            block.gradients.A_im.zero_()
        x = torch.randn(ops.n, 16)
        before = net(x, ops)
        x[0] += 1
        assert torch.equal(net(x, ops)[1:], before[1:])


def test_every_vertex_of_a_source_is_its_own():
    sources = np.array([5, 100, 700])
    labels = nearest_source(BODY.mesh, sources)
    assert list(labels[sources]) == [0, 1, 2]
    assert set(labels) == {0, 1, 2}


def test_a_vertex_belongs_to_the_source_that_is_nearest_along_edges():
    path = Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [0, 9, 0]], [[0, 1, 4], [1, 2, 4], [2, 3, 4]])
    assert list(nearest_source(path, np.array([0, 3]))[:4]) == [0, 0, 1, 1]


def test_points_are_labels_of_the_same_place_on_every_body():
    # the label's own point is never farther than a few edges from the vertex it labels
    points = chosen_points(40)
    for body in humans("train", "1k")[:2]:
        labels = labels_of(TINY, body)
        vertices = body.correspondence[points]
        gap = np.linalg.norm(body.mesh.V - body.mesh.V[vertices[labels]], axis=1)
        assert gap.max() < 0.35  # 40 cells on area 1, some long: arms


def test_upright_turns_keep_heights_and_follow_from_seed_and_step():
    X = torch.randn(7, 3)
    Y = turned(TINY, X, 5)
    assert torch.allclose(Y[:, 1], X[:, 1]) and not torch.allclose(Y, X)
    assert torch.allclose(Y @ Y.T, X @ X.T, atol=1e-5)
    assert torch.equal(Y, turned(TINY, X, 5)) and not torch.equal(Y, turned(TINY, X, 6))
    Z = turned(TINY.with_(turn="any"), X, 5)
    assert torch.allclose(Z @ Z.T, X @ X.T, atol=1e-5) and not torch.allclose(Z[:, 1], X[:, 1])


class Knowing(nn.Module):
    """Answers with the labels it is given, moved by `off` classes."""

    def __init__(self, labels, off=0):
        super().__init__()
        self.answer = nn.functional.one_hot((labels + off) % 40, 40).float()

    def forward(self, x, ops):
        return self.answer


def test_a_right_answer_has_no_error_in_any_discretisation():
    (own, fine), = discretisations.pairs(TINY, 1)
    true = discretisations.truth(TINY, fine)
    assert (true.distances == true.distances.T).all() and true.distances.max() == 1.0
    for kind in (discretisations.TRAINED, "coarse", "cloud"):
        body = discretisations.rendered(TINY, kind, own, fine)
        assert len(body.labels) == body.ops.n
        assert discretisations.errors(Knowing(body.labels), body, true).max() == 0
        assert discretisations.errors(Knowing(body.labels, off=1), body, true).min() > 0


def test_an_error_curve_climbs_to_all_vertices():
    curve = discretisations.error_curve(np.array([0.0, 0.02, 0.02, 0.05]), most=0.1, steps=11)
    assert (np.diff(curve[:, 1]) >= 0).all() and curve[-1, 1] == 100
    assert curve[0, 1] == 25 and curve[2] == pytest.approx([2, 75])


def test_a_block_without_gradients_likes_round_signals_only():
    mesh, found = filters.favourites({variant: network(Config.tiny().with_(variant=variant, width=16))
                                      for variant in ("full", "no gradients")})
    assert found["no gradients"][1] < 1e-3  # the disc is round only up to its 16 rings
    assert found["full"][1] > 0.05
    assert found["full"][0].shape == (mesh.n_vertices, 3)


def test_channel_kernels_are_diffusion_kernels():
    ops, net = operators(bumpy_sphere(level=1), k=20), network(Config.tiny())
    net.set_time(1, 3, 0.2)
    columns = filters.channel_kernels(net, ops, 1, 7)
    assert torch.allclose(columns[:, 3], diffusion_kernel(ops, 7, 0.2), atol=1e-5)
    assert torch.allclose(ops.basis.mass @ columns, torch.ones(8), atol=1e-4)
    assert (filters.typical_channels(net)[1, -1]) == 3


def test_heat_does_not_cross_a_cut_and_does_cross_between_points():
    shapes, limbs, torn = pieces.cut_and_mended(Config.tiny(), BODY)
    assert diagnose(torn)["several components"].count == 2
    assert (limbs["severed"] == pieces.limb(BODY)).all()
    beyond = {}
    for name, shape in shapes.items():
        start = int(np.flatnonzero(limbs[name])[0])
        beyond[name] = float(diffusion_kernel(shape.ops, start, 10.0)[~limbs[name]].abs().max())
    assert beyond["severed"] < 1e-3 * beyond["whole"]  # 0 but for float32
    assert beyond["as points"] > 0.3 * beyond["whole"]


def test_a_limb_begins_at_a_joint():
    with pytest.raises(ValueError, match="not 'head'"):
        pieces.limb(BODY, "head")
    assert pieces.limb(BODY, "hand").sum() < pieces.limb(BODY, "upper arm").sum()


def test_recipes_differ():
    assert len(set(RECIPES.values())) == len(RECIPES)
    assert all(name_of(config) == name for name, config in RECIPES.items())
    with pytest.raises(KeyError):
        name_of(Config.tiny())
