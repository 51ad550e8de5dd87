"""From whatever claims to be a mesh to the triangles one can work on, and what fell out on the way."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from .mesh import Mesh, MeshError, cross


@dataclass(frozen=True, eq=False)
class Sieved:
    """What is left of (V, F), and what is not.

    V       (n, 3)  the vertices as given, NaN and all
    U       (n, 3)  the same at a safe scale: centred, largest coordinate 1, zero where unfinite or unnamed
    scale   length of one unit of U in V; 0 where all vertices coincide
    noise   rounding of the coordinates in units of U: 2^-52 max |V| / scale
    T       (t, 3)  triangles with three different, finite vertices, some area and no copy before them
    origin  (t,)    the face of F that each came from
    Z       (z, 3)  triangles with three different, finite vertices and no area
    fallen  kind of defect -> the faces (vertices for "non-finite vertex") that have it, ascending
    named   (n,)    vertices that some face of F names
    """

    V: Float[np.ndarray, "n 3"]
    U: Float[np.ndarray, "n 3"]
    scale: float
    noise: float
    T: Int[np.ndarray, "t 3"]
    origin: Int[np.ndarray, " t"]
    Z: Int[np.ndarray, "z 3"]
    fallen: dict[str, Int[np.ndarray, " _"]]
    named: Bool[np.ndarray, " n"]


def sieve(V, F) -> Sieved:
    """Take (V, F) apart: see Sieved. F is an (m, d) array or a list of polygons, of any dtype and content.

    Raises MeshError when V is no (n, 3) array of real numbers or F is no list of faces: there is no telling.
    """
    V, fallen = _vertices(V), {}
    corners, degrees = _polygons(F, fallen)
    T, origin = _triangles(corners, degrees, fallen)
    a, b, c = T.T
    inside = (np.minimum(np.minimum(a, b), c) >= 0) & (np.maximum(np.maximum(a, b), c) < len(V))
    T, origin = _keep(T, origin, "index out of range", inside, fallen)
    named = np.zeros(len(V), dtype=bool)
    named[T] = True
    finite = np.isfinite(V).all(axis=1)
    fallen["non-finite vertex"] = np.flatnonzero(~finite)
    if not finite.all():
        sound = finite[T].all(axis=1)
        T, origin = T[sound], origin[sound]
    U, scale, noise = _safe(V, finite & named)
    a, b, c = T.T
    T, origin = _keep(T, origin, "repeated index", (a != b) & (b != c) & (c != a), fallen)
    thin = flat(U, T, noise)
    Z = T[thin]
    T, origin = _keep(T, origin, "zero area", ~thin, fallen)
    T, origin = _keep(T, origin, "duplicate face", first_copies(T, len(V)), fallen)
    return Sieved(V, U, scale, noise, T, origin, Z, fallen, named)


def flat(U: Float[np.ndarray, "n 3"], T: Int[np.ndarray, "m 3"], noise: float) -> Bool[np.ndarray, " m"]:
    """Whether a triangle's height is below 16 roundings of its coordinates, so that it has no area: (m,)."""
    a, b, c = U[T.T]
    ab, bc, ca = b - a, c - b, a - c
    longest = np.maximum(np.maximum(_squared(ab), _squared(bc)), _squared(ca))
    return _squared(cross(ab, bc)) <= (16 * noise) ** 2 * longest


def first_copies(T: Int[np.ndarray, "m 3"], n: int) -> Bool[np.ndarray, " m"]:
    """Whether no earlier triangle has the same three vertices, in whatever order: (m,)."""
    a, b, c = T.T
    low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    rows = np.stack([low, a + b + c - low - high, high])
    first = np.ones(len(T), dtype=bool)
    # Usually there are no copies, and sorting numbers says so faster than sorting rows does. Products that
    # wrap around may meet by chance, but equal rows always meet.
    if (np.diff(np.sort((rows[0] * n + rows[1]) * n + rows[2])) > 0).all():
        return first
    order = np.lexsort(rows[::-1])
    copy = (np.diff(rows[:, order], prepend=-1) == 0).all(axis=0)
    first[order[copy]] = False
    return first


def _squared(X):
    return np.einsum("mi,mi->m", X, X)


def _vertices(V):
    if isinstance(V, Mesh):
        raise MeshError("give a Mesh alone, or V and F; got a Mesh where V belongs")
    try:
        V = np.asarray(V)
    except (ValueError, TypeError, RuntimeError) as error:
        raise MeshError(f"V must be an array of numbers: {error}") from error
    if V.dtype.kind not in "iuf" or V.ndim != 2 or V.shape[1] != 3:
        raise MeshError(f"V has shape (n, 3) and real numbers, got shape {V.shape} of {V.dtype}")
    return V.astype(np.float64)


def _polygons(F, fallen):
    """All corners in a row as int64, -1 for what is no whole number, and how many belong to each face."""
    try:
        rows = F if hasattr(F, "dtype") else [_row(face) for face in F]
        if not hasattr(F, "dtype") and len({len(row) for row in rows}) == 1:
            rows = np.array(rows)
        ragged = isinstance(rows, list)
        rows = np.concatenate([*rows, np.zeros(0, dtype=np.int64)]) if ragged else np.asarray(rows)
    except (ValueError, TypeError, RuntimeError) as error:
        raise MeshError(f"F must be an (m, 3) array of indices or a list of polygons: {error}") from error
    if rows.dtype.kind not in "iuf" or rows.ndim != (1 if ragged else 2) and rows.size:
        raise MeshError(f"F has shape (m, 3) and whole numbers, got shape {rows.shape} of {rows.dtype}")
    width = (*rows.shape, 0)[1]
    degrees = np.array([np.size(face) for face in F]) if ragged else np.full(len(rows), width)
    corners = rows.ravel()
    if corners.dtype.kind == "f" and corners.size:
        fallen["float indices"] = np.arange(len(degrees))
        whole = np.isfinite(corners) & (np.abs(corners) < 2**62) & (corners == np.floor(corners))
        corners = np.where(whole, corners, -1)
    return corners.astype(np.int64), degrees.astype(np.int64)


def _row(face):
    row = np.asarray(face).reshape(-1)
    return row if row.size else row.astype(np.int64)  # of an empty list numpy makes floats


def _triangles(corners, degrees, fallen):
    """Every polygon as a fan from its first corner: (t, 3), and the polygon of each triangle: (t,)."""
    fallen["too few corners"] = np.flatnonzero(degrees < 3)
    fallen["polygon"] = np.flatnonzero(degrees > 3)
    if len(degrees) and (degrees == 3).all():
        return corners.reshape(-1, 3), np.arange(len(degrees))
    count = np.maximum(degrees - 2, 0)
    origin = np.repeat(np.arange(len(degrees)), count)
    start = (np.cumsum(degrees) - degrees)[origin]
    step = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
    return corners[np.stack([start, start + step + 1, start + step + 2], axis=1)].reshape(-1, 3), origin


def _keep(T, origin, kind, good, fallen):
    fallen[kind] = np.unique(origin[~good]) if not good.all() else origin[:0]
    return (T, origin) if good.all() else (T[good], origin[good])


def _safe(V, finite):
    """V moved and scaled so that no product of coordinates overflows or vanishes; its unit; its rounding."""
    U = np.where(finite[:, None], V, 0.0)
    largest = np.abs(U).max(initial=0.0)
    if largest == 0:
        return U, 0.0, np.finfo(float).eps
    U = np.where(finite[:, None], U / largest, 0.0)
    U = np.where(finite[:, None], U - U[finite].mean(axis=0), 0.0)
    extent = np.abs(U).max()
    if extent == 0:
        return U, 0.0, np.finfo(float).eps
    return U / extent, float(largest * extent), float(np.finfo(float).eps / extent)
