"""The rows of the table: each figure beside its target, with yes or no and the conditions."""

from collections.abc import Iterator

from .drawing import RATES, TURNING

SPEED_KEPT = {"no browser": 0.95, "browser": 0.85}
LOSS_KEPT, CONTROL_MS, FIRST_S = 0.98, 120, 2.0
#: MB that 1000 updates may leave; fields that stayed would be 20 in float32. What a browser's process keeps
#: for later use comes and goes by more
GROWTH = {
    "kernel": 5,
    "Polyscope's process": 5,
    "the page's JavaScript": 5,
    "the page's process": 20,
    "the GPU process": 20,
}
NAMES = {"web": "web", "polyscope": "Polyscope in the cell"}

Row = tuple[str, str, str, str, str, str]


def row(part: str, what: str, target: str, measured: str, met: bool | None, conditions: str = "") -> Row:
    """One line of the table; met is None where there is no target."""
    return part, what, target, measured, {None: "", True: "met", False: "**missed**"}[met], conditions


def spent(cpu_ms: dict) -> str:
    """CPU ms by process, in words."""
    return ", ".join(f"{role} {ms:.1f}" for role, ms in cpu_ms.items())


def web_rows(found: dict) -> Iterator[Row]:
    """Updates a second, lateness and turning of the web stage."""
    for n, one in found.items():
        least = RATES.get(n)
        yield row(
            "web",
            f"{n:,} vertices, updates/s",
            f"{least}" if least else "",
            f"{one['per_s']:.1f}",
            one["per_s"] >= least if least else None,
            f"Python shows {one['shown_per_s']:.0f}/s; CPU ms: {spent(one['cpu_ms'])}",
        )
        yield row(
            "web",
            f"{n:,} vertices, show() to picture",
            "",
            f"{one['ms']:.0f} ms",
            None,
            f"single updates; the call itself {one['call_ms']:.1f} ms",
        )
        yield row(
            "web",
            f"{n:,} vertices, turning",
            "",
            f"{one['turning']['per_s']:.0f}/s, {one['turning']['ms']:.0f} ms",
            None,
            "nothing trains",
        )


def polyscope_rows(found: dict) -> Iterator[Row]:
    """Turning of what Polyscope draws."""
    for n, one in found.items():
        least, most = TURNING["polyscope"][n]
        target = f"{f'{least}/s, ' if least else ''}{most} ms"
        yield row(
            NAMES["polyscope"],
            f"{n:,} vertices, turning",
            target,
            f"{one['per_s']:.1f}/s, {one['ms']:.0f} ms",
            one["per_s"] >= (least or 0) and one["ms"] <= most,
            "from the mouse's move to its picture in the page",
        )


def kept_row(part: str, what: str, least: float | None, one: dict, conditions: str) -> Row:
    """The share of a run's speed that is left."""
    low, high = one["quartiles"]
    return row(
        part,
        what,
        f"{least:.0%}" if least else "",
        f"{one['share']:.1%}",
        one["share"] >= least if least else None,
        f"quartiles {low:.1%} to {high:.1%}, by CPU time of the kernel {one['cpu_share']:.1%}; "
        f"{one['steps_per_s']:.0f} steps/s{conditions}",
    )


def training_rows(found: dict) -> Iterator[Row]:
    """What looking costs a run, and how soon it is there and answers."""
    for where in ("no browser", "browser"):
        for backend, one in found[where].items():
            words = "no browser" if where == "no browser" else "browser on the same cores"
            yield kept_row(
                "training",
                f"{NAMES[backend]}, speed kept, {words}",
                SPEED_KEPT[where],
                one,
                "; live cell, 10 looks/s, 5,000 vertices",
            )
    for backend, one in found["browser"].items():
        cold, *again = one["first_s"]
        yield row(
            "training",
            f"{NAMES[backend]}, first picture after the cell is run",
            f"{FIRST_S:.0f} s",
            f"{cold:.1f} s",
            cold <= FIRST_S,
            f"again: {', '.join(f'{x:.1f}' for x in again)} s",
        )
        allowed = max(CONTROL_MS, one["step_ms"])
        yield row(
            "training",
            f"{NAMES[backend]}, slider to the step that hears it",
            f"{CONTROL_MS} ms or a step",
            f"{one['control_ms']:.0f} ms",
            one["control_ms"] <= allowed,
            f"worst {one['worst_control_ms']:.0f} ms; a step takes {one['step_ms']:.0f} ms; while it trains",
        )
    one, (least, most) = found["turning"], TURNING["web"][14_000]
    yield row(
        "training",
        "web, turning 14,000 vertices while a model trains",
        f"{least}/s, {most} ms",
        f"{one['per_s']:.1f}/s, {one['ms']:.0f} ms",
        one["per_s"] >= least and one["ms"] <= most,
        f"{one['steps_per_s']:.0f} steps/s and 10 looks/s meanwhile",
    )
    yield kept_row("training", "loss plot at 5 Hz, speed kept", LOSS_KEPT, found["loss"], "")
    yield kept_row(
        "training",
        "Play that nobody watches against a bare loop",
        None,
        found["bare loop"],
        " of the bare loop, which has all of torch's threads; Play leaves one core to the viewer",
    )


def memory_rows(one: dict) -> Iterator[Row]:
    """MB that the second half of the updates added; the first fills the allocators' pools."""
    for part, most in GROWTH.items():
        early, half, late = (one[when][part] for when in ("early", "half", "late"))
        count = one["updates"]
        yield row(
            "memory",
            f"{part}, growth from update {count // 2} to {count}",
            f"under {most} MB",
            f"{late - half:+.1f} MB",
            late - half < most,
            f"{early:.0f} MB after {count // 10} updates, {half:.0f} after {count // 2}, {late:.0f} after "
            f"{count}; web and Polyscope in one notebook, {one['updates_per_s']:.0f} updates/s",
        )


def cells_rows(found: dict) -> Iterator[Row]:
    """What is left after ten cells were opened and closed."""
    for backend, one in found.items():
        closed, first, ten = one["closed"], one["first"], one["open"]
        yield row(
            "cells",
            f"{NAMES[backend]}, processes left after ten cells",
            "0",
            str(closed["children"]),
            closed["children"] == 0,
            f"while the tenth is open {ten['children']}",
        )
        yield row(
            "cells",
            f"{NAMES[backend]}, WebGL contexts left",
            "0",
            str(closed["contexts"]),
            closed["contexts"] == 0,
            f"while the tenth is open {ten['contexts']}; canvases {ten['canvases']}; threads of the kernel: "
            f"{first['threads']} at the first, {closed['threads']} in the end",
        )


def all_rows(found: dict) -> Iterator[Row]:
    """The rows of every part that was measured."""
    makers = {"web": web_rows, "polyscope": polyscope_rows, "memory": memory_rows, "cells": cells_rows}
    for part, maker in makers.items():
        if part in found:
            yield from maker(found[part])
    if "browser" in found:
        yield from training_rows(found)
