"""One embedding laid onto another by an affine map of their anchors: least squares, and RANSAC."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

#: an embedding's direction with less than this share of the largest variance is constant
FLAT = 1e-12

#: anchors that spread less, in a direction in which the whole embedding spreads 1, tell nothing of it
SPREAD = 0.1


#: more than this share of a batch far from every anchor, and a class may be without one
FAR = 0.08


class AlignmentError(ValueError):
    """The anchors do not determine an affine map; the message says why, and what helps."""


class Uncovered(UserWarning):
    """Anchors determine a map, but part of the data is far from all of them; the message says what helps."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """phi -> A phi + b with T = [A, b].

    T        (K, K + 1), Eq. 13
    inliers  (l,) the anchors it was fitted to
    spread   how far those spread in the direction in which they spread least, where the batch spreads 1
    """

    T: Float[np.ndarray, "K K1"]
    inliers: Bool[np.ndarray, " l"]
    spread: float

    def __call__(self, phi: Float[np.ndarray, "n K"]) -> Float[np.ndarray, "n K"]:
        """Aligned rows T [phi, 1]. Eq. 14."""
        return phi @ self.T[:, :-1].T + self.T[:, -1]


def identity(K: int, anchors: int) -> Alignment:
    """The map that leaves everything as it is: no alignment at all."""
    return Alignment(np.eye(K, K + 1), np.ones(anchors, dtype=bool), 1.0)


def least_squares(
    phi: Float[np.ndarray, "m K"], at: Int[np.ndarray, " l"], reference: Float[np.ndarray, "_ _"]
) -> Alignment:
    """T with the least sum over anchors of |reference_i - T [phi_i, 1]|^2, phi_i = phi[at[i]]. Eqs. 12, 13.

    Directions in which all of phi is constant (the trivial eigenvector of L) are left to b. Raises
    AlignmentError for fewer than K + 1 anchors, and where the anchors spread less than 0.1 in a direction in
    which phi spreads 1: then a part of the data, one class perhaps, has no anchor and could land anywhere.
    """
    z, back = _whitened(phi, at, reference)
    return _fitted(z, back, reference, np.ones(len(at), dtype=bool))


def uncovered(phi: Float[np.ndarray, "m K"], at: Int[np.ndarray, " l"]) -> float:
    """The share of rows that lie far from every anchor phi[at]: farther than half the rows, in the mean of
    squares, lie from the middle, where every direction is scaled to spread 1. Turns and stretches no matter.

    Where a class has no anchor but its eigenvectors vary within the other classes (rings, of which a batch
    has few points), anchors of these determine an affine map, which least_squares cannot object to.
    """
    _, back = _whitened(phi, at, phi[at])
    Z = np.column_stack([phi, np.ones(len(phi))]) @ back.T
    squares = ((Z[:, None] - Z[at]) ** 2).sum(axis=2).min(axis=1)
    return float((squares > Z.shape[1] / 2).mean())


def ransac(
    phi: Float[np.ndarray, "m K"],
    at: Int[np.ndarray, " l"],
    reference: Float[np.ndarray, "_ _"],
    draw: np.random.Generator,
    tries: int = 100,
    sample: int = 20,
    tolerance: float = 0.1,
) -> Alignment:
    """The least squares of those anchors that agree: random sample consensus (Fischler, Bolles 1981).

    `tries` maps are fitted to `sample` anchors each (section 7.3.3), drawn without replacement, at least one
    more than there are directions; the one with most anchors |reference_i - T [phi_i, 1]| <= tolerance wins,
    the smaller error among equals, and is fitted again to these inliers. All tries are solved at once.
    Raises AlignmentError as least_squares does, of all anchors and of the inliers.
    """
    z, back = _whitened(phi, at, reference)
    anchors, r1 = z.shape
    sample = min(max(sample, r1), anchors)
    tries = 1 if sample == anchors else tries                       # all of them: every try is the same
    chosen = np.zeros((tries, anchors))
    order = draw.random((tries, anchors)).argpartition(sample - 1, axis=1)
    np.put_along_axis(chosen, order[:, :sample], 1.0, axis=1)
    squares = (chosen @ (z[:, :, None] * z[:, None]).reshape(anchors, -1)).reshape(tries, r1, r1)
    right = (chosen @ (z[:, :, None] * reference[:, None]).reshape(anchors, -1)).reshape(tries, r1, -1)
    # samples of one spot only leave T open: a hair of a ridge keeps them solvable, and they win no vote
    maps = np.linalg.solve(squares + 1e-9 * sample * np.eye(r1), right)
    errors = np.linalg.norm(z @ maps - reference, axis=2)
    agree = errors <= tolerance
    votes = agree.sum(axis=1) - np.minimum(errors, tolerance).sum(axis=1) / (2 * anchors * tolerance)
    return _fitted(z, back, reference, agree[votes.argmax()])


def _whitened(phi, at, reference):
    """Anchors [z, 1], z in directions where phi has mean 0 and variance 1, and how it comes from phi."""
    K = phi.shape[1]
    if len(at) < K + 1:
        raise AlignmentError(f"an affine map of {K} dimensions needs {K + 1} anchors or more; got {len(at)}")
    if reference.shape != (len(at), K):
        raise AlignmentError(f"{len(at)} anchors in {K} dimensions have reference values ({len(at)}, {K}); "
                             f"got {reference.shape}")
    if not (np.isfinite(phi).all() and np.isfinite(reference).all()):
        raise AlignmentError("an embedding, or the reference, is not finite everywhere")
    mean = phi.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(phi.T, bias=True).reshape(K, K))
    kept = variances > FLAT * max(variances[-1], (mean**2).max())
    white = axes[:, kept] / np.sqrt(variances[kept])
    back = np.hstack([white.T, -(mean @ white)[:, None]])            # z = back [phi, 1]
    return np.column_stack([(phi[at] - mean) @ white, np.ones(len(at))]), back


def _fitted(z, back, reference, used):
    spread = _spread(z[used, :-1])
    r = z.shape[1] - 1
    if used.sum() < r + 1 or spread < SPREAD:
        who = "anchors" if used.all() else "anchors that agree"
        raise AlignmentError(f"the {used.sum()} {who} (of {len(used)}) spread {spread:.2g} in a direction in "
                             f"which the embedding spreads 1: draw more, some from every class")
    found = np.linalg.lstsq(z[used], reference[used], rcond=None)[0]            # (r + 1, K)
    T = found[:-1].T @ back
    T[:, -1] += found[-1]
    return Alignment(T, used, spread)


def _spread(z):
    if len(z) <= z.shape[1]:
        return 0.0
    return float(np.linalg.svd(z - z.mean(axis=0), compute_uv=False)[-1] / np.sqrt(len(z))) if z.size else 1.0
