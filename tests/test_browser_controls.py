"""The stage's tools and the panel in a real JupyterLab, by mouse and keys, with and without subshells."""

import io

import numpy as np
import pytest
from browser import Notebook, chromium, jupyterlab
from PIL import Image

pytestmark = pytest.mark.browser

#: JupyterLab's switch for answering widgets beside a running cell
KERNELS = "settings/@jupyterlab/apputils-extension/kernels-settings.jupyterlab-settings"

STAGES = """
import time
import numpy as np
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import bumpy_sphere, icosphere
from workbench.training import Knobs, Play
from workbench.view import Stage, link
from workbench.view import Slider, panel

ball, bumpy = icosphere(3), bumpy_sphere(3)
pair, other = Stage(height=300, backend="web"), Stage(height=200, backend="web")
pair.add("ball", ball)
pair.add("bumpy", bumpy)
pair.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
pair.show("left", Quantity("bumpy", "vertices", bumpy.V[:, 0]))
pair.show("wind", Quantity("bumpy", "vertices", np.cross(bumpy.V, [0, 1, 0]), "vector"))
other.add("ball", ball)
other.show("depth", Quantity("ball", "vertices", ball.V[:, 2]))
link(pair, other)
pair
"""

PANEL = """
def run(steps):
    for step in range(1, steps + 1):
        time.sleep(0.01)
        wave = lambda name, k: lambda: computed.append(name) or Quantity(
            "bumpy", "vertices", np.sin(k * bumpy.V[:, 1] + step / 50))
        yield Snapshot(step, 2 * np.exp(-step / 200), {"slow": wave("slow", 2), "fast": wave("fast", 9)})

computed, body, knobs = [], Stage(height=260, backend="web"), Knobs(t=0.01)
body.add("bumpy", bumpy)
play = Play(run(40_000), knobs, 40_000)
shown = panel(play, body, [Slider("t", 1e-3, 10, log=True, label="time t", formula="u_t = exp(-{t} L) u")])
"""

SHEET, CANVAS = ".wb-sheet:not([hidden])", ".wb-canvas"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    folder = tmp_path_factory.mktemp("controls")
    with jupyterlab(folder) as address:
        yield lambda name, *cells, **size: Notebook(browser, address, folder, *cells, name=name, **size)


@pytest.fixture(scope="module")
def tools(lab):
    """A notebook with two bodies on one stage and a stage linked to it, executed."""
    notebook = lab("tools.ipynb", STAGES, "other", width=1100)
    notebook.run_all()
    notebook.page.locator(CANVAS).nth(1).wait_for(timeout=60_000)
    yield notebook.until(lambda: notebook.pixels(CANVAS).std() > 20) and notebook
    notebook.close()


@pytest.fixture(scope="module")
def steered(lab):
    """A notebook with a run in a panel, executed."""
    notebook = lab("steered.ipynb", STAGES, PANEL, width=1100, height=1300)
    notebook.run_all()
    notebook.page.wait_for_selector(".wb-panel[data-state=running]", timeout=60_000)
    yield notebook
    notebook.close()


def press(notebook, *keys):
    """Keys over the first picture, and a moment for what they do."""
    notebook.page.locator(CANVAS).first.focus()
    for key in keys:
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(100)


def opened(notebook, key):
    """The sheet of tools that a key opens."""
    notebook.page.keyboard.press("Escape")
    press(notebook, key)
    notebook.page.wait_for_selector(SHEET)
    return notebook.page.locator(SHEET)


def comes(notebook, code, words):
    """Whether the kernel comes to print these words."""
    return notebook.until(lambda: notebook.python(code).strip() == words)


def settled(notebook, selector=CANVAS):
    """The picture of an element once it has stopped changing."""
    seen = [notebook.pixels(selector)]

    def same():
        notebook.page.wait_for_timeout(300)
        seen.append(notebook.pixels(selector))
        return (seen[-1] == seen[-2]).all()

    assert notebook.until(same)
    return seen[-1]


def halves(notebook):
    picture = settled(notebook).astype(int)
    middle = picture.shape[1] // 2  # without the edges: a ring around what has the focus, and words
    return picture[60:-60, 10:middle], picture[60:-60, middle:-10]


def test_tools_show_themselves_when_wanted_and_have_names(tools):
    bar = tools.page.locator(".wb-tools").first
    tools.page.mouse.move(5, 400)
    assert tools.until(lambda: bar.evaluate("node => getComputedStyle(node).opacity") == "0")
    tools.page.hover(CANVAS)
    assert tools.until(lambda: bar.evaluate("node => getComputedStyle(node).opacity") == "1")
    names = bar.locator("button").evaluate_all("all => all.map(node => node.getAttribute('aria-label'))")
    assert len(names) == 5 and all(names) and "Colours (C)" in names
    tools.keep("tools.png")


def test_a_sheet_is_opened_and_left_by_keys_alone(tools):
    opened(tools, "v")
    assert tools.page.evaluate("() => document.activeElement.closest('.wb-sheet') !== null")
    tools.page.keyboard.press("Escape")
    assert tools.page.locator(SHEET).count() == 0
    assert tools.page.evaluate("() => document.activeElement.matches('.wb-tool-view')")
    tools.page.keyboard.press("ArrowRight")
    assert tools.page.evaluate("() => document.activeElement.matches('.wb-tool-save')")
    opened(tools, "s")
    opened(tools, "c")
    assert tools.page.locator(SHEET).count() == 1  # one at a time
    assert tools.page.locator(".jp-Cell").count() == 2  # the notebook heard none of these keys


def test_a_map_chosen_here_is_worn_here_and_in_the_kernels_stills(tools):
    sheet = opened(tools, "c")
    assert tools.changes(lambda: sheet.locator("[aria-label=viridis]").click())
    maps = "print(*(pair.board.look_of(name).map for name in ('height', 'left')))"
    assert comes(tools, maps, "viridis viridis")
    tools.page.keyboard.press("ArrowRight")
    assert comes(tools, maps, "cividis cividis")
    assert tools.until(
        lambda: sheet.locator("[aria-checked=true]").get_attribute("aria-label") == "cividis"
    )
    tools.keep("tools-colours.png")


def test_a_locked_range_outlives_new_values_and_says_so(tools):
    sheet = opened(tools, "c")
    sheet.locator(".wb-lock").click()
    assert tools.until(lambda: tools.page.locator(".wb-locked").count() == 2)
    tools.python("pair.show('height', Quantity('ball', 'vertices', 9 * ball.V[:, 1]))")
    tools.page.wait_for_timeout(500)
    ends = tools.page.locator(".wb-legend").first.locator(".wb-end").all_text_contents()
    assert -2 < float(ends[0]) < 0 < float(ends[1]) < 2
    upper = sheet.locator("[aria-label='upper end']")
    upper.fill("4.5")
    upper.press("Enter")
    assert comes(tools, "print(pair.board.look_of('height').high)", "4.5")
    sheet.get_by_text("automatic").click()
    assert comes(tools, "print(pair.board.look_of('height').high)", "None")
    assert tools.until(lambda: tools.page.locator(".wb-locked").count() == 0)


def test_bodies_are_cut_and_wired_from_the_sheet(tools):
    sheet = opened(tools, "v")
    assert tools.changes(lambda: sheet.get_by_text("wireframe").click())
    assert tools.changes(lambda: sheet.get_by_role("radio", name="y").click())
    looks = "print(pair.board.look_of('ball').slice, pair.board.look_of('bumpy').wireframe)"
    assert comes(tools, looks, "('y', 0.5) True")
    tools.keep("tools-view.png")
    assert tools.changes(lambda: sheet.get_by_role("radio", name="off").click())
    press(tools, "w")
    assert comes(tools, "print(pair.board.look_of('ball').wireframe)", "False")


def test_arrows_are_hidden_by_a_tick_and_leave_the_legend(tools):
    sheet = opened(tools, "v")
    assert tools.page.locator(".wb-legend", has_text="wind").count() == 1
    assert tools.changes(lambda: sheet.get_by_text("wind").click())
    assert comes(tools, "print(pair.board.look_of('wind').seen)", "False")
    assert tools.until(lambda: tools.page.locator(".wb-legend", has_text="wind").count() == 0)
    sheet.get_by_text("wind").click()
    assert comes(tools, "print(pair.board.look_of('wind').seen)", "True")


def test_bodies_turn_together_until_they_are_parted(tools):
    tools.page.keyboard.press("Escape")
    press(tools, "r", "l")
    box = tools.page.locator(CANVAS).first.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    tools.page.mouse.move(x, y)  # words and tools show themselves where the mouse is
    left, right = halves(tools)
    tools.page.mouse.down()
    tools.page.mouse.move(x, y + 80, steps=4)
    tools.page.mouse.up()
    assert tools.until(lambda: np.abs(halves(tools)[0] - left).mean() > 2)
    assert np.abs(halves(tools)[1] - right).mean() < 0.5  # the other body stayed; dithering moves less
    tools.keep("tools-apart.png")
    press(tools, "l")
    assert tools.until(lambda: np.abs(halves(tools)[1] - right).mean() > 2)  # it takes over the camera
    press(tools, "r")


def test_the_kernel_learns_where_the_hand_came_to_rest(tools):
    press(tools, "r", "ArrowRight", "ArrowRight", "+")
    assert comes(tools, "print(pair.camera.yaw, pair.camera.pitch, pair.camera.zoom)", "37.0 8.0 1.15")
    press(tools, "r")
    assert comes(tools, "print(pair.camera.yaw, pair.camera.zoom)", "25.0 1.0")


def test_linked_stages_turn_together_in_two_cells(tools):
    second = f"{CANVAS} >> nth=1"
    assert tools.changes(lambda: press(tools, "ArrowDown", "ArrowDown"), second)
    tools.python("link(other)")
    before = settled(tools, second).astype(int)
    assert tools.changes(lambda: press(tools, "ArrowDown", "ArrowDown"))
    assert np.abs(settled(tools, second) - before).mean() < 0.5  # a scrolled page is drawn a little otherwise
    press(tools, "r")


def saved(notebook, label, **how):
    """The file that a button of the sheet hands to the browser."""
    with notebook.page.expect_download(timeout=60_000) as coming:
        notebook.page.locator(SHEET).get_by_role("button", name=label).click(**how)
    return io.BytesIO(coming.value.path().read_bytes()), coming.value.suggested_filename


def test_a_picture_is_saved_as_wide_as_asked_on_white_or_on_nothing(tools):
    sheet = opened(tools, "s")
    width = sheet.locator("[aria-label='width in pixels']")
    width.fill("1500")
    width.press("Enter")
    file, name = saved(tools, "PNG")
    picture = Image.open(file)
    assert name == "ball-bumpy.png" and picture.width == 1500 and picture.height > 500
    pixels = np.asarray(picture.convert("RGBA")).astype(int)
    assert (pixels[3, 3] == 255).all()
    colourful = np.ptp(pixels[..., :3], axis=-1) > 40
    assert colourful[:, :750].any() and colourful[:, 750:].any()
    assert colourful[-60:].any()  # the legends are under the bodies
    tools.keep("tools-save.png")
    sheet.get_by_role("radio", name="transparent").click()
    clear = np.asarray(Image.open(saved(tools, "PNG")[0]))
    assert clear.shape[2] == 4 and clear[3, 3, 3] == 0 and (clear[..., 3] == 255).any()


def test_one_turn_is_saved_as_a_gif_of_what_is_seen(tools):
    sheet = opened(tools, "s")
    width = sheet.locator("[aria-label='width in pixels']")
    width.fill("240")
    width.press("Enter")
    file, name = saved(tools, "GIF")
    film = Image.open(file)
    frames = []
    for k in (0, 24):
        film.seek(k)
        frames.append(np.asarray(film.convert("RGB")).astype(int))
    assert name == "ball-bumpy.gif" and film.n_frames == 48 and film.width == 240
    assert np.abs(frames[0] - frames[1]).mean() > 3  # the back is not the front
    assert tools.until(lambda: sheet.locator(".wb-says").text_content() == "saved")


def test_sheets_stay_inside_a_narrow_window(tools):
    tools.page.set_viewport_size({"width": 560, "height": 700})
    tools.page.wait_for_timeout(500)
    for key in "cvs":
        box = opened(tools, key).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 560 and box["y"] + box["height"] <= 700, key
    tools.keep("tools-narrow.png")
    tools.page.keyboard.press("Escape")
    tools.page.set_viewport_size({"width": 1100, "height": 1000})


def test_the_tools_had_no_errors_and_stayed_at_home(tools):
    assert tools.complaints == [] and tools.left == []


def test_a_formula_shows_its_knobs_number_while_it_is_turned(steered):
    formula, slider = steered.page.locator("math.wb-formula"), steered.page.locator(".wb-knob input").first
    assert "exp" in formula.text_content() and "0.01" in formula.text_content()
    slider.focus()
    steered.page.keyboard.press("Home")
    assert formula.locator(".wb-turned").text_content() == "0.001"
    assert comes(steered, "print(knobs['t'])", "0.001")
    assert formula.evaluate("node => node.getBoundingClientRect().height") > 10  # the browser sets it


def test_the_loss_changes_its_axis_on_the_plot_itself(steered):
    axis = steered.page.locator(".wb-axis").first
    assert axis.text_content() == "log axis"
    axis.click()
    assert steered.until(lambda: axis.text_content() == "linear axis")
    assert comes(steered, "print(body.board.look_of('loss').log)", "False")
    axis.click()
    assert comes(steered, "print(body.board.look_of('loss').log)", "True")


def test_the_speed_is_limited_while_it_runs_and_freed(steered):
    speed = steered.page.locator(".wb-knob", has_text="steps/s at most")
    assert speed.locator("output").text_content() == "free"
    speed.locator("input").focus()
    steered.page.keyboard.press("Home")
    assert comes(steered, "print(play.speed)", "0.5")
    done = int(steered.python("print(len(play.losses))"))
    steered.page.wait_for_timeout(1500)
    assert int(steered.python("print(len(play.losses))")) <= done + 2
    steered.keep("panel-formula.png")
    speed.locator("input").focus()
    steered.page.keyboard.press("End")
    assert comes(steered, "print(play.speed)", "None")


def test_only_the_quantity_that_is_chosen_is_computed(steered):
    steered.python("computed.clear()")
    assert steered.until(lambda: int(steered.python("print(len(computed))")) > 3)
    assert steered.python("print(set(computed))").strip() == "{'slow'}"
    steered.page.click(".wb-pause")
    steered.page.wait_for_selector(".wb-panel[data-state=paused]")
    steered.python("computed.clear()")
    choose = lambda: steered.page.locator(".wb-legend select").last.select_option("fast")  # noqa: E731
    assert steered.changes(choose, f"{CANVAS} >> nth=1")
    assert steered.until(lambda: steered.python("print(set(computed))").strip() == "{'fast'}")


def test_a_press_that_the_kernel_did_not_hear_is_sent_again(steered):
    steered.page.click(".wb-start")
    steered.page.wait_for_selector(".wb-panel[data-state=running]")
    steered.python("""
controls, lost = shown._desk._controls, []
hear = shown._desk._heard
deaf = lambda widget, message, buffers: lost.append(message) if not lost else hear(widget, message, buffers)
controls.on_msg(hear, remove=True)
controls.on_msg(deaf)""")
    steered.page.click(".wb-pause")
    steered.page.wait_for_selector(".wb-panel[data-state=paused]", timeout=15_000)
    assert "'pause'" in steered.python("print(lost)")


def test_the_panel_had_no_errors_and_stayed_at_home(steered):
    assert steered.complaints == [] and steered.left == []


def test_without_subshells_a_run_is_steered_and_a_busy_kernel_is_told(tmp_path, browser):
    settings = tmp_path / ".jupyter" / KERNELS
    settings.parent.mkdir(parents=True)
    settings.write_text('{"commsOverSubshells": "disabled"}')
    with jupyterlab(tmp_path) as address:
        notebook = Notebook(browser, address, tmp_path, STAGES, PANEL, name="one-shell.ipynb", height=1300)
        notebook.run_all()
        notebook.page.wait_for_selector(".wb-panel[data-state=running]", timeout=60_000)
        notebook.python(
            "import threading; heard = []\n"
            "forget = knobs.listen(lambda *_: heard.append(threading.current_thread().name))"
        )
        slider = notebook.page.locator(".wb-knob input").first
        slider.focus()
        notebook.page.keyboard.press("Home")
        assert comes(notebook, "print(knobs['t'], heard[-1:])", "0.001 ['MainThread']")
        notebook.page.evaluate("""() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
            .requestExecute({ code: "time.sleep(6)" }); }""")
        notebook.page.wait_for_timeout(300)
        slider.focus()
        notebook.page.keyboard.press("End")
        notebook.page.locator(".wb-notice-line", has_text="The kernel is busy").wait_for(timeout=5000)
        notebook.keep("panel-busy.png")
        assert notebook.page.locator(".wb-panel[data-state=running]").count()
        notebook.page.locator(".wb-notice-line", has_text="busy").wait_for(state="hidden", timeout=15_000)
        assert comes(notebook, "print(knobs['t'])", "10.0")
        assert notebook.complaints == []
        notebook.close()
