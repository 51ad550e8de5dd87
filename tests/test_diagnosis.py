"""The mesh doctor: every defect is named with its count and an example, and mended or said to stay."""

import inspect
import warnings

import numpy as np
import pytest
from broken import BALL, DEFECTS, LEFT, F, N, V, moved, turned

from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import SpectrumError, spectrum
from workbench.shapes import (
    DegenerateFaceWarning,
    Mesh,
    MeshError,
    NonManifoldWarning,
    OrientationWarning,
    PointCloud,
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
)
from workbench.shapes.diagnosis import FATAL, KINDS


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
    (None, None), (BALL, F), (BALL, 20), ("chair", "table"), (1, 2), ([], []), (V, None), (V, 5),
    (V[:, :2], F), (V * 1j, F), (V, [[0, 1, None]]), (V, np.zeros((2, 3, 3), dtype=int)),
    (V, np.zeros(3, dtype=int)), ([[1, 2], [3]], F),
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
    (V * 0 + 1, F, ("vertex without area", "zero area")),
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


@pytest.mark.parametrize("k, fine", [(1, True), (N, True), (N + 1, False), (5 * N, False)])
def test_k_is_at_most_the_number_of_vertices(k, fine):
    assert ("fewer vertices than k" not in diagnose(BALL, k=k).kinds) == fine
    if fine:
        at_the_door(Mesh(V, F), k)
    else:
        with pytest.raises(MeshError, match=f"{k} eigenpairs were asked of {N} vertices"):
            at_the_door(Mesh(V, F), k)


def test_the_doctor_allows_as_many_eigenpairs_as_the_spectrum_gives():
    of = cotan_laplacian(BALL)
    assert len(spectrum(of, N).evals) == N
    with pytest.raises(SpectrumError):
        spectrum(of, N + 1)


def test_what_is_no_mesh_is_turned_away_at_the_door():
    for other in (PointCloud(V), None, 5):
        with pytest.raises(MeshError, match=f"got {type(other).__name__}"):
            inspect.unwrap(at_the_door)(other)


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


def test_an_empty_polygon_makes_no_floats_of_the_others():
    found = diagnose(V, [[0, 1, 2], []])
    assert "float indices" not in found.kinds and found["too few corners"].example == (1,)
