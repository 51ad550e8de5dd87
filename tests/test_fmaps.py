"""Soft maps without their matrix: all ways agree in value and gradient, whatever the blur."""

import shutil
import sys

import pytest
import torch
from small import close, random

from workbench.papers.fmaps import streamed
from workbench.papers.fmaps.maps import HardMap21, MapError, MapWarning, soft_map21
from workbench.papers.fmaps.nearest import nearest_rows
from workbench.papers.fmaps.routes import chosen_route, dense_map

WAYS = ("streamed", "attention")
SIGMAS = (1.0, 1e-2, 1e-3)


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    """Tiles so small that every product crosses several, with ragged last ones."""
    monkeypatch.setattr(streamed, "TILE", (7, 11))


def clusters(sigma, dtype=torch.float64, n1=40, n2=31, p=5):
    """Features in which every point of shape 2 has several of shape 1 within a few sigma, far from 0."""
    centres = 3 * random(6, p)
    f1, f2 = (centres[torch.arange(n) % 6] + sigma * random(n, p) for n in (n1, n2))
    return f1.to(dtype), f2.to(dtype)


def derivatives(f1, f2, values, weights, sigma, route):
    """P21 V, and the derivatives of <W, P21 V> in f1, f2 and V."""
    leaves = [x.clone().requires_grad_() for x in (f1, f2, values)]
    product = soft_map21(leaves[0], leaves[1], sigma, route) @ leaves[2]
    return [product.detach(), *torch.autograd.grad((product * weights).sum(), leaves)]


def relative(a, b):
    return float((a.double() - b.double()).norm() / b.double().norm())


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("route", WAYS)
def test_every_way_agrees_with_the_matrix_in_double_precision(route, sigma):
    f1, f2 = clusters(sigma)
    values, weights = random(40, 9), random(31, 9)
    expected = derivatives(f1, f2, values, weights, sigma, "dense")
    # attention adds exact and small parts of an exponent of 1e7 in an order of its own
    tolerance = 1e-8 if route == "attention" and sigma < 1e-2 else 1e-10
    for found, sought in zip(derivatives(f1, f2, values, weights, sigma, route), expected, strict=True):
        assert relative(found, sought) < tolerance


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("route", (*WAYS, "dense"))
def test_every_way_agrees_with_the_matrix_in_single_precision(route, sigma):
    f1, f2 = clusters(sigma, torch.float32)
    values, weights = random(40, 9, dtype=torch.float32), random(31, 9, dtype=torch.float32)
    exact = derivatives(f1.double(), f2.double(), values.double(), weights.double(), sigma, "dense")
    for found, sought in zip(derivatives(f1, f2, values, weights, sigma, route), exact, strict=True):
        assert found.dtype == torch.float32
        assert relative(found, sought) < 1e-4


@pytest.mark.parametrize("route", WAYS)
def test_a_blur_far_below_every_distance_gives_the_nearest_vertex(route):
    f1, f2, values = random(40, 5), random(31, 5), random(40, 3)
    P21 = soft_map21(f1, f2, 1e-3, route)
    close(P21 @ values, values[torch.cdist(f2, f1).argmin(dim=1)], 1e-12)


def test_a_blur_far_above_every_distance_gives_the_mean():
    values = random(40, 3)
    close(soft_map21(random(40, 5), random(31, 5), 1e9, "streamed") @ values,
          values.mean(dim=0).expand(31, 3), 1e-12)


def test_rows_sum_to_one_and_columns_gather_what_comes_to_them():
    f1, f2 = clusters(0.5)
    P21, P = soft_map21(f1, f2, 0.5, "streamed"), dense_map(f1, f2, 0.5)
    close(P21 @ torch.ones(40, dtype=torch.float64), torch.ones(31, dtype=torch.float64), 1e-12)
    weights = random(31, 4)
    close(P21.T @ weights, P.T @ weights, 1e-12)
    close(P21.row(3), P[3], 1e-12)
    assert P21.T.shape == (40, 31) and P21.T.T is P21


def test_the_transposed_product_has_derivatives():
    f1, f2, values = (x.requires_grad_() for x in (random(6, 3), random(5, 3), random(5, 2)))
    assert torch.autograd.gradcheck(lambda a, b, c: soft_map21(a, b, 0.7, "streamed").T @ c, (f1, f2, values))


def test_the_product_has_derivatives():
    f1, f2, values = (x.requires_grad_() for x in (random(6, 3), random(5, 3), random(6, 2)))
    assert torch.autograd.gradcheck(lambda a, b, c: soft_map21(a, b, 0.7, "streamed") @ c, (f1, f2, values))


def test_a_common_shift_of_all_features_changes_nothing():
    f1, f2 = clusters(0.3)
    values, far = random(40, 4), 1e3 * random(5)
    # 1e3 shifts cost three digits of every coordinate
    close(soft_map21(f1 + far, f2 + far, 0.3, "streamed") @ values,
          soft_map21(f1, f2, 0.3, "streamed") @ values, 1e-10)


def test_points_that_coincide_share_alike():
    f1, values = torch.ones(12, 3), torch.arange(12.0)
    with pytest.warns(MapWarning, match="all 12 vertices of shape 1 have the same"):
        P21 = soft_map21(f1, torch.eye(3), 1e-3, "streamed")
    close(P21 @ values, torch.full((3,), 5.5), 1e-5)


@pytest.mark.parametrize("n1, n2", [(1, 1), (63, 2), (64, 9), (65, 300), (700, 131)])
def test_the_nearest_row_is_found_without_the_matrix(n1, n2, monkeypatch):
    monkeypatch.setattr("workbench.papers.fmaps.nearest.TILE", (50, 128))
    keys, queries = random(n1, 6), random(n2, 6)
    assert torch.equal(nearest_rows(queries, keys), torch.cdist(queries, keys).argmin(dim=1))


def test_a_soft_map_turns_hard_at_its_nearest_vertex():
    f1, f2 = clusters(0.1)
    P21 = soft_map21(f1, f2, 1e-4, "streamed")
    hard, values = HardMap21(P21.nearest(), 40), random(40, 2)
    close(P21 @ values, hard @ values, 1e-6)


def test_a_hard_map_is_its_matrix():
    T21 = torch.tensor([2, 0, 2, 1])
    P21, P = HardMap21(T21, 3), torch.eye(3, dtype=torch.float64)[T21]
    values, weights = random(3, 5), random(4, 5)
    assert P21.shape == (4, 3)
    close(P21 @ values, P @ values)
    close(P21.T @ weights, P.T @ weights)
    assert torch.equal(P21.nearest(), T21)


def test_a_small_map_is_dense_and_a_large_one_is_streamed():
    assert chosen_route(100, 100) == "dense" and chosen_route(5000, 5000) == "streamed"
    assert soft_map21(random(9, 2), random(9, 2)).route == "dense"


@pytest.mark.parametrize("f1, f2, sigma, words", [
    (torch.zeros(4, 3), torch.zeros(4, 2), 1.0, r"\(4, 3\).*\(4, 2\)"),
    (torch.zeros(4, 3), torch.zeros(4, 3).double(), 1.0, "float64"),
    (torch.tensor([[0.0], [torch.nan], [torch.inf]]), torch.zeros(4, 1), 1.0, "shape 1 .* 2 of 3"),
    (torch.zeros(4, 3), torch.zeros(4, 3), 0.0, "positive"),
    (torch.zeros(0, 3), torch.zeros(4, 3), 1.0, "features are"),
])
def test_features_that_make_no_map_are_named(f1, f2, sigma, words):
    with pytest.raises(MapError, match=words):
        soft_map21(f1, f2, sigma)


def test_values_on_the_wrong_shape_are_named():
    P21 = soft_map21(random(9, 2), random(7, 2))
    for wrong in (lambda: P21 @ random(7, 3), lambda: P21.T @ random(9, 3),
                  lambda: HardMap21(torch.zeros(7, dtype=torch.int64), 9) @ random(7, 3)):
        with pytest.raises(MapError, match="vertices of shape"):
            wrong()
    with pytest.raises(MapError, match="0..3"):
        HardMap21(torch.tensor([0, 4]), 4)


def test_an_unknown_route_names_the_known_ones():
    with pytest.raises(ValueError, match="streamed, attention, keops"):
        soft_map21(random(9, 2), random(7, 2), route="magic")


def test_keops_agrees_or_says_what_to_ask_the_doctor():
    f1, f2 = clusters(1e-2, n1=20, n2=17, p=3)
    values = random(20, 2)
    if shutil.which("g++") is None and shutil.which("c++") is None:
        with pytest.raises(RuntimeError, match="doctor"):
            soft_map21(f1, f2, 1e-2, "keops") @ values
        return
    # every derivative would be one more formula to compile; the benchmark compares them
    assert relative(soft_map21(f1, f2, 1e-2, "keops") @ values,
                    soft_map21(f1, f2, 1e-2, "dense") @ values) < 1e-10


def test_without_keops_the_route_of_that_name_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pykeops.torch", None)
    with pytest.raises(RuntimeError, match="doctor"):
        soft_map21(random(9, 2), random(7, 2), 1e-2, "keops") @ random(9, 1)
