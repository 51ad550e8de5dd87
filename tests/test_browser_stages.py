"""One click changes who draws, in a real JupyterLab: nothing flashes, runs and picks go on, nothing stays."""

import os

import numpy as np
import pytest
from browser import Notebook, chromium, jupyterlab
from cells import SETUP

pytestmark = pytest.mark.browser

STAGE = """
from workbench.view import stage
scene, picks = stage(height=320), []
scene.add("ball", ball)
scene.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
scene.look("height", map="magma")
scene.on_pick(lambda name, vertex: picks.append((name, vertex)))
play = Play(run(100_000), Knobs(rate=1e-3), 100_000)
scene.cast({"bumpy": bumpy})
live = panel(play, scene, [Slider("rate", 1e-5, 1e-1, log=True)])
"""

#: counts the moments in which the place of the stage shows nothing, and how low it is at its lowest
WATCH = """() => { window.empty = 0; window.low = 9999;
    const look = () => { const held = document.querySelector(".wb-held");
        if (!held?.querySelector(":scope > :not(.wb-behind)")) window.empty++;
        window.low = Math.min(window.low, held?.clientHeight ?? 0); requestAnimationFrame(look); };
    look(); }"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    with jupyterlab(folder) as address, chromium() as browser:
        notebook = Notebook(browser, address, folder, SETUP, STAGE, name="switch.ipynb")
        notebook.run_all()
        notebook.page.wait_for_selector(".wb-panel[data-state=running]", timeout=60_000)
        yield notebook
        notebook.close()


def asked(notebook, expression):
    return notebook.python(f"print({expression})").strip()


def picked(notebook, selector):
    """What a click into the left half's middle, on the ball, tells the listener."""
    notebook.python("picks.clear()")
    x, y = notebook.middle(selector)
    box = notebook.page.locator(selector).first.bounding_box()
    for _ in range(5):
        notebook.page.mouse.move(x - box["width"] / 4, y)
        notebook.page.mouse.down()
        notebook.page.wait_for_timeout(150)
        notebook.page.mouse.up()
        if notebook.until(lambda: asked(notebook, "len(picks)") != "0", 6):
            break
    return asked(notebook, "picks[0] if picks else None")


def test_it_says_which_back_end_it_took_and_why(shown):
    assert asked(shown, "scene.backend") == "web"
    assert "because a browser shows this cell" in asked(shown, "scene")
    assert shown.page.locator(".wb-why").inner_text() == "WebGL in the cell: a browser shows this cell"


def test_one_click_each_way_shows_the_same_scene_without_a_gap_while_the_run_goes_on(shown):
    before = picked(shown, ".wb-canvas")
    assert before.startswith("('ball', ")
    steps = int(asked(shown, "play.progress[0]"))
    shown.page.evaluate(WATCH)
    shown.keep("switch-web.png")
    shown.page.locator(".wb-scene").first.hover()
    shown.page.get_by_role("button", name="Polyscope", exact=False).first.click()
    shown.page.wait_for_selector(".wb-polyscope[data-frames]", timeout=60_000)
    assert shown.until(lambda: shown.page.locator(".wb-held > *").count() == 1)
    shown.keep("switch-polyscope.png")
    assert picked(shown, ".wb-polyscope .wb-canvas").startswith("('ball', ")
    assert asked(shown, "scene.backend, scene.board.look_of('height').map") == "polyscope magma"
    shown.page.locator(".wb-polyscope .wb-scene").hover()
    shown.page.get_by_role("button", name="WebGL", exact=False).first.click()
    shown.page.wait_for_selector(".wb-stage:not(.wb-polyscope) .wb-canvas", timeout=60_000)
    assert shown.until(lambda: shown.page.locator(".wb-held > *").count() == 1)
    after = picked(shown, ".wb-canvas")
    first, last = (words.split(", ")[1][:-1] for words in (before, after))
    apart = asked(shown, f"np.linalg.norm(ball.V[{first}] - ball.V[{last}])")
    assert float(apart) < 0.4  # the camera came back to where it was, to a few pixels
    assert int(asked(shown, "play.progress[0]")) > steps and asked(shown, "play.error") == "None"
    empty, low = shown.page.evaluate("() => [window.empty, window.low]")
    assert empty == 0 and low > 300


def test_what_was_left_is_freed(shown):
    count = "len(__import__('ipywidgets').widgets.widget._instances)"
    widgets = int(asked(shown, count))
    for backend in ("polyscope", "web", "still", "web"):
        shown.python(f"scene.switch({backend!r})")
        assert shown.until(lambda: asked(shown, "len(scene._lodging._leaving)") == "0", 30)
    assert int(asked(shown, count)) == widgets
    kernel = asked(shown, "__import__('os').getpid()")
    children = f"__import__('subprocess').getoutput('ps --ppid {kernel} -o args')"
    assert shown.until(lambda: "view.polyscope" not in asked(shown, children), 10)


def test_a_back_end_that_cannot_be_had_is_told_in_the_cell_and_the_old_one_stays(shown):
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        pytest.skip("here a window could be had")
    shown.python("scene.switch('still')")
    door = shown.page.locator(".wb-door")
    door.wait_for()
    shown.keep("switch-still.png")
    shown.python("scene.asked({'do': 'switch', 'to': 'window'}, scene.widget.send)")
    assert shown.until(lambda: "no display here" in shown.page.locator(".wb-place").inner_text())
    assert asked(shown, "scene.backend") == "still"
    door.first.click()
    shown.page.wait_for_selector(".wb-stage:not(.wb-polyscope) .wb-canvas", timeout=60_000)
    assert shown.until(lambda: asked(shown, "scene.backend") == "web")


def test_all_of_it_had_no_errors_and_stayed_at_home(shown):
    assert shown.complaints == [] and shown.left == []
    assert np.ptp(shown.pixels(".wb-canvas")) > 60
