"""Looking through the columns of an array on a structure: modes, channels, features, one at a time."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from workbench.quantities import Quantity

from .exploring import explore
from .knobs import Slider
from .scene import Scene


def browse(
    scene: Scene,
    name: str,
    of: str,
    columns: Float[np.ndarray, "n k"],
    on: str = "vertices",
    label: str = "mode",
    caption: Callable[[int], str] | None = None,
    start: int = 0,
    locked: bool = True,
    symmetric: bool = True,
) -> None:
    """Show a column of an array (n, k) on a structure, with a slider over all of them; arrows go one further.

    name, of, on  what the quantity is called, its structure, and the elements its n values belong to
    label         what a column is called: "mode", "channel"
    caption       caption(i), the words beside the colours of column i; without it: "mode 7"
    locked        one range for all columns, so that their sizes can be compared; False: each has its own
    symmetric     ranges from -a to a: a mode and its negative are one mode

    Where nobody looks, the first column shown stays as a still picture. Raises ValueError for an array that
    is not (n, k) with k > 0, for a start that is no column, and SceneError as Scene.show does.
    """
    if columns.ndim != 2 or not columns.shape[1]:
        raise ValueError(f"browse needs an array (n, k) with k > 0, got shape {columns.shape}")
    count = columns.shape[1]
    if not 0 <= start < count:
        raise ValueError(f"there are columns 0 to {count - 1}, got start = {start}")
    words = caption or (lambda i: f"{label} {i}")
    scene.look(name, symmetric=symmetric, **(_ends(columns, symmetric) if locked else {}))

    def show(**knobs):
        i = knobs.get(label, start)
        scene.look(name, title=words(i))
        scene.show(name, Quantity(of, on, columns[:, i]))

    if count == 1:
        return explore(scene, [], show)
    explore(scene, [Slider(label, 0, count - 1, whole=True)], show, **{label: start})


def _ends(columns, symmetric):
    """The range over all columns: words for a Look."""
    finite = columns[np.isfinite(columns)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return {"low": min(low, -high), "high": max(high, -low)} if symmetric else {"low": low, "high": high}
