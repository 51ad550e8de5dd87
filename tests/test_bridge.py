"""The door from scipy to torch: bases, sparse maps, heat solvers, bundles, batches, and what they refuse."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from workbench.bridge import batch, bundle, chosen_device, interleaved, operators, sparse_map
from workbench.operators import heat
from workbench.operators.gradient import vertex_gradient
from workbench.operators.heat import HeatSolver
from workbench.operators.laplacian import laplacian
from workbench.operators.spectrum import spectrum
from workbench.shapes import PointCloud, bumpy_sphere, icosphere, torus

#: round-off of a few hundred additions in each precision
ROUNDOFF = {torch.float32: 2e-4, torch.float64: 1e-11}
PRECISIONS = pytest.mark.parametrize("dtype", ROUNDOFF)


@pytest.fixture(scope="module")
def ball():
    return bumpy_sphere(level=2)


@pytest.fixture(scope="module")
def ring():
    return torus(n=16, m=12)


def random_sparse(rows, columns):
    return sp.random(rows, columns, density=0.2, format="csr", random_state=1, dtype=np.float64)


@PRECISIONS
def test_analysis_undoes_synthesis(ball, dtype):
    basis = operators(ball, k=20, dtype=dtype).basis
    c = torch.randn(20, 3, dtype=dtype)
    torch.testing.assert_close(basis.analyse(basis.synthesise(c)), c, rtol=0, atol=ROUNDOFF[dtype])


@PRECISIONS
def test_synthesis_after_analysis_is_a_projection(ball, dtype):
    basis = operators(ball, k=20, dtype=dtype).basis
    once = basis.synthesise(basis.analyse(torch.randn(ball.n_vertices, 3, dtype=dtype)))
    twice = basis.synthesise(basis.analyse(once))
    torch.testing.assert_close(twice, once, rtol=0, atol=ROUNDOFF[dtype])


@PRECISIONS
def test_a_sparse_map_multiplies_as_scipy_does(dtype):
    A, u = random_sparse(12, 9), np.random.default_rng(0).standard_normal((9, 4))
    ours = sparse_map(A, dtype)(torch.tensor(u, dtype=dtype))
    torch.testing.assert_close(ours, torch.tensor(A @ u, dtype=dtype), rtol=0, atol=ROUNDOFF[dtype])


def test_the_derivative_of_a_sparse_map_is_its_transpose():
    u = torch.randn(9, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(sparse_map(random_sparse(12, 9), torch.float64), u)


def test_duplicate_entries_are_summed():
    A = sp.coo_matrix(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    torch.testing.assert_close(sparse_map(A, torch.float64)(torch.eye(2, dtype=torch.float64)),
                               torch.tensor([[0.0, 3.0], [0.0, 0.0]], dtype=torch.float64))


def test_interleaved_rows_are_real_and_imaginary_parts():
    G, u = random_sparse(6, 6) + 1j * random_sparse(6, 6).T, np.random.default_rng(0).standard_normal(6)
    pairs = (interleaved(G) @ u).reshape(6, 2)
    np.testing.assert_allclose(pairs @ [1, 1j], G @ u, atol=1e-15)


@pytest.mark.parametrize("t", [1e-3, 1.0, 1e3])
def test_the_heat_solver_solves(ball, t):
    flow, b = laplacian(ball), np.random.default_rng(0).standard_normal((ball.n_vertices, 2))
    x = HeatSolver(flow.L, flow.M).solve(b, np.array([t, 2 * t]))
    for i, time in enumerate([t, 2 * t]):
        residual = flow.M * x[:, i] + time * (flow.L @ x[:, i]) - b[:, i]
        assert abs(residual).max() < 1e-9 * (1 + abs(x).max())


def test_heat_put_down_as_whole_numbers_flows_like_the_same_floats(ball):
    flow = laplacian(ball)
    solver, spots, t = HeatSolver(flow.L, flow.M), np.eye(ball.n_vertices, 2), np.array([0.1, 0.2])
    np.testing.assert_array_equal(solver.solve(spots.astype(int), t), solver.solve(spots, t))


@pytest.mark.parametrize("t", [-1.0, np.nan, np.inf])
def test_the_heat_solver_refuses_times_that_are_none(ball, t):
    flow = laplacian(ball)
    with pytest.raises(ValueError, match="finite and not negative"):
        HeatSolver(flow.L, flow.M).solve(np.ones((ball.n_vertices, 2)), np.array([1.0, t]))


@pytest.fixture
def factorisations(monkeypatch):
    """How often a sparse matrix was factorised, as the length of a list."""
    done, splu = [], heat.splu
    monkeypatch.setattr(heat, "splu", lambda *a, **b: done.append(1) or splu(*a, **b))
    return done


def test_equal_times_share_one_factorisation(ball, factorisations):
    flow = laplacian(ball)
    solver, b = HeatSolver(flow.L, flow.M), np.ones((ball.n_vertices, 5))
    solver.solve(b, np.full(5, 0.1))
    solver.solve(b, np.full(5, 0.1))
    assert len(factorisations) == 1


def test_a_heat_solver_keeps_no_more_factors_than_told(ball, factorisations):
    flow = laplacian(ball)
    solver, b = HeatSolver(flow.L, flow.M, keep=2), np.ones((ball.n_vertices, 1))
    for t in (1.0, 2.0, 3.0, 3.0, 2.0, 1.0):
        solver.solve(b, np.array([t]))
    assert len(factorisations) == 4


def test_operators_carry_what_the_shape_has(ball):
    ops = operators(ball, k=8, dtype=torch.float64)
    z = np.random.default_rng(0).standard_normal((ball.n_vertices, 2))
    w = ops.gradient(torch.tensor(z)).view(ops.n, 2, 2).numpy()
    np.testing.assert_allclose(w[:, 0] + 1j * w[:, 1], vertex_gradient(ball) @ z, atol=1e-12)
    assert (ops.faces.numpy() == ball.F).all() and (ops.edges.numpy() == ball.edges).all()
    assert ops.basis.mass.sum().item() == pytest.approx(ball.area)


def test_a_point_cloud_has_operators_and_no_faces():
    ops = operators(PointCloud(icosphere(3).V), k=8)
    assert ops.n == 642 and len(ops.faces) == len(ops.edges) == 0


def test_a_batch_is_its_shapes_one_after_the_other(ball, ring):
    one, two = (operators(shape, k=12, dtype=torch.float64) for shape in (ball, ring))
    both = batch([one, two])
    u, v = (torch.randn(ops.n, 3, dtype=torch.float64) for ops in (one, two))
    w = torch.cat([u, v])
    torch.testing.assert_close(both.gradient(w), torch.cat([one.gradient(u), two.gradient(v)]))
    assert all(torch.equal(a, b) for a, b in zip(both.split(w), (u, v), strict=True))
    assert both.sizes == [one.n, two.n] and both.n == one.n + two.n
    assert torch.equal(both.faces[len(one.faces):], two.faces + one.n)
    assert torch.equal(both.edges[len(one.edges):], two.edges + one.n)


def test_a_batch_of_batches_is_a_batch(ball, ring):
    a, b = operators(ball, k=6), operators(ring, k=9)
    nested, flat = batch([batch([a, b]), a]), batch([a, b, a])
    u = torch.randn(flat.n, 2)
    torch.testing.assert_close(nested.gradient(u), flat.gradient(u), rtol=0, atol=0)
    assert nested.sizes == flat.sizes and len(nested.solvers) == 3


def test_the_gradient_of_a_batch_can_be_differentiated(ball, ring):
    both = batch([operators(shape, k=4, dtype=torch.float64) for shape in (ball, ring)])
    u = torch.randn(both.n, 2, dtype=torch.float64, requires_grad=True)
    w = torch.randn(2 * both.n, 2, dtype=torch.float64)
    (both.gradient(u) * w).sum().backward()
    torch.testing.assert_close((u.grad * u).sum(), (both.gradient(u) * w).sum())  # <G^T w, u> = <w, G u>


def test_bundles_change_precision(ball):
    ops = operators(ball, k=8, dtype=torch.float64)
    single = ops.to(dtype=torch.float32)
    u = torch.randn(ops.n, 2, dtype=torch.float64)
    single.check(u.float())
    torch.testing.assert_close(single.gradient(u.float()), ops.gradient(u).float(), rtol=1e-4, atol=1e-4)
    assert single.faces.dtype == torch.int64
    with pytest.raises(ValueError, match="floating"):
        ops.to(dtype=torch.int64)


@pytest.mark.parametrize(("features", "words"), [
    (torch.zeros(3, 2), r"\(162, c\).*got \(3, 2\)"),
    (torch.zeros(162), r"got \(162,\)"),
    (torch.zeros(162, 2, dtype=torch.float64), "float32.*got.*float64"),
    (torch.zeros(162, 2, device="meta"), "on cpu; got.*on meta"),
])
def test_features_that_do_not_fit_are_refused_at_the_door(ball, features, words):
    with pytest.raises(ValueError, match=words):
        operators(ball, k=4).check(features)


def test_more_eigenpairs_than_vertices_are_refused(ball):
    with pytest.raises(ValueError, match="163"):
        operators(ball, k=163)


def test_arrays_of_different_shapes_are_refused(ball, ring):
    with pytest.raises(ValueError, match=r"length 192 .* got \(192, 4\) and \(162, 162\)"):
        bundle(spectrum(laplacian(ring), 4), vertex_gradient(ball))


def test_a_batch_refuses_what_cannot_stand_together(ball):
    single = operators(ball, k=4)
    with pytest.raises(ValueError, match="float32.*float64"):
        batch([single, single.to(dtype=torch.float64)])
    with pytest.raises(ValueError, match="one dtype"):
        batch([])
    with pytest.raises(ValueError, match="batch of 2 shapes"):
        _ = batch([single, single]).basis


def test_a_device_that_is_not_here_is_refused_by_name():
    assert chosen_device("cpu").type == "cpu"
    assert chosen_device().type in ("cpu", "cuda")
    with pytest.raises(ValueError, match="no device 'abacus' here"):
        chosen_device("abacus")
