"""Two small chapters for tests of what is exported: prose, a formula, an exercise, a scene, a slider."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SCENE = """
import numpy as np
from workbench.quantities import Quantity
from workbench.shapes import icosphere
from workbench.view import Slider, Stage, explore
ball, stage = icosphere(2), Stage(height=300)
stage.add("ball", ball)
def wave(k):
    stage.show("wave", Quantity("ball", "vertices", np.sin(k * ball.V[:, 1])))
explore(stage, [Slider("k", 1, 5, whole=True)], wave)
"""

PICTURE = """
import io
from IPython.display import Image
from matplotlib.figure import Figure
figure, file = Figure(figsize=(2, 1)), io.BytesIO()
figure.subplots().plot([1, 2])
figure.savefig(file, format="png")
display(Image(data=file.getvalue()))
"""

TABLE = r'from IPython.display import Markdown; Markdown("| a | b |\n|---|---|\n| $\\lambda_1$ | 2 |")'

STUB = """
def twice(x):
    raise NotImplementedError
"""

CHECK = """
try:
    print("Right" if twice(2) == 4 else "Not yet")
except NotImplementedError:
    print("Not yet")
"""


def chapters(folder: Path) -> Path:
    """Write them, with a solution; the folder."""
    first = new_notebook(cells=[
        new_markdown_cell("# One wave\n\nWhat does a *ball* sing?\n\n$$\\int_M \\lambda\\, u\\, dA = 0$$"
                          "\n\nAnd $L \\varphi = \\lambda M \\varphi$, see [a book](https://example.org/book)."),
        new_code_cell("preset = 'quick'",
                      metadata={"tags": ["parameters"]}),
        new_markdown_cell("## Waves on a ball"),
        new_code_cell(SCENE), new_code_cell(PICTURE), new_code_cell(TABLE),
        new_code_cell(STUB, metadata={"tags": ["exercise:twice"]}),
        new_code_cell(CHECK, metadata={"tags": ["check:twice"]}),
    ])
    second = new_notebook(cells=[new_markdown_cell("# Two\n\nThe end."), new_code_cell("1 + 1")])
    solutions = folder / "solutions" / "01_one"
    solutions.mkdir(parents=True)
    (solutions / "twice.py").write_text("def twice(x):\n    return 2 * x\n")
    nbformat.write(first, folder / "01_one.ipynb")
    nbformat.write(second, folder / "02_two.ipynb")
    return folder
