"""What the chapter draws: both paths of the diagram, a filter, orientations, error curves."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float

from workbench.operators.equivariance import (
    Answer,
    Diagram,
    Slope,
    diagram,
    equivariance_error,
    log_slope,
)
from workbench.operators.harmonics import BandLimited, random_signal
from workbench.operators.spherical import ROWS, stencils, turned
from workbench.papers.pdo_sphere.method import Trunk, over_turns
from workbench.papers.pdo_sphere.spheres import spheres
from workbench.shapes import Mesh
from workbench.shapes.icosahedral import CORNERS, Grid, grid
from workbench.training.unwatched import unwatched


def trunk(widths: Sequence[int] = (4, 4), N: int = 6, c_in: int = 1, seed: int = 0) -> Trunk:
    """A small random network without pooling, for the diagram: c_in channels in, widths[-1] out."""
    torch.manual_seed(seed)
    return Trunk(c_in, widths, [False] * len(widths), N).double().eval()


def answers(net: Trunk, transport: bool = True, rectified: bool = True) -> Callable[[int, int], Answer]:
    """The meter's network: (level, N) -> what the trunk says at every point, averaged over turns.

    rectified  False leaves normalisation and ReLU away, so that only the stencils' own error is left
    """

    def network(level, N):
        on = spheres(level, N, 1, transport=transport, width=1, dtype=torch.float64)
        resampled = net.resampled(N)

        def answer(signal):
            with unwatched(resampled):
                x = torch.tensor(np.asarray(signal)[None], dtype=torch.float64)
                h = resampled(x, on)[0] if rectified else _linear(resampled, x, on[0])
                return over_turns(h)[:, 0].numpy()

        return answer

    return network


def _linear(net, x, sphere):
    h = x.transpose(0, 1)
    for layer in net.layers:
        h = sphere.kept(layer(h, sphere))
    return h


def both_paths(net: Trunk, level: int, signal: BandLimited, R: Float[np.ndarray, "3 3"],
               transport: bool = True) -> Diagram:
    """The diagram of a random trunk for one signal and rotation."""
    return diagram(answers(net, transport)(level, net.turns), grid(level), signal, R)


def error_curves(net: Trunk, levels: Sequence[int], N: int, rectified: bool = False, rotations: int = 2
                 ) -> dict[str, Float[np.ndarray, "m 2"]]:
    """Equivariance error over the spacing of each level, with transport and without: (spacing, error)."""
    return {words: np.array([
        [grid(level).spacing, equivariance_error(answers(net, transport, rectified), level, N,
                                                 rotations=rotations).mean()] for level in levels])
            for words, transport in (("transported", True), ("not transported", False))}


def turn_curve(net: Trunk, level: int, turns: Sequence[int], rotations: int = 2) -> Float[np.ndarray, "m 2"]:
    """Equivariance error over N, with transport and ReLU: (N, error)."""
    return np.array([[N, equivariance_error(answers(net), level, N, rotations=rotations).mean()]
                     for N in turns])


def tangent_disc(rings: int = 14) -> Mesh:
    """A disc of radius one in the plane z = 0, to draw what an operator looks for on its tangent plane."""
    points, faces, first = [np.zeros((1, 3))], [], 1
    for ring in range(1, rings + 1):
        angle = 2 * np.pi * np.arange(6 * ring) / (6 * ring)
        points.append(ring / rings * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1))
    V = np.concatenate(points)
    for ring in range(1, rings + 1):
        inner, count = first - 6 * (ring - 1) if ring > 1 else 0, 6 * ring
        for side in range(6):
            for k in range(ring):
                a, b = first + side * ring + k, first + (side * ring + k + 1) % count
                c = 0 if ring == 1 else inner + (side * (ring - 1) + k) % (count - 6)
                faces.append([a, b, c])
                if k < ring - 1:
                    faces.append([c, b, inner + (side * (ring - 1) + k + 1) % (count - 6)])
        first += count
    return Mesh(V, np.array(faces))


def operator_on_disc(w: Float[np.ndarray, "6"], angle: float, disc: Mesh) -> Float[np.ndarray, " n"]:
    """chi^(A) as a picture: H(A^-1 grad; w) of a Gaussian bump of radius 0.35, on a disc.

    A derivative of a bump is what a filter looks like; turning the operator turns the picture. w: (6,).
    """
    x, y = disc.V[:, 0] / 0.35, disc.V[:, 1] / 0.35
    bump = np.exp(-(x**2 + y**2) / 2)
    rows = np.stack([1 + 0 * x, -x, -y, x * x - 1, x * y, y * y - 1], axis=1) * bump[:, None]
    return rows @ turned(np.array([angle]))[0].T @ w


def orientation_channels(net: Trunk, level: int, signal: BandLimited, layer: int, channel: int
                         ) -> Float[np.ndarray, "n N"]:
    """One channel after a layer (from 1), for every turn: (n, N)."""
    on = spheres(level, net.turns, 1, width=1, dtype=torch.float64)
    with unwatched(net):
        x = torch.tensor(signal(grid(level).V)[None])
        h, _ = net.steps(x, on)[layer - 1]
    return h[:, :, 0, channel - 1].numpy()


def frame_arrows(on: Grid, turn: float) -> Float[np.ndarray, "n 3"]:
    """The direction u of every point's frame, turned by an angle: unit tangent vectors (n, 3)."""
    e = on.frames
    return np.cos(turn) * e[:, :, 0] + np.sin(turn) * e[:, :, 1]




def derivative_slopes(levels: Sequence[int] = (3, 4, 5)) -> dict[str, tuple[Slope, Slope, Slope]]:
    """Of s_1, s_2, s_11, s_12, s_22: exponents of the error over the spacing, mean, worst, at the corners.

    For a signal of degree four, against its exact derivatives; the twelve corners count in the last only.
    """
    signal, h, found = random_signal(4, seed=1), [], []
    for level in levels:
        on = grid(level)
        wrong = stencils(on)(signal(on.V))[:, 1:, 0] - signal.chart_derivatives(on.frames)[:, 0]
        h.append(on.spacing)
        rest = np.abs(wrong[CORNERS:])
        found.append([np.sqrt((rest**2).mean(0)), rest.max(0), np.abs(wrong[:CORNERS]).max(0)])
    errors = np.array(found)
    return {row: tuple(log_slope(np.array(h), errors[:, kind, k]) for kind in range(3))
            for k, row in enumerate(ROWS[1:])}
