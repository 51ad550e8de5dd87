"""The keys under a still: what its colours mean."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from workbench.view.board import Board
from workbench.view.colors import label_colors, label_keys, label_names, lut

from .charts import INK, QUIET
from .layers import settled

#: a key that names more says nothing; more rows of labels would cover the bodies
MOST_LABELS, ROWS = 24, 4
#: inches of a patch with the room around it, and of a letter
PATCH, LETTER = 0.36, 0.068


def keys_of(board: Board, place: str) -> tuple:
    """What must be said under a place; equal for two places that need the same words.

    Of each structure there: the quantity that colours it, and values on its edges that are drawn over.
    """
    keys = []
    for structure in (name for name in board.shapes if board.place_of(name) == place):
        over = [name for name in board.overlays_of(structure) if board.look_of(name).seen is not False]
        for name in (board.seen_on(structure), *over):
            key = _key_of(board, name) if name is not None else None
            if key is not None and key not in keys:
                keys.append(key)
    return tuple(keys)


def _key_of(board, name):
    quantity = board.quantities[name]
    look = settled(quantity, board.look_of(name))
    title = look.title or name
    if quantity.kind == "scalar":
        absent = int((~np.isfinite(quantity.values)).sum())
        title += f" ({absent} missing)" if absent else ""
        return ("scalar", title, look.map, look.low, look.high)
    if quantity.kind == "label":
        names = label_names(label_keys(quantity.values, look), look)
        if not names:
            return None
        return ("label", "" if look.labels else title, tuple(names))
    return None


def draw_keys(figure, keys: tuple, cell: tuple[float, float]) -> None:
    """Draw keys side by side in a part of the figure's lower edge: cell is (left, width)."""
    left, width = cell
    for number, key in enumerate(keys):
        part = (left + number * width / len(keys), width / len(keys))
        (_bar if key[0] == "scalar" else _patches)(figure, key, part)


def _bar(figure, key, cell):
    _, title, name, low, high = key
    left, width = cell
    length = min(0.55 * width, 0.3)
    axes = figure.add_axes((left + (width - length) / 2, 0.085, length, 0.022))
    gradient = ListedColormap(lut(name) / 255.0)
    axes.imshow(np.arange(256)[None], aspect="auto", cmap=gradient, extent=(0, 1, 0, 1))
    axes.set_axis_off()
    for x, text, side in ((-0.03, f"{low:.3g}", "right"), (1.03, f"{high:.3g}", "left")):
        axes.text(x, 0.4, text, transform=axes.transAxes, ha=side, va="center", fontsize=7.5, color=QUIET)
    axes.text(0.5, -1.9, title, transform=axes.transAxes, ha="center", va="center", fontsize=8.5, color=INK)


def _patches(figure, key, cell):
    _, title, names = key
    left, width = cell
    columns = _columns(figure, names, width)
    shown, words = _as_many(names, min(MOST_LABELS, columns * (ROWS - bool(title))))
    inks = [*label_colors(shown), *["none"] * (len(words) - shown)]
    figure.legend(
        [Rectangle((0, 0), 1, 1, facecolor=ink, linewidth=0) for ink in inks],
        words,
        loc="center",
        bbox_to_anchor=(left + width / 2, 0.085),
        frameon=False,
        fontsize=8,
        ncols=min(len(words), columns),
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.45,
        columnspacing=1.2,
        labelcolor=INK,
        title=title or None,
    )


def _columns(figure, names, width):
    """How many labels stand beside each other in a share of the figure's width."""
    each = PATCH + LETTER * max(map(len, names))
    return int(np.clip(width * figure.bbox.width / figure.dpi // each, 1, 8))


def _as_many(names, most):
    """How many of the labels are shown, and the words of the key: the rest is counted."""
    if len(names) <= most:
        return len(names), list(names)
    shown = max(most - 1, 1)
    return shown, [*names[:shown], f"and {len(names) - shown:,} more"]
