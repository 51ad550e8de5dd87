"""Writing a recording frame by frame, within a limit: when it is reached, every second frame goes."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from workbench import __version__
from workbench.quantities import Quantity, Snapshot

from .blocks import ENTRY, RecordingError
from .contents import COLUMNS, bits_for, expect_bits, expect_shapes, parts, plain, quantity_words
from .numbers import encoded
from .tape import Tape

NOTHING = MappingProxyType({})

#: bytes kept free for the end of the file, beside a row of the index for each frame
INDEX = 512


class Writer:
    """A recording under way. In memory are the last frame's arrays and 24 bytes for each frame.

    path    where the finished file will be; until close() it grows beside it (see Tape), so that two writers
            never mix and every whole frame outlives a killed process
    cast    structure name -> shape; each is written with the first quantity on it
    looks   name -> how it is shown: a mapping of words, or a dataclass of them
    about   what the run was: words, numbers, mappings, dataclasses
    bits    None (exact), 8 or 16 for quantities on shapes, or name -> bits for any quantity (see numbers.py)
    limit   bytes. When the file would outgrow it, every second frame is dropped and `spacing` doubles:
            whoever calls write keeps to it. What is left spans the whole run, evenly

    Raises RecordingError for what cannot be held, for no place to write and for a full disk.
    """

    def __init__(
        self,
        path: str | Path,
        cast: Mapping,
        looks: Mapping = NOTHING,
        about: object = None,
        bits: int | None | Mapping[str, int | None] = None,
        limit: int = 2**28,
    ):
        expect_shapes(cast)
        expect_bits(bits)
        self.path, self.spacing, self._cast, self._bits, self._limit = Path(path), 1, dict(cast), bits, limit
        self._head = {"workbench": __version__, "looks": plain(looks), "about": plain(about)}
        self._tape = Tape(self.path, self._head)
        self._table = bytearray()  # an ENTRY for each frame
        self._bodies: dict[str, int] = {}  # structure name -> place of its block
        self._parts: dict[int, int] = {}  # id of a shape's array, which cast keeps alive -> place
        self._last: dict[str, tuple[np.ndarray, int]] = {}  # quantity name -> its last array and its place

    def __len__(self):
        return len(self._table) // ENTRY.size

    @property
    def ended(self) -> bool:
        """True once the recording was closed or discarded."""
        return self._tape.file.closed

    def write(self, snapshot: Snapshot, last: bool = False) -> None:
        """Add a frame; computes the snapshot's quantities. The last frame stays where others have to go."""
        seen = snapshot.look()
        with self._all_or_nothing():
            frame = [quantity_words(name, q, self._place_of(name, q)) for name, q in seen.items()]
            words = {"step": int(snapshot.step), "loss": float(snapshot.loss), "quantities": frame}
            place = self._tape.append(b"fram", words)
        self._table += ENTRY.pack(place, words["step"], words["loss"])
        while self._size > self._limit and len(self) > 1 + last:
            with self._all_or_nothing():
                self._thin(last)
        if self._size > self._limit:
            if len(self) == 1:
                self._table.clear()
            raise RecordingError(
                f"{self.path}: one frame with its shapes takes {self._size} bytes, more than the limit of "
                f"{self._limit}; give a larger limit, or bits=8"
            )

    def close(self) -> None:
        """Add the index and give the file its name; without a frame, leave no file."""
        if self.ended:
            return
        if not len(self):
            return self._tape.discard()
        self._tape.finish({"bodies": list(self._bodies.values())}, bytes(self._table))

    def discard(self) -> None:
        """Leave no file."""
        self._tape.discard()

    @property
    def _size(self):
        return self._tape.end + INDEX + len(self._table)

    def _place_of(self, name, quantity: Quantity) -> int:
        """The place of a quantity's array: where it stands already, if it did not change since last time."""
        if quantity.on != "plot" and quantity.of not in self._bodies:
            self._bodies[quantity.of] = self._add_body(name, quantity.of)
        before, place = self._last.get(name, (None, 0))
        if before is None or not _same(before, quantity.values):
            bits = bits_for(quantity, name, self._bits)
            place = self._tape.append(b"data", *encoded(quantity.values, bits, quantity.kind in COLUMNS))
            self._last[name] = quantity.values, place
        return place

    def _add_body(self, name, of):
        if of not in self._cast:
            known = ", ".join(map(repr, self._cast)) or "none"
            raise RecordingError(
                f"{name!r} is of {of!r}, whose shape is not known; give it in cast, where there are {known}"
            )
        kind, arrays = parts(self._cast[of])
        for shared in arrays.values():  # several names on stage often stand for one shape
            if id(shared) not in self._parts:
                self._parts[id(shared)] = self._tape.append(b"data", *encoded(shared))
        places = {part: self._parts[id(shared)] for part, shared in arrays.items()}
        return self._tape.append(b"body", {"name": of, "kind": kind, "data": places})

    def _thin(self, last):
        """Copy every second frame, and the last one if it has to stay, to a draft that replaces this one."""
        kept = {*range(0, len(self), 2), *([len(self) - 1] if last else [])}
        entries = [ENTRY.unpack_from(self._table, ENTRY.size * i) for i in sorted(kept)]
        old, new = self._tape, Tape(self.path, self._head)
        try:
            copies = _copied(old, new, self._bodies, self._parts, [place for place, _, _ in entries])
        except BaseException:
            new.discard()
            raise
        self._tape, (self._bodies, self._parts, places, moved) = new, copies
        self._table = bytearray().join(
            ENTRY.pack(place, step, loss) for place, (_, step, loss) in zip(places, entries, strict=True)
        )
        self._last = {name: (values, moved[at]) for name, (values, at) in self._last.items() if at in moved}
        self.spacing *= 2
        old.discard()

    @contextlib.contextmanager
    def _all_or_nothing(self):
        """Take back what was appended if something goes wrong; say what to do about the disk."""
        tape, end = self._tape, self._tape.end
        before = dict(self._bodies), dict(self._parts), dict(self._last)
        try:
            yield
        except BaseException as error:
            tape.end, (self._bodies, self._parts, self._last) = end, before
            if isinstance(error, OSError):
                raise RecordingError(
                    f"{self.path}: no more than {len(self)} frames could be written ({error.strerror}); make "
                    "room on that disk or record to another, or give bits=8, a larger every, a smaller limit"
                ) from error
            raise


def _copied(old: Tape, new: Tape, bodies: Mapping[str, int], parts: Mapping[int, int], frames: list[int]):
    """Bodies and frames of one tape on another; returns where all of it and the last frame's arrays stand."""

    def copy(place, words=None):
        block = old.read(place)
        return new.append(block.kind, words or block.words, block.numbers)

    parts_at = {place: copy(place) for place in parts.values()}
    bodies_at = {}
    for name, place in bodies.items():
        words = old.read(place).words
        words["data"] = {part: parts_at[at] for part, at in words["data"].items()}
        bodies_at[name] = copy(place, words)
    places, moved = [], {}
    for place in frames:
        words = old.read(place).words
        here = {q["data"] for q in words["quantities"]}
        moved = {at: moved[at] if at in moved else copy(at) for at in sorted(here)}
        words["quantities"] = [q | {"data": moved[q["data"]]} for q in words["quantities"]]
        places.append(new.append(b"fram", words))
    return bodies_at, {key: parts_at[at] for key, at in parts.items()}, places, moved


def _same(a, b):
    """Whether two arrays hold the same bytes; NaN is the same as itself here."""
    return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
