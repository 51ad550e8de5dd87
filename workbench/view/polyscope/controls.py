"""A run's controls in Polyscope's window: buttons, progress, knobs and plots, drawn with ImGui and ImPlot."""

import math
import time
import zlib
from collections.abc import Callable

import numpy as np
import polyscope.imgui as psim
import polyscope.implot as implot

#: button -> the states of a run in which it can be pressed
BUTTONS = {
    "start": ("ready", "paused"),
    "pause": ("running",),
    "step": ("ready", "paused"),
    "stop": ("ready", "running", "paused"),
}
#: seconds for which what the hand set counts more than what the kernel says of it
HELD = 0.4
#: height of a plot in pixels
TALL = 190.0
FAINT = (0.55, 0.55, 0.58, 1.0)
RED = (0.9, 0.35, 0.3, 1.0)


class Controls:
    """Draws what it was told last, and tells what a hand does: {"do": "press"} and {"do": "turn"}."""

    def __init__(self, say: Callable[[dict], None]):
        self._say, self._told, self._plots = say, {}, []
        self._values, self._turned = {}, {}

    def take(self, piece: dict) -> None:
        """Take controls {"knobs", "values", "status"} or plots; a knob that a hand holds keeps its place."""
        if piece["do"] == "plots":
            self._plots = [read(plot) for plot in piece["plots"]]
            return
        self._told = piece
        for name, value in piece["values"].items():
            if time.monotonic() - self._turned.get(name, 0.0) > HELD:
                self._values[name] = value

    def draw(self) -> None:
        """One moment of the panel; called by Polyscope between its own."""
        status = self._told.get("status") or {}
        if status.get("state"):
            self._run(status)
        for knob in self._told.get("knobs", ()):
            self._knob(knob)
        if status.get("notice"):
            coloured(RED, status["notice"])
        if status.get("error"):
            self._trouble(status)
        for plot in self._plots:
            drawn(plot)

    def _run(self, status):
        for name, states in BUTTONS.items():
            psim.BeginDisabled(status["state"] not in states)
            again = (name, status["state"]) == ("start", "paused")
            if psim.Button("Resume##start" if again else name.title()):
                self._say({"do": "press", "button": name})
            psim.EndDisabled()
            psim.SameLine()
        psim.TextUnformatted(status["state"])
        done, total = status["done"], status["total"]
        words = f"step {done} of {total}" if total else f"step {done}"
        psim.ProgressBar(done / total if total else 0.0, (-1.0, 0.0), words)
        coloured(FAINT, facts(status))

    def _knob(self, knob):
        name, label = knob["name"], f"{knob['label']}##{knob['name']}"
        value = self._values.get(name, knob.get("low", 0))
        if knob["kind"] == "choice":
            turned, value = psim.Combo(label, int(value), [str(option) for option in knob["options"]])
        elif knob["kind"] == "slider" and not knob["whole"]:
            turned, value = slid(label, float(value), knob)
        else:
            ends = (0, len(knob["steps"]) - 1) if knob["kind"] == "frames" else (knob["low"], knob["high"])
            turned, value = psim.SliderInt(label, round(value), math.ceil(ends[0]), math.floor(ends[1]))
        if turned:
            self._values[name], self._turned[name] = value, time.monotonic()
            self._say({"do": "turn", "name": name, "value": value})

    def _trouble(self, status):
        lines = status["error"].strip().splitlines()
        title = f"The run raised {lines[-1]}" if status["state"] == "failed" else lines[0]
        if psim.CollapsingHeader(f"{title}##trouble", psim.ImGuiTreeNodeFlags_DefaultOpen):
            psim.TextWrapped(status["error"].replace("%", "%%"))


def slid(label: str, value: float, knob: dict) -> tuple[bool, float]:
    """A slider between two ends, over orders of magnitude where the knob says so: whether it moved, to where.

    ImGui's own logarithmic sliders lose what is below the last digit they show.
    """
    there, back = (math.log, math.exp) if knob["log"] else (float, float)
    ends = there(knob["low"]), there(knob["high"])
    exact = psim.ImGuiSliderFlags_NoRoundToFormat
    moved, place = psim.SliderFloat(label, there(value), *ends, f"{value:.4g}", exact)
    return moved, min(max(back(place), knob["low"]), knob["high"])


def facts(status: dict) -> str:
    """'loss 0.0123 · 40 steps/s · 1:05 left': as much of it as is known."""
    words = [f"loss {status['loss']:.4g}"] if status.get("loss") is not None else []
    if status["state"] == "running" and status.get("rate"):
        words.append(f"{status['rate']:.3g} steps/s")
        if status.get("left") is not None:
            words.append(f"{int(status['left']) // 60}:{int(status['left']) % 60:02d} left")
    return " · ".join(words)


def coloured(color: tuple, words: str) -> None:
    """Words in a colour, in as many lines as they need."""
    psim.PushStyleColor(psim.ImGuiCol_Text, color)
    psim.TextWrapped(words.replace("%", "%%"))
    psim.PopStyleColor()


def read(plot: dict) -> dict:
    """A plot's piece with its bytes as numbers; curves and clouds of points as (x, y)."""
    series = []
    for one in plot["series"]:
        values = np.frombuffer(one["values"], np.float32).astype(np.float64)
        if plot["kind"] in ("curve", "scatter"):
            values = np.ascontiguousarray(values.reshape(-1, 2).T)
        elif plot["kind"] == "matrix":
            values = np.asfortranarray(values.reshape(plot["shape"]))
        series.append((one["name"], values))
    return plot | {"series": series}


def drawn(plot: dict) -> None:
    """One plot, as wide as the panel."""
    flags = implot.ImPlotFlags_NoMenus | (implot.ImPlotFlags_NoLegend if len(plot["series"]) < 2 else 0)
    if not implot.BeginPlot(plot["title"], (-1.0, TALL), flags):
        return
    fit = implot.ImPlotAxisFlags_AutoFit
    plain = implot.ImPlotAxisFlags_NoDecorations
    if plot["kind"] == "matrix":
        implot.SetupAxes("", "", plain, plain)
    elif plot["kind"] == "histogram":
        implot.SetupAxes("", "", fit, fit | plain)
    else:
        implot.SetupAxes("", "", fit, fit)
    positive = plot["kind"] == "curve" and logarithmic(plot)
    if positive:
        implot.SetupAxisScale(implot.ImAxis_Y1, implot.ImPlotScale_Log10)
    {"curve": lines, "scatter": points, "histogram": bars, "matrix": heat}[plot["kind"]](plot)
    implot.EndPlot()


def logarithmic(plot: dict) -> bool:
    """Whether the y axis counts orders of magnitude: as its look says, else over more than a decade."""
    values = np.concatenate([y[np.isfinite(y)] for _, (_, y) in plot["series"]] or [np.zeros(0)])
    if not len(values) or values.min() <= 0:
        return False
    return bool(plot["log"]) if plot["log"] is not None else bool(values.max() > 10 * values.min())


def lines(plot: dict) -> None:
    for name, (x, y) in plot["series"]:
        implot.PlotLine(name, x, y)


def points(plot: dict) -> None:
    for name, (x, y) in plot["series"]:
        implot.PlotScatter(name, x, y)


def bars(plot: dict) -> None:
    """Rows of counts above each other, each to its own height."""
    edges, rows = np.array(plot["bins"]["edges"]), plot["bins"]["rows"]
    for place, row in enumerate(rows):
        tops = len(rows) - 1 - place + 0.85 * np.array(row, float) / max(max(row, default=1), 1)
        implot.PlotStairs(plot["rowNames"][place], edges, np.append(tops, tops[-1:]))


def heat(plot: dict) -> None:
    """Numbers as colours of the house's map."""
    name, values = plot["series"][0]
    known = f"map {zlib.crc32(plot['colors'])}"
    if implot.GetColormapIndex(known) < 0:
        colors = np.frombuffer(plot["colors"], np.uint8).reshape(-1, 3)[::4] / 255
        implot.AddColormap(known, [(*map(float, color), 1.0) for color in colors], False)
    implot.PushColormap(known)
    implot.PlotHeatmap(name, values, plot["low"], plot["high"], "")
    implot.PopColormap()
