"""What looking costs a training run, how soon a slider is heard, and how soon the first picture is there."""

import contextlib
import json
import statistics
import time

from .drawing import median_ms, turning
from .lab import HERE, Page
from .processes import Spent

LEARN = "from stage_pages.learner import *; learner = Learner()"
LIVE = "stage, play, shown = learner.live({how})"
FIRST = """stage = Stage({how})
stage.add("body", learner.mesh)
stage.show("height", Quantity("body", "vertices", learner.mesh.V[:, 1]))
stage"""
LOSS = """
from workbench.view.panels import thinned
stage, play = Stage(), learner.play(rate=5)
def see(snapshot):
    stage.show("loss", Quantity("loss", "plot", thinned(np.array(play.losses)), "curve"))
stage.show("loss", curve(0))
play.watch(see)
play.start()
stage
"""
#: what a page shows when a back-end has drawn
DRAWN = {"web": "() => eye.frames.at(0)?.at", "polyscope": "() => eye.pictures.at(0)?.at"}


def kept(pairs: list) -> dict:
    """The share of the speed that is left: median and quartiles of the pairs' ratios; also of CPU a step."""
    ratios = sorted(watched[0] / silent[0] for silent, watched in pairs if silent[0])
    if not ratios:
        raise RuntimeError("the run took no step while nobody looked: the machine is too busy")
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 2 else [ratios[0], 0, ratios[-1]]
    return {
        "share": statistics.median(ratios),
        "quartiles": [quartiles[0], quartiles[2]],
        "cpu_share": statistics.median(silent[1] / watched[1] for silent, watched in pairs),
        "steps_per_s": statistics.median(silent[0] for silent, _ in pairs),
    }


class Kernel:
    """A kernel without any browser; cells are executed as a front end would, so that panels are shown."""

    def __init__(self):
        from jupyter_client.manager import start_new_kernel

        self.manager, self.client = start_new_kernel(kernel_name="python3")
        self.python(f"import sys; sys.path.insert(0, {str(HERE.parent)!r}); from stage_pages.kernel import *")

    def python(self, code: str, seconds: float = 120.0) -> str:
        """Execute code; returns what it printed. Raises RuntimeError with the traceback."""
        content = dict(
            code=code,
            silent=False,
            store_history=False,
            user_expressions={},
            allow_stdin=False,
            stop_on_error=True,
        )
        message = self.client.session.msg("execute_request", content, metadata={"cellId": "measured"})
        self.client.shell_channel.send(message)
        printed, end = "", time.monotonic() + seconds
        while time.monotonic() < end:
            heard = self.client.get_iopub_msg(timeout=seconds)
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if heard["msg_type"] == "stream" and heard["content"]["name"] == "stdout":
                printed += heard["content"]["text"]
            if heard["msg_type"] == "error":
                raise RuntimeError("\n".join(heard["content"]["traceback"]))
            if heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                return printed
        raise TimeoutError(code)

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def without_browser(how: str, pairs: int) -> dict:
    """The speed kept when a live cell looks ten times a second and no browser is open."""
    with contextlib.closing(Kernel()) as kernel:
        kernel.python(LEARN)
        kernel.python(LIVE.format(how=how))
        time.sleep(2.0)
        return kept(json.loads(kernel.python(f"say(in_turn(play, {pairs}))")))


def bare_loop(pairs: int = 3) -> dict:
    """What a Play that nobody watches keeps of a bare loop that has all of torch's threads."""
    with contextlib.closing(Kernel()) as kernel:
        kernel.python(LEARN)
        return kept(json.loads(kernel.python(f"say(plain_against_play({pairs}))")))


def with_browser(open_page, backend: str, pairs: int) -> dict:
    """The same in a page, with the first picture and the milliseconds from the slider to its step."""
    how = f"backend={backend!r}"
    page = open_page(
        f"training-{backend}", LEARN, FIRST.format(how=how), f"stage.close(); {LIVE.format(how=how)}"
    )
    try:
        page.run_cell(0)
        page.run_cell(1)
        page.until(lambda: page.python("print('learner' in globals())").strip() == "True")
        found = {"first_s": first_picture(page, backend)}
        page.run_cell(3)
        page.page.wait_for_selector(".wb-panel[data-state=running]", timeout=60_000)
        page.until(lambda: page.page.evaluate(DRAWN[backend]))
        page.wait(2.0)
        found |= kept(json.loads(page.python(f"say(in_turn(play, {pairs}))")))
        with Spent() as spent:
            page.wait(3.0)
        found["cpu_ms_per_s"] = spent.per(3)
        found |= slider(page)
        return found | {"complaints": page.complaints + page.left}
    finally:
        page.close()


def turning_14k(open_page) -> dict:
    """Turning a body of 14,000 vertices on the web stage while a model learns on it."""
    page = open_page(
        "turning", "from stage_pages.learner import *; learner = Learner(14_000)", LIVE.format(how="")
    )
    try:
        page.run_all()
        page.page.wait_for_selector(".wb-panel[data-state=running]", timeout=60_000)
        page.until(lambda: int(page.python("print(len(play.losses))")) > 10)
        page.wait(1.0)
        return turning(page, ".wb-canvas", 0, 6.0) | {
            "steps_per_s": json.loads(page.python("say(speed(play, 1.0))"))[0]
        }
    finally:
        page.close()


def first_picture(page: Page, backend: str) -> list[float]:
    """Seconds from running a cell to its first finished picture: the kernel's first time, then two more."""
    seconds = []
    for _ in range(3):
        page.page.evaluate("() => { eye.frames.length = eye.pictures.length = 0; }")
        began = page.page.evaluate("() => performance.timeOrigin + performance.now()")
        page.run_cell(2)
        page.until(lambda: page.page.evaluate(DRAWN[backend]))
        seconds.append((page.page.evaluate(DRAWN[backend]) - began) / 1000)
        page.wait(1.0)
    return seconds


def slider(page: Page, count: int = 12) -> dict:
    """Milliseconds from an input event in the page to the step that uses the value, and those of a step."""
    page.page.locator(".wb-knob input").first.focus()
    page.page.evaluate("() => { eye.inputs.length = 0; }")
    page.python("learner.heard.clear()")
    for number in range(count):
        page.page.keyboard.press("ArrowRight")
        page.wait(0.35 + 0.03 * number)
    turned = [moment / 1000 for moment in page.page.evaluate("() => eye.inputs")]
    heard = json.loads(page.python("say([moment for moment, _ in learner.heard])"))
    late = [next((h - t for h in heard if h > t), None) for t in turned]
    rate = json.loads(page.python("say(speed(play, 1.0))"))[0]
    return {
        "control_ms": median_ms([x for x in late if x is not None]),
        "worst_control_ms": 1000 * max(filter(None, late)),
        "heard": len(heard),
        "of": count,
        "step_ms": 1000 / rate,
    }


def loss_plot(open_page, pairs: int = 8) -> dict:
    """The speed kept by a run whose loss is drawn five times a second, and nothing else."""
    page = open_page("loss", LEARN, LOSS)
    try:
        page.run_all()
        page.page.wait_for_selector(".wb-plot canvas", timeout=30_000)
        page.wait(1.0)
        return kept(json.loads(page.python(f"say(in_turn(play, {pairs}))"))) | {"complaints": page.complaints}
    finally:
        page.close()
