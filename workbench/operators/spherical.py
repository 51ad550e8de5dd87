"""Derivatives on the icosahedral grid by least squares, and the angles that carried frames turn by."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from workbench.shapes.icosahedral import Grid

#: what a stencil's rows are: the value, and the derivatives of s o phi_P^-1 at 0
ROWS = ("s", "s_1", "s_2", "s_11", "s_12", "s_22")


class SphereError(ValueError):
    """Signals or points that do not fit a sphere; the message names what was expected and what came."""


@dataclass(frozen=True, eq=False)
class Stencils:
    """Six rows of weights at every point, over the point itself and its ring.

    near     (n, r) numbers of points, the first the point itself; rows are filled up with it
    weights  (n, 6, r): value, first derivatives in 1 / radian, second derivatives in 1 / radian^2, as ROWS
    angles   (n, r): by which angle a frame turns, against the other's, when it is carried there
    """

    near: Int[np.ndarray, "n r"]
    weights: Float[np.ndarray, "n 6 r"]
    angles: Float[np.ndarray, "n r"]

    def __call__(self, values: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n 6 c"]:
        """Value and five derivatives of scalar signals (n, c) at every point: (n, 6, c)."""
        return self.weights @ values[self.near]


def chart(frames: Float[np.ndarray, "n 3 3"], Q: Float[np.ndarray, "n r 3"]) -> Float[np.ndarray, "n r 2"]:
    """phi_P(Q): the first two coordinates of P_bar^-1 Q, for r points around every P. Shen et al. 2021."""
    return np.einsum("nab,nra->nrb", frames[:, :, :2], Q)


def stencils(grid: Grid, width: int = 1) -> Stencils:
    """Second-order stencils: least squares of a Taylor polynomial over `width` rings, in the chart of P.

    min sum_i w_i (s(Q_i) - p - x_i . grad - x_i^T Hess x_i / 2)^2, one pseudo-inverse for each point. One
    ring: p = s(P), five unknowns and six equations (five at the corners), equally weighted. First derivatives
    are O(h^2), second ones O(h), and O(h^2) where the ring is its own mirror image in P. Wider rings: p is
    fitted as well, P among the Q_i, and w = exp(-|x|^2 / (2 r^2)) with r half of the ring's radius; what is
    finer than the ring is then smoothed away instead of differentiated. Shen et al. 2021, section 4.
    """
    ring, true = grid.rings(width)
    near = np.concatenate([np.arange(grid.n)[:, None], ring], axis=1)
    x = chart(grid.frames, grid.V[near])
    A = np.stack([np.ones(near.shape), x[..., 0], x[..., 1], x[..., 0]**2 / 2, x[..., 0] * x[..., 1],
                  x[..., 1]**2 / 2], axis=2)
    scale = grid.spacing ** np.array([0, 1, 1, 2, 2, 2])
    weight = np.concatenate([np.ones((grid.n, 1), dtype=bool), true], axis=1) * 1.0
    rows = _exact_at_centre(A / scale, weight) if width == 1 else _fitted(A / scale, weight, x, grid, width)
    return Stencils(near, rows / scale[:, None], transport_angles(grid.frames, near))


def _exact_at_centre(A, weight):
    inverse = np.linalg.pinv(weight[:, 1:, None] * A[:, 1:, 1:])
    rows = np.zeros((len(A), 6, A.shape[1]))
    rows[:, 0, 0] = 1
    rows[:, 1:, 1:] = inverse * weight[:, None, 1:]
    rows[:, 1:, 0] = -rows[:, 1:, 1:].sum(axis=2)
    return rows


def _fitted(A, weight, x, grid, width):
    root = weight * gaussian(x, width * grid.spacing / 2) ** 0.5
    return np.linalg.pinv(root[..., None] * A) * root[:, None]


def gaussian(x: Float[np.ndarray, "n r 2"], radius: float) -> Float[np.ndarray, "n r"]:
    """exp(-|x|^2 / (2 radius^2)) of chart coordinates, in radians."""
    return np.exp(-(x**2).sum(axis=2) / (2 * radius**2))


def transport_angles(frames: Float[np.ndarray, "n 3 3"], near: Int[np.ndarray, "m r"]
                     ) -> Float[np.ndarray, "m r"]:
    """The angle of P's carried e1 in Q's frame, for rows P = 0 .. m - 1 and points Q = near: (m, r), radians.

    Parallel transport along the great circle from P to Q is the least rotation that takes P to Q. A tangent
    vector at angle t in P's frame is at t + angle in Q's. Zero for Q = P; undefined for Q = -P.
    """
    P, e1 = frames[:len(near), None, :, 2], frames[:len(near), None, :, 0]
    Q = frames[near]
    carried = e1 - (P + Q[..., 2]) * ((Q[..., 2] * e1).sum(-1) / (1 + (P * Q[..., 2]).sum(-1)))[..., None]
    cos, sin = (carried * Q[..., 0]).sum(-1), (carried * Q[..., 1]).sum(-1)
    return np.arctan2(sin, cos)


def shift(angles: Float[np.ndarray, "..."], N: int) -> Float[np.ndarray, "..."]:
    """Band-limited shifts of functions on C_N: f(2 pi k / N + angle) = sum_j shift[..., k, j] f(2 pi j / N).

    Exact for functions of frequencies below N / 2; the highest of an even N keeps only its cosine. For
    angles of any shape the answer has two axes of length N more; each row sums to one. Dirichlet's kernel.
    """
    turn = 2 * np.pi * np.arange(N) / N
    at = angles[..., None, None] + turn[:, None] - turn
    found = np.full(at.shape, 1.0 / N)
    for frequency in range(1, (N + 1) // 2):
        found += 2 / N * np.cos(frequency * at)
    return found + (np.cos(N / 2 * at) / N if N % 2 == 0 else 0)


def lowpass(K: int, N: int) -> Float[np.ndarray, "N K"]:
    """From K values on a circle to N <= K of the function whose frequencies below N / 2 are theirs.

    found[j, k] = (1 / K) sum over |f| < N / 2 of exp(i f (2 pi j / N - 2 pi k / K)); the identity for K = N.
    Commutes with turns of the circle, which taking every other value does not.
    """
    if K == N:
        return np.eye(N)
    apart = 2 * np.pi * (np.arange(N)[:, None] / N - np.arange(K) / K)
    return sum((2 * np.cos(f * apart) for f in range(1, (N + 1) // 2)), np.ones((N, K))) / K


def turned(angle: Float[np.ndarray, " k"]) -> Float[np.ndarray, "k 6 6"]:
    """How value and derivatives of a frame turned by each angle follow from those of the frame: (k, 6, 6).

    u = c d1 + s d2, v = -s d1 + c d2, and u^2, u v, v^2 from the Hessian A^-1 Hess A. Shen et al. 2021.
    """
    c, s, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    found = np.zeros((len(angle), 6, 6))
    found[:, 0, 0] = 1
    found[:, 1, 1:3], found[:, 2, 1:3] = np.stack([c, s], 1), np.stack([-s, c], 1)
    found[:, 3:, 3:] = np.stack([
        np.stack([c * c, 2 * c * s, s * s], 1),
        np.stack([-c * s, c * c - s * s, c * s], 1),
        np.stack([s * s, -2 * c * s, c * c], 1)], 1) + zero[:, None, None]
    return found


def check_signal(grid: Grid, values: np.ndarray) -> None:
    """Raises SphereError unless values (n, c) are finite numbers, one row for each point of the grid."""
    if values.ndim != 2 or len(values) != grid.n:
        raise SphereError(f"a signal of level {grid.level} has shape ({grid.n}, c); got {values.shape}")
    if not np.isfinite(values).all():
        raise SphereError(f"a signal is finite; {int((~np.isfinite(values)).sum())} of its values are not")


def check_points(X: np.ndarray) -> None:
    """Raises SphereError unless X (m, 3) are finite and of length one to 1e-6."""
    if X.ndim != 2 or X.shape[1] != 3 or not np.isfinite(X).all():
        raise SphereError(f"points of the sphere are finite and have shape (m, 3); got {X.shape}")
    off = np.abs(np.linalg.norm(X, axis=1) - 1)
    if off.max(initial=0) > 1e-6:
        raise SphereError(f"points of the sphere have length one; point {int(off.argmax())} is off by "
                          f"{off.max():.1e}")


def sampled(grid: Grid, values: Float[np.ndarray, "n c"], X: Float[np.ndarray, "m 3"]
            ) -> Float[np.ndarray, "m c"]:
    """Values (m, c) at any points, by the Taylor polynomial of the nearest grid point: error O(h^3).

    Raises SphereError for signals of another level, values that are not finite, points off the sphere.
    """
    check_signal(grid, values)
    check_points(X)
    nearest = KDTree(grid.V).query(X)[1]
    x = chart(grid.frames[nearest], X[:, None])[:, 0]
    rows = stencils(grid)(values)[nearest]
    monomials = np.stack([np.ones(len(x)), x[:, 0], x[:, 1], x[:, 0]**2 / 2, x[:, 0] * x[:, 1],
                          x[:, 1]**2 / 2], axis=1)
    return np.einsum("mk,mkc->mc", monomials, rows)
