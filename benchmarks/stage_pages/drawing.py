"""How often and how late pictures come: streams of scalars to the web stage, a turning hand on both."""

import json
import statistics
import time

from .lab import Page
from .processes import Spent

#: vertices -> updates a second that the stage should draw
RATES = {5000: 25, 14_000: 15, 100_000: 5}
#: back-end, vertices -> pictures a second and milliseconds from mouse to picture while a hand turns
TURNING = {"web": {14_000: (20, 40)}, "polyscope": {5000: (15, 90), 100_000: (None, 150)}}


def median_ms(seconds) -> float:
    """The median in milliseconds; nan where there is nothing."""
    return 1000 * statistics.median(seconds) if seconds else float("nan")


def changed(frames: list[dict]) -> list[dict]:
    """The frames that look other than the one before."""
    return [
        after
        for before, after in zip(frames, frames[1:], strict=False)
        if before["pixels"] != after["pixels"]
    ]


def lateness(page: Page, show: str, fields: str, count: int = 6) -> dict:
    """Milliseconds from single calls of show() to the finished frame, and what the call itself took."""
    page.forget()
    page.python(f"single = Stream({show}, {fields}, 2.5, {count})")
    page.wait(count / 2.5 + 0.6)
    sent, cost = json.loads(page.python("single.stop(); say([single.sent, single.cost])"))
    finished = [frame["at"] for frame in changed(page.frames())]
    firsts = [next((at for at in finished if at > moment), None) for moment in sent]
    late = [at - moment for at, moment in zip(firsts, sent, strict=True) if at is not None]
    return {"ms": median_ms(late), "call_ms": median_ms(cost), "seen": len(late), "of": count}


def stream(page: Page, show: str, fields: str, canvas: int, seconds: float = 4.0, rate: float = 40.0) -> dict:
    """Updates really drawn in a second, while Python shows `rate` of them; CPU ms for each by process."""
    page.python(f"many = Stream({show}, {fields}, {rate})")
    page.wait(1.5)
    page.forget()
    with Spent() as spent:
        began = time.time()
        page.wait(seconds)
        ended = time.time()
    shown = json.loads(page.python("many.stop(); say(many.sent)"))
    drawn = changed([frame for frame in page.frames(began, canvas) if frame["at"] < ended])
    return {
        "per_s": len(drawn) / (ended - began),
        "cpu_ms": spent.per(len(drawn)),
        "shown_per_s": sum(began < moment < ended for moment in shown) / (ended - began),
        "frames_per_s": len(page.frames(began, canvas)) / (ended - began),
        "gpu_wait_ms": median_ms([frame["at"] - frame["asked"] for frame in drawn]),
    }


def turn(page: Page, selector: str, seconds: float = 4.0) -> tuple[float, float]:
    """Drag to and fro over an element for a while; returns when it began and ended."""
    x, y = page.middle(selector)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + 30, y + 10, steps=8)
    page.forget()
    began, side = time.time(), 1
    while time.time() - began < seconds:
        page.page.mouse.move(x + 160 * side, y + 30 * side, steps=40)
        side = -side
    ended = time.time()
    page.page.mouse.up()
    return began, ended


def turning(page: Page, selector: str, canvas: int | None = None, seconds: float = 4.0) -> dict:
    """Pictures a second and milliseconds from the mouse's move to the finished frame, drawn by WebGL."""
    began, ended = turn(page, selector, seconds)
    drawn = [f for f in changed(page.frames(began, canvas)) if f["at"] < ended and f["pointer"] > began]
    return {"per_s": len(drawn) / (ended - began), "ms": median_ms([f["at"] - f["pointer"] for f in drawn])}


def turning_polyscope(page: Page, selector: str, seconds: float = 4.0) -> dict:
    """The same for pictures that Polyscope sends, as its screen tells of them on its root element."""
    page.page.evaluate("() => { eye.pictures.length = 0; }")
    began, ended = turn(page, selector, seconds)
    seen = [p for p in page.page.evaluate("() => eye.pictures") if began < p["at"] / 1000 < ended]
    late = [p["delay"] / 1000 for p in seen if p["delay"]]
    return {"per_s": len(seen) / (ended - began), "ms": median_ms(late)}


def web(open_page, sizes) -> dict:
    """Updates and turning of the web stage, for each size in a page of its own."""
    results = {}
    for n in sizes:
        page = open_page(
            f"web{n}", f"mesh = bumpy({n}); fields = waves(mesh)", "stage, show = on_stage(mesh)\nstage"
        )
        try:
            page.run_all()
            page.until(page.frames)
            page.wait(1.0)
            results[n] = {**lateness(page, "show", "fields"), **stream(page, "show", "fields", 0)}
            results[n]["turning"] = turning(page, ".wb-canvas")
            results[n]["complaints"] = page.complaints + page.left
        finally:
            page.close()
    return results


def polyscope(open_page, sizes) -> dict:
    """Turning of what Polyscope draws in the cell, for each size in a page of its own."""
    results = {}
    for n in sizes:
        cells = f"mesh = bumpy({n})", "stage, show = on_stage(mesh, backend='polyscope')\nstage"
        page = open_page(f"polyscope{n}", *cells)
        try:
            page.run_all()
            page.page.wait_for_selector(".wb-polyscope[data-sharp=true]", timeout=60_000)
            results[n] = turning_polyscope(page, ".wb-polyscope .wb-canvas", 5.0)
            results[n]["complaints"] = page.complaints + page.left
        finally:
            page.close()
    return results
