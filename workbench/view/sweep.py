"""Every position of some knobs, asked for beforehand: what a page shows where no kernel answers."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .bundle import FRAME, Bundle
from .knobs import Choice, Frames, Knob, described
from .scene import Scene
from .stages import Stage
from .web import Web

#: positions of a slider that has no whole numbers
POSITIONS = 21


@dataclass(frozen=True)
class Sweep:
    """Knobs and what follows from them: answer(**values), with a value for every knob, shows it on the scene.

    start  knob's name -> where it stands when the page opens; a knob's own first value unless said here
    most   so many combinations of values at most
    """

    knobs: Sequence[Knob] = ()
    answer: Callable[..., None] = lambda: None
    start: Mapping = field(default_factory=dict)
    most: int = 10_000

    @property
    def values(self) -> dict:
        """Where the knobs stand when the page opens."""
        return {knob.name: self.start.get(knob.name, knob.first) for knob in self.knobs}

    def begin(self) -> None:
        """Show on the scene what follows from where the knobs stand."""
        if self.knobs:
            self.answer(**self.values)

    def stops(self, most: int) -> list[list]:
        """The values of each knob that are asked for, at most so many combinations of them, ends included."""
        stops = [_stops(knob) for knob in self.knobs]
        while (count := int(np.prod([len(values) for values in stops], dtype=np.int64))) > most:
            longest = max(range(len(stops)), key=lambda i: len(stops[i]))
            rest = count // len(stops[longest])
            if len(stops[longest]) <= 2:
                raise ValueError(f"{count} combinations of the knobs' ends do not fit; save fewer knobs")
            stops[longest] = _even(stops[longest], max(2, min(len(stops[longest]) - 1, most // rest)))
        return stops

    def filmed(self, scene: Scene, stops: Sequence[Sequence], bundle: Bundle) -> dict:
        """The words of a page: the scene's world at every combination of the stops, in order, and the knobs.

        The scene is left as `start` has it. Raises what bundle raises.
        """
        names = [knob.name for knob in self.knobs]
        try:
            worlds = []
            for values in itertools.product(*stops):
                self.answer(**dict(zip(names, values, strict=True)))
                worlds.append(bundle.world(world_of(scene)))
        finally:
            self.begin()
        start = self.values
        pairs = list(zip(self.knobs, stops, strict=True))
        sent = {knob.name: [knob.sent(value) for value in values] for knob, values in pairs}
        near = {name: _nearest(values, self.by_name[name].sent(start[name])) for name, values in sent.items()}
        return {
            "world": {part: item for part, item in worlds[0].items() if part not in FRAME},
            "frames": [{part: world[part] for part in FRAME} for world in worlds],
            "knobs": [described(_with_stops(knob, values)) for knob, values in pairs],
            "stops": {knob.name: _of_page(knob, sent[knob.name]) for knob, _ in pairs},
            "values": {knob.name: _of_page(knob, sent[knob.name])[near[knob.name]] for knob, _ in pairs},
        }

    @property
    def by_name(self) -> dict[str, Knob]:
        """The knobs by their names."""
        return {knob.name: knob for knob in self.knobs}


def world_of(scene: Scene) -> dict:
    """All that is on a scene with a board, as the pieces that a browser draws."""
    if not isinstance(scene, Stage):
        scene, board = Stage(backend="still"), scene.board
        scene.board = board
    return Web(scene).world()


def _stops(knob):
    if isinstance(knob, Frames):
        return list(range(len(knob.steps)))
    if isinstance(knob, Choice):
        return list(knob.options)
    if knob.whole and knob.high - knob.low < POSITIONS:
        return list(range(int(knob.low), int(knob.high) + 1))
    spaced = (np.geomspace if knob.log else np.linspace)(knob.low, knob.high, POSITIONS).tolist()
    return sorted({round(value) for value in spaced}) if knob.whole else spaced


def _even(values, count):
    """So many of the values, evenly spread, the first and the last among them."""
    return [values[i] for i in np.unique(np.linspace(0, len(values) - 1, count).round().astype(int))]


def _with_stops(knob, values):
    """The knob as the page has it: of frames, only those that are there."""
    return replace(knob, steps=[knob.steps[i] for i in values]) if isinstance(knob, Frames) else knob


def _of_page(knob, sent):
    """What the page's own knob says at each stop: a frame is counted among those that are there."""
    return list(range(len(sent))) if isinstance(knob, Frames) else sent


def _nearest(values, wanted):
    return int(np.argmin([abs(value - wanted) for value in values]))
