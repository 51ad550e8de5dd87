"""Spectral geometry and learning on shapes: small values in, values out, and a stage to watch them on."""

from importlib import import_module

__version__ = "0.1.0"

ROOMS = (
    "quantities", "shapes", "recordings", "operators", "datasets", "bridge", "training", "view", "papers",
)


def __getattr__(room):
    """Open a room when it is first named, so that importing workbench loads neither torch nor a viewer."""
    if room in ROOMS:
        return import_module(f"workbench.{room}")
    raise AttributeError(f"workbench has no room called {room!r}; the rooms are {', '.join(ROOMS)}")


def __dir__():
    return [*globals(), *ROOMS]
