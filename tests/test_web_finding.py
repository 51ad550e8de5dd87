"""What the browser finds under the mouse, sends to its graphics card, draws softly, and brings back."""

import numpy as np
import pytest
from drawing_board import BALL, BUMPY, FIND, HEAR, REST, as_text, board, on_stage, shot

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, PointCloud, bumpy_sphere
from workbench.view.browser import fewer as fewer_room
from workbench.view.browser.fewer import fewer
from workbench.view.browser.pieces import quantity_piece

__all__ = ["board"]
pytestmark = pytest.mark.browser


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


def test_what_is_slow_is_drawn_rough_while_it_moves_and_soft_when_it_rests(board):
    page = board(on_stage(("ball", BALL)))
    told = page.evaluate("""() => new Promise(done => {
        const told = [], began = performance.now();
        const pace = new Pace(() => done([...told, pace.soft(), performance.now() - began]));
        told.push(pace.soft(0));
        pace.cost = 1; told.push(pace.soft(50));
        pace.cost = 60; told.push(pace.soft(100)); })""")
    assert told[:4] == [True, True, False, True] and told[4] > 100  # the last one by itself


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
