"""How triangles hang together: seams along edges, fans around vertices, pieces and sides, on bare arrays."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True, eq=False)
class Seams:
    """The half-edges of m triangles, sorted by the undirected edge they lie on.

    Half-edge h = 3 f + c runs from corner c of triangle f to the next corner.

    half   (3 m,)  half-edges, those of one edge side by side
    first  (e,)    where an edge's half-edges begin in half
    count  (e,)    how many there are: 1 on the boundary, 2 inside, more where the edge is not manifold
    ends   (e, 2)  the edge's vertices i < j, in lexicographic order
    ahead  (3 m,)  by half-edge: whether it runs from i to j
    """

    half: Int[np.ndarray, " h"]
    first: Int[np.ndarray, " e"]
    count: Int[np.ndarray, " e"]
    ends: Int[np.ndarray, "e 2"]
    ahead: Bool[np.ndarray, " h"]

    def pairs(self, most: int | None = 2) -> Int[np.ndarray, "2 p"]:
        """Half-edges that share an edge, two by two along a chain: (2, p).

        most = 2 leaves out edges of more faces, None leaves out none.
        """
        after = np.ones(len(self.half), dtype=bool)
        after[self.first] = False
        if most is not None and (self.count > most).any():
            after &= np.repeat(self.count <= most, self.count)
        at = np.flatnonzero(after)
        return np.stack([self.half[at - 1], self.half[at]])


def seams(T: Int[np.ndarray, "m 3"]) -> Seams:
    """Sort the half-edges of triangles by edge; no triangle may name a vertex twice."""
    start, end = T.ravel(), T[:, [1, 2, 0]].ravel()
    ahead = start < end
    low, high = np.where(ahead, start, end), np.where(ahead, end, start)
    reach = high.max(initial=0) + 1
    half, ordered = _sorted(low * reach + high)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    count = np.diff(first, append=len(half))
    return Seams(half, first, count, np.stack(np.divmod(ordered[first], reach), axis=1), ahead)


def fans(T: Int[np.ndarray, "m 3"], seam: Seams, most: int | None = None) -> Int[np.ndarray, " h"]:
    """The fan that each corner 3 f + c belongs to: triangles around one vertex, joined edge by edge: (3 m,).

    A vertex with one fan is manifold. most = 2 does not pass across edges of more than two faces.
    """
    one, two = seam.pairs(most)
    start = T.ravel()
    after_one, after_two = _following(one), _following(two)
    same = start[one] == start[two]
    mine, other = np.where(same, two, after_two), np.where(same, after_two, two)
    return pieces(T.size, np.concatenate([one, after_one]), np.concatenate([mine, other]))


def pieces(n: int, a: Int[np.ndarray, " p"], b: Int[np.ndarray, " p"]) -> Int[np.ndarray, " n"]:
    """Connected components of n things joined in pairs (a, b), numbered from 0 by their first thing: (n,)."""
    pairs = a.astype(np.int32), b.astype(np.int32)
    graph = csr_matrix((np.ones(len(a), dtype=np.int8), pairs), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Sides:
    """Which triangles agree on a side, flooded across every edge of two faces.

    patch    (m,)  the patch of each triangle: what such edges join
    against  (m,)  whether it faces against the majority of its patch (on a tie, against its first triangle)
    twisted  (m,)  whether its patch has only one side, like a Moebius band
    """

    patch: Int[np.ndarray, " m"]
    against: Bool[np.ndarray, " m"]
    twisted: Bool[np.ndarray, " m"]


def sides(seam: Seams) -> Sides:
    """Flood orientation on the double cover: every triangle twice, as it is and turned over.

    Two triangles agree when they run along their edge in opposite directions; then equal copies are joined,
    else unequal ones. A patch whose two copies of a triangle meet has one side only.
    """
    m = len(seam.half) // 3
    one, two = seam.pairs(2)
    turned = seam.ahead[one] == seam.ahead[two]
    f, g = one // 3, two // 3
    if not turned.any():
        patch = pieces(m, f, g)
        return Sides(patch, np.zeros(m, dtype=bool), np.zeros(m, dtype=bool))
    label = pieces(2 * m, np.concatenate([f, f + m]), np.concatenate([g + m * turned, g + m * ~turned]))
    plain, over = label[:m], label[m:]
    patch = np.unique(np.minimum(plain, over), return_inverse=True)[1].reshape(m)
    odd = plain > over
    votes = np.bincount(patch, odd)
    against = odd ^ (2 * votes > np.bincount(patch))[patch]
    twisted = plain == over
    return Sides(patch, against & ~twisted, twisted)


def loops(edges: Int[np.ndarray, "b 2"]) -> int:
    """How many connected curves boundary edges form."""
    used, ends = np.unique(edges, return_inverse=True)
    ends = ends.reshape(edges.shape)
    return int(pieces(len(used), ends[:, 0], ends[:, 1]).max(initial=-1)) + 1


def _sorted(code):
    """The order that sorts whole numbers, stable, and the sorted numbers."""
    room = max(len(code), 1).bit_length()
    if int(code.max(initial=0)).bit_length() + room > 63:
        order = np.argsort(code, kind="stable")
        return order, code[order]
    # Plain numbers sort several times faster than an order is found: so the order travels in the low bits.
    packed = np.sort(code << room | np.arange(len(code)))
    return packed & ((1 << room) - 1), packed >> room


def _following(h):
    """The next half-edge of the same triangle."""
    return np.where(h % 3 == 2, h - 2, h + 1)
