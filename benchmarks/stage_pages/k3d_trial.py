"""k3d's stage beside ours in the same browser: streams of scalars, a turning hand."""

import json
import statistics

from .drawing import lateness, stream, turning

#: a body with a scalar; `show` gives it a new one, with its range as ours does
K3D = """
import k3d
plot = k3d.plot(grid_visible=False, menu_visibility=False, height=420,
                antialias={antialias})
drawn = k3d.mesh(np.float32(mesh.V), np.uint32(mesh.F), attribute=np.float32(fields[0]),
                 color_map=k3d.matplotlib_color_maps.RdBu_r, color_range=[-1.3, 1.3])
plot += drawn
# as large as on our stage: its own camera shows the body at less than half the width
plot.camera_auto_fit = False
plot.camera = plot.get_auto_camera(factor=0.63)
def show(values):
    with drawn.hold_sync():
        drawn.attribute = np.float32(values)
        drawn.color_range = [float(values.min()), float(values.max())]
plot.display()
"""
OURS = "stage, show = on_stage(mesh)\nstage"
CANVAS = {"ours": ".wb-canvas", "k3d": ".k3d-target canvas, .k3d-container canvas, canvas"}
RIVALS = {"ours": OURS, "k3d": K3D.format(antialias=3), "k3d, no antialias": K3D.format(antialias=0)}


def trial(open_page, sizes, rounds: int = 2) -> dict:
    """Every rival in turn, `rounds` times, for each size: lists of what was measured."""
    found: dict = {}
    for n in sizes:
        for number in range(rounds):
            for rival, cell in RIVALS.items():
                page = open_page(f"k3d{n}", f"mesh = bumpy({n}); fields = waves(mesh)", cell)
                try:
                    page.run_all()
                    page.until(page.frames)
                    page.wait(2.0)
                    one = {**lateness(page, "show", "fields", 6), **stream(page, "show", "fields", None, 4.0)}
                    one["turning"] = turning(page, CANVAS[rival.split(",")[0]], None, 4.0)
                    one["complaints"], one["left"] = page.complaints, page.left
                    found.setdefault(f"{n}", {}).setdefault(rival, []).append(one)
                    print(n, number, rival, json.dumps(one), flush=True)
                finally:
                    page.close()
    return found


def page(about: dict, found: dict) -> str:
    """The medians of every size and rival as Markdown."""
    lines = ["# k3d beside our stage", "", *(f"- {name}: {value}" for name, value in about.items()), ""]
    lines += [
        "| vertices | stage | updates/s | show() to picture, ms | turning /s | mouse to picture, ms | "
        "GPU process, CPU ms an update | page, CPU ms | kernel, CPU ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for n, rivals in found.items():
        for rival, rounds in rivals.items():
            figures = [
                [
                    one["per_s"],
                    one["ms"],
                    one["turning"]["per_s"],
                    one["turning"]["ms"],
                    *(one["cpu_ms"].get(role, 0.0) for role in ("GPU process", "page", "kernel")),
                ]
                for one in rounds
            ]
            medians = [statistics.median(column) for column in zip(*figures, strict=True)]
            lines.append(
                "| "
                + " | ".join([n, rival, *(f"{x:.0f}" if x >= 30 else f"{x:.1f}" for x in medians)])
                + " |"
            )
    return "\n".join(lines) + "\n"
