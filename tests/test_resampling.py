"""Other discretisations: the same surface, closed, evenly or unevenly covered, with values carried along."""

import numpy as np
import pytest

from workbench.datasets.humans import humans
from workbench.shapes import (
    Mesh,
    MeshError,
    diagnose,
    icosphere,
    plane_with_hole,
    refined,
    remeshed,
    scattered,
    torus,
)

BODY = humans("test", "1k")[2].mesh


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("mesh", [torus(12, 8), plane_with_hole(6)], ids=["closed", "open"])
def test_a_refined_mesh_is_the_same_surface(mesh, k):
    fine = refined(mesh, k)
    assert fine.shape.n_faces == k * k * mesh.n_faces
    assert fine.shape.area == pytest.approx(mesh.area, rel=1e-12)
    euler = [s.n_vertices - len(s.edges) + s.n_faces for s in (mesh, fine.shape)]
    assert euler[0] == euler[1] and len(fine.shape.boundary_edges) == k * len(mesh.boundary_edges)
    own = np.repeat(mesh.face_normals, k * k, axis=0)
    assert np.allclose(fine.shape.face_normals, own, atol=1e-9)
    assert np.allclose(fine.carry(mesh.V), fine.shape.V, atol=1e-14)


@pytest.mark.parametrize("mesh", [BODY, torus(), plane_with_hole(24)], ids=["body", "torus", "open"])
def test_a_remeshed_surface_is_whole_and_near_the_old_one(mesh):
    new = remeshed(mesh, 700, seed=0)
    assert {defect.kind for defect in diagnose(new.shape).defects} <= {"boundary"}
    euler = [s.n_vertices - len(s.edges) + s.n_faces for s in (mesh, new.shape)]
    assert euler[0] == euler[1]
    assert np.allclose(new.carry(mesh.V), new.shape.V, atol=1e-12)  # new vertices lie on the old surface
    assert 0.9 < new.shape.area / mesh.area < 1.001  # chords are shorter than arcs


def test_two_seeds_give_other_vertices_and_one_seed_the_same():
    ball = icosphere(3)
    a, b, again = (remeshed(ball, 300, seed) for seed in (0, 1, 0))
    assert np.array_equal(a.shape.V, again.shape.V) and np.array_equal(a.shape.F, again.shape.F)
    shared = (a.shape.V[:, None] == b.shape.V[None]).all(axis=-1).any(axis=1)
    assert shared.mean() < 0.2  # one in fourteen of the fine vertices by chance


def test_vertices_are_spread_evenly_or_like_the_density():
    ball = icosphere(4)
    even = remeshed(ball, 500, seed=0).shape
    assert abs((even.V[:, 2] > 0).mean() - 0.5) < 0.03
    assert np.percentile(even.face_areas, 5) > 0.4 * even.face_areas.mean()
    dense = remeshed(ball, 500, seed=0, density=np.where(ball.V[:, 2] > 0, 9.0, 1.0)).shape
    assert (dense.V[:, 2] > 0).mean() == pytest.approx(0.9, abs=0.03)


def test_labels_are_carried_whole_and_numbers_are_mixed():
    parts = (BODY.V[:, 1] > 0).astype(int)
    new = scattered(BODY, 3000, seed=0)
    assert set(np.unique(new.carry(parts))) == {0, 1}
    agree = new.carry(parts) == (new.shape.X[:, 1] > 0)
    assert agree.mean() > 0.98
    assert np.allclose(new.carry(BODY.V), new.shape.X)


def test_scattered_points_are_even_by_area_and_have_the_normals_of_the_surface():
    ball = icosphere(4)
    cloud = scattered(ball, 20_000, seed=0).shape
    assert np.abs(cloud.X.mean(axis=0)).max() < 0.02  # the standard error is 0.004
    assert (cloud.normals * cloud.X).sum(axis=1).min() > 0.99


def test_what_cannot_be_remeshed_is_refused():
    with pytest.raises(ValueError, match="n >= 4"):
        remeshed(BODY, 3)
    with pytest.raises(ValueError, match="positive density"):
        remeshed(BODY, 100, density=np.zeros(BODY.n_vertices))
    with pytest.raises(ValueError, match="k >= 1"):
        refined(BODY, 0)
    tetrahedron = Mesh(np.vstack([np.zeros(3), np.eye(3)]), [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    assert remeshed(tetrahedron, 40).shape.n_vertices >= 40


def test_a_thin_part_gets_the_vertices_that_keep_it_closed():
    thin = remeshed(torus(60, 6, 1.0, 0.04), 200).shape
    assert thin.n_vertices > 220 and not len(thin.boundary_edges)
    assert thin.n_vertices - len(thin.edges) + thin.n_faces == 0
    with pytest.raises(MeshError, match="30 vertices are too few"):
        remeshed(torus(60, 6, 1.0, 0.02), 30)


def test_a_mask_stays_a_mask_and_another_number_of_values_is_refused():
    fine = refined(icosphere(1), 2)
    mask = fine.carry(fine.source.V[:, 0] > 0)
    assert mask.dtype == bool and 0 < mask.sum() < len(mask)
    with pytest.raises(ValueError, match="a value for each of 42"):
        fine.carry(np.ones(7))


def test_what_cannot_be_resampled_is_told_by_its_defect():
    square = icosphere(1).V[:4]
    with pytest.raises(MeshError, match="positive finite area"):
        scattered(Mesh(np.zeros((3, 3)), [[0, 1, 2]]), 5)
    with pytest.raises(MeshError, match="flipped face"):
        remeshed(Mesh(square, [[0, 1, 2], [0, 1, 3]]), 20)
    with pytest.raises(ValueError, match="density of shape"):
        remeshed(icosphere(1), 20, density=np.ones(3))
