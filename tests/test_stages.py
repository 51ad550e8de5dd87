"""One scene, every back-end: the same things are seen, picked and refused, and outlive a change of them."""

import warnings

import displays
import numpy as np
import pytest
import seers
from browser import chromium
from waiting import until

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud, icosphere
from workbench.view import SceneError, Stage, backends, opening, stage, stages
from workbench.view.colors import lut
from workbench.view.polyscope.renderer import PolyscopeMissing

BALL, COARSE = icosphere(3), icosphere(1)
#: how far vertices of the ball are from their neighbours, on average
SPACING = float(np.linalg.norm(BALL.V[BALL.edges[:, 0]] - BALL.V[BALL.edges[:, 1]], axis=1).mean())

needs_screen = pytest.mark.skipif(displays.why_not() is not None, reason=f"a screen: {displays.why_not()}")
BACKENDS = [
    "still",
    pytest.param("web", marks=pytest.mark.browser),
    "polyscope",
    pytest.param("window", marks=needs_screen),
]


@pytest.fixture(scope="module")
def screen():
    with displays.display() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", made.name)
        patch.delenv("WAYLAND_DISPLAY", raising=False)
        yield made


@pytest.fixture(scope="module")
def browser():
    with chromium() as made:
        yield made


@pytest.fixture(scope="module", params=BACKENDS)
def shown(request):
    """A stage on a back-end, and the seer for it; one for all tests of a back-end."""
    backend = request.param
    needed = {"web": "browser", "window": "screen"}
    found = {needed[backend]: request.getfixturevalue(needed[backend])} if backend in needed else {}
    made = Stage(height=400, backend=backend)
    with seers.seer(backend, **found) as seer:
        yield made, seer
    made.close()


@pytest.fixture
def scene(shown):
    """The stage with a ball that shows its height, by a map whose range is locked; and the seer."""
    made, _ = shown
    for name in list(made.board.shapes):
        if name in made.board.shapes:
            made.remove(name)
    made.board.looks.clear()
    made.add("ball", BALL)
    made.look("height", map="viridis", low=-1, high=1)
    made.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    return shown


def body(picture):
    """Where a picture is not its ground, which is light and has no colour."""
    return (np.ptp(picture, axis=-1) > 12) | (picture.max(axis=-1) < 190)


def middle(picture):
    """The middle of what is drawn, and its width and height, in pixels."""
    rows, columns = np.nonzero(body(picture))
    assert len(rows), "nothing is drawn"
    low, high = np.quantile(columns, (0.002, 0.998)), np.quantile(rows, (0.002, 0.998))
    return np.mean(low), np.mean(high), np.ptp(low), np.ptp(high)


def blobs(picture):
    """How many things stand beside each other."""
    columns = np.pad((body(picture).sum(axis=0) > 4).astype(int), 1)
    return int((np.diff(columns) == 1).sum())


def hues(pixels):
    """Colours without the light that falls on them."""
    return pixels / np.maximum(pixels.max(axis=-1, keepdims=True), 1)


def test_the_body_is_in_the_middle_and_wears_the_colours_of_its_map(scene):
    picture = scene[1].picture(scene[0])
    height, width = picture.shape[:2]
    x, y, across, up = middle(picture)
    assert abs(x - width / 2) < 0.04 * width and abs(y - height / 2) < 0.06 * height
    assert 0.93 < across / up < 1.07  # a ball is round
    inside = np.hypot(*np.meshgrid(np.arange(width) - x, np.arange(height) - y)) < 0.45 * across
    known = hues(lut("viridis")[::8].astype(float))
    far = np.abs(hues(picture[inside])[:, None] - known).max(axis=-1).min(axis=1)
    assert (far < 0.22).mean() > 0.97  # a sheen and coloured rims aside
    above, below = picture[int(y - 0.3 * up), int(x)], picture[int(y + 0.3 * up), int(x)]
    assert above[1] > above[2] and below[2] > below[1]  # viridis: yellow is high, violet is low


def test_an_orbit_turns_what_is_seen_and_the_stages_camera_knows(scene):
    made, seer = scene
    made.show("height", Quantity("ball", "vertices", np.sign(BALL.V[:, 0]) * np.sign(BALL.V[:, 2])))
    before, camera = seer.picture(made), made.camera
    seer.orbit(made)
    after = seer.picture(made)
    assert (np.abs(after - before).max(axis=-1) > 30).mean() > 0.05
    assert np.allclose(middle(after)[:2], middle(before)[:2], atol=6)
    assert made.camera.yaw != camera.yaw and abs(made.camera.pitch - camera.pitch) < 2


def test_a_hidden_quantity_is_not_seen_and_comes_back(scene):
    made, seer = scene
    dressed = seer.picture(made)
    made.look("height", seen=False)
    bare = seer.picture(made)
    assert np.quantile(np.ptp(dressed[body(dressed)], axis=-1), 0.7) > 50
    assert np.quantile(np.ptp(bare[body(bare)], axis=-1), 0.98) < 45
    made.look("height", seen=True)
    assert np.abs(seer.picture(made) - dressed).mean() < 2


def test_what_stands_over_a_body_is_in_its_place_and_what_does_not_is_beside_it(scene):
    made, seer = scene
    alone = seer.picture(made)
    turn = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([0.5 * np.cos(turn), np.sin(turn), 0 * turn], axis=1)  # slender: it leaves room beside it
    made.add("ring", PointCloud(1.15 * ring), over="ball")
    made.show("part", Quantity("ring", "vertices", np.zeros(60, int), "label"))
    over = seer.picture(made)
    assert blobs(over) == 1 and (np.abs(over - alone).max(axis=-1) > 30).sum() > 60  # a pixel for each point
    made.add("ring", PointCloud(ring))
    made.show("part", Quantity("ring", "vertices", np.zeros(60, int), "label"))
    assert blobs(seer.picture(made)) > 1


def top(picture):
    """The row in which what is drawn begins, as a share of the height from the middle of the picture up."""
    rows = np.flatnonzero(body(picture).sum(axis=1) > 2)
    return 0.5 - rows.min() / len(picture) if len(rows) else -0.5


def test_a_slice_cuts_all_that_is_seen_of_its_body_and_what_stands_over_it_and_nothing_else(scene):
    made, seer = scene
    made.add("shell", Mesh(1.1 * COARSE.V[:, [1, 2, 0]], COARSE.F), over="ball")
    made.add("dust", PointCloud(1.15 * BALL.V), over="ball")
    made.add("wires", CurveNetwork(1.05 * COARSE.V, COARSE.edges), over="ball")
    made.show("out", Quantity("ball", "vertices", BALL.V, "vector"))
    made.show("star", Quantity("shell", "edges", COARSE.V[COARSE.edges].mean(axis=1)[:, 1]))
    made.look("shell", wireframe=True)
    made.mark("ball", int(BALL.V[:, 1].argmax()))
    whole = seer.picture(made)
    made.look("ball", slice=("y", 0.5))
    cut = seer.picture(made)
    reach = top(whole) / 1.15  # the radius of the ball
    assert top(cut) < 0.45 * reach  # seen from 8 degrees above, the rim of the cut is 0.16 radii up
    assert body(cut).sum() > 0.4 * body(whole).sum()
    made.look("ball", slice=None)
    assert np.abs(seer.picture(made) - whole).mean() < 1
    made.look("dust", slice=("y", 0.1))
    made.look("wires", slice=("y", 0.1))
    made.look("out", seen=False)
    alone = seer.picture(made)
    assert top(alone) > 0.9 * reach and np.abs(alone - whole).mean() > 1  # others stay whole
    made.look("ball", slice=("y", 0.5))
    assert top(seer.picture(made)) < 0.45 * reach
    for name in ("ball", "dust", "wires"):
        made.look(name, slice=None)
    made.remove("shell")


def test_a_slice_of_one_body_leaves_the_one_beside_it_and_its_dot(scene):
    made, seer = scene
    made.add("other", BALL)
    made.mark("other", int((BALL.V @ made.camera.rotation[2]).argmax()))
    whole = seer.picture(made)
    made.look("ball", slice=("y", 0.2))
    cut = seer.picture(made)
    half = whole.shape[1] // 2
    assert np.abs(cut[:, half + 2 :] - whole[:, half + 2 :]).mean() < 0.5
    assert body(cut[:, :half]).sum() < 0.6 * body(whole[:, :half]).sum()


def test_a_removed_structure_is_gone(scene):
    made, seer = scene
    alone = seer.picture(made)
    made.add("other", BALL)
    assert blobs(seer.picture(made)) == 2
    made.remove("other")
    assert np.abs(seer.picture(made) - alone).mean() < 2
    made.remove("ball")
    assert not body(seer.picture(made)).any()


def test_a_click_picks_the_vertex_that_is_seen_there(scene):
    made, seer = scene
    if seer.click is None:
        pytest.skip("nobody can click on a still picture")
    height, width = seer.picture(made).shape[:2]
    x, y, across, up = middle(seer.picture(made))
    for right, above in ((0, 0), (0.5, 0.3), (-0.4, -0.5)):
        seer.click(made, (x + right * across / 2) / width, (y - above * up / 2) / height)
        assert made.marked["name"] == "ball"
        seen = made.camera.rotation @ BALL.V[made.marked["vertex"]]
        # a lens sees a little less than half of a ball, and the nearest vertex is half an edge away
        assert np.hypot(seen[0] - right, seen[1] - above) < 1.2 * SPACING + 0.06 and seen[2] > 0


WRONG = {
    "'x' has 7 values on vertices of 'ball', which has 642": lambda s: s.show("x", values(7)),
    "'x' has 642 values on faces of 'ball', which has 1280": lambda s: s.show("x", values(642, "faces")),
    "'x' is of 'cow', which is not on the stage; structures here: 'ball'": lambda s: s.show(
        "x", values(9, of="cow")
    ),
    "'x': a structure is a Mesh, a PointCloud or a CurveNetwork, got int": lambda s: s.add("x", 3),
    "'x' cannot stand over 'cow'; structures here: 'ball'": lambda s: s.add("x", BALL, over="cow"),
    "nothing on the stage is called 'cow'; there is 'ball', 'height'": lambda s: s.remove("cow"),
    "'ball' has no vertex 642; its vertices are 0 to 641": lambda s: s.mark("ball", 642),
    "'ball' has no vertex -1; its vertices are 0 to 641": lambda s: s.mark("ball", -1),
    "'cow' is not on the stage, so no vertex of it can be marked; structures here: 'ball'": lambda s: s.mark(
        "cow", 0
    ),
    "a vertex is marked by its number, got 1.5": lambda s: s.mark("ball", 1.5),
}


def values(count, on="vertices", of="ball"):
    return Quantity(of, on, np.zeros(count))


def test_what_is_refused_is_refused_by_every_back_end_in_the_same_words(scene):
    for words, wrong in WRONG.items():
        with pytest.raises(SceneError) as refused:
            wrong(scene[0])
        assert str(refused.value) == words
    assert scene[0].marked is None and body(scene[1].picture(scene[0])).any()


def test_values_that_are_missing_are_grey_and_leave_the_others_alone(scene):
    made, seer = scene
    made.show("height", Quantity("ball", "vertices", np.where(BALL.V[:, 1] > 0, np.nan, BALL.V[:, 1])))
    picture = seer.picture(made)
    x, y, _, up = (int(side) for side in middle(picture))
    assert np.ptp(picture[int(y - 0.3 * up), x]) < 30 < np.ptp(picture[int(y + 0.3 * up), x])
    made.show("height", Quantity("ball", "vertices", np.full(642, np.inf)))
    assert np.quantile(np.ptp(seer.picture(made)[body(picture)], axis=-1), 0.95) < 30


def test_a_huge_label_is_one_label_among_those_that_occur(scene):
    made, seer = scene
    halves = (BALL.V[:, 1] > 0).astype(int)
    made.show("height", Quantity("ball", "vertices", halves, "label"))
    small = seer.picture(made)
    made.show("height", Quantity("ball", "vertices", 10**9 * halves, "label"))
    assert np.abs(seer.picture(made) - small).mean() < 0.5  # the first two colours of the palette, as before
    words = "'height' has 5,000 different labels, and a stage tells 4,096 apart; show it as a scalar"
    with pytest.raises(SceneError) as refused:
        made.add("many", PointCloud(np.random.default_rng(0).normal(size=(5000, 3))), over="ball")
        made.show("height", Quantity("many", "vertices", 7 * np.arange(5000), "label"))
    assert str(refused.value) == words
    made.remove("many")


def test_odd_shapes_are_drawn_or_leave_nothing_but_never_break_the_stage(scene):
    made, seer = scene
    made.remove("ball")
    assert not body(seer.picture(made)).any()  # an empty stage
    odd = {
        "one point": PointCloud(np.array([[5.0, 5, 5]])),
        "no area": Mesh(np.repeat(BALL.V[:1], 3, axis=0), np.array([[0, 1, 2]])),
        "a line": Mesh(np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]), np.array([[0, 1, 2]])),
        "Ωλ 猫 <b>&": CurveNetwork(BALL.V[:2], np.array([[0, 1]])),
    }
    for name, shape in odd.items():
        made.add(name, shape)
        made.show(f"{name}: value", Quantity(name, "vertices", np.arange(float(shape.n_vertices))))
    assert np.isfinite(seer.picture(made)).all()
    for name in odd:
        made.remove(name)
    made.add("ball", BALL)
    assert blobs(seer.picture(made)) == 1


@pytest.mark.parametrize("size, away", [(1e-6, 0.0), (1e6, 0.0), (1.0, 1e6)])
def test_a_body_of_any_size_and_place_looks_as_it_does_at_home(scene, size, away):
    made, seer = scene
    before = seer.picture(made)
    made.add("ball", Mesh(size * BALL.V + away, BALL.F))
    made.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    assert np.abs(seer.picture(made) - before).mean() < 3


def heights(picture):
    """How tall each of the things is that stand beside each other, in pixels."""
    lit = np.pad((body(picture).sum(axis=0) > 4).astype(int), 1)
    begins, ends = np.flatnonzero(np.diff(lit) == 1), np.flatnonzero(np.diff(lit) == -1)
    rows = (np.flatnonzero(body(picture)[:, a:b].any(axis=1)) for a, b in zip(begins, ends, strict=True))
    return [int(np.ptp(found)) + 1 for found in rows]


@pytest.mark.parametrize("size, seen", [(0.5, 0.5), (0.05, 1.0)])
def test_bodies_side_by_side_share_one_scale_unless_one_is_a_giant(scene, size, seen):
    made, seer = scene
    made.add("other", Mesh(size * BALL.V, BALL.F))
    made.show("its height", Quantity("other", "vertices", BALL.V[:, 1]))
    one, other = heights(seer.picture(made))
    assert abs(other / one - seen) < 0.06  # a ball's edge is a few pixels of two hundred


def test_a_structure_and_a_quantity_may_share_a_name(scene):
    made, seer = scene
    made.show("ball", Quantity("ball", "vertices", BALL.V[:, 0]))
    made.look("ball", seen=True, map="viridis", low=-1, high=1)
    picture = seer.picture(made)
    made.look("height", seen=True)
    assert (np.abs(seer.picture(made) - picture).max(axis=-1) > 30).mean() > 0.05
    made.remove("ball")
    assert not made.board.shapes and not made.board.quantities


def test_looks_marks_listeners_and_the_camera_survive_every_switch():
    made, picks = Stage(height=300), []
    made.add("ball", BALL)
    made.show("height", Quantity("ball", "vertices", BALL.V[:, 1]))
    made.look("height", map="magma", title="how high")
    made.on_pick(lambda name, vertex: picks.append(vertex))
    made.mark("ball", 7)
    made.camera = stages.Camera(100.0, 20.0, "y", 1.5, (0.1, -0.2))
    looks, camera, still = dict(made.board.looks), made.camera, made.frame()
    for backend in ("polyscope", "still", "polyscope", "web"):
        made.switch(backend)
        assert made.backend == backend and made.screen.title in repr(made)
        made.picked("ball", 7)
        assert (made.board.looks, made.marked, made.camera) == (looks, {"name": "ball", "vertex": 7}, camera)
    assert len(picks) == 4 and np.array_equal(made.frame(), still)
    made.close()


def test_the_camera_comes_back_from_polyscope_as_it_went(browser):
    made = Stage(height=400)
    made.add("ball", BALL)
    made.camera = stages.Camera(100.0, 20.0, "y", 1.5, (0.1, -0.2))
    made.switch("polyscope")
    with seers.seer("polyscope") as seer:
        seer.orbit(made)
    turned = made.camera
    assert turned.yaw != 100.0 and abs(turned.pitch - 20) < 1 and abs(turned.zoom - 1.5) < 0.05
    assert np.allclose(turned.pan, (0.1, -0.2), atol=0.05)  # Polyscope turns about what is in its middle
    made.close()


def test_a_back_end_that_cannot_be_had_leaves_the_old_one_and_tells_who_asked(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    made, said = Stage(), []
    made.asked({"do": "switch", "to": "window", "view": "v"}, said.append)
    made.asked({"do": "switch", "to": "opera"}, said.append)
    assert [word["do"] for word in said] == ["say", "say"] and said[0]["view"] == "v"
    assert "no display here" in said[0]["words"] and "xvfb-run" in said[0]["words"]
    assert "'opera'" in said[1]["words"] and "web, polyscope, window, still" in said[1]["words"]
    assert made.backend == "web"


def test_stage_takes_what_suits_the_place_and_says_which_and_why(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9999")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(backends, "somebody_looks", lambda: True)
    assert stage().backend == "web" and "because a browser shows this cell" in repr(stage())
    monkeypatch.setattr(backends, "somebody_looks", lambda: False)
    with pytest.warns(UserWarning, match="still pictures instead of a window: .*':9999'"):
        fallen = stage()
    assert fallen.backend == "still" and "':9999', and no screen answers" in fallen.why
    monkeypatch.setattr(backends, "parent_request", lambda: {"metadata": {}})
    monkeypatch.setattr(opening, "parent_request", lambda: {"metadata": {}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stage().why == "no browser looks at this cell"
    with pytest.raises(PolyscopeMissing, match="':9999'"):
        stage("window")
    assert stage("still", height=200, up="z").up == "z"


def test_a_browser_is_not_needed_to_look(monkeypatch):
    monkeypatch.setattr(backends, "somebody_looks", lambda: False)
    monkeypatch.setattr(backends, "no_display", lambda: "no display here")
    with pytest.warns(UserWarning, match="no display here"):
        made = stage()
    made.add("ball", BALL)
    assert until(lambda: made.frame().std() > 10)
