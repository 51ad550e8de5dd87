"""A recorded run as a sequence of Snapshots that stays on disk, with its shapes and how they are shown."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from workbench.quantities import Snapshot
from workbench.recordings import Reader

from .board import Shape
from .colors import Look
from .textures import Texture


class Recording:
    """A recorded run: recording[i] is a Snapshot read from disk, settled; recording[-1] is the last.

    A slice is a Recording of these frames, of the same open file: recording[::10] reads nothing yet. Leaving
    a `with` block, or close(), lets the file go for all of them.

    about   what the run was, as it was told when it was recorded
    notice  a sentence when the file was cut off, telling what is there; else ""

    Safe from several threads. Raises FileNotFoundError, or RecordingError that says what to do, for what is
    no recording, is newer than this workbench, or holds no whole frame.
    """

    def __init__(self, path: str | Path):
        self._reader = Reader(path)
        self._frames = range(len(self._reader))
        self.path, self.about, self.notice = self._reader.path, self._reader.about, self._reader.notice

    def __len__(self):
        return len(self._frames)

    def __getitem__(self, i: int | slice) -> "Snapshot | Recording":
        if not isinstance(i, slice):
            return self._reader.frame(self._frames[i])
        part = object.__new__(Recording)
        part.__dict__.update(self.__dict__, _frames=self._frames[i])
        return part

    def __iter__(self) -> Iterator[Snapshot]:
        return (self[i] for i in range(len(self)))

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        if not len(self):
            return f"Recording({self.path.name}: no frames)"
        ends = f"step {self.steps[0]}" + (f" to {self.steps[-1]}" if len(self) > 1 else "")
        return f"Recording({self.path.name}: {len(self)} frame{'s' * (len(self) > 1)}, {ends})"

    @property
    def steps(self) -> Int[np.ndarray, " n"]:
        """The step of each frame."""
        return self._reader.steps[self._frames]

    @property
    def losses(self) -> Float[np.ndarray, " n"]:
        """The loss of each frame."""
        return self._reader.losses[self._frames]

    @cached_property
    def structures(self) -> dict[str, Shape]:
        """The shapes that quantities are of, by their names on stage."""
        return self._reader.structures()

    @cached_property
    def looks(self) -> dict[str, Look]:
        """How structures, quantities and plots were shown, by their names."""
        return {name: look_from(words) for name, words in self._reader.looks.items()}

    def save_html(self, path: str | Path, title: str = "", scene=None, limit=5_000_000, bits=16):
        """Save the run as one HTML file with a slider over its frames; see page.save_html.

        scene  where it is put for that, as scrub takes it; a Stage of its own unless given
        """
        from .browser.page import save_html
        from .recording import played
        from .stages import Stage

        scene = scene if scene is not None else Stage(backend="still")
        knob, show = played(self, scene)
        return save_html(scene, path, title, [knob], show, limit, bits)

    def close(self) -> None:
        """Let the file go; steps, losses, structures and looks that were asked for stay."""
        self._reader.close()


def look_from(words: dict) -> Look:
    """The Look that these words make; words that this workbench does not know are left out."""
    known = {field.name for field in fields(Look)}
    told = {word: value for word, value in words.items() if word in known}
    if isinstance(told.get("texture"), dict):
        told["texture"] = Texture(told["texture"]["pixels"])
    if isinstance(told.get("slice"), Sequence):
        told["slice"] = tuple(told["slice"])
    return Look(**told)
