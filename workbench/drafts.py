"""Files that are there whole or not at all: a draft beside the place takes the name when it is complete."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def drafted(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write into. It takes the name `path` when the block ends well; until then, and when the block
    raises or the plug is pulled, whatever was there stays as it was.

    Raises what opening, writing and renaming raise: OSError, or what the block raises.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(draft, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
