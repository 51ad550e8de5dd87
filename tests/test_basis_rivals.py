"""The rivals: each loss is its formula, least where theory says; Siamese features; Table 1."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from workbench.datasets.images import Images, digits
from workbench.datasets.toys import toy
from workbench.operators.graph_affinity import affinity, dense_affinity
from workbench.operators.graph_modes import dense_modes
from workbench.papers.basis.measures import column_orthogonality, grassmann, orthogonality
from workbench.papers.basis.method import Graph, SpectralNet, extend
from workbench.papers.basis.neighbours import drawn, sensitivity, small
from workbench.papers.basis.rivals import (
    OrthogonalNet,
    diffusion_loss,
    pencil_loss,
    ratio_cut,
    refined,
    train_diffusion_net,
    train_spectralnet2,
    unit_laplacian,
)
from workbench.papers.basis.siamese import (
    Pairs,
    contrastive,
    draw_pairs,
    features,
    learn_features,
    siamese_net,
)
from workbench.papers.basis.table import METHODS, Features, Setting, analytic_scores, floors, run
from workbench.training import finish

X = np.random.default_rng(0).standard_normal((60, 3))
W = torch.tensor(dense_affinity(X, 9))
GRAPH = Graph(2, trivial=True, neighbours=9)
Y = torch.randn(60, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
SMALL = (32, 32)


def test_the_ratio_cut_is_the_sum_over_pairs():
    y = Y / W.sum(dim=1).sqrt()[:, None]
    pairs = sum(W[i, j] * ((y[i] - y[j]) ** 2).sum() for i in range(60) for j in range(60))
    assert ratio_cut(Y, W).item() == pytest.approx(pairs.item() / 60**2)


def test_the_ratio_cut_of_eigenvectors_is_the_sum_of_their_eigenvalues():
    found = dense_modes(W.numpy(), 2, "L_N", True)
    # 2/m^2 tr(Y^T L_N Y) with Y^T Y = m I
    assert ratio_cut(torch.tensor(found.evecs), W).item() == pytest.approx(2 / 60 * found.evals.sum())


def test_the_pencil_s_minimum_is_an_eigenspace():
    y = (0.1 * Y).clone().requires_grad_()
    torch_lbfgs = torch.optim.LBFGS([y], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure():
        torch_lbfgs.zero_grad()
        loss = pencil_loss(y, W)
        loss.backward()
        return loss

    torch_lbfgs.step(closure)
    root = W.sum(dim=1).sqrt().numpy()[:, None]
    truth = dense_modes(W.numpy(), 2, "L_N", True).evecs
    assert grassmann(root * y.detach().numpy(), truth) < 1e-4


def test_refining_any_basis_gives_the_eigenvectors():
    found = dense_modes(W.numpy(), 3, "L_N", True)
    turn = np.random.default_rng(1).standard_normal((3, 3))
    mixed = found.evecs / np.sqrt(W.sum(dim=1).numpy())[:, None] @ turn
    back = refined(mixed, csr_array(W.numpy()))
    np.testing.assert_allclose(np.abs(back), np.abs(found.evecs), atol=1e-8)


def test_nothing_is_refined_of_columns_that_depend_on_each_other():
    with pytest.raises(ValueError, match="depend on each other"):
        refined(np.ones((60, 2)), csr_array(W.numpy()))


def test_diffusion_net_s_regulariser_vanishes_at_the_embedding():
    found = dense_modes(W.numpy(), 2, "L_N", True)
    N = torch.eye(60, dtype=torch.float64) - unit_laplacian(W)
    phi, gamma = torch.tensor(found.evecs), torch.tensor(1 - found.evals)

    class Told(SpectralNet):
        def forward(self, x):
            return self.told

    net = Told(3, 2, (4,)).double()
    net.told = phi
    weights = (net[0].weight ** 2).sum().item() * 1e-8 / 2              # all that is left of Eq. 7
    assert diffusion_loss(net, torch.tensor(X), phi, N, gamma).item() == pytest.approx(weights)
    net.told = phi + 1e-3 * Y
    off = ((N - torch.diag(gamma[0].repeat(60))) @ net.told[:, 0]).square().sum()
    off = off + ((N - torch.diag(gamma[1].repeat(60))) @ net.told[:, 1]).square().sum()
    by_hand = ((1e-3 * Y) ** 2).sum() / 120 + 100 * off / 120 + weights
    assert diffusion_loss(net, torch.tensor(X), phi, N, gamma).item() == pytest.approx(by_hand.item())


def test_the_last_layer_of_spectralnet1_makes_its_batch_orthonormal():
    net, x = OrthogonalNet(3, 4, SMALL), torch.tensor(X, dtype=torch.float32)
    net.settle(x)
    assert orthogonality(extend(net, X)) < 1e-6                  # a ridge of 1e-7, and float32
    assert column_orthogonality(extend(net, X[:30])) > 0.01      # only on its batch


@pytest.mark.parametrize("rival", [train_diffusion_net, train_spectralnet2])
def test_rivals_whose_loss_is_of_their_own_batch_go_down(rival):
    # SpectralNet1's need not: what makes it orthonormal is of another batch each time
    cloud = np.random.default_rng(2).standard_normal((400, 2))
    run = rival(SpectralNet(2, 2, SMALL), cloud, GRAPH, 100, 80, 3e-3, seed=0)
    losses = [snapshot.loss for snapshot in run]
    # batches differ, so means of twenty; the pencil's loss is negative
    assert np.mean(losses[-20:]) < np.mean(losses[:20]) - 0.01 * abs(np.mean(losses[:20]))


def test_diffusion_net_refuses_what_it_has_no_matrix_for():
    with pytest.raises(ValueError, match="eigenvectors of L_N; got 'L'"):
        next(train_diffusion_net(SpectralNet(2, 2), X, Graph(2, "L"), 30, 1, 1e-3, 0))


def test_the_contrastive_loss_is_equation_21():
    z = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.3, 0.4]], dtype=torch.float64)
    same = torch.tensor([True, False])
    # |z1 - z2|^2 = 25 for the first; 1 - 0.5 for the second, margin 1
    found = contrastive(z[[0, 0]], z[[1, 2]], same, 1.0)
    assert found.item() == pytest.approx((25 + 0.5**2) / 2)
    assert contrastive(z[[0]], z[[1]], same[1:], 1.0).item() == 0.0
    free = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    halves = torch.arange(3) < 2
    assert torch.autograd.gradcheck(lambda z: contrastive(z[:3], z[3:], halves, 2.0), free)


def test_pairs_are_what_they_are_said_to_be():
    labels = np.random.default_rng(0).integers(0, 4, 200) * 3
    first, second, same = draw_pairs(labels, 3000, np.random.default_rng(1))
    assert np.array_equal(labels[first] == labels[second], same) and same.sum() == 1500
    others = np.bincount(labels[second][~same & (labels[first] == 0)], minlength=10)
    assert (others[[3, 6, 9]] > 60).all()                   # about 125 each of 375: every other class comes
    with pytest.raises(ValueError, match="there is one"):
        draw_pairs(np.zeros(5, dtype=int), 4, np.random.default_rng(0))


def test_siamese_networks_are_those_of_table_2():
    sizes = [tuple(weight.shape) for weight in siamese_net((28, 28)).parameters() if weight.ndim > 1]
    assert sizes == [(20, 1, 5, 5), (50, 20, 5, 5), (512, 800), (16, 512)]
    assert siamese_net((28, 28))(torch.zeros(2, 1, 28, 28)).shape == (2, 16)
    with pytest.raises(ValueError, match=r"got \(32, 32\)"):
        siamese_net((32, 32))


def test_learned_features_bring_a_class_together():
    learn, test = digits("train"), digits("test")
    net = siamese_net((8, 8))

    def ratio():
        Z, labels = features(net, test), test.labels
        within = np.mean([Z[labels == c].var(axis=0).sum() for c in range(10)])
        return within / Z.var(axis=0).sum()

    before = ratio()
    finish(learn_features(Pairs(steps=100), net, learn))
    assert ratio() < 0.6 * before


def test_features_do_not_depend_on_company():
    images = Images(digits("test").pixels[:7], digits("test").labels[:7])
    net = siamese_net((8, 8))
    np.testing.assert_allclose(features(net, images, some=2), features(net, images), atol=1e-6)


@pytest.fixture(scope="module")
def easy():
    (learn, labels), (test, labels_test) = toy("blobs", 900), toy("blobs", 300, seed=1)
    setting = Setting(K=3, neighbours=20, m=120, each=5, steps=150, lr=3e-3, widths=SMALL)
    return Features(learn, labels, test, labels_test, setting)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_measured_alike(easy, method):
    found = run(method, easy, seed=0)
    assert set(found) == {"d_G", "d_perp", "d_perp columns", "NMI", "ACC", "accuracy"}
    assert all(np.isfinite(value) for value in found.values())
    assert 0 <= found["d_G"] <= 3 and 0 <= found["NMI"] <= 1 and 0 <= found["accuracy"] <= 100


def test_basis_solves_what_is_easy(easy):
    found = run("BASiS", easy, seed=0)
    assert found["ACC"] == analytic_scores(easy)["ACC"] == 1.0
    assert found["accuracy"] == 100.0
    assert found["d_G"] < 0.5                              # degrees of single points are not learned


def test_runs_with_one_seed_agree_and_a_method_must_exist(easy):
    assert run("BASiS", easy, seed=1) == run("BASiS", easy, seed=1)
    with pytest.raises(ValueError, match="BASiS, Diffusion Net, SpectralNet1, SpectralNet2; got 'SpecNet'"):
        run("SpecNet", easy, seed=0)


def test_the_number_of_neighbours_is_all_that_differs_between_rows(easy):
    found = sensitivity(easy, (15, 20), 2, ("BASiS",))["BASiS"]
    assert found.shape == (2, 2)
    assert found[1].tolist() == [run("BASiS", easy, seed)["ACC"] for seed in range(2)]     # the fixture's 20
    curve = drawn({"BASiS": found}, (15, 20))["right cluster, mean, BASiS"].values
    np.testing.assert_allclose(curve, [[15, found[0].mean()], [20, found[1].mean()]])
    assert small(Setting(steps=30)).steps == 30


def test_classes_and_degrees_span_the_eigenvectors_of_blobs_far_apart(easy):
    found = floors(easy)
    # three parts: L_N's null space is spanned by sqrt(D) on each
    assert found["classes and degrees"] < 1e-6 < found["classes"]


def test_the_graph_of_the_test_set_is_the_method_s(easy):
    assert abs(easy.W_test - affinity(easy.X_test, 20)).max() == 0
