"""A recorded run on the stage: scrubbed and played from disk, alone or beside another one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.quantities import Quantity
from workbench.recordings import RecordingError

from .board import SceneError
from .cells import leaves_with_its_cell
from .colors import Look, scale
from .exploring import answering
from .knobs import Frames
from .recorded import Recording
from .scene import Scene

__all__ = ["Recording", "RecordingError", "compare", "played", "played_beside", "scrub"]

#: points of a loss curve: more than its pixels say nothing
POINTS = 1000


def scrub(recording: Recording | str | Path, scene: Scene | None = None) -> None:
    """Show a recorded run in this cell: a slider over its frames, a button that plays it, its loss.

    scene  where to show it; a Stage of its own unless given. What is on it already stays

    Only the frame that is seen is read; while the slider moves fast, frames that nobody would see are left
    out. It begins with the last frame, and where nobody looks, a still picture of that one is left. Raises
    what Recording raises.
    """
    recording, scene = _opened(recording), _given(scene)
    knob, show = played(recording, scene)
    answering(scene, [knob], show, {knob.name: knob.first}, repr(recording), recording.notice)


def compare(
    a: Recording | str | Path,
    b: Recording | str | Path,
    scene: Scene | None = None,
    words: tuple[str, str] = ("before", "after"),
) -> None:
    """Show two recorded runs side by side under one slider over all of their steps.

    words  what the two are called: structures and quantities are named "before · body", "after · body"

    At a step each shows its latest frame by then. Scalars of one name share one range of colours, that of
    both at this step; curves of one plot share its axes. Otherwise as scrub.
    """
    pair, scene = (_opened(a), _opened(b)), _given(scene)
    knob, show = played_beside(*pair, scene, words)
    told = " and ".join(f"{word}: {recording!r}" for word, recording in zip(words, pair, strict=True))
    notice = " ".join(filter(None, (recording.notice for recording in pair)))
    answering(scene, [knob], show, {knob.name: knob.first}, told, notice)


def played(recording: Recording, scene: Scene) -> tuple[Frames, Callable[[int], None]]:
    """A knob over the frames of a recording, and what shows a frame, by its number, on the scene."""
    player = _Player(scene, recording)
    player.draw_losses("loss")

    def show(frame: int):
        step = int(recording.steps[frame])
        player.show(recording[frame].look())
        player.mark(step)

    return Frames("frame", recording.steps.tolist()), show


def played_beside(
    a: Recording, b: Recording, scene: Scene, words: tuple[str, str]
) -> tuple[Frames, Callable[[int], None]]:
    """A knob over the steps of two recordings, and what shows both at one of them, by its number."""
    if words[0] == words[1]:
        raise ValueError(f"two runs beside each other need two names, got {words[0]!r} twice")
    players = [_Player(scene, recording, word) for recording, word in zip((a, b), words, strict=True)]
    for player, word in zip(players, words, strict=True):
        player.draw_losses(word)
    steps = np.union1d(a.steps, b.steps)

    def show(frame: int):
        step = int(steps[frame])
        seen = [player.seen(step) for player in players]
        for player, quantities in zip(players, seen, strict=True):
            player.show(quantities)
            player.mark(step)
        _share_ranges(players, seen)

    return Frames("frame", steps.tolist()), show


class _Player:
    """One recording on a scene; where two share it, a word goes before every name."""

    def __init__(self, scene, recording, word=""):
        self.scene, self.recording, self.word = scene, recording, word
        self._shown, self._bodies = set(), set()
        scene.cast({self.named(name): shape for name, shape in recording.structures.items()})
        for name, look in recording.looks.items():
            for key in {name, self.named(name)}:  # plots of curves keep their name
                scene.look(key, **vars(look))

    def named(self, name):
        return f"{self.word} · {name}" if self.word else name

    def look(self, name) -> Look:
        return self.recording.looks.get(name, Look())

    def seen(self, step) -> dict[str, Quantity]:
        """What the latest frame up to a step holds, by the recorded names; before the first, the first."""
        reached = np.searchsorted(self.recording.steps, step, side="right") - 1
        return self.recording[max(0, int(reached))].look()

    def show(self, quantities):
        """Show these quantities, and take away what of this recording is not among them."""
        for name, quantity in quantities.items():
            if self.word and name not in self._shown:
                self._entitle(name, quantity)
            placed = self._placed(quantity)
            if not _same(self.scene.board.quantities.get(self.named(name)), placed):
                self.scene.show(self.named(name), placed)
        bodies = {self.named(q.of) for q in quantities.values() if q.on != "plot"}
        for gone in (self._bodies - bodies) | {self.named(name) for name in self._shown - set(quantities)}:
            try:
                self.scene.remove(gone)
            except SceneError:
                pass  # it left with its last quantity, or with its body
        self._shown, self._bodies = set(quantities), bodies

    def draw_losses(self, series):
        """The loss of every frame as a curve, unless the run recorded a plot of that name itself."""
        recorded = self.recording[-1].look()
        self._marks = "loss" not in {*recorded, *(q.of for q in recorded.values())}
        if not self._marks:
            return
        every = -(-len(self.recording) // POINTS)
        few = np.unique([*range(0, len(self.recording), every), len(self.recording) - 1])
        curve = np.stack([self.recording.steps[few], self.recording.losses[few]], axis=1)
        self.scene.show(series, Quantity("loss", "plot", curve, "curve"))

    def mark(self, step):
        """Put the marker of the loss curve at a step."""
        if self._marks:
            self.scene.look("loss", at=float(step))

    def _entitle(self, name, quantity):
        """On a body the body's name says whose it is, so that legends can agree; a plot says it itself."""
        if quantity.on != "plot":
            self.scene.look(self.named(name), title=self.look(name).title or name)
        elif title := self.look(quantity.of).title:
            self.scene.look(self.named(quantity.of), title=self.named(title))

    def _placed(self, quantity):
        """The quantity of the structure or plot as it is called here; curves share the plot of their name."""
        if not self.word or quantity.kind in ("curve", "scatter"):
            return quantity
        return Quantity(self.named(quantity.of), quantity.on, quantity.values, quantity.kind)


def _same(a: Quantity | None, b: Quantity) -> bool:
    """Whether b is on stage already: what does not change need not travel to the browser again."""
    if a is None or (a.of, a.on, a.kind, a.values.dtype) != (b.of, b.on, b.kind, b.values.dtype):
        return False
    return np.array_equal(a.values, b.values, equal_nan=a.values.dtype.kind == "f")


def _share_ranges(players, seen):
    """One map and range for what both show under one name, so that one colour means one number."""
    for name in seen[0].keys() & seen[1].keys():
        pair = [quantities[name] for quantities in seen]
        if any(quantity.kind not in ("scalar", "matrix") for quantity in pair):
            continue
        by = scale(np.concatenate([q.values.ravel() for q in pair]), players[0].look(name))
        for player, quantity in zip(players, pair, strict=True):
            key = quantity.of if quantity.on == "plot" else name
            player.scene.look(player.named(key), map=by.map, low=by.low, high=by.high)


def _opened(recording):
    return recording if isinstance(recording, Recording) else Recording(recording)


def _given(scene):
    """The scene, or a stage that leaves the page when its cell is executed again."""
    if scene is not None:
        return scene
    from . import Stage

    stage = Stage()
    leaves_with_its_cell(stage)
    return stage
