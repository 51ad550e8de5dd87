"""Whether a mesh file is whole, found out before a C++ reader that would crash, hang or invent numbers."""

import re

from .mesh import MeshError
from .ply import check_body, header

#: rows with a name in them, which may say anything
NAMED = re.compile(rb"^[ \t]*(?:end)?solid\b.*$", re.MULTILINE)
NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def counts(data: bytes, suffix: str) -> tuple[int, int]:
    """How many vertices and faces a whole file of this kind (".ply", ".stl") holds.

    Counts in headers are held against what follows, and every row against the numbers it must have. Raises
    MeshError, without the file's name, when something is missing or is no finite number.
    """
    return {".ply": _ply, ".stl": _stl}[suffix](data)


def is_binary_stl(data: bytes) -> bool:
    """Whether bytes are a header of 80, a count and 50 a triangle; the word "solid" proves nothing."""
    return len(data) >= 84 and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")


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
        words = NAMED.sub(b"", data.lower())
        m = words.count(b"endfacet")
        corners = len(re.findall(rb"\bvertex(?:\s+" + NUMBER + rb"){3}\s", words))
        if b"endsolid" not in data.lower() or corners != 3 * m or words.count(b"vertex") != corners:
            raise MeshError(f"expected three corners a facet and endsolid at the end, got {corners} whole "
                            f"corners for {m} whole facets: the file is cut short or no STL")
    else:
        m = int.from_bytes(data[80:84], "little") if len(data) >= 84 else 0
        raise MeshError(f"expected a binary STL of 84 + 50 * {m} bytes, as its header says, got {len(data)}")
    return 3 * m, m
