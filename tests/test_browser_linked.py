"""Linked stages in a real JupyterLab: a hand on one turns the other, whoever draws; cells that run again."""

import pytest
from browser import Notebook, chromium, jupyterlab
from cells import SETUP

pytestmark = pytest.mark.browser

WEB = """
import ipywidgets
from workbench.view import link
web = Stage(height=260)
web.add("bumpy", bumpy)
web.show("height", Quantity("bumpy", "vertices", bumpy.V[:, 1]))
web
"""
POLYSCOPE = """
poly = Stage(height=260, backend="polyscope")
poly.add("bumpy", bumpy)
poly.show("height", Quantity("bumpy", "vertices", bumpy.V[:, 1]))
link(web, poly)
poly
"""
DRAWN, PAINTED = ".wb-stage:not(.wb-polyscope) .wb-canvas", ".wb-polyscope .wb-canvas"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    with jupyterlab(folder) as address, chromium() as browser:
        notebook = Notebook(browser, address, folder, SETUP, WEB, POLYSCOPE, name="linked.ipynb", height=1500)
        notebook.run_all()
        notebook.page.wait_for_selector(".wb-polyscope[data-sharp=true]", timeout=60_000)
        notebook.page.wait_for_selector(DRAWN)
        yield notebook
        notebook.close()


def seats(notebook):
    words = "[round(value, 1) for at in (web.camera, poly.camera) for value in (at.yaw % 360, at.pitch)]"
    numbers = eval(notebook.python(f"print({words})"))
    return numbers[:2], numbers[2:]


def agree(notebook, before):
    """Whether both stages come to be seen from one place, which is another one than before."""

    def turned():
        first, second = seats(notebook)
        return max(abs(a - b) for a, b in zip(first, second, strict=True)) < 0.2 and first != before

    return notebook.until(turned)


def test_a_hand_on_the_browsers_picture_turns_polyscopes(pair):
    before, _ = seats(pair)
    assert pair.changes(lambda: pair.drag(DRAWN), PAINTED, share=0.03, by=20)
    assert agree(pair, before)
    pair.keep("linked.png")


def test_a_hand_on_polyscopes_picture_turns_the_browsers(pair):
    before, _ = seats(pair)
    pair.page.wait_for_timeout(700)  # for so long a page trusts its own hand more
    assert pair.changes(lambda: pair.drag(PAINTED), DRAWN, share=0.03, by=20)
    assert agree(pair, before)
    at = seats(pair)
    pair.page.wait_for_timeout(1500)
    assert seats(pair) == at  # they rest: no echo goes to and fro


def test_cells_that_run_again_leave_as_many_widgets_as_before(pair):
    count = "print(len(ipywidgets.widgets.widget._instances))"
    before = pair.python(count)
    for _ in range(3):
        pair.page.evaluate("""() => { const panel = window.jupyterapp.shell.currentWidget.content;
            panel.activeCellIndex = 1; window.jupyterapp.commands.execute("notebook:run-cell"); }""")
        pair.page.wait_for_timeout(500)
        pair.page.wait_for_selector(DRAWN)
    assert pair.until(lambda: pair.python(count) == before)
    assert pair.page.locator(DRAWN).count() == 1
    assert pair.complaints == [] and pair.left == []
