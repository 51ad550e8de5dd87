"""A stage to show quantities on: in a notebook's cell, in memory, as still pictures; a panel for a run."""

from .colors import Look
from .linked import link
from .scene import Album, Scene, SceneError
from .textures import Texture

__all__ = ["Album", "Look", "Scene", "SceneError", "Stage", "Texture", "link", "stage"]


def __getattr__(name):
    """Load the stage, which needs widgets, when it is first named."""
    if name in ("Stage", "stage"):
        from . import stages

        return getattr(stages, name)
    raise AttributeError(f"workbench.view has no {name!r}; it has {', '.join(__all__)}")
