"""Still pictures with matplotlib's objects: bodies, legends, curves, histograms, matrices.

No pyplot anywhere: its global state is corrupted when widget callbacks run in kernel subshells.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import numpy as np
from jaxtyping import UInt8
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from workbench.shapes import PointCloud

from .charts import INK, QUIET, draw_plots
from .colors import PLAIN, colors_of, label_colors, lut, rgb, scale
from .painter import Camera, painted_cloud
from .render import rendered

#: pixels to an inch, and the size of a whole picture in inches
DPI, SIZE = 130, (10.0, 4.4)
#: a legend that is longer says nothing
MOST_LABELS = 24


def picture(board, camera: Camera | None = None, drawn: Callable | None = None) -> UInt8[np.ndarray, "h w 3"]:
    """All that is on a Board: structures side by side, their legends under them, plots in a column beside.

    drawn  drawn(width, height) -> all bodies as a picture (height, width, 3) from elsewhere, or None where
           there is none now; without it they are painted here, which leaves out vectors
    """
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    board = board.copy()
    plots = board.plots()
    stage, beside = _columns(figure, bool(board.shapes), bool(plots))
    if board.shapes:
        _bodies(stage, board, camera or Camera(), drawn)
    if plots:
        draw_plots(beside, plots, board)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _columns(figure, bodies, plots):
    if bodies and plots:
        return figure.subfigures(1, 2, width_ratios=(1.7, 1.0), wspace=0.0)
    return figure, figure


def _bodies(figure, board, camera, drawn=None):
    count = len(board.shapes)
    columns = min(count, 4)
    rows = -(-count // columns)
    legends = {name: _legend_of(board, name) for name in board.shapes}
    bottom, top = 0.16, 0.93 if count > 1 else 0.98
    whole = _shot(figure, (0.0, bottom, 1.0, top - bottom), drawn) if drawn else False
    for place, (name, shape) in enumerate(board.shapes.items()):
        row, column = divmod(place, columns)
        width, height = 1.0 / columns, (top - bottom) / rows
        cell = (column * width, top - (row + 1) * height, width, height)
        if count > 1:
            figure.text(
                cell[0] + width / 2, cell[1] + height + 0.005, name, color=QUIET, fontsize=8.5, ha="center"
            )
        if not whole:
            _body(figure, cell, board, name, shape, camera)
    if len(set(legends.values())) == 1:
        return _legend(figure, legends[name], (0.0, 1.0))
    last_row = list(legends.values())[row * columns :]
    for legend, neighbours in groupby(zip(last_row, range(columns), strict=False), key=itemgetter(0)):
        places = [place for _, place in neighbours]
        _legend(figure, legend, (places[0] / columns, len(places) / columns))


def _shot(figure, cell, drawn):
    """All bodies from elsewhere in one part of the figure; whether there was a picture."""
    axes = figure.add_axes(cell)
    axes.set_axis_off()
    shot = drawn(*(int(round(share)) for share in axes.get_window_extent().size))
    if shot is not None:
        axes.imshow(shot, aspect="auto", interpolation="nearest")
    return shot is not None


def _body(figure, cell, board, name, shape, camera):
    """One structure in a cell of the figure, coloured by the first of its quantities."""
    seen = _seen(board, name)
    axes = figure.add_axes(cell)
    axes.set_axis_off()
    if isinstance(shape, PointCloud):
        colors = np.tile(rgb(PLAIN), (shape.n_vertices, 1))
        if seen:
            colors = colors_of(seen[1].values, seen[1].kind, board.look_of(seen[0]))
        points, colors = painted_cloud(shape, colors, camera)
        axes.scatter(*points.T, c=colors, s=np.clip(9000 / len(points), 1.5, 60), linewidths=0)
        axes.set_aspect("equal")
        axes.margins(0.04)
    else:
        tint = _tint(shape, *seen, board) if seen else _plain
        width, height = (int(round(share)) for share in axes.get_window_extent().size)
        axes.imshow(rendered(shape, tint, camera, width, height), aspect="auto", interpolation="nearest")


def _plain(face, weights):
    return np.tile(rgb(PLAIN), (len(face), 1))


def _tint(mesh, name, quantity, board):
    """The colour of points on faces: values between vertices are mixed, labels are those of the nearest."""
    values, look = quantity.values, _settled(quantity, board.look_of(name))

    def tint(face, weights):
        if quantity.on == "faces":
            return colors_of(values[face], quantity.kind, look)
        if quantity.kind == "label":
            return colors_of(values[mesh.F[face, weights.argmax(axis=1)]], quantity.kind, look)
        return colors_of(np.einsum("pk,pk...->p...", weights, values[mesh.F[face]]), quantity.kind, look)

    return tint


def _settled(quantity, look):
    """The look with its range fixed by the quantity's own values, whatever part of it is seen."""
    if quantity.kind != "scalar":
        return look
    by = scale(quantity.values, look)
    return replace(look, map=by.map, low=by.low, high=by.high)


def _seen(board, name):
    """The quantity that colours a structure, with its name, or None."""
    key = board.seen_on(name)
    return (key, board.quantities[key]) if key is not None else None


def _legend_of(board, name):
    """What must be said under a structure; equal where two structures need the same words."""
    seen = _seen(board, name)
    if seen is None or seen[1].kind == "color":
        return None
    key, quantity = seen
    look = _settled(quantity, board.look_of(key))
    if quantity.kind == "scalar":
        return ("scalar", look.title or key, look.map, look.low, look.high)
    names = look.labels or tuple(str(label) for label in range(quantity.values.max(initial=0) + 1))
    return ("label", "" if look.labels else look.title or key, names)


def _legend(figure, legend, cell):
    if legend is None:
        return
    left, width = cell
    if legend[0] == "scalar":
        _, title, name, low, high = legend
        length = min(0.55 * width, 0.3)
        axes = figure.add_axes((left + (width - length) / 2, 0.085, length, 0.022))
        axes.imshow(
            np.arange(256)[None], aspect="auto", cmap=ListedColormap(lut(name) / 255.0), extent=(0, 1, 0, 1)
        )
        axes.set_axis_off()
        for x, text, side in ((-0.03, f"{low:.3g}", "right"), (1.03, f"{high:.3g}", "left")):
            axes.text(x, 0.4, text, transform=axes.transAxes, ha=side, va="center", fontsize=7.5, color=QUIET)
        axes.text(
            0.5, -1.9, title, transform=axes.transAxes, ha="center", va="center", fontsize=8.5, color=INK
        )
        return
    _, title, names = legend
    names = names[:MOST_LABELS]
    colors = label_colors(len(names))
    handles = [_square(color) for color in colors]
    figure.legend(
        handles,
        names,
        loc="center",
        bbox_to_anchor=(left + width / 2, 0.085),
        frameon=False,
        fontsize=8,
        ncols=min(len(names), 8 if width > 0.7 else 4 if width > 0.5 else 2),
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.45,
        columnspacing=1.2,
        labelcolor=INK,
        title=title or None,
    )


def _square(color):
    """A small square of one colour for a legend."""
    from matplotlib.patches import Rectangle

    return Rectangle((0, 0), 1, 1, facecolor=color, linewidth=0)
