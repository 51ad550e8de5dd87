"""Presets: settings of an experiment by name."""

from typing import TypeVar

Config = TypeVar("Config")


def chosen_preset(name: str, **presets: Config) -> Config:
    """The preset of this name. Raises ValueError, which names those that are, if there is no such."""
    if name not in presets:
        raise ValueError(f"no preset called {name!r}; there are {', '.join(presets)}")
    return presets[name]
