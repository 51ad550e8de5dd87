"""The stage and the panel in a real JupyterLab: seen, turned, picked, steered in a busy kernel, reloaded."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from browser import Notebook, chromium, jupyterlab
from cells import EXPLORE, PANEL, SETUP, STAGE

pytestmark = pytest.mark.browser

CHAPTERS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

RESTART = """async () => {
    await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"""

@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    with jupyterlab(folder) as address, chromium() as browser:
        yield lambda name, *cells, **size: Notebook(
            browser, address, folder, SETUP, *cells, name=name, **size
        )


@pytest.fixture(scope="module")
def still(lab):
    """A notebook with a stage and a scene that answers to a knob, executed."""
    notebook = lab("still.ipynb", STAGE, EXPLORE)
    notebook.run_all()
    notebook.page.locator(".wb-canvas").nth(1).wait_for()
    yield notebook.until(lambda: notebook.pixels(".wb-canvas").std() > 20) and notebook
    notebook.close()


#: how many shells beside the main one JupyterLab has opened for widgets
SUBSHELLS = """async () => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    return (await kernel.requestListSubshell({}).done).content.subshell_id.length; }"""


@pytest.fixture(scope="module")
def live(lab):
    """A notebook with a run in a panel, executed; its last cell blocks the main shell for a while."""
    notebook = lab("live.ipynb", PANEL, "time.sleep(90)")
    notebook.run_all()
    notebook.page.wait_for_selector(".wb-panel[data-state=running]", timeout=30_000)
    assert notebook.until(lambda: notebook.page.evaluate(SUBSHELLS) > 0)  # else the main one hears
    yield notebook
    notebook.close()


def test_the_body_is_in_the_middle_of_its_picture(still):
    still.keep("stage.png")
    picture = still.pixels()
    colourful = np.ptp(picture, axis=-1) > 40
    rows, columns = np.nonzero(colourful)
    centre = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    assert np.allclose(
        centre, np.array(picture.shape[:2]) / 2, atol=8
    )  # the mouse's hint needs a little room
    assert 0.85 < np.ptp(rows) / np.ptp(columns) < 1.15  # a ball is round


def test_a_drag_turns_the_body(still):
    assert still.changes(still.drag)
    assert still.python("print(picks)").strip() == "[]"  # a drag is no click


def test_keys_turn_and_return_and_leave_the_notebook_alone(still):
    still.page.locator(".wb-canvas").first.focus()
    assert still.changes(lambda: still.page.keyboard.press("ArrowDown", delay=30))
    assert still.changes(lambda: still.page.keyboard.press("ArrowRight", delay=30), by=0)
    assert still.page.evaluate("() => document.activeElement.matches('.wb-canvas')")
    assert still.changes(lambda: still.page.keyboard.press("r"))
    assert still.page.locator(".jp-RawCell").count() == 0  # R in JupyterLab makes a cell raw


def test_a_click_in_the_middle_picks_the_vertex_that_faces_the_eye(still):
    still.page.locator(".wb-canvas").first.focus()
    still.page.keyboard.press("r")
    still.page.mouse.click(*still.middle())
    assert still.until(lambda: still.python("print(len(picks))").strip() == "1")
    told = still.python(
        "from workbench.view.painter import Camera\n"
        "name, vertex, thread = picks[0]; print(name, Camera().rotation[2] @ ball.V[vertex], thread)"
    ).split()
    assert told[0] == "ball" and float(told[1]) > 0.97  # neighbours on this ball are 9 degrees apart
    assert told[2] != "MainThread"


def test_a_new_scalar_changes_the_picture(still):
    update = "stage.show('height', Quantity('ball', 'vertices', ball.V[:, 0] * ball.V[:, 2]))"
    assert still.changes(lambda: still.python(update))


def test_a_slider_without_a_run_is_answered(still):
    slider = still.page.locator(".wb-knob input").first
    before = still.python("print(waves.board.quantities['sin'].values.std())")
    slider.focus()
    still.page.keyboard.press("End")
    assert still.until(lambda: still.python("print(waves.board.quantities['sin'].values.std())") != before)
    assert slider.evaluate("node => node.nextSibling.textContent") == "9"


def test_a_view_that_the_browser_put_to_sleep_can_be_woken(still):
    still.page.evaluate("""() => document.querySelector(".wb-canvas").getContext("webgl2")
                                  .getExtension("WEBGL_lose_context").loseContext()""")
    still.page.click(".wb-wake")
    assert still.until(lambda: still.pixels(".wb-canvas").std() > 20)


def test_a_reloaded_page_shows_the_present_state(still):
    still.python("stage.look('height', title='depth')")
    still.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    still.page.wait_for_timeout(500)
    still.open(still.address)
    still.page.locator(".wb-legend", has_text="depth").first.wait_for(timeout=20_000)
    assert still.until(lambda: still.pixels(".wb-canvas").std() > 20)


def test_the_still_notebook_had_no_errors_and_stayed_at_home(still):
    assert still.complaints == [] and still.left == []


def test_the_run_is_steered_while_a_cell_blocks_the_kernel(live):
    live.page.click(".wb-pause")
    live.page.wait_for_selector(".wb-panel[data-state=paused]", timeout=15_000)
    live.page.locator(".wb-knob input").first.focus()
    live.page.keyboard.press("Home")
    assert live.until(lambda: live.page.locator(".wb-knob output").first.text_content() == "1e-5", 15)
    for _ in range(3):  # arrows are for the slider, not for the notebook, which would take the focus away
        live.page.keyboard.press("ArrowRight")
    assert live.until(lambda: live.page.locator(".wb-knob output").first.text_content() != "1e-5", 15)
    assert live.page.evaluate("() => document.activeElement.matches('.wb-knob input')")
    live.page.keyboard.press("Home")
    live.page.click(".wb-start")
    live.page.wait_for_selector(".wb-panel[data-state=running]", timeout=15_000)
    prompt = live.page.locator(".jp-InputPrompt").last.text_content()
    assert "*" in prompt  # all of this happened inside time.sleep(90) in the main shell
    live.keep("panel.png")
    live.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    assert live.until(lambda: "*" not in live.page.locator(".jp-InputPrompt").last.text_content(), 15)


def test_plots_and_body_move_with_the_run(live):
    for selector in (".wb-plot:nth-child(1) canvas", ".wb-plot:nth-child(2) canvas", ".wb-canvas"):
        assert live.changes(lambda: None, selector), selector


def test_step_takes_one_step_and_the_knob_was_turned(live):
    live.page.click(".wb-pause")
    live.page.wait_for_selector(".wb-panel[data-state=paused]")
    done = int(live.python("print(len(play.losses))"))
    live.page.click(".wb-step")
    assert live.until(
        lambda: live.python("print(len(play.losses), play.state)").split() == [str(done + 1), "paused"]
    )
    assert float(live.python("print(knobs['lr'])")) == pytest.approx(1e-5)


def test_nothing_overlaps_at_a_thousand_pixels(live):
    live.page.set_viewport_size({"width": 1000, "height": 1100})
    live.page.wait_for_timeout(500)
    boxes = [
        live.page.locator(s).first.bounding_box()
        for s in (".wb-scene", ".wb-legends", ".wb-beside", ".wb-row", ".wb-knobs")
    ]
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert above["y"] + above["height"] <= below["y"] + 1
    assert all(box["x"] + box["width"] <= 1000 for box in boxes)
    live.keep("panel-narrow.png")


def test_running_the_cell_again_leaves_one_thread_and_one_picture(live):
    for _ in range(3):
        live.page.evaluate("""() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
                                      window.jupyterapp.commands.execute("notebook:run-cell"); }""")
        live.page.wait_for_timeout(700)
    live.page.wait_for_selector(".wb-panel[data-state=running]")
    threads = live.python("print([t.name for t in threading.enumerate()].count('workbench-play'))")
    assert threads.strip() == "1" and live.page.locator(".wb-canvas").count() == 1
    live.page.click(".wb-stop")
    live.page.wait_for_selector(".wb-panel[data-state=stopped]")
    assert live.until(lambda: "workbench-play" not in live.python("print(threading.enumerate())"))


def test_an_exception_in_the_run_is_shown_with_its_traceback(lab):
    notebook = lab("failing.ipynb", PANEL.replace("run(40_000)", "run(40_000, fail=20)"))
    try:
        notebook.run_all()
        notebook.page.wait_for_selector(".wb-panel[data-state=failed]", timeout=30_000)
        assert "FloatingPointError" in notebook.page.locator(".wb-trouble summary").text_content()
        assert "in run" in notebook.page.locator(".wb-trouble pre").text_content()
        notebook.keep("panel-failed.png")
        assert notebook.complaints == []
    finally:
        notebook.close()


def test_a_restarted_kernel_is_told_and_a_reloaded_page_keeps_a_picture(lab):
    notebook = lab("restarted.ipynb", PANEL)
    saved = "() => window.jupyterapp.shell.currentWidget.content.widgets.at(-1).model.outputs.toJSON()"
    try:
        notebook.run_all()
        notebook.page.wait_for_selector(".wb-panel[data-state=running]", timeout=30_000)
        # the still of the beginning, when nothing was on stage, gives way to one of the run
        assert notebook.until(lambda: "running" in notebook.page.evaluate(saved)[0]["data"]["text/plain"])
        assert not notebook.page.locator(".wb-kept").first.is_visible()
        notebook.page.evaluate(RESTART)
        notebook.page.wait_for_selector(".wb-panel[data-state=lost]", timeout=10_000)
        assert "Run the cells again" in notebook.page.locator(".wb-notice-line").text_content()
        assert notebook.page.locator(".wb-button:enabled").count() == 0
        notebook.page.locator(".wb-knob input").first.focus()
        notebook.page.keyboard.press("Home")
        # JupyterLab itself may complain of half a message from the dying kernel
        assert not [words for words in notebook.complaints if "Cannot send" in words]
        notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        notebook.page.wait_for_timeout(500)
        notebook.open(notebook.address)
        notebook.page.locator(".wb-kept iframe[data-opened]").first.wait_for(timeout=20_000)
    finally:
        notebook.close()


def test_the_live_notebook_had_no_errors_and_stayed_at_home(live):
    assert live.complaints == [] and live.left == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_an_untouched_chapter_runs_from_top_to_bottom_and_says_what_is_not_solved(lab, path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    code = [re.sub(r"Config\.preset\(.*?\)", "Config.tiny()", cell.source) for cell in cells]
    notebook = lab(path.name, *code)
    notebook.run_all()
    canvas = ".wb-canvas:visible >> nth=1"  # a stage of plots alone hides its own
    notebook.page.locator(canvas).wait_for(timeout=60_000)
    waiting = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('*'))"
    assert notebook.until(lambda: not notebook.page.evaluate(waiting), seconds=120)
    assert notebook.until(lambda: notebook.pixels(canvas).std() > 20)
    if any("play = Play(" in cell for cell in code):
        assert notebook.python("print(play.state)").strip() == "finished"
    assert notebook.page.locator(".jp-RenderedText[data-mime-type*=stderr]").all_text_contents() == []
    printed = zip(cells, notebook.printed()[1:], strict=True)  # the first is SETUP
    checks = [words for cell, words in printed if "check:" in " ".join(cell.metadata.get("tags", ()))]
    assert checks and all(words.startswith("Not yet:") for words in checks)
    assert not notebook.complaints and not notebook.left
    notebook.close()


POLYSCOPE = """
import os, signal
from workbench.view import Stage
drawn, picked = Stage(height=320, backend="polyscope"), []
drawn.add("ball", ball)
drawn.show("height", Quantity("ball", "vertices", ball.V[:, 1]))
drawn.on_pick(lambda name, vertex: picked.append((name, vertex)))
drawn
"""


@pytest.fixture(scope="module")
def drawn(lab):
    """A notebook with a stage that Polyscope draws, executed, its first sharp picture seen."""
    notebook = lab("polyscope.ipynb", POLYSCOPE)
    notebook.run_all()
    notebook.page.wait_for_selector(".wb-polyscope[data-sharp=true]", timeout=60_000)
    yield notebook
    notebook.close()


def test_a_drag_turns_what_polyscope_draws_and_a_click_picks(drawn):
    assert drawn.changes(drawn.drag)
    assert drawn.python("print(picked)").strip() == "[]"
    assert drawn.changes(lambda: drawn.page.keyboard.press("r"))
    drawn.page.mouse.click(*drawn.middle())
    assert drawn.until(lambda: drawn.python("print(len(picked))").strip() == "1")
    told = drawn.python(
        "from workbench.view.painter import Camera\n"
        "name, vertex = picked[0]; print(name, Camera().rotation[2] @ ball.V[vertex])"
    ).split()
    assert told[0] == "ball" and float(told[1]) > 0.97
    drawn.page.locator(".wb-readout.wb-shown", has_text="vertex").wait_for()
    drawn.keep("polyscope.png")


def rested(notebook, selector=".wb-canvas"):
    """The picture of an element once it has stopped changing."""
    before = notebook.pixels(selector)
    for _ in range(40):
        notebook.page.wait_for_timeout(500)
        now = notebook.pixels(selector)
        if np.array_equal(now, before):
            break
        before = now
    return before.astype(int)


def test_polyscopes_own_panels_open_and_hear_every_press_after_a_turn(drawn):
    assert drawn.changes(lambda: drawn.page.click(".wb-panels"))
    box, (x, y) = drawn.page.locator(".wb-canvas").bounding_box(), drawn.middle()
    for _ in range(3):
        drawn.page.mouse.move(x, y)
        drawn.page.mouse.down()
        drawn.page.mouse.move(x + 30, y + 20, steps=4)
        drawn.page.mouse.up()
        before = rested(drawn)
        # the arrow that folds the topmost panel, whereupon the next one moves
        drawn.page.mouse.click(box["x"] + 20, box["y"] + 22)
        assert (abs(rested(drawn) - before)[60:, :300]).mean() > 6
    drawn.keep("polyscope-panels.png")
    drawn.page.mouse.click(box["x"] + 20, box["y"] + 22)  # open again


def test_numbers_are_typed_into_polyscopes_fields(drawn):
    rested(drawn)
    box = drawn.page.locator(".wb-canvas").bounding_box()
    assert drawn.changes(lambda: drawn.page.mouse.click(box["x"] + 30, box["y"] + 84))  # "View" unfolds
    rested(drawn)
    drawn.page.keyboard.down("Control")
    drawn.page.mouse.click(box["x"] + 98, box["y"] + 199)  # the slider "Move Speed" becomes a field
    drawn.page.keyboard.up("Control")
    field = rested(drawn)[188:210, 40:130]
    drawn.page.keyboard.type("60", delay=60)
    drawn.page.keyboard.press("Enter", delay=60)
    assert abs(rested(drawn)[188:210, 40:130] - field).mean() > 4
    drawn.keep("polyscope-typing.png")
    assert drawn.page.locator(".jp-Cell").count() == 2  # none of the keys was JupyterLab's
    drawn.page.click(".wb-panels")


def test_two_fingers_zoom_what_polyscope_draws(drawn):
    rested(drawn)
    (x, y), devtools = drawn.middle(), drawn.page.context.new_cdp_session(drawn.page)

    def spread():
        moves = [("touchMove", 35 + 15 * k) for k in range(5)]
        for kind, gap in (("touchStart", 20), *moves, ("touchEnd", 0)):
            fingers = [{"x": x + side * gap, "y": y, "id": 1 + side} for side in (-1, 1) if gap]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
            drawn.page.wait_for_timeout(60)

    def colourful():
        return (np.ptp(rested(drawn), axis=-1) > 40).sum()

    before = colourful()
    spread()
    assert colourful() > 1.1 * before
    drawn.page.locator(".wb-canvas").focus()
    drawn.page.keyboard.press("r")


def test_a_killed_drawing_process_is_told_of_and_comes_back(drawn):
    notice = drawn.page.locator(".wb-notice", has_text="ended by SIGKILL; starting it again")
    drawn.python("os.kill(drawn.screen._renderer.process.popen.pid, signal.SIGKILL)")
    notice.wait_for(timeout=10_000)
    notice.wait_for(state="hidden", timeout=20_000)
    assert drawn.until(lambda: drawn.pixels(".wb-canvas").std() > 20)
    update = "drawn.show('height', Quantity('ball', 'vertices', ball.V[:, 0] * ball.V[:, 2]))"
    assert drawn.changes(lambda: drawn.python(update))


def test_running_polyscopes_cell_again_frees_its_process(drawn):
    drawn.python("before = drawn.screen._renderer.process.popen")
    drawn.page.evaluate("""() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
                                   window.jupyterapp.commands.execute("notebook:run-cell"); }""")
    assert drawn.until(lambda: drawn.python("print(before.poll())").strip() == "0", 20)
    drawn.page.wait_for_selector(".wb-polyscope[data-sharp=true]", timeout=20_000)
    assert drawn.complaints == [] and drawn.left == []
