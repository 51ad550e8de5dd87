"""A ledger file: JSON lines that are only ever appended, and that survive a kill in the middle of one."""

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]

#: what makes a record one that cannot be appended twice
WHOSE = ("run", "claim")


class LedgerWarning(UserWarning):
    """A line of a ledger that is no record, and was left out."""


def read(path: str | Path) -> list[dict[str, Any]]:
    """The records of a ledger in the order in which they were written; none where there is no file.

    A line that is no record, such as one that a kill tore, is skipped; a LedgerWarning names it.
    """
    path, records = Path(path), []
    if not path.exists():
        return records
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            assert isinstance(record, dict) and all(word in record for word in WHOSE)
            records.append(record)
        except (ValueError, AssertionError):
            words = f"{path}, line {number}: no record (a write that was cut short?), left out: {line[:60]!r}"
            warnings.warn(LedgerWarning(words), stacklevel=2)
    return records


def append(path: str | Path, records: Sequence[Record]) -> int:
    """Add records to a ledger, all in one write, then make sure of the disk; how many were new.

    A record of a run and claim that the ledger has already is not written again, so what is asked twice after
    a kill counts once. What stands in the file is never touched: a torn last line is closed by a line's end.
    Raises OSError when the file cannot be written, ValueError for numbers that JSON cannot hold.
    """
    path = Path(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LedgerWarning)
        known = {tuple(old[word] for word in WHOSE) for old in read(path)}
    fresh = [one for one in records if tuple(one[word] for word in WHOSE) not in known]
    if not fresh:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(dict(one), ensure_ascii=False, allow_nan=False) + "\n" for one in fresh)
    with open(path, "ab") as file:
        torn = b"\n" if _torn(path) else b""
        os.write(file.fileno(), torn + text.encode())
        os.fsync(file.fileno())
    return len(fresh)


def _torn(path):
    content = path.read_bytes()[-1:]
    return content not in (b"", b"\n")
