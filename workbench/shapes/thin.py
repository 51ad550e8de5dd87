"""Faces without area, folded into their neighbours so that a closed surface stays closed."""

import numpy as np
from jaxtyping import Float, Int

from .sieve import flat
from .topology import pieces, seams

#: rounds of edge turning; chains of thin faces need one round a face, and stop when nothing moves
ROUNDS = 32


def without_thin(U: Float[np.ndarray, "n 3"], T: Int[np.ndarray, "m 3"], Z: Int[np.ndarray, "z 3"],
                 noise: float) -> tuple[Int[np.ndarray, "k 3"], list[str]]:
    """Triangles T with area and thin ones Z as triangles with area only, and what was done, in words.

    A needle (two corners coincide) is folded by joining them; a cap (one corner on the opposite side) by
    turning that side to the far corner of the face across. What is left, such as a cap whose long side is
    boundary, is dropped: it covers nothing.
    """
    words = []
    both = _join(U, np.concatenate([T, Z]), Z, noise, words)
    turned = 0
    for _ in range(ROUNDS):
        both, count = _turn(U, both, flat(U, both, noise))
        turned += count
        if count == 0:
            break
    if turned:
        words.append(f"turned {turned} edges onto which faces without area had fallen")
    thin = flat(U, both, noise)
    if thin.any():
        words.append(f"dropped {thin.sum()} faces without area")
    return both[~thin], words


def _join(U, both, Z, noise, words):
    """Give corners of thin faces that coincide one number, the lowest, and drop the faces that this folds."""
    a, b = Z.ravel(), Z[:, [1, 2, 0]].ravel()
    near = np.linalg.norm(U[a] - U[b], axis=1) <= 16 * noise
    if not near.any():
        return both
    group = pieces(len(U), a[near], b[near])
    lowest = np.full(group.max() + 1, len(U))
    np.minimum.at(lowest, group, np.arange(len(U)))
    joined = lowest[group][both]
    a, b, c = joined.T
    kept = (a != b) & (b != c) & (c != a)
    gone = np.sum(lowest[group] != np.arange(len(U)))
    words.append(f"joined {gone} vertices to others in the same place, folding {np.sum(~kept)} faces")
    return joined[kept]


def _turn(U, both, thin):
    """Turn the longest side of thin faces, each with a partner of its own: triangles, and how many turned."""
    seam = seams(both)
    one, two = seam.pairs(2)
    cap = np.concatenate([one[thin[one // 3]], two[thin[two // 3]]])
    across = np.concatenate([two[thin[one // 3]], one[thin[two // 3]]])
    a, b, c = U[both.T]
    longest = np.stack([np.linalg.norm(x, axis=1) for x in (b - a, c - b, a - c)], axis=1).argmax(axis=1)
    right = (longest[cap // 3] == cap % 3) & ~thin[across // 3]
    cap, across = cap[right], across[right]
    _, only = np.unique(across // 3, return_index=True)
    cap, across = cap[only], across[only]
    start, end, tip = (both[cap // 3, (cap + i) % 3] for i in range(3))
    far = both[across // 3, (across + 2) % 3]
    both = both.copy()
    both[cap // 3] = np.stack([end, tip, far], axis=1)
    both[across // 3] = np.stack([tip, start, far], axis=1)
    return both, len(cap)
