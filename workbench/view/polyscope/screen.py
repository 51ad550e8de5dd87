"""The page's side of a PolyscopeStage: its widget, and what is around the picture: legends, plots, words."""

from pathlib import Path

import anywidget
import traitlets

from workbench.view.board import Board
from workbench.view.browser.pieces import plot_piece, quantity_look
from workbench.view.browser.web import THEME

HERE = Path(__file__).parents[1] / "browser"
MODULES = ("lens.js", "plots.js", "legend.js", "pieces.js", "touch.js", "polyscope.js")


class Screen(anywidget.AnyWidget):
    """A canvas for pictures, a hand over it, legends under it and plots beside it."""

    _esm = "\n".join((HERE / name).read_text("utf-8") for name in MODULES)
    _css = "\n".join((HERE / name).read_text("utf-8") for name in ("web.css", "polyscope.css"))
    key = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int().tag(sync=True)


def legends(board: Board) -> dict:
    """What can be seen on each structure, without the values: the browser needs only their colours."""
    cells = []
    for structure in board.shapes:
        pieces = [quantity_look(board, name) | {"values": b""} for name in board.colours_of(structure)]
        cells.append({"name": structure, "all": pieces, "seen": board.seen_on(structure)})
    return {"cells": cells, "theme": THEME}


def plots(board: Board) -> dict:
    """All plots with their values: the browser draws them itself."""
    return {"plots": [plot_piece(board, name) for name in board.plots()], "theme": THEME}
