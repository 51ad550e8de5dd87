"""Whether a mesh file is whole, found out before a C++ reader that would crash, hang or invent numbers."""

import re

from .mesh import MeshError
from .ply import check_body, header

NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
CORNER = rb"0*[1-9]\d*(?:/\d*){0,2}"


def _bad_row(letter, item):
    """Rows of this letter that do not hold three or more items."""
    good = rb"[ \t]*" + item + rb"(?:[ \t]+" + item + rb"){2,}[ \t\r]*$"
    return re.compile(rb"^" + letter + rb"[ \t](?!" + good + rb").*$", re.MULTILINE)


BAD_VERTEX, BAD_FACE = _bad_row(b"v", NUMBER), _bad_row(b"f", CORNER)
ANNOUNCED = re.compile(rb"^#\s*(vertices|faces):\s*(\d+)", re.MULTILINE)


def counts(data: bytes, suffix: str) -> tuple[int, int]:
    """How many vertices and faces a whole file of this kind (".obj", ".ply", ".stl") holds.

    Counts in headers are held against what follows, and every row against the numbers it must have. Raises
    MeshError, without the file's name, when something is missing or is no finite number. An .obj file cut at
    the end of a row shows it only by a comment with counts, as this library writes it.
    """
    return {".obj": _obj, ".ply": _ply, ".stl": _stl}[suffix](data)


def is_binary_stl(data: bytes) -> bool:
    """Whether bytes are a header of 80, a count and 50 a triangle; the word "solid" proves nothing."""
    return len(data) >= 84 and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")


def _obj(data):
    for kind, bad in (("v", BAD_VERTEX), ("f", BAD_FACE)):
        wrong = bad.search(data)
        if wrong:
            rule = "v and three numbers" if kind == "v" else "f and three or more vertex numbers from 1"
            raise MeshError(f"expected rows of {rule}, got {_shown(wrong.group())}")
    found = {b"vertices": len(re.findall(rb"^v[ \t]", data, re.MULTILINE)),
             b"faces": len(re.findall(rb"^f[ \t]", data, re.MULTILINE))}
    for name, count in ANNOUNCED.findall(data):
        if int(count) != found[name]:
            raise MeshError(f"expected {int(count)} {name.decode()}, as its header says, got {found[name]}")
    if found[b"vertices"] == 0:
        raise MeshError(f"expected rows of v and three numbers, got none; it begins {_shown(data[:60])}")
    return found[b"vertices"], found[b"faces"]


def _ply(data):
    kind, elements, body = header(data)
    check_body(kind, elements, data[body:])
    found = {element.name: element.count for element in elements}
    if "face" not in found and "tristrips" in found:
        raise MeshError("expected faces, got tristrips, which are not read here; save it with faces")
    return found.get("vertex", 0), found.get("face", 0)


def _stl(data):
    if is_binary_stl(data):
        m = int.from_bytes(data[80:84], "little")
    elif data.lstrip()[:5].lower() == b"solid":
        words = data.lower()
        m = words.count(b"endfacet")
        corners = len(re.findall(rb"\bvertex(?:\s+" + NUMBER + rb"){3}\s", data, re.IGNORECASE))
        if b"endsolid" not in words or corners != 3 * m or words.count(b"vertex") != corners:
            raise MeshError(f"expected three corners a facet and endsolid at the end, got {corners} whole "
                            f"corners for {m} whole facets: the file is cut short or no STL")
    else:
        m = int.from_bytes(data[80:84], "little") if len(data) >= 84 else 0
        raise MeshError(f"expected a binary STL of 84 + 50 * {m} bytes, as its header says, got {len(data)}")
    return 3 * m, m


def _shown(row):
    return repr(bytes(row[:60]).decode("latin-1"))
