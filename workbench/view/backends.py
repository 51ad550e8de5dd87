"""The ways a stage can be seen: what each must do, where its class is, and which one suits this place."""

import os
import sys
from collections.abc import Callable
from typing import Protocol

import ipywidgets
import numpy as np
from jaxtyping import UInt8

from .cells import parent_request, somebody_looks
from .painter import Camera

#: the ways to be seen, by name; each is one module with one class, made with the stage and what it is told
BACKENDS = ("web", "polyscope", "window", "still")


class Backend(Protocol):
    """What shows a Stage. It reads stage.board, .height, .outlook and .marked; it calls stage.picked, .asked,
    and stage.outlook.heard when a hand has turned its camera.

    title   words for the reader: "WebGL in the cell"
    widget  what a cell shows; opened when first asked for; None where there is none

    A back-end that draws a run's controls itself has controls(told, hear) too (see Stage.controls); one that
    can be lost and opened again has open().
    """

    title: str

    @property
    def widget(self) -> ipywidgets.DOMWidget | None:
        """What a cell shows."""

    def changed(self, part: str, name: str) -> None:
        """Hear that a part is another one now: the "structure", "quantity" or "plot" of this name, the
        "mark", the "looks" of all structures and quantities, the stages it is linked with ("link"), or the
        whole "world".

        Called with board.lock held; never waits for a browser or a process.
        """

    def bodies(self, width: int, height: int) -> UInt8[np.ndarray, "h w 3"] | None:
        """The bodies as a picture on white; None where the painter should make it."""

    def follow(self, camera: Camera) -> None:
        """See from there, as if a hand had turned it, and report nothing; never waits either."""

    def close(self) -> None:
        """Leave every page and free what was held."""


def opened(backend: str) -> Callable[..., Backend]:
    """The class of a back-end, imported when first needed. Raises ValueError for a name that is none."""
    if backend == "web":
        from .browser.web import Web as screen
    elif backend == "polyscope":
        from .polyscope.cell import Cell as screen
    elif backend == "window":
        from .polyscope.window import Window as screen
    elif backend == "still":
        from .stills.still import Still as screen
    else:
        raise ValueError(f"a stage is shown by one of {', '.join(BACKENDS)}, got {backend!r}")
    return screen


def suited() -> tuple[str, str]:
    """The back-end for where we are, and why: the browser's where a person's front end runs the cell,
    Polyscope's window in a script where there is a display, else still pictures."""
    if somebody_looks():
        return "web", "a browser shows this cell"
    if parent_request() is not None:
        return "still", "no browser looks at this cell"
    lacking = no_display()
    return ("still", lacking) if lacking else ("window", "a script, and a display to open a window on")


def no_display() -> str | None:
    """A sentence where this machine has no screen to open a window on; None where it seems to have one."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    return (
        "no display here: neither DISPLAY nor WAYLAND_DISPLAY is set; a machine with a screen has one, "
        "ssh -X lends one, and xvfb-run pretends one"
    )
