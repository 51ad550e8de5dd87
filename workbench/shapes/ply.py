"""The PLY container: its header, whether its body is whole, and the normals it may carry."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from .mesh import MeshError

NUMPY = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4", "float": "f4",
    "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
    "float32": "f4", "float64": "f8",
}

ORDER = {"binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True)
class Element:
    """count rows of properties: (name, type) of a number, (name, length's type, items' type) of a list."""

    name: str
    count: int
    properties: tuple[tuple[str, ...], ...]

    @property
    def flat(self) -> bool:
        """Whether every row has the same length."""
        return all(len(each) == 2 for each in self.properties)

    def dtype(self, order: str) -> np.dtype:
        """One row of a flat element in a binary file."""
        return np.dtype([(name, order + kind) for name, kind in self.properties])


def header(data: bytes) -> tuple[str, list[Element], int]:
    """The format ("ascii" or a key of ORDER), the elements, and where the body begins. Raises MeshError."""
    end = data.find(b"\nend_header") + 1  # a comment may speak of it
    body = data.find(b"\n", end) + 1
    if data[:3] != b"ply" or end == 0 or body == 0:
        raise MeshError("expected a PLY header from ply to end_header, got none that is whole")
    kind, elements = "", []
    try:
        for words in (line.split() for line in data[:end].decode("latin-1").splitlines()):
            if words[:1] == ["format"]:
                kind = words[1]
            elif words[:1] == ["element"]:
                elements.append(Element(words[1], int(words[2]), ()))
            elif words[:1] == ["property"]:
                last = elements.pop()
                *types, name = words[2:] if words[1] == "list" else words[1:]
                if len(types) != (2 if words[1] == "list" else 1):
                    raise ValueError(" ".join(words))
                mine = (name, *(NUMPY[word] for word in types))
                elements.append(Element(last.name, last.count, (*last.properties, mine)))
    except (IndexError, KeyError, ValueError) as error:
        raise MeshError(f"expected elements and properties of known types in the header: {error}") from None
    if any(element.count < 0 for element in elements):
        raise MeshError("expected counts of elements from 0 up in the header, got a negative one")
    if kind not in (*ORDER, "ascii"):
        raise MeshError(f"expected the format ascii, {' or '.join(ORDER)}, got {kind!r}")
    return kind, elements, body


def check_body(kind: str, elements: list[Element], body: bytes) -> None:
    """Raise MeshError unless every element has all its rows, and every row all its numbers."""
    if kind == "ascii":
        rows = [line.split() for line in body.splitlines() if line.strip()]
        for element in elements:
            mine, rows = rows[:element.count], rows[element.count:]
            whole = sum(_row_is_whole(row, element) for row in mine)
            _expect(whole, element)
        return
    at = 0
    for element in elements:
        at, whole = _walk(body, at, element, ORDER[kind])
        _expect(whole, element)


def normals(data: bytes) -> np.ndarray | None:
    """Columns nx, ny, nz of the vertices of a whole file: (n, 3), or None when it has none."""
    kind, elements, begin = header(data)
    place = [element.name for element in elements].index("vertex")
    before, vertex = elements[:place], elements[place]
    names = [each[0] for each in vertex.properties]
    if not vertex.flat or not {"nx", "ny", "nz"} <= set(names):
        return None
    body = data[begin:]
    if kind == "ascii":
        rows = [line.split() for line in body.splitlines() if line.strip()]
        rows = rows[sum(element.count for element in before):][:vertex.count]
        return np.array([[float(row[names.index(name)]) for name in ("nx", "ny", "nz")] for row in rows])
    start = 0
    for element in before:
        start, _ = _walk(body, start, element, ORDER[kind])
    rows = np.frombuffer(body, vertex.dtype(ORDER[kind]), vertex.count, start)
    return np.stack([rows[name].astype(np.float64) for name in ("nx", "ny", "nz")], axis=1)


def _expect(whole, element):
    if whole < element.count:
        raise MeshError(f"expected {element.count} rows of {element.name}, as its header says, got {whole} "
                        "whole ones: the file is cut short or holds what is no finite number")


def _row_is_whole(row, element):
    at = 0
    try:
        for each in element.properties:
            length = int(row[at]) if len(each) == 3 else 1
            at += len(each) == 3
            if length < 0 or not all(isfinite(float(token)) for token in row[at:at + length]):
                return False
            at += length
    except (IndexError, ValueError):
        return False
    return at <= len(row)


def _walk(body, at, element, order):
    """Where the element ends in a binary body, and how many of its rows are whole."""
    if element.flat:
        size = element.dtype(order).itemsize
        whole = min(element.count, max(0, len(body) - at) // size) if size else element.count
        return at + size * whole, whole
    if _all_triangles(body, at, element, order):
        sizes = [np.dtype(kind).itemsize for kind in element.properties[0][1:]]
        return at + element.count * (sizes[0] + 3 * sizes[1]), element.count
    for i in range(element.count):
        for each in element.properties:
            length = 1
            if len(each) == 3:
                head = np.dtype(order + each[1])
                if at + head.itemsize > len(body):
                    return at, i
                length = int(np.frombuffer(body, head, 1, at)[0])
                if length < 0:
                    return at, i
                at += head.itemsize
            at += length * np.dtype(each[-1]).itemsize
        if at > len(body):
            return at, i
    return at, element.count


def _all_triangles(body, at, element, order):
    """Whether every row is one list of three items: seen at once, while others are walked row by row."""
    if len(element.properties) != 1:
        return False
    _, head, item = element.properties[0]
    row = np.dtype([("degree", order + head), ("corners", order + item, 3)])
    if len(body) - at < element.count * row.itemsize:
        return False
    return bool((np.frombuffer(body, row, element.count, at)["degree"] == 3).all())
