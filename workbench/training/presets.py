"""What the frozen Configs of all experiments can do beside holding their numbers."""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TypeVar

Config = TypeVar("Config")


class Presets(ABC):
    """Settings of an experiment that have names, and that are changed by making others of them."""

    @classmethod
    @abstractmethod
    def presets(cls: type[Config]) -> dict[str, Config]:
        """The settings by name; those called "tiny" run in seconds, for tests and for a first look."""

    @classmethod
    def preset(cls: type[Config], name: str) -> Config:
        """The settings of this name. Raises ValueError, which names those that are, if there are none."""
        presets = cls.presets()
        if name not in presets:
            raise ValueError(f"no preset called {name!r}; there are {', '.join(presets)}")
        return presets[name]

    @classmethod
    def tiny(cls: type[Config]) -> Config:
        """The preset "tiny"."""
        return cls.preset("tiny")

    def with_(self: Config, **changes) -> Config:
        """The same settings but for the named fields. Raises TypeError for a name that is no field."""
        return replace(self, **changes)
