"""What can be turned in a cell: a number between two ends, an option, a moment of a recorded run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Slider:
    """A number between low and high; log slides over orders of magnitude, whole keeps to integers.

    formula  what the number does, such as "u_t = exp(-{t} L) u": shown under the slider with the numbers of
             the knobs named in braces, "{value}" being this one; ^ and _ raise and lower, Greek letters go by
             their names
    top      words for the high end, where the value is None: no limit

    Raises ValueError unless low < high, and 0 < low where log.
    """

    name: str
    low: float
    high: float
    log: bool = False
    label: str | None = None
    whole: bool = False
    formula: str | None = None
    top: str | None = None

    def __post_init__(self):
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(
                f"slider {self.name!r} needs low < high{' and low > 0' if self.log else ''}, "
                f"got {self.low} and {self.high}"
            )

    @property
    def first(self) -> float:
        """The value it starts with where nobody says."""
        return self.low

    def accept(self, sent) -> float | int | None:
        """The value for what the browser sent, kept between low and high; None at the end that has words."""
        value = min(max(float(sent), self.low), self.high)
        if self.top is not None and value >= self.high * (1 - 1e-9):
            return None
        return round(value) if self.whole else value

    def sent(self, value) -> float:
        """What the browser is told of a value."""
        return float(self.high if value is None else value)


@dataclass(frozen=True)
class Flow:
    """How options hang together: boxes and arrows that a page draws instead of a list.

    places   (column, row) of each option's box, counted from the upper left; arrows lead to the right
    words    what each box says under its option
    arrows   pairs of options: from one, to another
    learned  options whose boxes are yellow: they hold weights
    """

    places: Sequence[tuple[float, float]]
    words: Sequence[str]
    arrows: Sequence[tuple[str, str]]
    learned: Sequence[str] = ()


@dataclass(frozen=True)
class Choice:
    """One of some options. Raises ValueError for no options, and for a flow of others.

    flow  draws them as boxes joined by arrows; a page without room for it, such as Polyscope, has a list
    """

    name: str
    options: Sequence
    label: str | None = None
    flow: Flow | None = None

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        if not self.options:
            raise ValueError(f"choice {self.name!r} needs options")
        if self.flow is not None:
            self._expect_flow(self.flow)

    def _expect_flow(self, flow):
        named = {name for pair in flow.arrows for name in pair} | set(flow.learned)
        if len(flow.places) != len(self.options) or len(flow.words) != len(self.options):
            raise ValueError(f"choice {self.name!r} has {len(self.options)} options; its flow has "
                             f"{len(flow.places)} places and {len(flow.words)} words")
        if not named <= set(self.options):
            raise ValueError(f"the flow of {self.name!r} names {named - set(self.options)}, no options")

    @property
    def first(self):
        """The option it starts with where nobody says."""
        return self.options[0]

    def accept(self, sent):
        """The option whose number the browser sent, kept between the first and the last."""
        return self.options[min(max(int(sent), 0), len(self.options) - 1)]

    def sent(self, value) -> int:
        """What the browser is told of an option: its number. Raises ValueError for anything else."""
        if value not in self.options:
            raise ValueError(
                f"{value!r} is no option of {self.name!r}; there are {', '.join(map(repr, self.options))}"
            )
        return self.options.index(value)


@dataclass(frozen=True)
class Frames:
    """A moment of what was recorded: the number of a frame, by a slider that can also play.

    steps  the step of each frame, in ascending order. Raises ValueError for none.
    """

    name: str
    steps: Sequence[int]
    label: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "steps", tuple(map(int, self.steps)))
        if not self.steps:
            raise ValueError(f"frames {self.name!r} need at least one step")

    @property
    def first(self) -> int:
        """Where it starts where nobody says: at the last frame, which shows what came out."""
        return len(self.steps) - 1

    def accept(self, sent) -> int:
        """The number of the frame that the browser sent, kept between the first and the last."""
        return min(max(round(float(sent)), 0), len(self.steps) - 1)

    def sent(self, value) -> int:
        """What the browser is told of a frame: its number."""
        return int(value)


Knob = Slider | Choice | Frames


def described(knob: Knob) -> dict:
    """What the browser needs to draw a knob."""
    words = asdict(knob) | {"kind": type(knob).__name__.lower(), "label": knob.label or knob.name}
    return (
        words | {"options": [str(option) for option in knob.options]} if isinstance(knob, Choice) else words
    )
