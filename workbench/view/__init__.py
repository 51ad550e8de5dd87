"""A stage to show quantities on: in a notebook's cell, in memory, as still pictures; a panel for a run."""

from importlib import import_module

from .colors import Look
from .knobs import Choice, Flow, Slider
from .linked import LinkError, link
from .scene import Album, Scene, SceneError
from .textures import Texture

__all__ = [
    "Album", "Choice", "Flow", "LinkError", "Look", "Recording", "Scene", "SceneError", "Slider", "Stage",
    "Texture", "browse", "compare", "explore", "link", "panel", "scrub", "stage",
]

#: names that need widgets, and the modules they come from: loaded when first asked for
LATER = {
    "Stage": "stages", "stage": "opening", "browse": "browsing", "explore": "exploring", "panel": "panels",
    "Recording": "recording", "compare": "recording", "scrub": "recording",
}


def __getattr__(name):
    if name in LATER:
        return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
    raise AttributeError(f"workbench.view has no {name!r}; it has {', '.join(__all__)}")
