"""Shapes, looks and quantities as words for JSON and arrays, and back."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass

import numpy as np

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, MeshError, PointCloud

from .blocks import Damaged, RecordingError
from .numbers import decoded, encoded

Shape = Mesh | PointCloud | CurveNetwork

#: the arrays that make a shape, in the order in which its class takes them
PARTS = {"Mesh": (Mesh, ("V", "F")), "PointCloud": (PointCloud, ("X", "normals")),
         "CurveNetwork": (CurveNetwork, ("X", "E"))}  # fmt: skip

#: kinds whose columns are quantities of their own; where bits are told, each has its own steps
COLUMNS = ("color", "vector", "uv", "curve", "scatter")


def expect_shapes(shapes: Mapping[str, object]) -> None:
    """Raise RecordingError for what is no shape that a recording can hold."""
    for name, shape in shapes.items():
        if type(shape).__name__ not in PARTS:
            raise RecordingError(
                f"{name!r} is a {type(shape).__name__}; give {', '.join(PARTS)} in cast to have it recorded"
            )


def parts(shape: Shape) -> tuple[str, dict[str, np.ndarray]]:
    """The name of a shape's class, and its arrays by name."""
    kind = type(shape).__name__
    arrays = {part: getattr(shape, part) for part in PARTS[kind][1]}
    return kind, {part: array for part, array in arrays.items() if array is not None}


def whole(kind: str, arrays: Mapping[str, np.ndarray]) -> Shape:
    """The shape that parts() took apart. Raises Damaged for what is none."""
    try:
        make, names = PARTS[kind]
        return make(*(arrays.get(name) for name in names))
    except (KeyError, MeshError) as error:
        raise Damaged(f"a structure is no {kind}: {error}") from None


def bits_for(quantity: Quantity, name: str, bits: int | None | Mapping[str, int | None]) -> int | None:
    """How many bits a quantity's numbers get; plots are exact unless their name is given."""
    if isinstance(bits, Mapping):
        return bits.get(name)
    return None if quantity.on == "plot" else bits


def expect_bits(bits: int | None | Mapping[str, int | None]) -> None:
    """Raise RecordingError for anything but None, 8 or 16, or names with one of these."""
    for told in bits.values() if isinstance(bits, Mapping) else (bits,):
        if told not in (None, 8, 16):
            raise RecordingError(f"bits is None (exact), 8 or 16, or one of these by name; got {told!r}")


def quantity_words(name: str, quantity: Quantity, place: int) -> dict:
    """What a frame says of a quantity, whose array stands at that place of the file."""
    return {"name": name, "of": quantity.of, "on": quantity.on, "kind": quantity.kind, "data": place}


def quantity_from(words: dict, array_at: Callable[[int], np.ndarray]) -> Quantity:
    """The Quantity that a frame speaks of. Raises Damaged for words that make none."""
    try:
        return Quantity(words["of"], words["on"], array_at(words["data"]), words["kind"])
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"words that make no quantity: {error}") from None


def plain(value):
    """A look or whatever says what a run was, as JSON holds it: dataclasses by their fields, without None."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, np.ndarray):
        words, numbers = encoded(value)
        return {"array": words, "base64": base64.b64encode(numbers).decode()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def unplain(value):
    """The opposite of plain, as far as arrays go; dataclasses stay the mappings they became."""
    if isinstance(value, dict):
        if set(value) == {"array", "base64"}:
            return decoded(value["array"], base64.b64decode(value["base64"]))
        return {key: unplain(item) for key, item in value.items()}
    return [unplain(item) for item in value] if isinstance(value, list) else value
