"""Checks for the chapter's exercises: they say what is wrong with an attempt, as a teacher would."""

from collections.abc import Callable

import numpy as np

from workbench.marking import NotYet, expect, expect_shape
from workbench.operators.harmonics import random_signal
from workbench.operators.rotations import about
from workbench.operators.spherical import shift, transport_angles, turned
from workbench.shapes.icosahedral import grid


def check_turn(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 1: attempt(d1, d2, angle) -> (u, v), the derivatives along axes turned by an angle.

    Returns a sentence when it is right; raises NotYet with a hint that fits the mistake when it is not.
    """
    draw, angle = np.random.default_rng(0), 0.7
    d1, d2 = draw.standard_normal((2, 5))
    right = np.einsum("ab,bn->an", turned(np.array([angle]))[0, 1:3, 1:3], np.stack([d1, d2]))
    got = np.asarray(attempt(d1.copy(), d2.copy(), angle))
    expect_shape(got, right, "two derivatives go in, two come out")
    c, s = np.cos(angle), np.sin(angle)
    expect(got, right, {
        "you turned the other way: u is the derivative along (cos, sin), and A^-1 undoes A":
            np.stack([c * d1 - s * d2, s * d1 + c * d2]),
        "nothing was turned": np.stack([d1, d2]),
        "both of your axes are turned, but v is not at a right angle to u: look at its first sign":
            np.stack([c * d1 + s * d2, s * d1 + c * d2]),
        "u and v have changed places": right[::-1],
    }, "u = cos d1 + sin d2 is the derivative along the turned first axis; v is along the turned second one")
    return "Right: the operator turns with its frame."


def check_transport(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 2: attempt(P, Q, t) carries the tangent vector t at P to Q along the great circle: (3,).

    The least rotation that takes P to Q. Raises NotYet with a hint that fits the mistake.
    """
    V, frames = grid(1).V, grid(1).frames
    P, Q, t = V[0], V[5], frames[0] @ np.array([0.6, -0.8, 0.0])
    right = t - (P + Q) * (Q @ t) / (1 + P @ Q)
    got = np.asarray(attempt(P.copy(), Q.copy(), t.copy()))
    expect_shape(got, right, "a vector of three numbers goes in, one comes out")
    flat = t - Q * (Q @ t)
    expect(got, right, {
        "the vector did not move: at Q it points out of the tangent plane": t,
        "you projected onto Q's tangent plane; that shortens vectors": flat,
        "projected and stretched back to its length: the direction is not that of the rotation":
            flat / np.linalg.norm(flat),
        "you went from Q to P; look at which point the vector starts from": t - (P + Q) * (P @ t)
            / (1 + P @ Q),
    }, _why(got, P, Q))
    return "Right: as long as before, tangent at Q, and turned by nothing but the sphere itself."


def _why(got, P, Q):
    if abs(got @ Q) > 1e-6:
        return f"your vector is not tangent at Q: its product with Q is {got @ Q:.2g}, not 0"
    if abs(np.linalg.norm(got) - 1) > 1e-6:
        return f"your vector has length {np.linalg.norm(got):.3g}; carrying changes no lengths"
    return "tangent and as long as before, but another direction: the axis of the rotation is P x Q"


def check_shift(attempt: Callable[..., np.ndarray]) -> str:
    """Exercise 3: attempt(h, angle) samples the band-limited function through h (N,) at 2 pi k / N + angle.

    Raises NotYet with a hint that fits the mistake.
    """
    N, angle = 7, 0.5
    turn = 2 * np.pi * np.arange(N) / N
    h = 1 + np.cos(turn + 0.3) - 0.5 * np.sin(3 * turn)
    right = shift(np.array(angle), N) @ h
    got = np.asarray(attempt(h.copy(), angle))
    expect_shape(got, right, "N numbers go in, N come out")
    if np.iscomplexobj(got):
        if np.abs(got.imag).max() < 1e-9:
            raise NotYet("right but complex: the imaginary parts are zero, take .real (or use irfft)")
        got = got.real
    steps = angle / (turn[1] - turn[0])
    linear = np.interp(turn + angle, np.r_[turn, 2 * np.pi, 2 * np.pi + turn[1]], np.r_[h, h[0], h[1]])
    expect(got, right, {
        "you went the other way: the answer at k is the function at 2 pi k / N plus the angle":
            shift(np.array(-angle), N) @ h,
        "rolled by the nearest whole turn; the frames are never that kind": np.roll(h, -round(steps)),
        "this is linear interpolation; it smooths away the very frequencies that carry direction": linear,
        "nothing moved": h,
    }, "take np.fft.rfft, multiply frequency f by exp(1j f angle), and go back with irfft(..., n=N)")
    return "Right: exact for every frequency below N / 2."


def holonomy(face: int = 0, level: int = 1) -> float:
    """By how many degrees a frame comes back turned from a walk around one triangle of the grid."""
    on = grid(level)
    ends = on.mesh.F[face]
    total = 0.0
    for a, b in zip(ends, np.roll(ends, -1), strict=True):
        pair = np.stack([on.frames[a], on.frames[b]])
        total += transport_angles(pair, np.array([[1]]))[0, 0]
    return float(np.degrees((total + np.pi) % (2 * np.pi) - np.pi))


def turned_twice() -> float:
    """How far pi_R of pi_Q is from pi_(R Q) for a random signal: round-off."""
    signal, R, Q = random_signal(3), about([1, 0, 0], 0.4), about([0, 1, 1], 1.1)
    X = grid(1).V
    return float(np.abs(signal.turned(Q).turned(R)(X) - signal.turned(R @ Q)(X)).max())
