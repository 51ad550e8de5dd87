"""Plots in a still picture: curves, scatters, histograms and matrices, drawn with matplotlib's objects."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import FuncFormatter, LogLocator

from workbench.quantities import Quantity
from workbench.view.colors import LINES, STEPS, lut, scale
from workbench.view.plots import histogram_edges, histogram_rows, wants_log

INK, QUIET, HAIR = "#2B2B30", "#77777F", "#DEDEE3"


def draw_plots(figure, plots, board) -> None:
    """The plots of a Board below each other: plot name -> series name -> Quantity."""
    axes = figure.subplots(
        len(plots),
        1,
        squeeze=False,
        gridspec_kw={"left": 0.15, "right": 0.95, "top": 0.92, "bottom": 0.10, "hspace": 0.55},
    )[:, 0]
    for axis, (plot, series) in zip(axes, plots.items(), strict=True):
        look = board.look_of(plot)
        axis.set_title(look.title or plot, loc="left", fontsize=9, color=INK, pad=5)
        axis.tick_params(labelsize=7, colors=QUIET, length=2, width=0.6)
        for side, spine in axis.spines.items():
            spine.set(visible=side in ("left", "bottom"), color=HAIR, linewidth=0.8)
        kind = next(iter(series.values())).kind
        {"curve": _curves, "scatter": _curves, "histogram": _histogram, "matrix": _matrix}[kind](
            axis, series, look
        )


def _curves(axis, series, look):
    everything = np.concatenate([quantity.values for quantity in series.values()])
    if wants_log(everything[:, 1], look):
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=_mantissas(everything[:, 1])))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        axis.minorticks_off()
    axis.grid(True, which="major", color=HAIR, linewidth=0.6)
    for number, (name, quantity) in enumerate(series.items()):
        style = "-" if quantity.kind == "curve" else "o"
        axis.plot(
            *quantity.values.T,
            style,
            color=LINES[number % len(LINES)],
            linewidth=1.4,
            markersize=2,
            label=name,
        )
        if look.at is not None and quantity.kind == "curve" and len(quantity.values):
            reached = max(0, np.searchsorted(quantity.values[:, 0], look.at, side="right") - 1)
            axis.plot(*quantity.values[reached], "o", color=LINES[number % len(LINES)], markersize=4)
    if look.at is not None:
        axis.axvline(look.at, color=QUIET, linewidth=0.8)
    if len(series) > 1:
        axis.legend(frameon=False, fontsize=7.5, labelcolor=INK)


def _mantissas(values):
    """Which multiples of a power of ten are marked: the fewer decades, the more."""
    known = values[np.isfinite(values)]
    decades = np.log10(known.max() / known.min())
    return (1,) if decades > 2 else (1, 2, 5) if decades > 0.5 else (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)


def _histogram(axis, series, look):
    """Rows of samples as filled steps above each other, on one range, each to its own height."""
    rows, names = histogram_rows(series, look)
    edges, log = histogram_edges(rows, look)
    axis.set_xscale("log" if log else "linear")
    axis.minorticks_off()
    axis.set_yticks(np.arange(len(rows)) + 0.35, names[::-1])
    axis.tick_params(axis="y", length=0)
    for place, row in enumerate(rows):
        base, color = len(rows) - 1 - place, STEPS[min(place, len(STEPS) - 1)]
        counts = np.histogram(row, edges)[0]
        tops = base + 0.85 * counts / max(counts.max(), 1)
        axis.stairs(tops, edges, baseline=base, fill=True, color=color, alpha=0.32)
        axis.stairs(tops, edges, baseline=base, color=color, linewidth=1.1)
    axis.set_ylim(-0.05, len(rows))


def _matrix(axis, series, look):
    quantity: Quantity = next(iter(series.values()))
    axis.set_xticks([])
    axis.set_yticks([])
    if not quantity.values.size:
        return
    by = scale(quantity.values.ravel(), look)
    axis.imshow(
        quantity.values,
        cmap=ListedColormap(lut(by.map) / 255.0),
        vmin=by.low,
        vmax=by.high,
        interpolation="nearest",
    )
