"""HodgeNet's method: stars, operators, features, outputs, and what it refuses."""

import math

import numpy as np
import pytest
import torch

from workbench.operators.exterior import star0 as areas
from workbench.operators.exterior import star1 as cotangents
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.pencil import StarError
from workbench.operators.spectrum import SpectrumError, spectrum
from workbench.papers.hodgenet import HodgeNet, Solve, hodge_eigs, surface
from workbench.papers.hodgenet.method import Stars, on_symmetric, spectral_features, star0, star1
from workbench.papers.hodgenet.pooling import at_faces, of_meshes, over_meshes
from workbench.shapes import Mesh, MeshError, bumpy_sphere


def square(cells=4, lift=0.0):
    """A unit square of 2 cells^2 faces with a boundary, bent a little by lift."""
    t = np.linspace(0, 1, cells + 1)
    x, y = (a.ravel() for a in np.meshgrid(t, t, indexing="ij"))
    i = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    a, b, c, d = i[:-1, :-1].ravel(), i[1:, :-1].ravel(), i[1:, 1:].ravel(), i[:-1, 1:].ravel()
    F = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return Mesh(np.stack([x, y, lift * x * y**2], 1), F)


def features(*meshes, dtype=torch.float64):
    """Positions and normals of meshes, one after the other."""
    return torch.tensor(np.concatenate([np.hstack([m.V, m.vertex_normals]) for m in meshes]), dtype=dtype)


def small(**options):
    """A small network in double precision that has seen no data."""
    torch.manual_seed(0)
    return HodgeNet(6, 3, **{"k": 2, "m": 8, "extra": 6, "n": 4, "width": 8, "head": 8} | options).double()


@pytest.fixture(scope="module")
def round_mesh():
    return bumpy_sphere(level=1)


def test_the_papers_setting_has_31720_parameters():
    # Table 1 of the paper: 8 classes at the faces of closed meshes
    net = HodgeNet(6, 8, at="faces")
    assert sum(weights.numel() for weights in net.parameters()) == 31_720


def test_stencils_are_oriented_as_the_faces(round_mesh):
    for mesh in (round_mesh, square()):
        ready = surface(mesh)
        cycles = {tuple(np.roll(face, -c)) for face in mesh.F.tolist() for c in range(3)}
        for v1, v2, v3, v4 in ready.inner.tolist():
            assert v1 < v2 and (v1, v2, v3) in cycles and (v2, v1, v4) in cycles
        assert all(tuple(stencil) in cycles for stencil in ready.rim.tolist())
        edges = torch.empty(ready.e, 2, dtype=torch.int64)
        edges[ready.inner_at], edges[ready.rim_at] = ready.inner[:, :2], ready.rim[:, :2].sort(dim=1).values
        assert np.array_equal(edges.numpy(), mesh.edges)


@pytest.mark.parametrize("mesh", [square(6), bumpy_sphere(level=2)], ids=["boundary", "closed"])
def test_with_areas_and_cotangents_it_is_the_cotan_laplacian(mesh):
    weights = cotangents(mesh)
    assert weights.min() > -1e-12, "the statement is about meshes without negative weights"
    ready = surface(mesh)
    f = torch.tensor(np.sqrt(mesh.face_areas / 3)).view(-1, 1, 1)
    g = torch.tensor(np.sqrt(weights.clip(0))).view(-1, 1, 1)
    mass, stiff = star0(f, ready.faces, ready.n, epsilon=0.0), star1(g, epsilon=0.0)
    np.testing.assert_allclose(mass.ravel(), areas(mesh), rtol=1e-12)
    evals, x = hodge_eigs([ready], mass, stiff, Solve(10, 10, tolerance=1e-8))
    right = spectrum(cotan_laplacian(mesh), 11)
    np.testing.assert_allclose(evals[0], right.evals[1:], rtol=1e-9)
    # both squares of one eigenfunction: signs are arbitrary, equal eigenvalues would mix
    if np.diff(right.evals).min() > 1e-3 * right.evals[-1]:
        np.testing.assert_allclose(x[:, 0] ** 2, right.evecs[:, 1:] ** 2, atol=1e-6 * right.evecs.max() ** 2)


def test_stars_are_the_sums_of_equations_2_to_5(round_mesh):
    torch.manual_seed(1)
    ready, k = surface(round_mesh), 3
    f, g = torch.randn(round_mesh.n_faces, k, k).double(), torch.randn(ready.e, k, k).double()
    stars = star0(f, ready.faces, ready.n, 1e-2)
    for vertex in (0, 7):
        around = (ready.faces == vertex).any(dim=1)
        right = 1e-2 * torch.eye(k) + sum(block.T @ block for block in f[around])
        torch.testing.assert_close(stars[vertex], right)
    torch.testing.assert_close(star1(g, 1e-2)[5], 1e-2 * torch.eye(k).double() + g[5].T @ g[5])


def test_the_rim_has_a_network_of_its_own():
    mesh = square(lift=0.3)
    ready, F = surface(mesh), features(mesh)
    torch.manual_seed(0)
    stars = Stars(6, 2, 8, 1e-4, boundary=True).double().eval()
    before = stars([ready], F)[1].clone()
    with torch.no_grad():
        stars.g_bar[-1].bias += 1.0
    change = (stars([ready], F)[1] - before).abs().amax(dim=(1, 2))
    assert (change[ready.rim_at] > 1e-3).all()
    assert (change[ready.inner_at] == 0).all()


def test_a_boundary_needs_its_network(round_mesh):
    with pytest.raises(ValueError, match="hat has a boundary"):
        small()([surface(round_mesh), surface(square(), "hat")], features(round_mesh, square()))


def test_features_do_not_see_signs():
    torch.manual_seed(0)
    H, x = torch.randn(5, 4), torch.randn(7, 3, 5)
    signs = torch.tensor([1.0, -1, -1, 1, -1])
    assert torch.equal(spectral_features([H], [x]), spectral_features([H], [x * signs]))


def test_features_are_upper_triangles_and_a_layer_reads_them_as_matrices():
    torch.manual_seed(0)
    H, x, layer = torch.randn(5, 4), torch.randn(7, 3, 5), torch.nn.Linear(36, 2)
    full = torch.einsum("ij,vli,vqi->vlqj", H, x, x)
    G = spectral_features([H], [x])
    rows, columns = torch.triu_indices(3, 3)
    torch.testing.assert_close(G.view(7, 6, 4), full[:, rows, columns])
    torch.testing.assert_close(on_symmetric(layer, G, 3), layer(full.flatten(1)))


@pytest.mark.parametrize("at, count", [("vertices", "n_vertices"), ("faces", "n_faces"), ("mesh", None),
                                       ("summed", None)])
def test_outputs_live_where_they_are_asked_for(round_mesh, at, count):
    other = bumpy_sphere(level=1, seed=3)
    out = small(at=at)([surface(round_mesh), surface(other)], features(round_mesh, other))
    assert len(out) == (2 if count is None else getattr(round_mesh, count) + getattr(other, count))
    assert torch.isfinite(out).all()


def test_pools_take_the_largest_or_the_sum_and_hand_gradients_back(round_mesh):
    torch.manual_seed(0)
    ready = surface(round_mesh)
    G = torch.randn(ready.n, 3, dtype=torch.float64, requires_grad=True)
    pooled = at_faces(G, [ready])
    right = G[ready.faces].amax(dim=1)
    assert torch.equal(pooled, right)
    weights = torch.randn_like(right)
    (mine,) = torch.autograd.grad((pooled * weights).sum(), G)
    (theirs,) = torch.autograd.grad((right * weights).sum(), G)
    torch.testing.assert_close(mine, theirs)
    assert torch.equal(of_meshes(G, [ready])[0], G.amax(dim=0))
    assert torch.equal(over_meshes(G, [ready])[0], G.sum(dim=0))


def test_a_batch_gives_what_its_meshes_give_alone(round_mesh):
    other = square(5, lift=0.4)
    net = small(boundary=True).eval()
    one, two = surface(round_mesh), surface(other)
    together = net([one, two], features(round_mesh, other))
    apart = torch.cat([net([one], features(round_mesh)), net([two], features(other))])
    torch.testing.assert_close(together, apart, rtol=0, atol=1e-8)


def test_the_order_of_vertices_does_not_matter(round_mesh):
    order = np.random.default_rng(0).permutation(round_mesh.n_vertices)
    place = np.argsort(order)
    other = Mesh(round_mesh.V[order], place[round_mesh.F])
    net = small(at="vertices", k=1).eval()
    with torch.no_grad():       # an edge's direction follows its numbers: make g blind to it
        W = net.stars.g[0].weight
        W.copy_((W + W.view(-1, 4, 6)[:, [1, 0, 3, 2]].flatten(1)) / 2)
    a, b = net([surface(round_mesh)], features(round_mesh)), net([surface(other)], features(other))
    torch.testing.assert_close(b, a[order], rtol=0, atol=1e-7)


def test_two_threads_give_what_one_gives(round_mesh):
    ready = [surface(bumpy_sphere(level=1, seed=seed)) for seed in range(5)]
    F, net = features(*[one.mesh for one in ready]), small()
    found = []
    for threads in (1, 2):
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            net.zero_grad()
            out = net.eval()(ready, F)
            out.square().sum().backward()
            found.append((out.detach(), net.stars.g[0].weight.grad.clone()))
        finally:
            torch.set_num_threads(before)
    torch.testing.assert_close(found[0][0], found[1][0], rtol=0, atol=1e-9)
    torch.testing.assert_close(found[0][1], found[1][1], rtol=1e-7, atol=1e-9)


def test_pieces_that_do_not_touch_are_one_surface(round_mesh):
    apart = Mesh(np.concatenate([round_mesh.V, round_mesh.V[:, [1, 2, 0]] + 4]),
                 np.concatenate([round_mesh.F, round_mesh.F + round_mesh.n_vertices]))
    evals, x = small().eval().modes([surface(apart)], features(apart))
    assert (evals > 0).all(), "the zeros of both pieces are left out"
    assert torch.isfinite(small()([surface(apart)], features(apart))).all()


def test_bad_meshes_are_refused_by_name(round_mesh):
    F = round_mesh.F.copy()
    F[3] = F[3, ::-1]
    with pytest.raises(MeshError, match="cup: faces disagree about their orientation at 3 edges"):
        surface(Mesh(round_mesh.V, F), "cup")
    fin = np.concatenate([round_mesh.F, [[*round_mesh.F[0, :2][::-1], 40]]])
    with pytest.raises(MeshError, match="fin: 1 edges have more than two faces"):
        surface(Mesh(round_mesh.V, fin), "fin")
    with pytest.raises(MeshError, match="folded: face 0 names a vertex twice"):
        surface(Mesh(round_mesh.V, [[0, 0, 1], *round_mesh.F.tolist()]), "folded")


def test_bad_features_are_refused_by_name(round_mesh):
    net, ready = small(), [surface(round_mesh, "left"), surface(round_mesh, "right")]
    F = features(round_mesh, round_mesh)
    F[-1, 2] = math.nan
    with pytest.raises(ValueError, match="features of right are not finite"):
        net(ready, F)
    with pytest.raises(ValueError, match=r"expect \(84, 6\); got \(84, 3\)"):
        net(ready, F[:, :3])


def test_more_pairs_than_dimensions_are_refused_by_name():
    mesh = square(1)
    with pytest.raises(SpectrumError, match="tile: 8 dimensions less 2 of the null space leave 6 modes"):
        small(boundary=True).eval()([surface(mesh, "tile")], features(mesh))


def test_singular_stars_are_refused_by_name_and_epsilon_mends_them(round_mesh):
    ready = [surface(round_mesh, "good"), surface(round_mesh, "bad")]
    f = torch.ones(2, round_mesh.n_faces, 1, 1, dtype=torch.float64)
    f[1] = 0
    stiff = torch.ones(2 * ready[0].e, 1, 1, dtype=torch.float64)

    def mass(epsilon):
        return torch.cat([star0(one, ready[0].faces, ready[0].n, epsilon) for one in f])

    with pytest.raises(StarError, match="bad: star0 is singular at 42 of 42 vertices"):
        hodge_eigs(ready, mass(0.0), stiff, Solve(5, 5))
    evals, _ = hodge_eigs(ready, mass(1e-4), stiff, Solve(5, 5))
    assert torch.isfinite(evals).all()


def test_sizes_that_do_not_fit_are_refused(round_mesh):
    ready = surface(round_mesh)
    with pytest.raises(ValueError, match="1 surfaces have 42 vertices and 120 edges; got 41 blocks"):
        hodge_eigs([ready], torch.ones(41, 1, 1), torch.ones(120, 1, 1))
    with pytest.raises(ValueError, match="at is one of vertices, faces, mesh"):
        HodgeNet(at="edges")
