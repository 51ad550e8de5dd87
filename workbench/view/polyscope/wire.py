"""The line between kernel and drawing process: words as JSON, numbers as bytes, nothing ever unpickled."""

import json
import os
import struct
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from workbench.view.browser.pieces import packed

#: before each message: a mark that junk does not have, and how long its words are
HEAD = struct.Struct("<4sI")
MARK = b"wb1\n"


class WireError(ValueError):
    """What came over the line is not a message of ours; the line says no more that can be trusted."""


def send(line: Connection, piece: dict) -> None:
    """Send a nested piece; values that are bytes travel as they are. Raises OSError when nobody is there."""
    content, buffers = packed(piece)
    words = json.dumps([content, [len(buffer) for buffer in buffers]]).encode()
    line.send_bytes(b"".join((HEAD.pack(MARK, len(words)), words, *buffers)))


def receive(line: Connection) -> dict:
    """The next piece. Raises EOFError or OSError when the line has ended, WireError for junk."""
    return opened(line.recv_bytes())


def serve(number: int, missing: Callable, work: Callable[[Connection], None], who: str) -> None:
    """Be the child at the other end of the line with this file descriptor, until that ends.

    missing  missing() -> what is lacking here, as a sentence that is sent instead of any work; else None
    """
    line = Connection(number)
    lacking = missing()
    if lacking:
        return send(line, {"do": "missing", "why": lacking})
    try:
        work(line)
    except (EOFError, ConnectionError):
        os._exit(0)  # the kernel has gone, or wants us no more; OpenGL's own farewell takes a second
    except WireError:
        sys.exit(f"{who} was sent something that is no message of ours")


def opened(message: bytes) -> dict:
    """A message as the piece that was sent, its numbers as bytes. Raises WireError for anything else."""
    try:
        mark, length = HEAD.unpack_from(message)
        if mark != MARK:
            raise WireError(f"a message begins with {MARK!r}, got {mark!r}")
        content, sizes = json.loads(message[HEAD.size : HEAD.size + length])
        buffers, at = [], HEAD.size + length
        for size in sizes:
            buffers.append(message[at : at + size])
            at += size
        if at != len(message) or not isinstance(content["do"], str):
            raise WireError(f"a message of {len(message)} bytes says it has {at}, or not what to do")
        return _filled(content, buffers)
    except (struct.error, ValueError, TypeError, KeyError, IndexError) as error:
        raise WireError(f"no message of ours: {error}") from None


def _filled(value, buffers):
    """The opposite of packed: bytes stand again where {"bytes": i} stands."""
    if isinstance(value, list):
        return [_filled(item, buffers) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"bytes"}:
        return buffers[value["bytes"]]
    return {key: _filled(item, buffers) for key, item in value.items()}
