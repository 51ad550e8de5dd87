"""What stays: memory over 2000 updates; processes and contexts after ten cells were opened and closed."""

import json
import time

from .lab import Page
from .processes import megabytes

OPEN = "stage, show = on_stage(mesh, backend={backend!r})\nstage"
#: both stages in one notebook, each update a scalar and a loss on both
BOTH = """
stages = [on_stage(mesh, height=300, backend=backend) for backend in ("web", "polyscope")]
counted = [0]
def update(values):
    counted[0] += 1
    for stage, show in stages:
        show(values)
        stage.show("loss", curve(counted[0]))
stages[0][0]
"""
CANVAS = {"web": ".wb-canvas", "polyscope": ".wb-polyscope[data-sharp=true]"}
#: JupyterLab loads another icon for the tab whenever the kernel begins or ends something, and Playwright's
#: ear at the network keeps a copy of each in the page's process: the instrument's growth, not the page's
NO_ICON = "() => document.querySelectorAll('link[rel*=icon]').forEach(link => link.remove())"
COLLECT = "HeapProfiler.collectGarbage"
#: seconds after which nothing may be left: a process whose page went away waits for it to come back
PATIENCE = 15.0


def page_heap(page: Page) -> float:
    """MB of JavaScript that is still reachable."""
    for _ in range(2):
        page.devtools.send(COLLECT)
    metrics = {m["name"]: m["value"] for m in page.devtools.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / 1e6


def state(page: Page) -> dict:
    """MB of kernel, its child, the page's JavaScript, the page's and the GPU process."""
    page.wait(1.0)
    here = json.loads(page.python("from stage_pages.kernel import held; say(held())"))
    return {
        "kernel": here["kernel"],
        "Polyscope's process": here["child"],
        "the page's JavaScript": page_heap(page),
        "the page's process": megabytes("page"),
        "the GPU process": megabytes("GPU process"),
    }


def memory(open_page, updates: int = 2000, rate: float = 30.0) -> dict:
    """MB after a tenth, half and all of the updates: a scalar on 5000 vertices and a curve, both stages."""
    page = open_page("memory", "mesh = bumpy(5000); fields = waves(mesh)", BOTH, "stages[1][0]")
    try:
        page.devtools.send("Performance.enable")
        page.run_all()
        for canvas in CANVAS.values():
            page.page.wait_for_selector(canvas, timeout=60_000)
        page.wait(1.0)
        page.page.evaluate(NO_ICON)
        states = []
        for count in (updates // 10, updates * 4 // 10, updates // 2):
            began = time.monotonic()
            page.python(f"many = Stream(update, fields, {rate}, {count})")
            page.wait(count / rate)
            page.until(lambda: page.python("print(many.done)").strip() == "True", 240)
            rate_kept = count / (time.monotonic() - began)
            states.append(state(page))
        return {
            "early": states[0],
            "half": states[1],
            "late": states[2],
            "updates": updates,
            "updates_per_s": rate_kept,
            "frames": page.page.evaluate("() => [eye.frames.length, eye.pictures.length]"),
            "complaints": page.complaints + page.left,
        }
    finally:
        page.close()


def cells(open_page, backend: str, cycles: int = 10) -> dict:
    """Open a stage in a cell ten times; it ends by the cell's next run, close() or the cell's deletion."""
    source = OPEN.format(backend=backend)
    page = open_page(f"cells-{backend}", "mesh = bumpy(752)", source)
    try:
        page.run_all()
        page.page.wait_for_selector(CANVAS[backend], timeout=60_000)
        page.wait(1.0)
        first = _left(page)
        for cycle in range(cycles):
            if cycle % 3 == 1:
                page.python("stage.close()")
            if cycle % 3 == 2:
                _delete_and_write_again(page, source)
            page.run_cell(2)
            page.wait(0.4)
            page.page.wait_for_selector(CANVAS[backend], timeout=60_000)
            page.wait(0.3)
        open_ = _left(page)
        page.python("stage.close()")
        page.wait(PATIENCE)
        return {
            "first": first,
            "open": open_,
            "closed": _left(page),
            "complaints": page.complaints + page.left,
        }
    finally:
        page.close()


def _delete_and_write_again(page, source):
    page.page.evaluate(
        """source => { const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
            notebook.activeCellIndex = 2;
            return app.commands.execute("notebook:delete-cell")
                .then(() => app.commands.execute("notebook:insert-cell-below"))
                .then(() => { notebook.activeCell.model.sharedModel.setSource(source); }); }""",
        source,
    )
    page.wait(0.3)


def _left(page):
    page.devtools.send(COLLECT)
    here = json.loads(page.python("from stage_pages.kernel import held; say(held())"))
    canvases = page.page.locator(".wb-canvas").count()
    return here | {"contexts": page.page.evaluate("() => eye.alive()"), "canvases": canvases}
