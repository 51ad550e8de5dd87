"""An exercise's answer as a picture: what should come out, and beside it what comes out."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from workbench.quantities import Quantity
from workbench.shapes import Mesh


def on_bodies(scene, mesh: Mesh, right: Float[np.ndarray, " n"], attempt: Callable[[], np.ndarray]) -> None:
    """Show the right values on the body "expected", and the attempt's on the body beside it, in one range.

    An attempt that is not written yet leaves its body plain; one that fails, or has another shape, too, and
    its name says so.
    """
    yours, name = _tried(attempt, right)
    values = {"expected": right} if yours is None else {"expected": right, name: yours}
    scene.add("expected", mesh)
    scene.add(name, mesh)
    for body, shown in values.items():
        scene.look(f"{body} ", low=float(right.min()), high=float(right.max()), title=body)
        scene.show(f"{body} ", Quantity(body, "vertices", shown))


def as_matrices(scene, right: Float[np.ndarray, "n m"], attempt: Callable[[], np.ndarray]) -> None:
    """Show the right matrix and the attempt's, where there is one; as on_bodies."""
    yours, name = _tried(attempt, right)
    scene.show("expected", Quantity("expected", "plot", right, "matrix"))
    if yours is not None:
        scene.show(name, Quantity(name, "plot", yours, "matrix"))


def dense(matrix) -> np.ndarray:
    """A matrix as a plain array, whether it was sparse or not."""
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)


def _tried(attempt, right):
    """What the attempt gives as an array of the right shape, or None; and words for it."""
    try:
        got = dense(attempt())
    except NotImplementedError:
        return None, "yours, once written"
    except Exception as error:
        return None, f"yours: {type(error).__name__}"
    if got.shape != right.shape:
        return None, f"yours, of shape {got.shape}"
    return np.nan_to_num(got.astype(np.float64)), "yours"
