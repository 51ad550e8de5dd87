"""Points of a plot under a hand in a real JupyterLab: dragged with the mouse, moved with keys, let go."""

import pytest
from browser import Notebook, chromium, jupyterlab

pytestmark = pytest.mark.browser

CELL = """
import numpy as np
from workbench.quantities import Quantity
from workbench.view import Stage
spots, heard = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), []
board = Stage(height=400)
board.show("corners", Quantity("plane", "plot", np.array([[-1.0, -1.0], [2.0, 2.0]]), "scatter"))
board.show("spots", Quantity("plane", "plot", spots, "scatter"))

def hear(number, place):
    heard.append((number, *place))
    moved = spots.copy()
    moved[number] = place
    board.show("spots", Quantity("plane", "plot", moved, "scatter"))

let_go = board.on_drag("spots", hear)
board
"""
CANVAS = ".wb-plot canvas.wb-held"


@pytest.fixture(scope="module")
def plot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    with jupyterlab(folder) as address, chromium() as browser:
        notebook = Notebook(browser, address, folder, CELL, name="grips.ipynb", height=800)
        notebook.run_all()
        notebook.page.wait_for_selector(CANVAS)
        yield notebook
        notebook.close()


def heard(notebook):
    return eval(notebook.python("print(heard)"))


def test_a_point_follows_the_mouse_and_the_keys(plot):
    page = plot.page
    page.wait_for_timeout(500)
    box = page.locator(CANVAS).bounding_box()
    # where (1, 0) is: both axes go from -1 to 2, the upright one with 6 % to spare, between names and numbers
    x = box["x"] + 46 + 2 / 3 * (box["width"] - 60)
    y = box["y"] + box["height"] - 22 - 1.18 / 3.36 * (box["height"] - 45)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 50, y, steps=4)
    page.mouse.up()
    assert plot.until(lambda: heard(plot) and heard(plot)[-1][1] < 0.9)
    told = heard(plot)
    assert {number for number, *_ in told} == {1}
    # fifty pixels of width - 60 for three units, and a pixel of rounding
    assert told[-1][1] == pytest.approx(1 - 150 / (box["width"] - 60), abs=6 / box["width"])
    assert page.evaluate("document.activeElement.className") == "wb-held"

    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert plot.until(lambda: heard(plot)[-1][0] == 2)
    number, right, up = heard(plot)[-1]
    assert right == pytest.approx(6 * 3 / (box["width"] - 60), abs=1e-3) and up == pytest.approx(1, abs=1e-3)
    plot.keep("grips.png")
    assert plot.complaints == []
