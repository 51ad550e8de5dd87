"""What every stage promises (Scene), and the stage without a screen (Album)."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from workbench.quantities import Quantity

from .board import Board, SceneError, Shape

__all__ = ["Album", "Scene", "SceneError", "Shape"]


@runtime_checkable
class Scene(Protocol):
    """A stage: structures are added, quantities shown on them or beside them, and a picture can be taken."""

    def add(self, name: str, shape: Shape, over: str | None = None) -> None:
        """Put a structure on the stage; one of the same name leaves it, with its quantities.

        over  the structure in whose place and coordinates this one stands too, instead of beside it
        """

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings: each comes on with a quantity of it, and leaves with its last."""

    def show(self, name: str, quantity: Quantity) -> None:
        """Show a quantity; it replaces the one of the same name. A plot (on == "plot") is drawn beside."""

    def look(self, name: str, **how) -> None:
        """Say how the structure, quantity or plot of this name is shown, now and later (see Look)."""

    def remove(self, name: str) -> None:
        """Take a structure away, with what is on it and over it; or a quantity, or a plot."""

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """A still picture of what is on stage, made without a browser."""


class Album:
    """A Scene that keeps every state in memory and needs no screen: for scripts, tests and unwatched
    notebooks.

    states  every (name, quantity) shown so far, in order
    """

    def __init__(self):
        self.board = Board()
        self.states: list[tuple[str, Quantity]] = []

    def add(self, name: str, shape, over: str | None = None) -> None:
        """Put a structure into the album. Raises SceneError for anything but a shape."""
        self.board.add(name, shape, over)

    def cast(self, shapes: Mapping[str, Shape]) -> None:
        """Keep structures in the wings until a quantity of theirs is shown."""
        self.board.cast(shapes)

    def show(self, name: str, quantity: Quantity) -> None:
        """Keep one more state. Raises SceneError as Board.show does."""
        self.board.show(name, quantity)
        self.states.append((name, quantity))

    def look(self, name: str, **how) -> None:
        """Say how a name is shown; the words are Look's."""
        self.board.look(name, **how)

    def remove(self, name: str) -> None:
        """Take a structure, a quantity or a plot away."""
        self.board.remove(name)

    def frame(self) -> UInt8[np.ndarray, "h w 3"]:
        """The last state as a picture."""
        from .stills.figures import picture

        return picture(self.board)
