"""What stands around the bodies in a page: names that nothing covers, tools, the axes of plots."""

import numpy as np
import pytest
from drawing_board import BALL, board

from workbench.quantities import Quantity
from workbench.view import Stage

__all__ = ["board"]
pytestmark = pytest.mark.browser

BOXES = """selector => [...document.querySelectorAll(selector)].map(node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, top, right, bottom } = range.getBoundingClientRect();
    return [left, top, right, bottom]; })"""


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_tools_cover_no_name_of_a_body_and_stay_on_the_stage(board, count):
    stage = Stage(height=240)
    for number in range(count):
        stage.add(f"body {number + 1}", BALL)
    page = board(stage)
    page.hover(".wb-canvas")
    names, (tools,) = page.evaluate(BOXES, ".wb-names span"), page.evaluate(BOXES, ".wb-tools")
    assert len(names) == count and all(apart(name, tools) for name in names)
    scene = page.locator(".wb-scene").bounding_box()
    assert tools[1] > scene["y"] and tools[3] < scene["y"] + scene["height"]


def test_only_a_curve_has_a_button_for_its_axis(board):
    stage = Stage(height=300)
    shown = {
        "curve": np.ones((4, 2)),
        "matrix": np.eye(5),
        "histogram": np.ones((2, 9)),
        "scatter": np.ones((3, 2)),
    }
    for kind, values in shown.items():
        stage.show(kind, Quantity(kind, "plot", values, kind))
    page = board(stage)
    seen = page.locator(".wb-plot").evaluate_all(
        """all => Object.fromEntries(all.map(node => [node.querySelector('figcaption span').textContent,
            node.querySelector('.wb-axis').offsetWidth > 0]))"""
    )
    assert seen == {"curve": True, "matrix": False, "histogram": False, "scatter": False}
