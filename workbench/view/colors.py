"""Colours that everyone can tell apart: maps for numbers, a palette for labels, and the Look of a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Real

import numpy as np
from jaxtyping import Float, Integer, UInt8

from .textures import Texture, texture

#: perceptually uniform maps from low to high, readable with every common colour blindness
SEQUENTIAL = ("viridis", "cividis", "magma", "inferno", "plasma", "YlGnBu_r", "YlOrBr_r")
#: maps with a neutral middle, for values with a sign
DIVERGING = ("RdBu_r", "PuOr_r", "PRGn_r", "coolwarm", "PiYG")
#: maps that end where they begin, for angles and phases
CYCLIC = ("twilight",)
MAPS = SEQUENTIAL + DIVERGING + CYCLIC
#: labels: chosen by search so that any two stay apart (CIE76 distance 18 and more) for normal, protan,
#: deutan and tritan eyes as simulated by Machado et al. 2009; some are of Paul Tol's schemes (note
#: SRON/EPS/TN/09-002, 2018)
PALETTE = ("#5566AA", "#FFA600", "#44BB99", "#EE6677", "#99DDFF", "#9C5A7B", "#EEDD88", "#999933")
#: lines in plots: Paul Tol ("bright")
LINES = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#AA3377", "#66CCEE")
#: rows of a plot that have an order, such as the blocks of a network: from cool and dark to warm and light
STEPS = ("#4477AA", "#35969E", "#55B07A", "#BFAE3A", "#E08B4F", "#D9658B")
#: a surface nobody has coloured yet, and values that are missing
PLAIN, MISSING = "#D9D4CC", "#8F8F94"
#: lines and arrows nobody coloured
INK = "#3A3A42"
#: rounds through the palette, each darker than the one before, until colours begin again with the first
ROUNDS = 5
#: up to so many labels from 0 on have a name and a colour each; beyond, only those that occur do
NAMED = 256


@dataclass(frozen=True)
class Look:
    """How the structure, quantity or plot of one name is shown; None leaves the choice to the values.

    of scalars
    map        one of SEQUENTIAL, DIVERGING or CYCLIC
    low        value at the map's first colour; with high, the range is locked
    high       value at the map's last colour
    symmetric  a range from -a to a, where low and high do not say otherwise

    of every quantity
    title      words to show instead of the name
    seen       True: of the colours of its structure this one is worn; False: hidden
    labels     what label 0, 1, 2, ... are called; or the rows of a histogram
    log        logarithmic axis: y of a curve, x of a histogram
    at         of a plot of curves: the x at which it has its marker
    texture    what uv coordinates carry onto the surface: a Texture, or the name of a pattern
    length     the longest arrow of a vector quantity, as a share of the structure's radius
    width      of the lines of an edge quantity, in CSS pixels

    of structures
    wireframe  draw the edges of the faces
    opacity    from 0 to 1
    slice      (axis, share): cut away what lies beyond this share (0 to 1) of the extent along "x", "y", "z",
               of the structure with all that is on it and of those that stand over it
    """

    map: str | None = None
    low: float | None = None
    high: float | None = None
    labels: Sequence[str] = ()
    log: bool | None = None
    at: float | None = None
    title: str | None = None
    symmetric: bool | None = None
    seen: bool | None = None
    texture: Texture | str | None = None
    length: float | None = None
    width: float | None = None
    wireframe: bool = False
    opacity: float = 1.0
    slice: tuple[str, float] | None = None

    def __post_init__(self):
        """Raises ValueError for what no stage can draw: a stage keeps what it was told for good."""
        object.__setattr__(self, "labels", tuple(self.labels))
        for word in ("low", "high", "at", "length", "width", "opacity"):
            value = getattr(self, word)
            if not (_is_number(value) or (value is None and word != "opacity")):
                raise ValueError(f"{word} is a finite number, got {value!r}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low is not above high, got low = {self.low} and high = {self.high}")
        if self.title is not None and not isinstance(self.title, str):
            raise ValueError(f"title is words, got {self.title!r}")
        if self.slice is not None and not _is_slice(self.slice):
            raise ValueError(f"slice is (axis, share) with axis x, y or z, got {self.slice!r}")
        if self.texture is not None:
            texture(self.texture)
        if self.map is not None and self.map not in MAPS:
            raise ValueError(f"no colour map {self.map!r} here; there are {', '.join(MAPS)}")


def _is_number(value):
    return isinstance(value, Real) and bool(np.isfinite(value))


def _is_slice(value):
    pair = isinstance(value, tuple | list) and len(value) == 2
    return pair and value[0] in ("x", "y", "z") and _is_number(value[1])


@dataclass(frozen=True)
class Scale:
    """A colour map with the numbers at its two ends."""

    map: str
    low: float
    high: float


def scale(values: Float[np.ndarray, " n"] | Integer[np.ndarray, " n"], look: Look = Look()) -> Scale:
    """The map and range for scalars: what the look says, else diverging and symmetric where signs are mixed.

    Mixed means that the smaller side reaches a tenth of the larger one. Missing and infinite values do
    not count.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    signed = min(-low, high) > 0.1 * max(-low, high) if look.symmetric is None else look.symmetric
    if signed:
        low, high = min(low, -high), max(high, -low)
    low = low if look.low is None else look.low
    high = high if look.high is None else look.high
    # two ends that are one number to the browser's float32 would have it divide by zero
    above = low + 1e-6 * max(abs(low), 1e-6)
    return Scale(look.map or (DIVERGING[0] if signed else SEQUENTIAL[0]), low, high if high > low else above)


@cache
def lut(name: str) -> UInt8[np.ndarray, "256 3"]:
    """A colour map as 256 rows of red, green, blue in 0..255; read-only, because it is made once."""
    import matplotlib

    colors = np.round(255 * matplotlib.colormaps[name](np.linspace(0, 1, 256))[:, :3]).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def rgb(code: str) -> Float[np.ndarray, " 3"]:
    """'#77AADD' as red, green, blue in [0, 1]: shape (3,)."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def label_colors(count: int) -> Float[np.ndarray, "n 3"]:
    """A colour for each label, shape (count, 3) in [0, 1]; past its end the palette returns, darker."""
    round_, place = np.divmod(np.arange(count), len(PALETTE))
    return np.array([rgb(code) for code in PALETTE])[place] * (0.72 ** (round_ % ROUNDS))[:, None]


def label_keys(values: Integer[np.ndarray, " n"], look: Look = Look()) -> Integer[np.ndarray, " k"]:
    """The labels that are named and coloured, ascending: 0, 1, ... to the largest that there is or that has a
    name; where that is NAMED or more, only those that occur. Negative ones are missing."""
    largest = int(values.max()) if values.size else -1
    count = max(largest + 1, len(look.labels))
    return np.arange(count) if count <= NAMED else np.unique(values[values >= 0])


def label_names(keys: Integer[np.ndarray, " k"], look: Look = Look()) -> list[str]:
    """What these labels are called: as the look says, else by their numbers."""
    return [look.labels[key] if key < len(look.labels) else str(key) for key in keys.tolist()]


def label_places(values: Integer[np.ndarray, " n"], look: Look = Look()) -> Integer[np.ndarray, " n"]:
    """Where each label stands among label_keys(values, look); -1 for what is missing."""
    return np.where(values < 0, -1, np.searchsorted(label_keys(values, look), values))


def label_table(
    values: Integer[np.ndarray, " n"], look: Look = Look()
) -> tuple[Integer[np.ndarray, " n"], Float[np.ndarray, "m 3"]]:
    """For each label its row in a table of colours, and the table; its last row, -1, is for the missing."""
    colors = label_colors(len(label_keys(values, look)))
    return label_places(values, look), np.vstack([colors, rgb(MISSING)])


def colors_of(values: np.ndarray, kind: str, look: Look = Look()) -> Float[np.ndarray, "n 3"]:
    """The colour of each value of a scalar, label or color quantity: shape (n, 3) in [0, 1]."""
    if kind == "color":
        known = np.isfinite(values).all(axis=1, keepdims=True)
        return np.where(known, np.clip(values.astype(np.float64), 0, 1), rgb(MISSING))
    if kind == "label":
        places, colors = label_table(values, look)
        return colors[places]
    by, missing = scale(values, look), ~np.isfinite(values)
    share = np.clip((np.where(missing, by.low, values) - by.low) / (by.high - by.low), 0, 1)
    colors = lut(by.map)[np.round(255 * share).astype(int)] / 255.0
    return np.where(missing[:, None], rgb(MISSING), colors)
