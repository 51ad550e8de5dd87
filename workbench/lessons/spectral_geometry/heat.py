"""Heat on a shape, by two routes: in steps that solve a linear system, and in modes that fade."""

import numpy as np
from jaxtyping import Float
from scipy.sparse.linalg import splu

from workbench.operators.geodesics import Vertices
from workbench.operators.gradient import face_gradient
from workbench.operators.heat import HeatSolver
from workbench.operators.laplacian import Laplacian, cotan_laplacian
from workbench.operators.spectrum import Spectrum
from workbench.shapes.mesh import Mesh


def unit_heat(M: Float[np.ndarray, " n"], vertex: int) -> Float[np.ndarray, " n"]:
    """One unit of heat at a vertex: 1 / M there, so that sum(M u) = 1."""
    u = np.zeros(len(M))
    u[vertex] = 1 / M[vertex]
    return u


def heat_in_steps(laplacian: Laplacian, u: Float[np.ndarray, " n"], t: float,
                  steps: int = 1) -> Float[np.ndarray, " n"]:
    """Heat after time t by implicit Euler: (M + s L) u_next = M u_now, s = t / steps, so many times.

    Stable for every t, never below zero where weights are positive, sum(M u) stays; its error falls with
    1 / steps. t in length^2.
    """
    solver = HeatSolver(laplacian.L, laplacian.M)
    for _ in range(steps):
        u = solver.solve((laplacian.M * u)[:, None], np.array([t / steps]))[:, 0]
    return u


def heat_in_modes(modes: Spectrum, u: Float[np.ndarray, " n"], t: float) -> Float[np.ndarray, " n"]:
    """Heat after time t: Phi exp(-lambda t) Phi^T M u. Exact in time; what k modes cannot say is lost."""
    return modes.evecs @ (np.exp(-modes.evals * t) * (modes.evecs.T @ (modes.mass * u)))


def errors_in_time(laplacian: Laplacian, everything: Spectrum, vertex: int, t: float, most: int = 64
                   ) -> dict[str, Float[np.ndarray, "p 2"]]:
    """How far both routes are from the truth: name -> rows (count, relative error in the norm of M).

    everything  all n modes, which are the truth; counts are 1, 2, 4, ..., most steps or modes
    """
    M, u = laplacian.M, unit_heat(laplacian.M, vertex)
    truth = heat_in_modes(everything, u, t)
    counts = [2**power for power in range(int(np.log2(most)) + 1)]
    routes = {
        "steps": lambda count: heat_in_steps(laplacian, u, t, count),
        "modes": lambda count: heat_in_modes(_lowest(everything, count), u, t),
    }
    return {name: np.array([(count, _norm(M, route(count) - truth) / _norm(M, truth)) for count in counts])
            for name, route in routes.items()}


def distance_in_heat(mesh: Mesh, sources: Vertices, t: float) -> Float[np.ndarray, " n"]:
    """Distance from sources, (n,), read off heat after a short time t: three steps (Crane et al. 2013).

    1. (M + t L) u = delta      heat leaves the sources
    2. X = -grad u / |grad u|   which way is away, length thrown out
    3. L phi = G^T A X          the function whose gradient is nearest to X; zero at the sources

    t in length^2, of the order of the squared edge length. Raises MeshError when a face has no area.
    """
    lap, G, areas = cotan_laplacian(mesh), face_gradient(mesh), np.tile(mesh.face_areas, 3)
    delta = np.zeros((mesh.n_vertices, 1))
    delta[sources] = 1.0
    u = HeatSolver(lap.L, lap.M).solve(delta, np.array([t]))[:, 0]
    slopes = (G @ u).reshape(3, -1)
    X = -slopes / np.maximum(np.linalg.norm(slopes, axis=0), np.finfo(float).tiny)
    divergence = G.T @ (areas * X.ravel())
    distance = np.zeros(mesh.n_vertices)
    away = np.flatnonzero(delta[:, 0] == 0)
    distance[away] = splu(lap.L[away][:, away].tocsc()).solve(divergence[away])
    return distance - distance.min()


def _lowest(modes, k):
    return Spectrum(modes.evals[:k], modes.evecs[:, :k], modes.mass)


def _norm(M, u):
    return float(np.sqrt((M * u * u).sum()))
