"""Nested dissection: an order in which eliminating the vertices of a mesh fills in little."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class Front:
    """The vertices start .. stop - 1 of an elimination order, eliminated together.

    boundary  (b,) the later vertices that they are then coupled to, ascending
    late      (q,) by own edge: place of its later end among start .. stop - 1 followed by boundary
    early     (q,) by own edge: place of its earlier end
    edges     where the own edges lie in Fronts.edges: those whose earlier end is eliminated here
    children  fronts whose boundary starts here, each with the runs of its boundary that stay neighbours:
              (start, stop, place of start among the vertices of this front)
    """

    start: int
    stop: int
    boundary: Int[np.ndarray, " b"]
    late: Int[np.ndarray, " q"]
    early: Int[np.ndarray, " q"]
    edges: slice
    children: tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...]


@dataclass(frozen=True, eq=False)
class Fronts:
    """An elimination order of a graph, cut into fronts; a front comes after its children.

    order  (n,) the vertex at each position
    edges  (e,) the edges sorted by the position of their earlier end
    late   (e,) and early (e,): the positions of both ends of the edges so sorted
    """

    order: Int[np.ndarray, " n"]
    edges: Int[np.ndarray, " e"]
    late: Int[np.ndarray, " e"]
    early: Int[np.ndarray, " e"]
    fronts: tuple[Front, ...]


def fronts(edges: Int[np.ndarray, "e 2"], X: Float[np.ndarray, "n 3"], leaf: int = 32) -> Fronts:
    """Cut a graph on the points X in two, the halves again, down to `leaf` vertices; separators go last.

    On a surface of n vertices the fronts hold O(n log n) numbers (George 1973). Positions only steer the
    cuts, any X is correct. Each edge must come once.
    """
    label = _dissected(edges, X, leaf)
    order = _along_separators(edges, label, _descendants_first(label))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    ends = np.sort(place[edges], axis=1)
    by_early = np.lexsort(ends.T[::-1])
    early, late = ends[by_early].T
    return Fronts(order, by_early, late, early, _linked(label[order], early, late))


def _dissected(edges, X, leaf):
    """A number per vertex: part p is split into 2 p and 2 p + 1, and its separator keeps p."""
    label, whole = np.ones(len(X), dtype=np.int64), np.ones(len(X), dtype=bool)
    while True:
        large = np.bincount(label[whole]) > leaf
        whole[whole] = large[label[whole]]
        if not whole.any():
            return label
        upper = _upper_half(label, whole, X)
        separator = _separator(edges, label, whole, upper)
        whole &= ~separator
        label[whole] = 2 * label[whole] + upper[whole]


def _upper_half(label, whole, X) -> Bool[np.ndarray, " n"]:
    """Whether a vertex lies beyond the median of its part, along the axis on which the part is widest."""
    at = np.flatnonzero(whole)
    part, names = np.unique(label[at], return_inverse=True)[1], X[at]
    least, most = np.full((part.max() + 1, 3), np.inf), np.full((part.max() + 1, 3), -np.inf)
    np.minimum.at(least, part, names)
    np.maximum.at(most, part, names)
    widest = (most - least).argmax(axis=1)
    sorted_ = np.lexsort((names[np.arange(len(at)), widest[part]], part))
    sizes = np.bincount(part)
    rank = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    upper = np.zeros(len(label), dtype=bool)
    upper[at[sorted_]] = rank >= np.repeat(sizes // 2, sizes)
    return upper


def _separator(edges, label, whole, upper) -> Bool[np.ndarray, " n"]:
    """The ends, on one side of each part, of the edges that cross its cut: on the side that has fewer."""
    a, b = edges.T
    crossing = whole[a] & whole[b] & (label[a] == label[b]) & (upper[a] != upper[b])
    ends = np.unique(edges[crossing])
    above, below = ends[upper[ends]], ends[~upper[ends]]
    n = label.max() + 1
    fewer_above = np.bincount(label[above], minlength=n) < np.bincount(label[below], minlength=n)
    separator = np.zeros(len(label), dtype=bool)
    separator[above[fewer_above[label[above]]]] = True
    separator[below[~fewer_above[label[below]]]] = True
    return separator


def _descendants_first(label):
    """Vertices sorted so that what was split off comes before its separator, subtree after subtree."""
    depth = np.frexp(label.astype(float))[1]
    end = (label + 1) << (depth.max() - depth)
    return np.lexsort((label, -depth, end))


def _along_separators(edges, label, order):
    """The same, but each separator in the order in which its vertices' first neighbours are eliminated.

    What a front leaves then lies in few runs of its parent's rows, which are added faster than single rows.
    """
    n = len(order)
    place, first = np.empty(n, dtype=np.int64), np.full(n, n)
    place[order] = np.arange(n)
    for one, other in (edges.T, edges.T[::-1]):
        np.minimum.at(first, one, place[other])
    part = np.cumsum(np.diff(label[order], prepend=-1) != 0)
    return order[np.lexsort((first[order], part))]


def _runs(slots):
    """Ascending numbers as runs of successive ones: (start, stop, first number)."""
    starts = np.flatnonzero(np.diff(slots, prepend=-2) != 1)
    stops = np.append(starts[1:], len(slots))
    return tuple(zip(starts.tolist(), stops.tolist(), slots[starts].tolist(), strict=True))


def _linked(label, early, late):
    """The fronts of sorted labels: their boundaries, from the edges and from the fronts before them."""
    starts = np.flatnonzero(np.diff(label, prepend=-1))
    stops = np.append(starts[1:], len(label))
    owner = np.repeat(np.arange(len(starts)), stops - starts)
    cuts = np.searchsorted(early, np.append(starts, len(label)))
    found, waiting = [], [[] for _ in starts]
    for front, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        own = slice(int(cuts[front]), int(cuts[front + 1]))
        reached = np.concatenate([late[own], *(found[child].boundary for child in waiting[front])])
        boundary = np.unique(reached[reached >= stop])
        members = np.concatenate([np.arange(start, stop), boundary])
        children = tuple((child, _runs(np.searchsorted(members, found[child].boundary)))
                         for child in waiting[front])
        found.append(Front(start, stop, boundary, np.searchsorted(members, late[own]), early[own] - start,
                           own, children))
        if len(boundary):
            waiting[owner[boundary[0]]].append(front)
    return tuple(found)
