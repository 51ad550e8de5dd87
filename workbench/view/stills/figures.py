"""Still pictures with matplotlib's objects: bodies, legends, curves, histograms, matrices.

No pyplot anywhere: its global state is corrupted when widget callbacks run in kernel subshells.
"""

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType

import numpy as np
from jaxtyping import UInt8
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from workbench.view.painter import Camera

from .charts import QUIET, draw_plots
from .keys import draw_keys, keys_of
from .render import common_scale, staged

#: pixels to an inch, and the size of a whole picture in inches
DPI, SIZE = 130, (10.0, 4.4)
#: pixels of a letter in the names of structures, on the whole
LETTER = 8.0


def picture(
    board,
    camera: Camera | None = None,
    drawn: Callable | None = None,
    own: Mapping[str, Camera] = MappingProxyType({}),
) -> UInt8[np.ndarray, "h w 3"]:
    """All that is on a Board: structures side by side, their legends under them, plots in a column beside.

    drawn  drawn(width, height) -> all bodies as a picture (height, width, 3) from elsewhere, or None where
           there is none now; without it they are painted here
    own    structure -> the camera through which it is seen, where that is another one
    """
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    board = board.copy()
    plots = board.plots()
    stage, beside = _columns(figure, bool(board.shapes), bool(plots))
    if board.shapes:
        cameras = {name: own.get(name, camera or Camera()) for name in board.shapes}
        _bodies(stage, board, cameras, drawn)
    if plots:
        draw_plots(beside, plots, board)
    if not board.shapes and not plots:
        figure.text(0.5, 0.5, "nothing on this stage yet", color=QUIET, ha="center", va="center")
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _columns(figure, bodies, plots):
    if bodies and plots:
        return figure.subfigures(1, 2, width_ratios=(1.7, 1.0), wspace=0.0)
    return figure, figure


def _bodies(figure, board, cameras, drawn=None):
    places = [name for name in board.shapes if board.place_of(name) == name]
    rows = -(-len(places) // 4)
    columns = -(-len(places) // rows)
    bottom, top = 0.16, 0.93 if len(places) > 1 else 0.98
    room = 0.05 if rows > 1 else 0.0  # for the names of the row below
    shares = 1.0 / columns, (top - bottom) / rows - room
    size = [int(round(share * all_of)) for share, all_of in zip(shares, figure.bbox.size, strict=True)]
    scale = common_scale(board, {name: cameras[name] for name in places}, *size)
    whole = _shot(figure, (0.0, bottom, 1.0, top - bottom), drawn) if drawn else False
    for number, name in enumerate(places):
        row, column = divmod(number, columns)
        width, height = 1.0 / columns, (top - bottom) / rows
        cell = (column * width, top - (row + 1) * height, width, height)
        if len(places) > 1:
            letters = int(width * figure.bbox.width / LETTER)
            said = name if len(name) <= letters else name[: letters - 1] + "…"
            figure.text(
                cell[0] + width / 2, cell[1] + height + 0.005, said, color=QUIET, fontsize=8.5, ha="center"
            )
        if not whole:
            _body(figure, (cell[0], cell[1] + room, *shares), board, name, (cameras[name], size, scale))
    keys = [keys_of(board, name) for name in places]
    if len(set(keys)) == 1:
        return draw_keys(figure, keys[0], (0.0, 1.0))
    last_row = zip(keys[row * columns :], range(columns), strict=False)
    for key, neighbours in groupby(last_row, key=itemgetter(0)):
        spots = [spot for _, spot in neighbours]
        draw_keys(figure, key, (spots[0] / columns, len(spots) / columns))


def _shot(figure, cell, drawn):
    """All bodies from elsewhere in one part of the figure; whether there was a picture."""
    axes = figure.add_axes(cell)
    axes.set_axis_off()
    shot = drawn(*(int(round(share)) for share in axes.get_window_extent().size))
    if shot is not None:
        axes.imshow(shot, aspect="auto", interpolation="nearest")
    return shot is not None


def _body(figure, cell, board, name, seen):
    """All that stands in one place, in a cell of the figure; seen by (camera, size in pixels, scale)."""
    axes, (camera, size, scale) = figure.add_axes(cell), seen
    axes.set_axis_off()
    axes.imshow(staged(board, name, camera, *size, scale), aspect="auto", interpolation="nearest")
