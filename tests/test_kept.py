"""What a saved notebook shows without a kernel: in JupyterLab, trusted or not, and as nbconvert's page."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from browser import Notebook, View, chromium, jupyterlab, notebook
from cells import EXPLORE, PANEL, SETUP, STAGE

from workbench.quantities import Quantity
from workbench.shapes import bumpy_sphere, icosphere
from workbench.view import Album, Stage
from workbench.view.browser import kept
from workbench.view.browser.sweep import Sweep
from workbench.view.knobs import Slider

SHORT = PANEL.replace("40_000", "40")
OPENED = ".wb-kept iframe[data-opened]"


@pytest.fixture
def ball():
    """A scene with a ball that is coloured by its height."""
    album, ball = Album(), icosphere(3)
    album.add("ball", ball)
    album.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
    return album


def test_an_output_holds_the_scene_its_picture_and_words(ball):
    data = kept.kept(ball, "words & <more>")
    assert data["image/png"].startswith(b"\x89PNG") and data["text/plain"] == "words & <more>"
    assert "words &amp; &lt;more&gt;" in data["text/html"]
    assert re.search('<img alt="ball, showing height." src="data:image/', data["text/html"])
    assert len(data["text/html"]) < 200_000  # most of it is the script that draws, packed


def test_a_scene_too_large_for_a_notebook_is_a_picture_that_says_so(ball, monkeypatch):
    monkeypatch.setattr(kept, "LIMIT", 10_000)
    page = kept.kept(ball)["text/html"]
    assert "<iframe" not in page and "<img" in page
    assert "too large for a notebook; save_html keeps it in a file" in page


def test_answers_that_raise_are_told_of_and_the_scene_is_kept(ball):
    def answer(k):
        if k > 5:
            raise FloatingPointError("k is too large")

    page = kept.kept(ball, "k = 1", Sweep([Slider("k", 1, 9)], answer))["text/html"]
    assert "not kept here: FloatingPointError: k is too large" in page and "<iframe" in page


def test_a_body_of_10000_vertices_stays_below_the_limit_of_an_output():
    stage, body = Stage(), bumpy_sphere(5)
    stage.add("body", body)
    stage.show("height", Quantity("body", "vertices", body.V[:, 1]))
    page = kept.kept(stage)["text/html"]
    assert "<iframe" in page and len(page) < kept.LIMIT


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook that nobody watched while it was executed."""
    from nbclient import NotebookClient

    made = nbformat.reads(notebook(SETUP, STAGE, EXPLORE, SHORT), as_version=4)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    client = NotebookClient(made, timeout=120, kernel_name="python3")
    client.execute(env=environment, cwd=str(tmp_path_factory.mktemp("executed")))
    return made


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nbconverts_page_turns_and_answers_without_kernel_and_network(executed, browser, tmp_path, scheme):
    from nbconvert import HTMLExporter

    (tmp_path / "chapter.html").write_text(
        HTMLExporter(theme=scheme).from_notebook_node(executed)[0], "utf-8"
    )
    context = browser.new_context(viewport={"width": 1000, "height": 1500}, offline=True, color_scheme=scheme)
    view = View(context.new_page())
    page = view.page
    page.goto(f"file://{tmp_path}/chapter.html")
    page.wait_for_function(f"() => document.querySelectorAll('{OPENED}').length === 3", timeout=60_000)
    view.keep(f"nbconvert-{scheme}.png")
    frames = page.frame_locator(OPENED)
    canvas = frames.nth(0).locator(".wb-canvas")
    assert view.colourful(canvas) > 0.05
    assert view.changes(lambda: view.drag(canvas), canvas)
    frames.nth(1).locator(".wb-knob input").focus()
    waves = frames.nth(1).locator(".wb-canvas")
    assert view.changes(lambda: page.keyboard.press("End"), waves)
    # nbconvert's own page asks for MathJax and RequireJS, in vain; ours asks for nothing
    assert [words for words in view.complaints if "ERR_INTERNET_DISCONNECTED" not in words] == []


SAVED = "() => window.jupyterapp.shell.currentWidget.content.widgets.at(-1).model.outputs.toJSON()"
DARK = "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A JupyterLab with a notebook that was executed and saved there, and whose kernel is gone."""
    folder = tmp_path_factory.mktemp("saved")
    with jupyterlab(folder) as address:
        saved = Notebook(browser, address, folder, SETUP, STAGE, SHORT, name="saved.ipynb")
        saved.run_all()
        saved.page.wait_for_selector(".wb-panel[data-state=finished]", timeout=60_000)
        while "finished" not in saved.page.evaluate(SAVED)[0]["data"]["text/plain"]:
            saved.page.wait_for_timeout(100)
        assert not saved.page.locator(".wb-kept").first.is_visible()
        assert not saved.page.locator(OPENED).count()  # under a living view nothing is opened
        saved.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        saved.page.wait_for_timeout(1000)
        saved.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        saved.page.close()

        def reopened(name):
            view = View(browser.new_page(viewport={"width": 1000, "height": 1400}))
            view.page.goto(address.format(name))
            return view, view.page

        yield folder, reopened


@pytest.mark.browser
def test_jupyterlab_shows_the_scenes_of_a_kernel_that_is_gone_in_its_own_colours(lab):
    view, page = lab[1]("saved.ipynb")
    page.locator(OPENED).nth(1).wait_for(timeout=60_000)
    assert not page.get_by_text("model not found").first.is_visible()
    assert page.locator(".wb-kept .wb-caption").last.inner_text().strip() == "Panel(finished, step 40 of 40)"
    canvas = page.frame_locator(OPENED).nth(0).locator(".wb-canvas")
    assert view.colourful(canvas) > 0.05
    view.keep("saved-light.png")
    plot = page.frame_locator(OPENED).nth(1).locator(".wb-plot").first
    assert view.changes(lambda: view.drag(canvas), canvas)
    assert view.changes(lambda: page.evaluate(DARK), plot)
    view.keep("saved-dark.png")
    page.close()


@pytest.mark.browser
def test_in_an_untrusted_notebook_scenes_are_pictures(lab):
    folder, reopened = lab
    text = (folder / "saved.ipynb").read_text("utf-8")
    (folder / "stranger.ipynb").write_text(text.replace("ball, showing", "A ball, showing"), "utf-8")
    view, page = reopened("stranger.ipynb")
    page.locator('img[alt^="A ball, showing height"]').wait_for(timeout=60_000)
    assert page.locator("iframe").count() == 0  # and what was altered is not trusted, or this tests nothing
    assert view.colourful(page.locator('img[alt^="A ball, showing height"]')) > 0.05
    assert page.get_by_text("Panel(finished, step 40 of 40)").first.is_visible()
    assert page.get_by_text(kept.AWAY).count() == 2
    view.keep("saved-untrusted.png")
    page.close()
