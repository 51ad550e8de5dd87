"""Reading a recording: one frame at a time from disk, also when the file was cut off."""

import os
import threading
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from workbench.quantities import Snapshot

from . import blocks
from .blocks import END, ENTRY, FORMAT, MARK, START, TAIL, Block, Damaged, RecordingError
from .contents import Shape, quantity_from, unplain, whole
from .numbers import decoded

#: the index in memory: where each frame stands, its step and its loss
TABLE = np.dtype([("place", "<i8"), ("step", "<i8"), ("loss", "<f8")])


class Reader:
    """A recording open for reading; in memory are 24 bytes for each frame, and what was asked for last.

    about     what the run was, as it was told to the writer
    looks     name -> the words of how it is shown
    written   the version of the workbench that wrote it
    notice    a sentence when the file was cut off, telling what was kept; else ""

    Safe from several threads. Raises FileNotFoundError, or RecordingError for what is no recording, is newer
    than this workbench, or holds no frame.
    """

    def __init__(self, path: str | Path):
        self.path, self._lock = Path(path), threading.Lock()
        self._file = _opened(self.path)
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            head = self._head()
            self.written, self.about = str(head.words.get("workbench", "?")), head.words.get("about")
            self.looks: dict[str, dict] = unplain(head.words.get("looks", {}))
            self.notice = ""
            self._table, self._bodies = self._index() or self._walked(head.end)
            if not len(self):
                raise RecordingError(f"{path} holds no whole frame: its run was cut off early; record again")
        except BaseException as error:
            self.close()
            if isinstance(error, Damaged):
                raise RecordingError(f"{path} is damaged at its beginning ({error}); record again") from error
            raise

    def __len__(self):
        return len(self._table)

    @property
    def steps(self) -> Int[np.ndarray, " n"]:
        """The step of each frame."""
        return self._table["step"]

    @property
    def losses(self) -> Float[np.ndarray, " n"]:
        """The loss of each frame."""
        return self._table["loss"]

    def frame(self, i: int) -> Snapshot:
        """Frame i, from 0, read from disk. Raises RecordingError when it is damaged or the file is closed."""
        step, seen = int(self.steps[i]), {}
        try:
            for words in self._block(int(self._table["place"][i]), b"fram").words["quantities"]:
                seen[str(words["name"])] = quantity_from(words, self._array)
        except (Damaged, KeyError, TypeError) as error:
            raise RecordingError(
                f"{self.path}: frame {i} of {len(self)} (step {step}) is damaged ({error}); others may not be"
            ) from error
        return Snapshot(step, float(self.losses[i]), {name: (lambda q=q: q) for name, q in seen.items()})

    def structures(self) -> dict[str, Shape]:
        """Every structure that some frame speaks of, by name."""
        found, arrays = {}, {}
        try:
            for place in self._bodies:
                words = self._block(place, b"body").words
                for at in words["data"].values():
                    arrays.setdefault(at, self._array(at))
                parts = {part: arrays[at] for part, at in words["data"].items()}
                found[str(words["name"])] = whole(words["kind"], parts)
        except (Damaged, KeyError, TypeError, AttributeError) as error:
            raise RecordingError(f"{self.path}: a structure is damaged ({error}); record again") from error
        return found

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _block(self, place, kind) -> Block:
        with self._lock:
            if self._file.closed:
                raise RecordingError(f"{self.path} is closed; open the recording again")
            found = blocks.read(self._file, place, self._size)
        if found.kind != kind:
            raise Damaged(f"at byte {place} stands a {found.kind.decode()} block, not a {kind.decode()} one")
        return found

    def _array(self, place) -> np.ndarray:
        found = self._block(place, b"data")
        return decoded(found.words, found.numbers)

    def _head(self):
        start = self._file.read(START.size)
        if len(start) < START.size or not start.startswith(MARK):
            raise RecordingError(f"{self.path} is no recording of this workbench; record a run to get one")
        version = START.unpack(start)[1]
        if version > FORMAT:
            raise RecordingError(
                f"{self.path} is of a newer workbench (recording format {version}, here {FORMAT}); "
                "update this one: pip install -U spectral-workbench"
            )
        return self._block(START.size, b"head")

    def _index(self):
        """Frames and bodies as the end of a finished file lists them; None when it does not."""
        self._file.seek(max(0, self._size - TAIL.size))
        tail = self._file.read(TAIL.size)
        try:
            place, mark = TAIL.unpack(tail)
            if mark != END:
                return None
            index = self._block(place, b"indx")
            return np.frombuffer(index.numbers, TABLE), list(map(int, index.words["bodies"]))
        except (Damaged, KeyError, TypeError, ValueError):
            return None

    def _walked(self, place):
        """Frames and bodies of a file that was cut off, up to the last whole one."""
        entries, bodies, end = bytearray(), [], place
        for kind, at, after in blocks.walk(self._file, place, self._size):
            if kind == b"body":
                bodies.append(at)
            elif kind == b"fram":
                try:
                    words = self._block(at, kind).words
                    entries += ENTRY.pack(at, words["step"], words["loss"])
                except (Damaged, KeyError, ValueError):
                    break
                end = after
        table = np.frombuffer(bytes(entries), TABLE)
        if len(table):
            self.notice = (
                f"{self.path.name} was cut off: {len(table)} whole frames up to step {table['step'][-1]} "
                f"are there, {self._size - end} bytes after them were left out"
            )
        return table, [at for at in bodies if at < end]


def _opened(path):
    if path.is_dir():
        raise RecordingError(f"{path}: expected a recording, got a folder")
    try:
        return open(path, "rb")
    except FileNotFoundError:
        drafts = sorted(map(str, path.parent.glob(f"{path.name}.*.part"))) if path.parent.is_dir() else []
        more = f"; a run that goes on or was cut off left what can be opened: {', '.join(drafts)}"
        raise FileNotFoundError(f"{path}: no such file{more if drafts else ''}") from None
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror}); look at its permissions") from error
