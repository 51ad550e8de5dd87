"""Worlds as text: a stage's pieces as JSON, their arrays compressed and each kept once, in base64."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from workbench.recordings.numbers import encoded

#: what the bytes under these names are; under any other name they are bytes
NUMBERS = {"V": np.float32, "values": np.float32, "F": np.uint32, "E": np.uint32}

#: the parts of a world that may differ from frame to frame
FRAME = ("structures", "quantities", "plots")

#: where pieces put what is missing (see pieces.drawable), and everything below
MISSING = -1e37


class Full(Exception):
    """The arrays outgrew the bundle's limit."""


class Bundle:
    """The arrays of a page, up to `limit` bytes of base64.

    `bits` (8, 16 or None: exact) is for the values of quantities and matrices: with low and high the ends of
    its array, a value comes back within (high - low) / (2^bits - 4) / 2. Labels, shapes and curves are exact
    always, as float32 and uint32. `worlds` is how many fitted so far.
    """

    def __init__(self, bits: int | None, limit: int):
        self.bits, self.limit, self.worlds, self._size = bits, limit, 0, 0
        self._arrays: list[bytes] = []
        self._words: list[dict] = []
        self._places: dict[tuple, int] = {}

    def world(self, world: Mapping) -> dict:
        """A stage's world with {"array": place} where its bytes were. Raises Full beyond the limit."""
        kept = {part: self._kept(item, None) for part, item in world.items() if part not in FRAME}
        kept["structures"] = self._kept(world["structures"], None)
        kept["quantities"] = self._kept(world["quantities"], self.bits)
        bits = {"matrix": self.bits}
        kept["plots"] = [self._kept(piece, bits.get(piece["kind"])) for piece in world["plots"]]
        self.worlds += 1
        return kept

    def text(self, words: Mapping) -> tuple[str, str]:
        """Words that speak of the arrays, and the arrays: both compressed and in base64."""
        ends = np.cumsum([0, *map(len, self._arrays)]).tolist()
        arrays = [
            {**told, "from": low, "to": high}
            for told, low, high in zip(self._words, ends, ends[1:], strict=False)
        ]
        whole = json.dumps({**words, "arrays": arrays}, separators=(",", ":"), allow_nan=False).encode()
        return as_text(zlib.compress(whole, 9)), as_text(b"".join(self._arrays))

    def _kept(self, value, bits, name=""):
        if isinstance(value, bytes):
            return {"array": self._place(value, bits, name)}
        if isinstance(value, Mapping):
            return {key: self._kept(item, bits, key) for key, item in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._kept(item, bits, name) for item in value]
        return None if isinstance(value, float) and not np.isfinite(value) else value

    def _place(self, values, bits, name):
        key = hashlib.sha256(values).digest(), name, bits
        if key not in self._places:
            self._places[key] = len(self._arrays)
            words, numbers = _stored(np.frombuffer(values, NUMBERS.get(name, np.uint8)), bits)
            self._words.append(words)
            self._arrays.append(numbers)
            self._size += 4 * len(numbers) // 3
            if self._size > self.limit:
                raise Full
        return self._places[key]


def _stored(numbers, bits):
    """Numbers as encoded() stores them, and the words to undo it: whole ones exactly, in a small type."""
    as_ = numbers.dtype.str
    absent = numbers < MISSING
    if bits is not None and numbers.dtype.kind == "f":
        if not absent.any() and (np.abs(numbers) < 2**24).all() and (numbers == np.rint(numbers)).all():
            numbers = numbers.astype(np.int32)
        else:
            numbers = np.where(absent, np.float32(np.nan), numbers)
    words, packed = encoded(numbers, bits)
    told = {key: words[key] for key in ("stored", "low", "step") if key in words}
    return told | {"as": as_} | ({"missing": True} if absent.any() else {}), packed


def as_text(numbers: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(numbers).decode("ascii")
