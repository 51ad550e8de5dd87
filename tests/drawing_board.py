"""A page with the stage's own modules and no kernel, for tests of what a browser draws and finds."""

import base64
import io

import numpy as np
import pytest
from browser import chromium

from workbench.quantities import Quantity
from workbench.shapes import bumpy_sphere, icosphere
from workbench.view import Stage
from workbench.view.browser.modules import HERE, MODULES
from workbench.view.browser.pieces import packed

BALL, BUMPY = icosphere(3), bumpy_sphere(3)
RED, BLUE = np.array([200, 20, 20], np.uint8), np.array([20, 20, 200], np.uint8)

OPEN = """([content, buffers]) => {
    const bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
    window.bytes = bytes; window.sent = [];
    window.store = new Store(revived(content, buffers.map(bytes)));
    window.view?.dispose(); document.querySelector("#el").replaceChildren();
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
        page.on("console", lambda m: _is_trouble(m) and page.problems.append(m.text))
        page.set_content(f"<style>{(HERE / 'web.css').read_text()}</style><div id=el></div>")
        own = (name for name in MODULES if name != "web.js")
        page.add_script_tag(content="\n".join((HERE / name).read_text("utf-8") for name in own))

        def show(stage):
            page.evaluate(OPEN, as_text(stage.screen.world()))
            page.evaluate(REST)
            return page

        yield show
        assert page.problems == [], page.problems


def _is_trouble(message):
    """An error or a warning; that a page composed in software reads its canvas back is none."""
    return message.type in ("error", "warning") and "due to ReadPixels" not in message.text


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
