"""Opening a stage where one is: on the back-end that suits the place."""

import warnings

from .backends import suited
from .cells import parent_request
from .polyscope.renderer import PolyscopeMissing
from .stages import Stage


def stage(backend: str | None = None, height: int = 420, up: str = "y") -> Stage:
    """A Stage on the back-end that suits this place: "web" where a person's front end runs the cell,
    Polyscope's "window" in a script where there is a display, else "still" pictures. It says which and why:
    in its repr, under the picture, in stage.why; and warns where a script must do without a window.

    backend  one of "web", "polyscope", "window", "still", asked for: this one or an exception

    Raises ValueError for an unknown back-end, and PolyscopeMissing, with the remedy, where the one that was
    asked for cannot be had.
    """
    if backend is not None:
        return Stage(height, up, backend)
    chosen, why = suited()
    try:
        made = Stage(height, up, chosen)
    except PolyscopeMissing as lacking:
        made, why = Stage(height, up, "still"), str(lacking)
    made.why = why
    if made.backend == "still" and parent_request() is None:
        warnings.warn(f"still pictures instead of a window: {why}", stacklevel=2)
    return made
