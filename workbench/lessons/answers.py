"""What a check expects of an exercise, as a picture, and beside it what comes out of an attempt."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Num

from workbench.marking import answered, expected
from workbench.quantities import Quantity

#: this many numbers or fewer in a row are a curve; more rows are a picture of a matrix
ROWS = 2

#: where a line is drawn whose slope is the answer
LINE = np.linspace(-1.0, 1.0, 5)


def picture(scene, check: Callable[[Callable], str], attempt: Callable):
    """The scene, with what the check expects, and with the attempt's answer where there is one of its shape.

    A few rows of numbers become curves in one plot, a single number a line of that slope, and a table two
    pictures of matrices: columns are all axes but the first, a tall one lies on its side, and what is complex
    shows its real part, then its imaginary one.
    """
    right, yours = flat(expected(check)), answered(check, attempt)
    shown = {"expected": right}
    if yours is not None and yours.dtype.kind in "biufc" and flat(yours).shape == right.shape:
        shown["yours"] = np.nan_to_num(flat(yours))
    for name, rows in shown.items():
        if len(rows) > ROWS:
            wide = rows.T if len(rows) > 2 * rows.shape[1] else rows
            limit = float(abs(right).max())  # one range for both
            scene.look(name, low=-limit, high=limit, symmetric=True, map="RdBu_r", title=name)
            scene.show(name, Quantity(name, "plot", wide, "matrix"))
            continue
        for number, row in enumerate(rows, 1):
            x, row = (np.arange(1.0, len(row) + 1), row) if len(row) > 1 else (LINE, LINE * row)
            words = name if len(rows) == 1 else f"{name}, row {number}"
            kind = "curve" if name == "expected" else "scatter"
            scene.show(words, Quantity("answer", "plot", np.stack([x, row], axis=1), kind))
    return scene


def flat(values: Num[np.ndarray, "..."]) -> Num[np.ndarray, "r c"]:
    """Any array as rows of real numbers; one of no axis or of one axis is a single row."""
    if np.iscomplexobj(values):
        values = np.concatenate([values.real, values.imag], axis=-1)
    if values.ndim < 2:
        return values.reshape(1, -1).astype(np.float64)
    return values.reshape(len(values), -1).astype(np.float64)
