"""A file as a row of blocks: a kind, words, numbers and a checksum; readable up to wherever it was cut."""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: the version of the format that this workbench writes; it reads all up to it
FORMAT = 1

#: a file begins with a mark, spoilt by transfers that take it for text, and the format's version
MARK = b"\x8fwbrec\r\n"
START = struct.Struct("<8sI")

#: a block begins with its kind, the lengths of its words and numbers, and the checksum of all that follows
HEAD = struct.Struct("<4sIQI")
KINDS = (b"head", b"data", b"body", b"fram", b"indx")

#: a whole file ends with the place of its index, and a mark
TAIL = struct.Struct("<Q8s")
END = b"\x8fwbend\r\n"

#: a row of the index: the place of a frame, its step, its loss
ENTRY = struct.Struct("<qqd")


class RecordingError(ValueError):
    """A recording that cannot be written or read; the message says what to do."""


class Damaged(RecordingError):
    """Bytes that are no whole block; whoever catches it knows which file and what follows."""


@dataclass(frozen=True)
class Block:
    """What one block holds, and the place after it."""

    kind: bytes
    words: dict
    numbers: bytes
    end: int


def block(kind: bytes, words: dict, numbers: bytes = b"") -> bytes:
    """One block as bytes: its head, its words as JSON, its numbers."""
    text = json.dumps(words, separators=(",", ":")).encode()
    check = zlib.crc32(numbers, zlib.crc32(text, zlib.crc32(kind)))
    return b"".join((HEAD.pack(kind, len(text), len(numbers), check), text, numbers))


def read(file: BinaryIO, place: int, size: int) -> Block:
    """The block at a place of a file of that size. Raises Damaged unless whole, its checksum right."""
    kind, words, numbers = outline(file, place, size)
    file.seek(place)
    head, body = file.read(HEAD.size), file.read(words + numbers)
    if HEAD.unpack(head)[3] != zlib.crc32(body, zlib.crc32(kind)):
        raise Damaged(f"the checksum of the block at byte {place} does not hold")
    try:
        content = json.loads(body[:words])
    except ValueError as error:
        raise Damaged(f"the words at byte {place} are no words: {error}") from None
    if not isinstance(content, dict):
        raise Damaged(f"the words at byte {place} name nothing")
    return Block(kind, content, body[words:], place + HEAD.size + words + numbers)


def outline(file: BinaryIO, place: int, size: int) -> tuple[bytes, int, int]:
    """Kind and lengths (words, numbers) of the block at a place. Raises Damaged where none fits."""
    if not 0 <= place <= size - HEAD.size:
        raise Damaged(f"no block begins at byte {place} of {size}")
    file.seek(place)
    kind, words, numbers, _ = HEAD.unpack(file.read(HEAD.size))
    if kind not in KINDS or place + HEAD.size + words + numbers > size:
        raise Damaged(f"the block at byte {place} is not whole")
    return kind, words, numbers


def walk(file: BinaryIO, place: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and end of each block from a place on, up to the first that is not whole."""
    while place < size:
        try:
            kind, words, numbers = outline(file, place, size)
        except Damaged:
            return
        end = place + HEAD.size + words + numbers
        yield kind, place, end
        place = end
