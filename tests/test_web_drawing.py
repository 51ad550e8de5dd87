"""What the browser draws, by its pixels: textures, arrows, lines, slices, wireframes, clear bodies."""

import numpy as np
import pytest
from drawing_board import BALL, BLUE, FIND, HEAR, RED, as_text, board, body, ink, like, on_stage, shot
from scipy import ndimage

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud, bumpy_sphere, icosphere
from workbench.view import Stage, Texture
from workbench.view.board import DRAWN, element_count
from workbench.view.browser.pieces import quantity_piece
from workbench.view.colors import lut

__all__ = ["board"]
pytestmark = pytest.mark.browser


def values_of(kind, X):
    """Values of a kind that are nowhere those of a plain structure, for elements at points X (n, 3)."""
    halves = (X[:, 1] > 0).astype(int)
    return {"scalar": X[:, 1], "label": halves, "color": np.abs(X), "vector": X, "uv": X[:, :2]}[kind]


@pytest.mark.parametrize("shape", [BALL, PointCloud(BALL.V), CurveNetwork(BALL.V, BALL.edges)], ids=repr)
def test_every_kind_on_every_element_it_may_be_on_is_drawn(board, shape):
    ends = {"vertices": np.arange(BALL.n_vertices)[:, None], "faces": BALL.F, "edges": BALL.edges}
    places = {on: BALL.V[at].mean(axis=1) for on, at in ends.items()} | {"corners": BALL.V[BALL.F.ravel()]}
    plain, shown, names = Stage(height=900), Stage(height=900), []
    for kind, on in ((kind, on) for kind, allowed in DRAWN.items() for on in allowed):
        if element_count(shape, on) and (kind != "uv" or shape is BALL):
            names.append(f"{kind} {on}")
            plain.add(names[-1], shape)
            shown.add(names[-1], shape)
            shown.show(f"q {names[-1]}", Quantity(names[-1], on, values_of(kind, places[on]), kind))
    before = shot(board(plain))
    page = board(shown)
    other = np.abs(shot(page) - before).max(axis=-1) > 25
    cells = page.evaluate("() => view.layout().map(({ shape, x, y, w, h }) => [shape.name, x, y, w, h])")
    share = {name: other[int(y) : int(y + h), int(x) : int(x + w)].mean() for name, x, y, w, h in cells}
    assert list(share) == names and min(share.values()) > 0.01, share


def test_u_runs_to_the_right_and_v_up_on_vertices_and_corners(board):
    half = np.vstack([np.tile(RED, (2, 4, 1)), np.tile(BLUE, (2, 4, 1))])
    uv = 0.5 + 0.49 * BALL.V[:, :2]
    for on, values in (("vertices", uv), ("corners", uv[BALL.F].reshape(-1, 2))):
        stage = on_stage(("ball", BALL), ("uv", Quantity("ball", on, values, "uv")))
        stage.look("uv", texture=Texture(half))
        page = board(stage)
        page.evaluate("() => Object.assign(store.camera, { yaw: 0, pitch: 0 })")
        page.evaluate("() => view.request()")
        picture = shot(page)
        rows = [np.nonzero(like(picture, color))[0].mean() for color in (RED, BLUE)]
        assert rows[0] < rows[1] - 50  # the picture's first row is at v = 1, the ball's top
        stage.show("uv", Quantity("ball", on, values * [1, -1] + [0, 1], "uv"))
        page.evaluate(HEAR, as_text(quantity_piece(stage.board, "uv")))
        picture = shot(page)
        rows = [np.nonzero(like(picture, color))[0].mean() for color in (RED, BLUE)]
        assert rows[0] > rows[1] + 50


def test_arrows_stand_where_vectors_are_and_point_along_them(board):
    up = np.where(BALL.V[:, :1] > 0.3, [0.0, 1, 0], np.nan)
    quantity = Quantity("ball", "vertices", up, "vector")
    page = board(on_stage(("ball", BALL), ("up", quantity), up={"length": 0.3}))
    page.evaluate("() => { Object.assign(store.camera, { yaw: 0, pitch: 0 }); view.request(); }")
    picture = shot(page)
    rows, columns = np.nonzero(ink(picture))
    assert len(rows) > 200 and columns.min() > picture.shape[1] / 2
    assert "up" in page.locator(".wb-legends").text_content()
    assert f"{int((BALL.V[:, 0] <= 0.3).sum())} missing" in page.locator(".wb-legends").text_content()
    page.evaluate("() => { view.store.quantities.clear(); view.request(); }")
    assert ink(shot(page)).sum() == 0


def test_more_arrows_than_can_be_seen_are_thinned_evenly_and_told(board):
    mesh = bumpy_sphere(5)
    page = board(on_stage(("body", mesh), ("n", Quantity("body", "faces", mesh.face_normals, "vector"))))
    assert "of 20,480 arrows drawn" in page.locator(".wb-notes").text_content()
    chosen = page.evaluate("""() => [...evenChoice(anchorsOf(store.structures.get("body"), "faces"), 500)]""")
    assert 300 < len(chosen) <= 500
    points = mesh.V[mesh.F[chosen]].mean(axis=1)
    near = np.linalg.norm(mesh.V[mesh.F[::9]].mean(axis=1)[:, None] - points, axis=-1).min(axis=1)
    even = np.sqrt(mesh.area / len(chosen))  # the side of each one's share, were it a square
    assert near.max() < 2 * even


def test_values_on_edges_are_drawn_in_the_colours_of_their_map(board):
    middle = BALL.V[BALL.edges].mean(axis=1)
    page = board(on_stage(("ball", BALL), ("star", Quantity("ball", "edges", np.sign(middle[:, 1])))))
    picture = shot(page)
    for row, share in ((0.3, 1.0), (0.7, 0.0)):
        there = like(picture, lut("RdBu_r")[int(255 * share)].astype(int))
        rows = np.nonzero(there)[0]
        assert len(rows) > 300 and abs(rows.mean() / picture.shape[0] - row) < 0.12


def test_a_curve_is_a_line_of_its_width_in_the_colours_of_its_values(board):
    X = np.stack([np.linspace(-1, 1, 20), np.zeros(20), np.zeros(20)], axis=1)
    values = Quantity("c", "edges", np.arange(19.0))
    page = board(on_stage(("c", CurveNetwork.path(X)), ("x", values), x={"width": 8}))
    page.evaluate("() => { Object.assign(store.camera, { yaw: 0, pitch: 0 }); view.request(); }")
    picture = shot(page)
    seen = body(picture)
    thick = seen[:, picture.shape[1] // 2 - 40 : picture.shape[1] // 2 + 40].sum(axis=0)
    assert np.abs(thick - 8).max() <= 2
    colors = [np.nonzero(like(picture, lut("viridis")[k].astype(int), 45) & seen)[1] for k in (0, 255)]
    assert colors[0].mean() < picture.shape[1] / 2 < colors[1].mean()


def test_a_small_body_beside_a_large_one_is_found_where_it_is_drawn(board):
    stage = on_stage(("ball", BALL), ("height", Quantity("ball", "vertices", BALL.V[:, 1])))
    stage.add("small", Mesh(0.4 * BALL.V, BALL.F))
    page = board(stage)
    middle, box = page.evaluate("""() => { const { x, y, w, h } = view.layout()[1];
        const all = view.canvas.getBoundingClientRect();
        return [[(x + w / 2) / all.width, (y + h / 2) / all.height], Math.min(w, h) / all.height]; }""")
    hits = [page.evaluate(FIND, [middle[0], middle[1] + share * box]) for share in (0.1, 0.3)]
    assert hits[0]["name"] == "small" and hits[1] is None  # its radius is a fifth of the cell, not a half
    assert page.evaluate("() => view.notes.textContent") == ""
    stage.add("giant", Mesh(9 * BALL.V, BALL.F))
    assert "scale of its own" in board(stage).evaluate("() => view.notes.textContent")


def test_bodies_stand_side_by_side_but_one_above_the_other_in_a_tall_place(board):
    page = board(on_stage(("ball", BALL), ("small", Mesh(0.4 * BALL.V, BALL.F))))
    corners = """() => view.layout().map(({ x, y }) => [x, y])"""
    (x, y), (right, level) = page.evaluate(corners)
    assert right > x and level == y
    page.evaluate("() => { view.canvas.style.height = `${2 * view.canvas.clientWidth}px`; }")
    (x, y), (same, lower) = page.evaluate(corners)
    assert same == x and lower > y


def test_a_slice_takes_one_side_away_and_nothing_is_found_there(board):
    stage = on_stage(("ball", BALL))
    page = board(stage)
    page.evaluate("() => { Object.assign(store.camera, { yaw: 0, pitch: 0 }); view.request(); }")
    whole = body(shot(page))
    page.evaluate("() => { store.structures.get('ball').slice = ['x', 0.5]; view.request(); }")
    half = body(shot(page))
    middle = whole.shape[1] // 2
    assert half[:, middle + 4 :].sum() == 0 and half[:, :middle].sum() > 0.95 * whole[:, :middle].sum()
    assert page.evaluate(FIND, [0.6, 0.5]) is None and page.evaluate(FIND, [0.4, 0.5]) is not None
    page.evaluate("() => { store.structures.get('ball').slice = ['z', 0.5]; view.request(); }")
    inside = shot(page)[whole.shape[0] // 2 - 30 : whole.shape[0] // 2 + 30, middle - 30 : middle + 30]
    assert inside.max() < 130 and inside.std() < 3  # flat and dark: an inside


def test_nothing_is_left_of_what_a_slice_takes_away_not_even_a_pixel(board):
    shell = Mesh(1.15 * icosphere(1).V[:, [1, 2, 0]], icosphere(1).F)
    stage = on_stage(("ball", BALL))
    stage.add("shell", shell, over="ball")
    stage.look("ball", slice=("z", 0.6))
    page = board(stage)
    picture = shot(page)
    apart = np.abs(picture - picture[2, 2]).max(axis=-1) > 8
    count = sum(blob_sizes(apart) < 9)
    assert apart.sum() > 10_000 and count == 0


def blob_sizes(where):
    """How many pixels each connected part of a picture has."""
    labels, count = ndimage.label(where, np.ones((3, 3)))
    return np.bincount(labels.ravel(), minlength=count + 1)[1:]


def test_a_wireframe_darkens_edges_and_leaves_the_faces(board):
    coarse = icosphere(1)
    page = board(on_stage(("ball", coarse)))
    plain = shot(page)
    page.evaluate("() => { store.structures.get('ball').wireframe = true; view.request(); }")
    darker = (plain - shot(page)).max(axis=-1) > 30
    assert 0.01 < darker.sum() / body(plain).sum() < 0.2


def test_what_is_inside_is_seen_through_a_clear_body(board):
    inner = Mesh(0.5 * BALL.V, BALL.F)
    stage = on_stage(("ball", BALL))
    stage.add("inner", inner, over="ball")
    stage.show("red", Quantity("inner", "vertices", np.tile([1.0, 0, 0], (BALL.n_vertices, 1)), "color"))
    page = board(stage)
    assert page.locator(".wb-names span").count() == 0  # one place, one cell
    assert like(shot(page), RED).sum() == 0
    page.evaluate("() => { store.structures.get('ball').opacity = 0.4; view.request(); }")
    picture = shot(page)
    redder = picture[..., 0] - picture[..., 2] > 50
    assert 0.15 < redder.sum() / body(picture).sum() < 0.35  # (1/2)^2 of the disc


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_a_matrix_without_entries_leaves_the_plots_after_it(board, shape):
    stage = Stage()
    stage.show("nothing", Quantity("nothing", "plot", np.zeros(shape), "matrix"))
    stage.show("line", Quantity("line", "plot", [[0.0, 1.0], [1.0, 2.0]], "curve"))
    page = board(stage)
    drawn = "() => [...document.querySelectorAll('.wb-plot canvas')].map(c => c.toDataURL().length)"
    nothing, line = page.evaluate(drawn)
    assert line > nothing  # ink takes room in a PNG
