"""A recorded run in a real JupyterLab: scrubbed by keys and mouse, played, and set beside another one."""

import pytest
from browser import Notebook, chromium, jupyterlab

pytestmark = pytest.mark.browser

RECORD = """
import numpy as np
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import bumpy_sphere
from workbench.training import finish, record
from workbench.view import Stage
from workbench.view.recording import Recording, compare, scrub

body = bumpy_sphere(3)

def run(steps, speed):
    for step in range(1, steps + 1):
        wave = np.cos(speed * step * body.V[:, 1] / 20)
        parts = np.arange(body.n_vertices) * step // (40 * steps) % 5
        yield Snapshot(step, 2 * np.exp(-speed * step / 40), {
            "wave": lambda: Quantity("body", "vertices", wave),
            "parts": lambda: Quantity("parts", "vertices", parts, "label")})

for name, steps, speed in (("a.wbrec", 200, 1), ("b.wbrec", 120, 2)):
    finish(record(run(steps, speed), name, every=5, cast={"body": body, "parts": body}))
"""

SCRUB = """
recording, stage = Recording("a.wbrec"), Stage(height=300)
scrub(recording, stage)

def shown():
    wave = stage.board.quantities["wave"].values
    return [s.step for s in recording if np.array_equal(s.look("wave")["wave"].values, wave)]
"""

COMPARE = """
pair = Stage(height=380)
compare("a.wbrec", "b.wbrec", pair)
"""

SLIDER, SAYS, PLAY = ".wb-frames input", ".wb-frames output", ".wb-play"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    with jupyterlab(folder) as address, chromium() as browser:
        cells = RECORD, SCRUB, COMPARE
        opened = Notebook(browser, address, folder, *cells, width=1280, height=1560)
        opened.run_all()
        opened.page.locator(".wb-canvas").nth(1).wait_for(timeout=60_000)
        assert opened.until(lambda: opened.pixels(".wb-canvas").std() > 20)
        yield opened
        opened.close()


def says(notebook):
    return notebook.page.locator(SAYS).first.text_content()


def number(notebook):
    return int(says(notebook).split()[3])


def shows(notebook, step):
    """Whether the kernel's scene and the page's words come to be of that step."""
    asked = f"[{step}]"
    return notebook.until(lambda: notebook.python("print(shown())").strip() == asked) and says(
        notebook
    ).startswith(f"step {step} ")


def test_it_begins_with_the_last_frame(notebook):
    assert shows(notebook, 200) and says(notebook) == "step 200 · 41 of 41"


def test_keys_go_backwards_and_the_picture_with_them(notebook):
    notebook.page.locator(SLIDER).first.focus()
    marker = notebook.pixels(".wb-plot canvas")
    assert notebook.changes(lambda: [notebook.page.keyboard.press("ArrowLeft") for _ in range(8)])
    assert shows(notebook, 161)  # the last frame is 4 steps after the one before it
    assert notebook.until(lambda: (notebook.pixels(".wb-plot canvas") != marker).any())
    assert notebook.page.evaluate("() => document.activeElement.matches('.wb-frames input')")
    notebook.page.keyboard.press("Home")
    assert shows(notebook, 1)


def test_a_drag_over_the_slider_ends_where_the_mouse_does(notebook):
    box = notebook.page.locator(SLIDER).first.bounding_box()
    y = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + 8, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + box["width"] - 2, y, steps=12)
    notebook.page.mouse.move(box["x"] + box["width"] / 2, y, steps=12)
    notebook.page.mouse.up()
    assert shows(notebook, 101)
    notebook.keep("recordings.png")


def test_it_plays_to_its_end_and_from_there_anew(notebook):
    notebook.page.locator(".wb-frames select").first.select_option("50")
    play = notebook.page.locator(PLAY).first
    play.click()
    assert shows(notebook, 200) and notebook.until(lambda: play.get_attribute("aria-label") == "play")
    notebook.page.locator(".wb-frames select").first.select_option("2")
    notebook.page.locator(SLIDER).first.focus()
    notebook.page.keyboard.press("Space")
    assert notebook.until(lambda: 1 < number(notebook) < 40)
    notebook.page.keyboard.press("Space")
    assert play.get_attribute("aria-label") == "play"
    rested = says(notebook)
    notebook.page.wait_for_timeout(600)
    assert says(notebook) == rested and shows(notebook, int(rested.split()[1]))


def test_two_recordings_stand_beside_each_other_under_one_slider(notebook):
    names = notebook.page.locator(".wb-names").nth(1).locator("span").all_text_contents()
    assert names == ["before · body", "before · parts", "after · body", "after · parts"]
    slider = notebook.page.locator(SLIDER).nth(1)
    slider.focus()
    assert notebook.changes(lambda: notebook.page.keyboard.press("Home"), ".wb-canvas >> nth=1")
    assert notebook.page.locator(SAYS).nth(1).text_content().startswith("step 1 ")


def test_it_is_readable_in_the_dark_and_on_a_narrow_page(notebook):
    dark = "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    notebook.page.evaluate(dark)
    notebook.page.wait_for_timeout(800)
    notebook.keep("recordings-dark.png")
    notebook.page.set_viewport_size({"width": 1000, "height": 1560})
    notebook.page.wait_for_timeout(500)
    boxes = [
        notebook.page.locator(part).first.bounding_box() for part in (PLAY, SLIDER, SAYS, ".wb-frames select")
    ]
    for left, right in zip(boxes, boxes[1:], strict=False):
        assert left["x"] + left["width"] <= right["x"] + 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 1000 and boxes[1]["width"] > 150
    notebook.keep("recordings-narrow.png")


def test_the_page_had_no_errors_and_stayed_at_home(notebook):
    assert notebook.complaints == [] and notebook.left == []
