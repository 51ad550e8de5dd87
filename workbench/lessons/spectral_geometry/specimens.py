"""Meshes that break things on purpose: sampled unevenly, turned over in places, in need of a doctor."""

import numpy as np
from jaxtyping import Bool, Float, Int

from workbench.operators.laplacian import Laplacian, cotan_laplacian
from workbench.operators.spectrum import Spectrum, spectrum
from workbench.quantities import Quantity
from workbench.shapes import Mesh, icosphere


def lopsided_sphere(level: int, how: str = "along meridians") -> Mesh:
    """The unit sphere with its vertices drawn to the pole z = 1: dense there, sparse opposite.

    "along meridians"  the angle a from the pole becomes a - 0.6 sin a; triangles are stretched
    "by a Moebius map" w becomes w / 3 in the plane that the sphere is projected on from z = -1; angles stay

    The surface is the sphere as before. Raises KeyError for another way.
    """
    move = {"along meridians": _along_meridians, "by a Moebius map": _by_moebius}[how]
    ball = icosphere(level)
    V = move(*ball.V.T)
    return Mesh(V / np.linalg.norm(V, axis=1, keepdims=True), ball.F)


def flap(height: float) -> Mesh:
    """Two triangles that share the edge 0-1 from (0, 0) to (0, 1), with corners at x = -0.6 and x = height.

    The corner at x = height sees the edge under the angle 2 atan(1 / (2 height)). Normals along +z.
    """
    V = [[0, 0, 0], [0, 1, 0], [-0.6, 0.5, 0], [height, 0.5, 0]]
    return Mesh(V, [[0, 1, 2], [1, 0, 3]])


def without_mass(laplacian: Laplacian) -> Laplacian:
    """The mistake of leaving M out: all vertices weigh alike. Their sum is kept, to compare pitches."""
    return Laplacian(laplacian.L, np.full_like(laplacian.M, laplacian.M.mean()))


def with_and_without_mass(level: int, k: int) -> dict[str, tuple[Mesh, dict[str, Spectrum]]]:
    """For both ways to crowd a sphere: the mesh, and its k lowest modes with and without M."""
    cases = {}
    for how in ("along meridians", "by a Moebius map"):
        ball = lopsided_sphere(level, how)
        right = cotan_laplacian(ball)
        cases[how] = ball, {"with M": spectrum(right, k), "M left out": spectrum(without_mass(right), k)}
    return cases


def show_mode(scene, name: str, mesh: Mesh, modes: Spectrum, mode: int) -> None:
    """Show a mode on the body called `name`, with its triangles, and all eigenvalues as a curve so called."""
    scene.add(name, mesh)
    scene.look(name, wireframe=True)
    scene.look(f"mode, {name}", title=f"{name}: eigenvalue {modes.evals[mode]:.2f}", symmetric=True)
    scene.look("eigenvalues", at=mode + 1)
    scene.show(f"mode, {name}", Quantity(name, "vertices", modes.evecs[:, mode]))
    curve = np.stack([np.arange(1.0, len(modes.evals) + 1), modes.evals], axis=1)
    scene.show(name, Quantity("eigenvalues", "plot", curve, "curve"))


def turned_over(mesh: Mesh, where: Bool[np.ndarray, " n"]) -> Mesh:
    """The mesh with every face turned over whose three corners are in `where`: the same surface."""
    F = mesh.F.copy()
    inside = where[F].all(axis=1)
    F[inside] = F[inside][:, ::-1]
    return Mesh(mesh.V, F)


def ailing(
    mesh: Mesh, where: Bool[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"]]:
    """Arrays as files from strangers hold them: faces turned over where told, one face twice, a vertex that
    no face uses, and a small ball that floats beside the body."""
    body, ball = turned_over(mesh, where), icosphere(0)
    low, high = mesh.V.min(axis=0), mesh.V.max(axis=0)
    floating = high * [1.1, 0.9, 0.0] + 0.04 * (high - low).max() * ball.V
    V = np.concatenate([body.V, floating, [mesh.V.mean(axis=0)]])
    return V, np.concatenate([body.F, ball.F + mesh.n_vertices, body.F[:1]])


def _along_meridians(x, y, z):
    angle = np.arccos(np.clip(z, -1, 1))
    angle, around = angle - 0.6 * np.sin(angle), np.arctan2(y, x)
    return np.stack([np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.cos(angle)], axis=1)


def _by_moebius(x, y, z):
    # with w = (x + i y) / (1 + z), |w|^2 = (1 - z) / (1 + z); free of division at both poles
    near, far = 9 * (1 + z), 1 - z
    return np.stack([6 * x, 6 * y, near - far], axis=1) / (near + far)[:, None]
