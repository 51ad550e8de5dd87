"""A choice drawn as boxes and arrows: what it accepts, and how it is clicked and walked through by keys."""

import pytest
from browser import Notebook, chromium, jupyterlab

from workbench.view.knobs import Choice, Flow, described

WORDS = {"places": ((0, 0), (1, 0), (2, 1)), "words": ("in", "between", "out"),
         "arrows": (("a", "b"), ("b", "c")), "learned": ("b",)}

CELL = """
from workbench.quantities import Quantity
from workbench.shapes import icosphere
from workbench.view import Stage
from workbench.view.exploring import explore
from workbench.view.knobs import Choice, Flow, Slider

heard, ball, scene = [], icosphere(2), Stage(height=200, backend="web")
scene.add("ball", ball)

def answer(box, power):
    heard.append(box)
    scene.show("x", Quantity("ball", "vertices", ball.V[:, "abc".index(box)] ** power))

flow = Flow(((0, 0), (1, 0), (2, 1)), ("in", "between", "out"), (("a", "b"), ("b", "c")), ("b",))
explore(scene, [Choice("box", "abc", flow=flow), Slider("power", 1, 3, whole=True)], answer, box="b")
"""


def test_a_flow_names_its_options_and_no_others():
    choice = Choice("box", "abc", flow=Flow(**WORDS))
    assert choice.accept(2) == "c" and choice.sent("b") == 1
    with pytest.raises(ValueError, match="3 options; its flow has 2 places"):
        Choice("box", "abc", flow=Flow(**WORDS | {"places": ((0, 0), (1, 0))}))
    with pytest.raises(ValueError, match="no options"):
        Choice("box", "abc", flow=Flow(**WORDS | {"arrows": (("a", "z"),)}))


def test_a_page_is_told_of_the_boxes():
    words = described(Choice("box", "abc", flow=Flow(**WORDS)))
    assert words["kind"] == "choice" and words["options"] == ["a", "b", "c"]
    assert words["flow"]["learned"] == ("b",) and described(Choice("box", "abc"))["flow"] is None


@pytest.mark.browser
def test_boxes_are_chosen_by_mouse_and_keys(tmp_path):
    with jupyterlab(tmp_path) as address, chromium() as browser:
        notebook = Notebook(browser, address, tmp_path, CELL, width=1000, height=700)
        notebook.run_all()
        boxes = notebook.page.locator(".wb-flow [role=radio]")
        boxes.nth(2).wait_for(timeout=60_000)
        assert [boxes.nth(i).get_attribute("aria-checked") for i in range(3)] == ["false", "true", "false"]
        notebook.keep("flow.png")
        boxes.nth(2).click()
        assert notebook.until(lambda: notebook.python("print(heard[-1])").strip() == "c")
        notebook.page.keyboard.press("ArrowLeft")
        assert notebook.until(lambda: notebook.python("print(heard[-1])").strip() == "b")
        assert boxes.nth(1).get_attribute("aria-checked") == "true"
        assert notebook.page.evaluate("document.activeElement.getAttribute('aria-label')") == "b: between"
        assert "wb-learned" in boxes.nth(1).get_attribute("class")
        assert notebook.complaints == [] and notebook.left == []
        notebook.close()
