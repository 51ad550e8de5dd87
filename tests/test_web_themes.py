"""A view in the browser follows the notebook from light to dark."""

import pytest
from drawing_board import BALL, board, on_stage, shot

__all__ = ["board"]
pytestmark = pytest.mark.browser

#: the theme's name changes at once, its colours when its style sheet has been loaded
COLOURS = {"--jp-layout-color1": "#111", "--jp-layout-color2": "#222", "--jp-ui-font-color1": "#eee"}
DARK = """colours => { document.body.dataset.jpThemeName = "dark"; setTimeout(() => {
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(colours)) style.setProperty(name, value);
}, 600); }"""


def test_a_view_takes_on_colours_that_come_after_their_themes_name(board):
    page = board(on_stage(("ball", BALL)))
    light = shot(page)[2, 2]                      # a corner of the canvas: only ground
    page.evaluate(DARK, COLOURS)
    page.wait_for_function("() => view.theme.ground[0] < 0.3")
    assert shot(page)[2, 2].max() < 80 < 200 < light.min()
