"""What the browser draws, by its pixels: textures, arrows, lines, slices; what it finds, and sends again."""

import base64
import io

import numpy as np
import pytest
from browser import chromium

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud, bumpy_sphere, icosphere, plane_with_hole
from workbench.view import Stage, Texture
from workbench.view import fewer as fewer_room
from workbench.view.board import DRAWN, element_count
from workbench.view.colors import lut
from workbench.view.fewer import fewer
from workbench.view.pieces import drawable, packed, quantity_piece
from workbench.view.sides import is_closed, volume
from workbench.view.textures import PATTERNS, texture
from workbench.view.web import HERE, MODULES

BALL, BUMPY = icosphere(3), bumpy_sphere(3)
RED, BLUE = np.array([200, 20, 20], np.uint8), np.array([20, 20, 200], np.uint8)

OPEN = """([content, buffers]) => {
    const bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
    window.bytes = bytes; window.sent = [];
    window.store = new Store(revived(content, buffers.map(bytes)));
    document.querySelector("#el").replaceChildren();
    window.view = new StageView(document.querySelector("#el"), store, message => sent.push(message)); }"""
HEAR = """([content, buffers]) => {
    store.hear({ do: "quantity", version: 1, piece: content }, buffers.map(bytes)); }"""
# pictures are drawn when the screen asks; every one is a soft one here, so that nothing is drawn again later
REST = """() => { view.pace.soft = () => true;
    const frame = () => new Promise(done => requestAnimationFrame(done));
    return frame().then(frame).then(frame); }"""
FIND = """([x, y]) => { const box = view.canvas.getBoundingClientRect();
    const hit = view.under({ clientX: box.left + x * box.width, clientY: box.top + y * box.height });
    return hit && (({ name, vertex, face, edge }) => ({ name, vertex, face, edge }))(whole(hit)); }"""


def as_text(piece):
    content, buffers = packed(piece)
    return [content, [base64.b64encode(part).decode() for part in buffers]]


@pytest.fixture(scope="module")
def board():
    """A page with the stage's own modules and no kernel; board(stage) shows a stage on it."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 500, "height": 520})
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda m: m.type in ("error", "warning") and page.problems.append(m.text))
        page.set_content(f"<style>{(HERE / 'web.css').read_text()}</style><div id=el></div>")
        own = (name for name in MODULES if name != "web.js")
        page.add_script_tag(content="\n".join((HERE / name).read_text("utf-8") for name in own))

        def show(stage):
            page.evaluate(OPEN, as_text(stage.screen.world()))
            page.evaluate(REST)
            return page

        yield show
        assert page.problems == []


def shot(page):
    """What the canvas shows, as whole numbers (h, w, 3)."""
    from PIL import Image

    page.evaluate(REST)
    alone = ".wb-scene > :not(.wb-canvas) { visibility: hidden; }"
    picture = Image.open(io.BytesIO(page.locator(".wb-canvas").screenshot(style=alone))).convert("RGB")
    return np.asarray(picture).astype(int)


def like(picture, color, within=60):
    """Where a picture has about this hue: the light that falls on it does not count."""
    share = picture / np.maximum(picture.max(axis=-1, keepdims=True), 1)
    return np.abs(share - color / max(color)).max(axis=-1) < within / 255


def body(picture):
    """Where a picture is not its ground, which has no colour and is lighter than anything lit."""
    return (np.ptp(picture, axis=-1) > 6) | (picture.max(axis=-1) < 200)


def ink(picture):
    """Where arrows are: dark, and bluish, which the colour of a plain body never is."""
    return (picture.max(axis=-1) < 110) & (picture[..., 2] > picture[..., 0] + 3)


def on_stage(*pairs, **looks):
    stage = Stage(height=400)
    for name, what in pairs:
        stage.show(name, what) if isinstance(what, Quantity) else stage.add(name, what)
    for name, how in looks.items():
        stage.look(name, **how)
    return stage


def test_a_turned_or_mirrored_map_is_another_picture():
    pixels = texture("map").pixels.astype(int)
    views = [pixels[::-1], pixels[:, ::-1], pixels[::-1, ::-1], pixels.transpose(1, 0, 2), np.rot90(pixels)]
    assert all((np.abs(pixels - view).max(axis=-1) > 40).mean() > 0.2 for view in views)


@pytest.mark.parametrize("name", PATTERNS)
def test_light_and_dark_alone_tell_a_pattern(name):
    grey = texture(name).pixels @ np.array([0.2126, 0.7152, 0.0722])
    assert np.quantile(grey, 0.98) - np.quantile(grey, 0.02) > 60


def test_pictures_with_the_same_pixels_have_one_key_and_others_another():
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert Texture(pixels).key == Texture(pixels.copy()).key
    assert Texture(pixels).key not in (Texture(pixels + 1).key, Texture(pixels.reshape(4, 2, 3)).key)


def test_the_pixels_of_a_texture_travel_once():
    stage, sent = on_stage(("ball", BALL)), []
    stage.screen.widget.send = lambda content, buffers=None: sent.append(sum(map(len, buffers or [])))
    for shift in range(3):
        stage.show("uv", Quantity("ball", "vertices", BALL.V[:, :2] + shift, "uv"))
        stage.screen._send_now("quantity uv")
    stage.look("uv", seen=True)
    pixels = texture(None).pixels.size
    assert sent[0] > pixels and max(sent[1:]) < pixels / 10


def test_a_vector_with_a_missing_part_is_missing():
    rows = drawable(np.array([[1.0, np.nan, 2.0], [3.0, 4.0, 5.0]]))
    assert (rows[0] < -1e37).all() and rows[1].tolist() == [3, 4, 5]


def test_only_a_surface_with_one_inside_is_closed():
    flipped = np.vstack([BALL.F[:1, ::-1], BALL.F[1:]])
    assert is_closed(BALL) and is_closed(Mesh(BALL.V, BALL.F[:, ::-1]))
    assert not is_closed(Mesh(BALL.V, flipped)) and not is_closed(Mesh(BALL.V, BALL.F[1:]))
    assert not is_closed(plane_with_hole(6))
    assert volume(BALL) > 0 > volume(Mesh(BALL.V, BALL.F[:, ::-1]))


def test_a_mesh_by_fewer_faces_keeps_its_own_elements_and_its_area():
    less = fewer(bumpy_sphere(5), 4000)
    V, F, drawn = less.original.V, less.original.F, less.mesh
    assert np.array_equal(drawn.V, V[less.taken("vertices")])
    assert np.array_equal(less.drawn_as[F[less.taken("faces")]], drawn.F)
    assert np.array_equal(less.drawn_as[F.ravel()[less.taken("corners")]], drawn.F.ravel())
    ends = np.sort(less.drawn_as[less.original.edges[less.taken("edges")]], axis=1)
    assert np.array_equal(ends, drawn.edges)
    assert 0.7 < drawn.n_faces / 4000 < 1.3
    # the faces span 2 to 3 degrees of the surface: a polyhedron that coarse loses less than this
    assert drawn.area == pytest.approx(less.original.area, rel=0.02)


def values_of(kind, X):
    """Values of a kind that are nowhere those of a plain structure, for elements at points X (n, 3)."""
    halves = (X[:, 1] > 0).astype(int)
    return {"scalar": X[:, 1], "label": halves, "color": np.abs(X), "vector": X, "uv": X[:, :2]}[kind]


@pytest.mark.browser
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


@pytest.mark.browser
def test_a_huge_mesh_is_drawn_by_fewer_faces_and_says_so(board, monkeypatch):
    monkeypatch.setattr(fewer_room, "HUGE", 10_000)
    monkeypatch.setattr(fewer_room, "fewer", lambda mesh: fewer(mesh, 3000))
    mesh = bumpy_sphere(5)
    stage = on_stage(("big", mesh), ("index", Quantity("big", "vertices", np.arange(mesh.n_vertices))))
    page = board(stage)
    assert "20,480 faces, drawn as" in page.locator(".wb-notes").text_content()
    hit = page.evaluate(FIND, [0.5, 0.5])
    assert hit["vertex"] in mesh.F[hit["face"]] or hit["vertex"] < mesh.n_vertices
    page.evaluate("([x, y]) => view.read(view.under({ clientX: x, clientY: y }))", [250, 210])
    words = page.locator(".wb-readout").text_content().split()
    assert words[0] == "vertex" and words[1] == words[3]  # its value is its own number in the whole mesh


@pytest.mark.browser
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


@pytest.mark.browser
def test_an_update_uploads_the_values_and_nothing_else(board):
    stage = on_stage(("ball", BALL), ("uv", Quantity("ball", "vertices", BALL.V[:, :2], "uv")))
    stage.add("other", BALL)
    stage.show("x", Quantity("other", "vertices", BALL.V[:, 0]))
    page = board(stage)
    page.evaluate("""() => { window.calls = []; const gl = view.bodies.gl;
        for (const name of ["texImage2D", "texStorage2D", "texSubImage2D", "bufferData", "bufferSubData"]) {
            const own = gl[name].bind(gl);
            gl[name] = (...args) => { calls.push(name); return own(...args); } }
        window.changes = 0;
        window.eye = new MutationObserver(all => { changes += all.length; });
        const all = { subtree: true, childList: true, characterData: true, attributes: true };
        eye.observe(view.root, all); }""")
    for name, values, kind in (("uv", -BALL.V[:, :2], "uv"), ("x", -BALL.V[:, 0], "scalar")):
        quantity = Quantity(stage.board.quantities[name].of, "vertices", values, kind)
        stage.show(name, quantity)
        page.evaluate(HEAR, as_text(quantity_piece(stage.board, name)))
        page.evaluate(REST)
    assert page.evaluate("() => calls") == ["bufferSubData", "bufferSubData"]
    assert page.evaluate("() => { eye.disconnect(); return changes; }") == 0


@pytest.mark.browser
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


@pytest.mark.browser
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


@pytest.mark.browser
def test_values_on_edges_are_drawn_in_the_colours_of_their_map(board):
    middle = BALL.V[BALL.edges].mean(axis=1)
    page = board(on_stage(("ball", BALL), ("star", Quantity("ball", "edges", np.sign(middle[:, 1])))))
    picture = shot(page)
    for row, share in ((0.3, 1.0), (0.7, 0.0)):
        there = like(picture, lut("RdBu_r")[int(255 * share)].astype(int))
        rows = np.nonzero(there)[0]
        assert len(rows) > 300 and abs(rows.mean() / picture.shape[0] - row) < 0.12


@pytest.mark.browser
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


@pytest.mark.browser
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


@pytest.mark.browser
def test_a_wireframe_darkens_edges_and_leaves_the_faces(board):
    coarse = icosphere(1)
    page = board(on_stage(("ball", coarse)))
    plain = shot(page)
    page.evaluate("() => { store.structures.get('ball').wireframe = true; view.request(); }")
    darker = (plain - shot(page)).max(axis=-1) > 30
    assert 0.01 < darker.sum() / body(plain).sum() < 0.2


@pytest.mark.browser
def test_what_is_inside_is_seen_through_a_clear_body_and_found_behind_it(board):
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


@pytest.mark.browser
def test_what_lies_on_a_body_is_found_before_it(board):
    stage = on_stage(("ball", BALL))
    x = np.linspace(-0.4, 0.4, 9)
    line = np.stack([x, np.zeros(9), np.sqrt(1 - x**2)], axis=1)
    stage.add("line", CurveNetwork.path(line), over="ball")
    stage.add("points", PointCloud([[0.0, 0.5, 0.75**0.5]]), over="ball")
    page = board(stage)
    page.evaluate("() => { Object.assign(store.camera, { yaw: 0, pitch: 0 }); view.request(); }")
    page.evaluate(REST)
    found = [page.evaluate(FIND, [0.5, y]) for y in np.linspace(0.1, 0.9, 81)]
    names = [hit["name"] for hit in found if hit]
    assert names.count("line") >= 2 and names.count("points") >= 2 and names.count("ball") > 40
    assert next(hit for hit in found if hit and hit["name"] == "line")["edge"] in ([3, 4], [4, 5])


@pytest.mark.browser
def test_the_tree_of_boxes_finds_what_trying_every_face_finds(board):
    page = board(on_stage(("body", BUMPY)))
    agree = page.evaluate("""() => {
        const shape = store.structures.get("body"), all = [];
        const alone = i => ({ ...shape, F: shape.F.slice(3 * i, 3 * i + 3), tree: null });
        const faces = Array.from({ length: shape.F.length / 3 }, (_, i) => alone(i));
        for (let k = 0; k < 200; k++) {
            const o = [Math.cos(k) * 4, Math.sin(3 * k) * 2, Math.sin(k) * 4];
            const d = o.map((x, i) => -x + 0.8 * Math.sin(k * (i + 2))), hit = faceUnder(shape, o, d);
            const best = Math.min(...faces.map(face => faceUnder(face, o, d)?.t ?? Infinity));
            all.push((hit?.t ?? Infinity) === best);
        }
        return [all.filter(Boolean).length, all.length]; }""")
    assert agree == [200, 200]


@pytest.mark.browser
def test_what_is_slow_is_drawn_rough_while_it_moves_and_soft_when_it_rests(board):
    page = board(on_stage(("ball", BALL)))
    told = page.evaluate("""() => new Promise(done => {
        const told = [], began = performance.now();
        const pace = new Pace(() => done([...told, pace.soft(), performance.now() - began]));
        told.push(pace.soft(0));
        pace.cost = 1; told.push(pace.soft(50));
        pace.cost = 60; told.push(pace.soft(100)); })""")
    assert told[:4] == [True, True, False, True] and told[4] > 100  # the last one by itself


@pytest.mark.browser
def test_everything_comes_back_to_a_woken_view(board):
    quantity = Quantity("ball", "vertices", BALL.V[:, :2], "uv")
    stage = on_stage(("ball", BALL), ("uv", quantity), uv={"texture": "map"})
    stage.show("n", Quantity("ball", "faces", BALL.face_normals, "vector"))
    stage.add("edges", BUMPY)
    stage.show("star", Quantity("edges", "edges", BUMPY.V[BUMPY.edges].mean(axis=1)[:, 1]))
    page = board(stage)
    before = shot(page)
    page.evaluate("() => view.bodies.gl.getExtension('WEBGL_lose_context').loseContext()")
    page.click(".wb-wake")
    assert np.abs(shot(page) - before).mean() < 0.5
