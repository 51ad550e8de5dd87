"""The mesh doctor: every defect is named with its count and an example, and mended or said to stay."""

import warnings

import numpy as np
import pytest

from workbench.shapes import (
    DegenerateFaceWarning,
    Mesh,
    MeshError,
    NonManifoldWarning,
    OrientationWarning,
    PrecisionWarning,
    SeveralComponentsWarning,
    at_the_door,
    bumpy_sphere,
    crease,
    diagnose,
    icosphere,
    plane_with_hole,
    repair,
    sphere,
    torus,
    two_spheres,
)
from workbench.shapes.diagnosis import FATAL, KINDS

BALL = icosphere(2)
V, F = BALL.V, BALL.F
N, M = len(V), len(F)
A, B, C = F[0].tolist()


def moved(vertices, *rows):
    """Vertices with (index, position) rows replaced."""
    out = np.array(vertices)
    for index, position in rows:
        out[index] = position
    return out


def with_faces(*more):
    return np.concatenate([F, np.array(more)])


def turned(*which):
    out = F.copy()
    out[list(which)] = out[list(which)][:, ::-1]
    return out


def fin():
    """A triangle that stands on the edge A-B of the ball."""
    return np.concatenate([V, [[2.0, 2.0, 2.0]]]), with_faces([A, B, N])


def touching():
    """Two balls that share the first vertex of one of them."""
    two = two_spheres(2)
    faces = np.where(two.F == N, 0, two.F - (two.F > N))
    return np.delete(two.V, N, axis=0), faces


def cap():
    """The edge A-B with a vertex at its middle on one side only: a face without area closes the slit."""
    middle = (V[A:A + 1] + V[B]) / 2
    return np.concatenate([V, middle]), np.concatenate([F[1:], [[A, N, C], [N, B, C], [A, B, N]]])


def needle():
    """Vertex A doubled in place: half of its faces take the copy, and two needles close the slit."""
    around = [f for f in range(M) if A in F[f]]
    ring = {f: np.roll(F[f], -F[f].tolist().index(A)).tolist() for f in around}
    first = ring[around[0]]
    chain = [first]
    while len(chain) < 3:
        chain.append(next(face for face in ring.values() if face[1] == chain[-1][2]))
    taken = [around_face for around_face in around if ring[around_face] in chain]
    faces = F.copy()
    faces[taken] = np.where(faces[taken] == A, N, faces[taken])
    slit = [[A, N, chain[0][1]], [N, A, chain[-1][2]]]
    return np.concatenate([V, V[A:A + 1]]), np.concatenate([faces, slit])


def moebius(n=12):
    a = 2 * np.pi * np.arange(n) / n
    width = np.array([[-0.3], [0.3]])
    reach = 1 + width * np.cos(a / 2)
    strip = np.stack([reach * np.cos(a), reach * np.sin(a), width * np.sin(a / 2)], axis=-1)
    low, high = np.arange(n), n + np.arange(n)
    after_low, after_high = np.append(low[1:], high[0]), np.append(high[1:], low[0])
    faces = [np.stack([low, after_low, after_high], axis=1), np.stack([low, after_high, high], axis=1)]
    return strip.reshape(-1, 3), np.concatenate(faces)


NAN, INF = moved(V, (5, np.nan), (9, np.nan)), moved(V, (7, (0, np.inf, 0)))

#: name -> (V, F, kind, count, example)
DEFECTS = {
    "NaN": (NAN, F, "non-finite vertex", 2, (5,)),
    "infinity": (INF, F, "non-finite vertex", 1, (7,)),
    "index too large": (V, with_faces([0, 1, N]), "index out of range", 1, (M,)),
    "index negative": (V, with_faces([0, 1, -1], [-2, 1, 0]), "index out of range", 2, (M,)),
    "indices as floats": (V, F.astype(float), "float indices", M, (0,)),
    "quads": (crease(8).V, np.array([[0, 9, 10, 1], [9, 18, 19, 10]]), "polygon", 2, (0,)),
    "mixed polygons": (V, [[0, 1, 2, 3], [1, 2, 4], [3, 2, 4, 5, 6]], "polygon", 2, (0,)),
    "a face of two corners": (V, [*F.tolist(), [0, 1]], "too few corners", 1, (M,)),
    "a vertex twice in a face": (V, with_faces([3, 3, 4], [5, 6, 5]), "repeated index", 2, (M,)),
    "a cap": (*cap(), "zero area", 1, (M + 1,)),
    "needles": (*needle(), "zero area", 2, (M,)),
    "a copied face": (V, with_faces(F[4]), "duplicate face", 1, (M,)),
    "copies in other orders": (V, with_faces(F[4][[1, 2, 0]], F[9][::-1]), "duplicate face", 2, (M,)),
    "lone vertices": (np.concatenate([V, [[2, 0, 0], [0, 9, 0]]]), F, "isolated vertex", 2, (N,)),
    "all faces around a vertex unsound": (np.concatenate([V, [V[A]]]), with_faces([A, B, N]),
                                          "vertex without area", 1, (N,)),
    "a fin": (*fin(), "non-manifold edge", 1, (min(A, B), max(A, B))),
    "touching balls": (*touching(), "non-manifold vertex", 1, (0,)),
    "flipped faces": (V, turned(7, 100), "flipped face", 2, (7,)),
    "inside out": (V, F[:, ::-1], "inside out", 1, (0,)),
    "one of two inside out": (two_spheres(2).V, np.concatenate([F, F[:, ::-1] + N]), "inside out", 1, (M,)),
    "huge": (V * 1e200, F, "extreme scale", N, None),
    "tiny": (V * 1e-300, F, "extreme scale", N, None),
    "far away": (V + 1e8, F, "far from origin", N, (0,)),
}

#: what repair leaves, because it must not decide it
LEFT = {
    "two components": (two_spheres(2).V, two_spheres(2).F, "several components", 2, (N,)),
    "boundary": (plane_with_hole(8).V, plane_with_hole(8).F, "boundary", 64, (0, 1)),
    "a Moebius band": (*moebius(), "unorientable piece", 1, (0,)),
}


@pytest.mark.parametrize("name", [*DEFECTS, *LEFT])
def test_a_defect_is_named_with_its_count_and_an_example(name):
    vertices, faces, kind, count, example = {**DEFECTS, **LEFT}[name]
    found = diagnose(vertices, faces)[kind]
    assert found.count == count
    assert example is None or found.example == example
    assert found.fatal == (kind in FATAL) and found.cost and kind in str(found)


@pytest.mark.parametrize("name", DEFECTS)
def test_repair_mends_it_and_says_so(name):
    vertices, faces, kind, *_ = DEFECTS[name]
    mended = repair(vertices, faces)
    assert mended.changes and all(change in str(mended) for change in mended.changes)
    assert kind not in diagnose(mended.mesh).kinds and not mended.left.fatal
    assert mended.left.defects == diagnose(mended.mesh).defects


@pytest.mark.parametrize("name", LEFT)
def test_what_repair_must_not_decide_stays_and_is_told(name):
    vertices, faces, kind, count, _ = LEFT[name]
    mended = repair(vertices, faces)
    assert mended.changes == () and mended.left[kind].count == count
    assert kind in str(mended)


@pytest.mark.parametrize("name", [
    "a cap", "needles", "a copied face", "flipped faces", "inside out", "huge", "far away", "lone vertices",
    "index too large", "indices as floats", "touching balls",
])
def test_a_closed_surface_is_closed_and_outward_after_repair(name):
    vertices, faces, *_ = DEFECTS[name]
    mended = repair(vertices, faces).mesh
    assert len(mended.boundary_edges) == 0
    a, b, c = mended.V[mended.F.T]
    assert np.einsum("mi,mi->", a, np.cross(b, c)) > 0


@pytest.mark.parametrize("name", [*DEFECTS, *LEFT])
def test_repair_carries_labels_along(name):
    vertices, faces, kind, *_ = {**DEFECTS, **LEFT}[name]
    mended = repair(vertices, faces)
    if kind not in ("extreme scale", "far from origin"):
        np.testing.assert_array_equal(mended.mesh.V, np.asarray(vertices)[mended.vertices])


@pytest.mark.parametrize("mesh", [sphere(2), torus(9, 7), bumpy_sphere(2), crease(4), plane_with_hole(8)])
def test_repair_of_a_healthy_mesh_changes_nothing(mesh):
    assert diagnose(mesh).healthy
    mended = repair(mesh)
    assert mended.mesh is mesh and mended.changes == ()
    np.testing.assert_array_equal(mended.vertices, np.arange(mesh.n_vertices))
    again = repair(mesh.V, mesh.F).mesh
    np.testing.assert_array_equal(again.F, mesh.F)
    np.testing.assert_array_equal(again.V, mesh.V)


@pytest.mark.parametrize("name", DEFECTS)
def test_repairing_twice_changes_nothing_more(name):
    vertices, faces, *_ = DEFECTS[name]
    assert repair(repair(vertices, faces).mesh).changes == ()


def census(diagnosis):
    return {defect.kind: defect.count for defect in diagnosis.defects}


TRIANGLES = [name for name, (_, faces, *_) in DEFECTS.items() if isinstance(faces, np.ndarray)]


@pytest.mark.parametrize("name", TRIANGLES)
def test_diagnosis_does_not_depend_on_order_or_place(name):
    vertices, faces, *_ = DEFECTS[name]
    rng = np.random.default_rng(1)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    order = rng.permutation(len(vertices))
    number = np.argsort(order)
    inside = (faces >= 0) & (faces < len(vertices))
    renamed = np.where(inside, number[np.where(inside, faces, 0).astype(int)], faces).astype(faces.dtype)
    renamed = renamed[rng.permutation(len(faces))]
    with np.errstate(invalid="ignore"):
        size = np.nanmax(np.abs(vertices[np.isfinite(vertices)]))
        there = (vertices @ turn.T + 0.3 * size)[order]
    if not np.isfinite(vertices).all():
        there = np.where(np.isfinite(vertices).all(axis=1)[order, None], there, np.nan)
    assert census(diagnose(there, renamed)) == census(diagnose(vertices, faces))


@pytest.mark.parametrize("vertices, faces", [
    (None, None), ("chair", "table"), (1, 2), ([], []), (V, None), (V, 5), (V[:, :2], F), (V * 1j, F),
    (V, [[0, 1, None]]), (V, np.zeros((2, 3, 3), dtype=int)), (V, np.zeros(3, dtype=int)), ([[1, 2], [3]], F),
])
def test_what_is_no_mesh_at_all_is_said_and_cannot_be_repaired(vertices, faces):
    assert diagnose(vertices, faces).kinds == ("no mesh",)
    with pytest.raises(MeshError):
        repair(vertices, faces)


@pytest.mark.parametrize("vertices, faces, kinds", [
    (V[:0], F[:0], ("no vertices", "no faces")),
    (V, F[:0], ("no faces", "isolated vertex")),
    (V, [], ("no faces", "isolated vertex")),
    (V * np.nan, F, ("non-finite vertex",)),
    (V * 0, F, ("vertex without area", "zero area")),
    (V, F + 0.5, ("float indices", "index out of range", "isolated vertex")),
])
def test_where_no_triangle_is_left_repair_says_why(vertices, faces, kinds):
    assert diagnose(vertices, faces).kinds == kinds
    with pytest.raises(MeshError, match="no sound triangle"):
        repair(vertices, faces)


def test_a_mesh_with_many_defects_names_them_all():
    vertices = np.concatenate([moved(V, (5, np.nan)), [[3, 3, 3]]])
    faces = np.concatenate([turned(200), [[1, 1, 2], [0, 1, 999], F[30]]])
    told = diagnose(vertices, faces, k=500)
    assert set(told.kinds) == {"index out of range", "non-finite vertex", "isolated vertex", "repeated index",
                               "fewer vertices than k", "duplicate face", "flipped face", "boundary"}
    assert all(kind in str(told) for kind in told.kinds)
    assert [defect.fatal for defect in told.defects] == sorted((d.fatal for d in told.defects), reverse=True)
    assert repair(vertices, faces).left.healthy


def test_noise_far_outside_the_mesh_does_not_hide_its_faces():
    lone = np.concatenate([V, [[1e300, 0, 0]]])
    assert diagnose(lone, F).kinds == ("isolated vertex",)


def test_every_kind_costs_something():
    assert all(cost and element in ("array", "vertex", "face", "edge") for element, cost in KINDS.values())


def test_the_largest_component_can_be_kept():
    big, small = icosphere(2), icosphere(1)
    both = Mesh(np.concatenate([small.V, 3 * big.V + 9]), np.concatenate([small.F, big.F + small.n_vertices]))
    kept = repair(both, keep_largest=True)
    np.testing.assert_array_equal(kept.vertices, small.n_vertices + np.arange(big.n_vertices))
    assert kept.left.healthy and "largest of 2" in kept.changes[0]


@pytest.mark.parametrize("k, fine", [(1, True), (N - 1, True), (N, False), (5 * N, False)])
def test_k_must_be_below_the_number_of_vertices(k, fine):
    assert ("fewer vertices than k" not in diagnose(BALL, k=k).kinds) == fine
    if fine:
        at_the_door(Mesh(V, F), k)
    else:
        with pytest.raises(MeshError, match=f"{k} eigenpairs were asked of {N} vertices"):
            at_the_door(Mesh(V, F), k)


@pytest.mark.parametrize("name, warning", [
    ("a fin", NonManifoldWarning), ("touching balls", NonManifoldWarning), ("a cap", DegenerateFaceWarning),
    ("a vertex twice in a face", DegenerateFaceWarning), ("a copied face", DegenerateFaceWarning),
    ("flipped faces", OrientationWarning), ("inside out", OrientationWarning), ("far away", PrecisionWarning),
    ("two components", SeveralComponentsWarning), ("a Moebius band", OrientationWarning),
])
def test_the_door_warns_once_a_mesh(name, warning):
    mesh = Mesh(*{**DEFECTS, **LEFT}[name][:2])
    with pytest.warns(warning, match="repair"):
        at_the_door(mesh)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        at_the_door(mesh)


@pytest.mark.parametrize("name", ["lone vertices", "all faces around a vertex unsound", "huge", "tiny"])
def test_the_door_stays_shut_for_what_no_operator_can_bear(name):
    mesh = Mesh(*DEFECTS[name][:2])
    for _ in range(2):
        with pytest.raises(MeshError, match="repair"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                at_the_door(mesh)
    at_the_door(repair(mesh).mesh)


@pytest.mark.parametrize("mesh", [sphere(2), plane_with_hole(8)])
def test_healthy_meshes_pass_the_door_in_silence(mesh):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert at_the_door(mesh, k=20).healthy
