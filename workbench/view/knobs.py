"""What can be turned in a panel: a number between two ends, or one of some options."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Slider:
    """A knob that is a number between low and high; log slides over orders of magnitude, whole keeps to
    integers.

    Raises ValueError unless low < high, and 0 < low where log.
    """

    name: str
    low: float
    high: float
    log: bool = False
    label: str | None = None
    whole: bool = False

    def __post_init__(self):
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(
                f"slider {self.name!r} needs low < high{' and low > 0' if self.log else ''}, "
                f"got {self.low} and {self.high}"
            )

    def accept(self, value) -> float | int:
        """The value that the browser sent, kept between low and high."""
        value = min(max(float(value), self.low), self.high)
        return round(value) if self.whole else value


@dataclass(frozen=True)
class Choice:
    """A knob that is one of some options. Raises ValueError for no options."""

    name: str
    options: tuple
    label: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        if not self.options:
            raise ValueError(f"choice {self.name!r} needs options")

    def accept(self, value):
        """The option of the number that the browser sent."""
        return self.options[int(value)]


Knob = Slider | Choice


def described(knob: Knob) -> dict:
    """What the browser needs to draw a knob."""
    words = asdict(knob) | {"kind": type(knob).__name__.lower(), "label": knob.label or knob.name}
    return (
        words | {"options": [str(option) for option in knob.options]} if isinstance(knob, Choice) else words
    )
