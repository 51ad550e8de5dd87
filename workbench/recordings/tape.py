"""A file that only grows: drafts of recordings, named beside the finished file, readable at every moment."""

import contextlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from . import blocks
from .blocks import Block, RecordingError


class Tape:
    """A draft `<name>.<process>-<n>.part` beside path: blocks are appended, and can be taken back.

    Raises RecordingError when no file can be made there, or nothing be written to it.
    """

    def __init__(self, path: Path, head: dict):
        self.path = path
        self.file, self.part = _new_draft(path)
        self.end = 0
        try:
            self._write(blocks.START.pack(blocks.MARK, blocks.FORMAT))
            self.append(b"head", head)
        except OSError as error:
            self.discard()
            raise RecordingError(
                f"{path}: nothing can be written there ({error.strerror}); make room or take another disk"
            ) from error

    def append(self, kind: bytes, words: dict, numbers: bytes = b"") -> int:
        """Add a block and return its place. Raises OSError; what was half written is then overwritten."""
        place = self.end
        self._write(blocks.block(kind, words, numbers))
        return place

    def _write(self, data):
        self.file.seek(self.end)
        written = 0
        while written < len(data):
            written += self.file.write(data[written:])
        self.end += len(data)

    def read(self, place: int) -> Block:
        """A block that was appended."""
        return blocks.read(self.file, place, self.end)

    def finish(self, index: dict, table: bytes) -> None:
        """Add the index and take the name. A disk too full for the index still has room for the name."""
        with contextlib.suppress(OSError):
            self.file.truncate(self.end)
            self._write(blocks.TAIL.pack(self.append(b"indx", index, table), blocks.END))
            os.fsync(self.file.fileno())
        self.file.close()
        try:
            os.replace(self.part, self.path)
        except OSError as error:
            raise RecordingError(
                f"{self.path}: the name could not be given ({error.strerror}); all frames are in {self.part}"
            ) from error

    def discard(self) -> None:
        """Leave nothing behind."""
        self.file.close()
        self.part.unlink(missing_ok=True)


def _drafts(path: Path) -> Iterator[Path]:
    """Names for drafts that no other process, and nothing in this one, uses."""
    return (path.with_name(f"{path.name}.{os.getpid()}-{n}.part") for n in count(1))


def _new_draft(path):
    if path.is_dir():
        raise RecordingError(f"{path}: this is a folder; name a file in it, such as {path / 'run.wbrec'}")
    if not path.parent.is_dir():
        raise RecordingError(f"{path}: no such folder {path.parent}; make it, or record elsewhere")
    for draft in _drafts(path):
        try:
            # unbuffered: what was written outlives the process
            return open(draft, "xb+", buffering=0), draft
        except FileExistsError:
            continue
        except OSError as error:
            raise RecordingError(
                f"{path}: no file can be made in {path.parent} ({error.strerror}); record to another folder"
            ) from error
