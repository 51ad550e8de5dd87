"""The OBJ format, read here: the C++ reader knows no numbers that count back, and loses a row to a mark."""

import re
from itertools import chain

import numpy as np

from .mesh import MeshError

#: what some editors put before the first row
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONTINUED = re.compile(rb"\\[ \t]*\r?\n")
ANNOUNCED = re.compile(rb"^#\s*(vertices|faces):\s*(\d+)", re.MULTILINE)
RULES = {"v": "v and three numbers", "f": "f and three or more vertex numbers from 1, or from -1 back"}


def arrays(data: bytes) -> tuple[np.ndarray, np.ndarray | list]:
    """V (n, 3) float64 and F (m, 3) int64 from 0, or a list of polygons, of a whole OBJ file.

    Vertices are numbered from 1, or back from the last one so far, which is -1. Colours behind x y z, /vt/vn
    behind a corner, comments after # and all rows but v and f are left out. Raises MeshError when a row does
    not hold its numbers. A file cut at the end of a row shows it only by a comment with counts, as this
    library writes it.
    """
    vertices, faces, known = _rows(data.removeprefix(BYTE_ORDER_MARK))
    found = {b"vertices": len(vertices), b"faces": len(faces)}
    for name, count in ANNOUNCED.findall(data):
        if int(count) != found[name]:
            raise MeshError(f"expected {int(count)} {name.decode()}, as its header says, got {found[name]}")
    if not vertices:
        raise MeshError(f"expected rows of v and three numbers, got none; it begins {_shown(data)}")
    V = _numbers([row[:3] for row in vertices], np.float64, "v")
    corners = [[corner.split(b"/", 1)[0] for corner in row] for row in faces]
    flat = _numbers(corners, np.int64, "f")
    degrees = np.array([len(row) for row in corners], dtype=np.int64)
    flat = np.where(flat < 0, flat + np.repeat(known, degrees), flat - 1)
    if (degrees == 3).all():
        return V.reshape(-1, 3), flat.reshape(-1, 3)
    ends = np.cumsum(degrees).tolist()
    return V.reshape(-1, 3), [flat[end - d:end].tolist() for end, d in zip(ends, degrees, strict=True)]


def _rows(data):
    """What follows v and f in each of these rows, and how many vertices were known before each face."""
    vertices, faces, known = [], [], []
    for line in (CONTINUED.sub(b" ", data) if b"\\" in data else data).splitlines():
        words = (line.split(b"#", 1)[0] if b"#" in line else line).split()
        if words[:1] == [b"v"]:
            vertices.append(words[1:])
        elif words[:1] == [b"f"]:
            faces.append(words[1:])
            known.append(len(vertices))
    return vertices, faces, np.array(known, dtype=np.int64)


def _numbers(rows, dtype, letter):
    """The numbers of all rows one after the other. MeshError shows the first row that lacks some."""
    if (numbers := _all_of(rows, dtype, letter)) is None:
        wrong = next(row for row in rows if _all_of([row], dtype, letter) is None)
        row = b" ".join([letter.encode(), *wrong])
        raise MeshError(f"expected rows of {RULES[letter]}, got {_shown(row)}")
    return numbers


def _all_of(rows, dtype, letter):
    """The numbers of these rows, or None where one has fewer than three, a word, or a vertex called 0."""
    try:
        numbers = np.array(list(chain.from_iterable(rows)), dtype=dtype)
    except (ValueError, OverflowError):
        return None
    whole = min(map(len, rows), default=3) >= 3 and (letter == "v" or numbers.all())
    return numbers if whole else None


def _shown(row):
    return repr(bytes(row[:60]).decode("latin-1"))
