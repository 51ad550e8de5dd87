"""The OFF format, read here: the C++ reader takes words and NaN for zero and repeats missing corners."""

import re

import numpy as np

from .mesh import MeshError
from .obj import BYTE_ORDER_MARK

#: vertices may have texture coordinates, colours and normals, all of them behind x y z
HEADER = re.compile(rb"(?:ST)?C?N?OFF")


def arrays(data: bytes) -> tuple[np.ndarray, np.ndarray | list]:
    """V (n, 3) float64 and F (m, 3) int64, or a list of polygons, of a whole OFF file.

    Comments after # are skipped; the counts may stand behind OFF; what follows x y z (in COFF, NOFF, STOFF)
    and the corners of a face (colours) is left out. Raises MeshError when rows are missing or hold what is
    no number.
    """
    text = data.removeprefix(BYTE_ORDER_MARK)
    lines = [line for raw in text.splitlines() if (line := raw.split(b"#", 1)[0].strip())]
    begun = HEADER.match(lines[0]) if lines else None
    if begun is None:
        raise MeshError(f"expected a first line OFF, got {lines[0][:60] if lines else b''!r}")
    if begun.end() < len(lines[0]):
        lines = [b"OFF", lines[0][begun.end():], *lines[1:]]
    n, m = _counts(lines)
    rows = [line.split() for line in lines[2:2 + n + m]]
    if len(rows) < n + m:
        raise MeshError(f"expected {n} vertices and {m} faces, as its header says, got {len(rows)} rows: "
                        "the file is cut short")
    V = _table([row[:3] for row in rows[:n]], 3, np.float64, "vertex")
    if all(row[0] == b"3" for row in rows[n:]):
        return V, _table([row[1:4] for row in rows[n:]], 3, np.int64, "face")
    degrees = _table([row[:1] for row in rows[n:]], 1, np.int64, "corner count of face")[:, 0]
    return V, [_table([row[1:1 + d]], d, np.int64, "face")[0].tolist()
               for row, d in zip(rows[n:], degrees.tolist(), strict=True)]


def _counts(lines):
    try:
        n, m = (int(token) for token in lines[1].split()[:2])
        if min(n, m) < 0:
            raise ValueError
    except (IndexError, ValueError):
        raise MeshError(f"expected counts of vertices and faces, got {b''.join(lines[1:2])[:60]!r}") from None
    return n, m


def _table(rows, columns, dtype, what):
    """Rows of as many numbers: (len(rows), columns). MeshError names the first row that is not."""
    try:
        return np.array(rows, dtype=dtype).reshape(len(rows), columns)
    except (ValueError, OverflowError):
        for i, row in enumerate(rows):
            _expect_row(row, columns, dtype, what, i)
        raise


def _expect_row(row, columns, dtype, what, i):
    try:
        if len(np.array(row, dtype=dtype)) == columns:
            return
    except (ValueError, OverflowError):
        pass
    raise MeshError(f"expected {columns} numbers for {what} {i}, got {b' '.join(row)[:60]!r}")
