"""Exact geodesic distance on a triangle mesh: windows of straight rays, unfolded from face to face."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from workbench.shapes.diagnosis import several_fans
from workbench.shapes.mesh import Mesh, MeshError
from workbench.shapes.topology import seams


@dataclass(frozen=True, eq=False)
class HalfEdges:
    """Half-edge 3 f + c runs from corner c to the next corner of face f, which lies to its left.

    tail, head, apex  (3m,) vertices: start, end, and the third one of the face
    twin              (3m,) the half-edge of the neighbour that runs back, -1 on the boundary
    length            (3m,)
    apex_at           (3m, 2) the apex, above, when the tail is at (0, 0) and the head at (length, 0)
    """

    tail: Int[np.ndarray, " h"]
    head: Int[np.ndarray, " h"]
    apex: Int[np.ndarray, " h"]
    twin: Int[np.ndarray, " h"]
    length: Float[np.ndarray, " h"]
    apex_at: Float[np.ndarray, "h 2"]

    @classmethod
    def of(cls, mesh: Mesh) -> "HalfEdges":
        """Raises MeshError where faces do not meet in pairs of opposite direction, or have no area."""
        tail, head, apex = (np.roll(mesh.F, -c, axis=1).ravel() for c in range(3))
        forth, back = tail * mesh.n_vertices + head, head * mesh.n_vertices + tail
        order = np.argsort(forth)
        if (np.diff(forth[order]) == 0).any() or not (mesh.face_areas > 0).all():
            raise MeshError("exact distance needs oriented manifold faces with area; try repair(mesh)")
        place = order[np.minimum(np.searchsorted(forth, back, sorter=order), len(order) - 1)]
        along, aside = mesh.V[head] - mesh.V[tail], mesh.V[apex] - mesh.V[tail]
        length = np.linalg.norm(along, axis=1)
        x = np.einsum("hc,hc->h", along, aside) / length
        y = 2 * np.repeat(mesh.face_areas, 3) / length
        twin = np.where(forth[place] == back, place, -1)
        return cls(tail, head, apex, twin, length, np.stack([x, y], axis=1))

    def turning(self, n: int) -> Bool[np.ndarray, " n"]:
        """Vertices that a shortest path may bend at, (n,).

        There are more than 2 pi around them, or they lie on the boundary, or several fans touch in them.
        """
        corner = np.arctan2(self.apex_at[:, 1], self.apex_at[:, 0])
        around = np.bincount(self.tail, corner, n)
        open_edges = self.twin < 0
        around[self.tail[open_edges]] = around[self.head[open_edges]] = np.inf
        T = self.tail.reshape(-1, 3)
        around[several_fans(T, seams(T))] = np.inf
        return around > 2 * np.pi + 1e-9


@dataclass(frozen=True, eq=False)
class Windows:
    """Bundles of rays that cross half-edges into their faces.

    edge   (w,) half-edge; with its tail at (0, 0) and head at (length, 0), the face above,
    span   (w, 2) the rays cross between these x,
    image  (w, 2) and come from this point below, where the root unfolds to
    root   (w,) the vertex they left, a source or a turning vertex
    start  (w,) its distance when they left
    """

    edge: Int[np.ndarray, " w"]
    span: Float[np.ndarray, "w 2"]
    image: Float[np.ndarray, "w 2"]
    root: Int[np.ndarray, " w"]
    start: Float[np.ndarray, " w"]

    def __getitem__(self, chosen) -> "Windows":
        return Windows(*(array[chosen] for array in vars(self).values()))

    def nearest(self) -> Float[np.ndarray, " w"]:
        """Distance of the closest point of the window, (w,)."""
        x = np.clip(self.image[:, 0], self.span[:, 0], self.span[:, 1])
        return self.start + np.hypot(x - self.image[:, 0], self.image[:, 1])


def joined(windows: list[Windows]) -> Windows:
    columns = zip(*(vars(w).values() for w in windows), strict=True)
    return Windows(*(np.concatenate(arrays) for arrays in columns))


def leaving(half: HalfEdges, distance: Float[np.ndarray, " n"], at: Bool[np.ndarray, " n"]) -> Windows:
    """The windows that leave vertices: all rays across the opposite side of every face around them."""
    opposite = np.flatnonzero(at[half.apex] & (half.twin >= 0))
    length, (x, y) = half.length[opposite], half.apex_at[opposite].T
    root = half.apex[opposite]
    span = np.stack([np.zeros_like(length), length], axis=1)
    return Windows(half.twin[opposite], span, np.stack([length - x, -y], axis=1), root, distance[root])


def across(half: HalfEdges, w: Windows) -> tuple[Windows, Int[np.ndarray, " v"], Float[np.ndarray, " v"]]:
    """Windows behind the faces that w enters, and the vertices these rays hit with their distances."""
    apex = half.apex_at[w.edge]
    meets = w.image[:, 0] + (apex - w.image)[:, 0] * -w.image[:, 1] / (apex - w.image)[:, 1]
    slack = 1e-9 * half.length[w.edge]
    hit = (w.span[:, 0] - slack <= meets) & (meets <= w.span[:, 1] + slack)
    length_to_apex = np.hypot(*(apex - w.image).T)
    base = w.edge - w.edge % 3
    onward, backward = base + (w.edge + 1) % 3, base + (w.edge + 2) % 3
    zero, head = np.zeros_like(apex), np.stack([half.length[w.edge], np.zeros(len(apex))], axis=1)
    low, high = w.span.T
    right = _behind(half, w, onward, apex, head, np.stack([np.maximum(low, meets), high], axis=1))
    left = _behind(half, w, backward, zero, apex, np.stack([low, np.minimum(high, meets)], axis=1))
    return joined([right, left]), half.apex[w.edge[hit]], (w.start + length_to_apex)[hit]


def _behind(half, w, side, begin, end, span):
    """The part of w whose rays enter within span and leave through the side from begin to end."""
    there = (span[:, 1] - span[:, 0] > 1e-12 * half.length[w.edge]) & (half.twin[side] >= 0)
    w, side, begin, end, span = w[there], side[there], begin[there], end[there], span[there]
    length = half.length[side]
    e = (end - begin) / length[:, None]
    to_begin = begin - w.image
    crossing = []
    for x in span.T:
        d = np.stack([x - w.image[:, 0], -w.image[:, 1]], axis=1)
        crossing.append(np.clip(-_turn(to_begin, d) / _turn(e, d), 0, length))
    image = np.stack([-np.einsum("wc,wc->w", to_begin, e), _turn(to_begin, e)], axis=1)
    return Windows(half.twin[side], np.stack(crossing, axis=1), image, w.root, w.start)


def _turn(a, b):
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def useful(
    half: HalfEdges, w: Windows, distance: Float[np.ndarray, " n"], slack: float
) -> Bool[np.ndarray, " w"]:
    """Windows that can still carry a shortest path (the filter of Xin and Wang 2009), (w,).

    Not those whose rays are all overtaken from a vertex of the edge or of the face behind, which shows
    at the end of the window farther from that vertex; nor those whose root has since been reached on a
    shorter way.
    """
    low, high = w.span.T
    near, far = (w.start + np.hypot(x - w.image[:, 0], w.image[:, 1]) for x in (low, high))
    length, twin = half.length[w.edge], half.twin[w.edge]
    by_tail = distance[half.tail[w.edge]] + high
    by_head = distance[half.head[w.edge]] + length - low
    x, y = length - half.apex_at[twin, 0], half.apex_at[twin, 1]        # the vertex behind, y below the edge
    behind = distance[half.apex[twin]]
    overtaken = behind + np.hypot(x - low, y) < near - slack
    overtaken &= behind + np.hypot(x - high, y) < far - slack
    overtaken |= (by_tail < far - slack) | (by_head < near - slack)
    return ~overtaken & (distance[w.root] >= w.start - slack) & np.isfinite(near + far)


def window_distance(mesh: Mesh, sources: Int[np.ndarray, " s"]) -> Float[np.ndarray, " n"]:
    """Length of the shortest path over the faces from the nearest source, (n,); inf where none leads.

    Windows are unfolded in fronts one mean edge apart, all of a front at once (Chen and Han 1990; Ying,
    Xin, He 2014). Raises MeshError when the mesh is not oriented and manifold along edges, or has a face
    without area.
    """
    half = HalfEdges.of(mesh)
    turning = half.turning(mesh.n_vertices)
    distance = np.full(mesh.n_vertices, np.inf)
    distance[sources] = 0
    waiting = np.isin(np.arange(mesh.n_vertices), sources)
    step = half.length.mean()
    slack = 1e-10 * step
    pool = leaving(half, distance, np.zeros_like(waiting))
    while waiting.any() or len(pool.edge):
        reach = pool.nearest()
        front = min(reach.min(initial=np.inf), distance[waiting].min(initial=np.inf)) + step
        leave = waiting & (distance <= front)
        waiting &= ~leave
        now = joined([pool[reach <= front], leaving(half, distance, leave)])
        born, hit, found = across(half, now[useful(half, now, distance, slack)])
        beside = leave[half.tail]
        hit = np.concatenate([hit, half.head[beside], half.tail[leave[half.head]]])
        found = np.concatenate([found, (distance[half.tail] + half.length)[beside],
                                (distance[half.head] + half.length)[leave[half.head]]])
        before = distance.copy()
        np.minimum.at(distance, hit, found)
        waiting |= turning & (distance < before - slack)
        pool = joined([pool[reach > front], born])
        pool = pool[useful(half, pool, distance, slack)]
    return distance
