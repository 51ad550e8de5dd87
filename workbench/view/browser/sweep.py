"""Every position of some knobs, asked for beforehand: what a page shows where no kernel answers."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.view.knobs import Choice, Frames, Knob, Slider, described
from workbench.view.scene import Scene
from workbench.view.stages import Stage

from .bundle import FRAME, Bundle
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
        """The values of each knob that are asked for, at most so many combinations of them.

        Ends and start are among them. Raises ValueError where options and ends alone are more.
        """
        stops = [_stops(knob) for knob in self.knobs]
        left = [len(values) for values in stops]
        while (count := math.prod(left)) > most:
            longest = max(range(len(left)), key=lambda i: self._spare(i) * left[i])
            if not self._spare(longest) or left[longest] <= 2:
                raise ValueError(f"{count} combinations of options and ends do not fit; save fewer knobs")
            long = left[longest]
            fits = max(most * long // count, long // 2)  # by halves: no knob is left with its ends alone
            left[longest] = max(2, min(long - 1, fits))
        pairs = zip(self.knobs, map(_even, stops, left), strict=True)
        return [_with_start(knob, stop, self.values[knob.name]) for knob, stop in pairs]

    def _spare(self, place):
        """Whether some values of a knob may be left out."""
        return not isinstance(self.knobs[place], Choice)

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
        sent = [_of_page(knob, stop) for knob, stop in zip(self.knobs, stops, strict=True)]
        whole = list(zip(self.knobs, stops, sent, strict=True))
        return {
            "world": {part: item for part, item in worlds[0].items() if part not in FRAME},
            "frames": [{part: world[part] for part in FRAME} for world in worlds],
            "knobs": [_described(*all_of_it) for all_of_it in whole],
            "stops": dict(zip(names, sent, strict=True)),
            "values": {knob.name: told[_nearest(stop, self.values[knob.name])] for knob, stop, told in whole},
        }


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


def _with_start(knob, stops, start):
    """A slider's stops, with the nearest of those between its ends moved to where it starts."""
    if not isinstance(knob, Slider) or start in stops or len(stops) < 3:
        return stops
    place = min(max(_nearest(stops, start), 1), len(stops) - 2)
    return stops[:place] + [start] + stops[place + 1 :]


def _described(knob, stops, sent):
    """The knob as the page has it: of frames, only those that are there; of sliders, with stops."""
    if isinstance(knob, Frames):
        return described(replace(knob, steps=[knob.steps[i] for i in stops]))
    return described(knob) | ({"kind": "stops", "stops": sent} if isinstance(knob, Slider) else {})


def _of_page(knob, stops):
    """What the page's own knob says at each stop: a frame is counted among those that are there."""
    return list(range(len(stops))) if isinstance(knob, Frames) else [knob.sent(value) for value in stops]


def _nearest(stops, wanted):
    """Where the wanted value is among the stops, or else the nearest number."""
    if wanted in stops:
        return stops.index(wanted)
    return int(np.argmin([abs(value - wanted) for value in stops]))
