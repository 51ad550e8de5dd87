"""What a hand has hit in the drawing process: the nearest vertex, with a dot at it, the face, the edge."""

import numpy as np
import polyscope as ps
from jaxtyping import Float, Int

from .light import MATERIAL, linear

#: the colour of the dot at a picked vertex, and its radius in world units
COLOR, RADIUS = (0.85, 0.12, 0.35), 0.022
#: the point that shows a picked vertex, by a name that no structure of a reader's has
MARK = "picked vertex"


class Dot:
    """The dot at a picked vertex, which stays there wherever its structure goes."""

    def __init__(self):
        self._name, self._vertex = None, 0

    def of(self, name: str) -> list:
        """The dot, where it is at a vertex of this structure."""
        return [ps.get_point_cloud(MARK)] if name == self._name else []

    def hit(self, name: str) -> dict | None:
        """The vertex that is marked, where the dot itself was hit."""
        return {"name": self._name, "vertex": self._vertex} if name == MARK and self._name else None

    def mark(self, name: str, vertex: int) -> None:
        """Put the dot at a vertex of a structure; follow() puts it in its place."""
        self._name, self._vertex = name, vertex
        dot = ps.register_point_cloud(MARK, np.zeros((1, 3)), color=linear(COLOR), material=MATERIAL)
        dot.set_radius(RADIUS, relative=False)

    def follow(self, name: str, V: Float[np.ndarray, "n 3"], stand: Float[np.ndarray, "4 4"]) -> None:
        """A structure with these vertices stands by this matrix now."""
        if self._name == name:
            ps.get_point_cloud(MARK).set_position((stand @ [*V[self._vertex], 1.0])[:3])

    def lost(self, name: str) -> None:
        """A structure is there no more."""
        if self._name == name:
            self._name = ps.remove_point_cloud(MARK)


def vertex_hit(hit, E: Int[np.ndarray, "e 2"]) -> dict:
    """{"vertex"}: the one that Polyscope found; of a tube of a curve network its nearer end, and {"edge"},
    both ends. E are the edges that the tubes show."""
    index = int(hit.structure_data.get("index", hit.local_index))
    if hit.structure_data.get("element_type") != "edge":
        return {"vertex": index}
    return {"vertex": int(E[index][round(hit.structure_data["t_edge"])]), "edge": E[index].tolist()}


def face_hit(
    point: Float[np.ndarray, " 3"], vertex: int, V: Float[np.ndarray, "n 3"], F: Int[np.ndarray, "m 3"]
) -> dict:
    """{"face", "edge"}: the face at a vertex that a point of the surface lies in, by the point's barycentric
    weights, and the edge across from the corner that weighs least. Empty where the vertex has no face."""
    around = np.flatnonzero((F == vertex).any(axis=1))
    if not len(around):
        return {}
    weights = np.array([_weights(point, *V[F[face]].astype(np.float64)) for face in around])
    best = int(weights.min(axis=1).argmax())
    corners = F[around[best]]
    edge = [int(corner) for k, corner in enumerate(corners) if k != weights[best].argmin()]
    return {"face": int(around[best]), "edge": edge}


def _weights(p, a, b, c):
    """Barycentric weights of the foot of p on the plane of a triangle; all -inf for one without area."""
    normal = np.cross(b - a, c - a)
    square = normal @ normal
    if square == 0:
        return np.full(3, -np.inf)
    second, third = np.cross(p - a, c - a) @ normal / square, np.cross(b - a, p - a) @ normal / square
    return np.array([1 - second - third, second, third])
