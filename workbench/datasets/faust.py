"""FAUST in three layouts: remeshed to 5k vertices, the registrations, and ten bodies meshed five ways."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from workbench.shapes import Mesh, PointCloud, repair
from workbench.shapes.files import read

#: how faust_benchmark meshes shapes 80 to 89 anew; "cloud" has points with normals and no faces
KINDS = ("iso", "qes", "mc", "dense", "cloud")


@dataclass(frozen=True, eq=False)
class Scan:
    """Shape number 0 .. 99, persons in tens; 0 to 79 are for learning, 80 to 99 for testing.

    points  (t,) or (n,) see the function that returns it
    """

    number: int
    shape: Mesh | PointCloud
    points: Int[np.ndarray, " t"]


def remeshed_scan(folder: str | Path, number: int) -> Scan:
    """faust_r/off/tr_reg_NNN.off; points[k] is the vertex of template point k, from 0, many-to-one.

    Raises FileNotFoundError, or MeshError and ValueError for files that are not what they should be.
    """
    folder = Path(folder)
    mesh = read(folder / "off" / f"tr_reg_{number:03d}.off")
    points = np.loadtxt(folder / "corres" / f"tr_reg_{number:03d}.vts", dtype=np.int64) - 1
    return Scan(number, mesh, _checked(points, mesh.n_vertices, folder))


def registrations(folder: str | Path) -> list[Scan]:
    """All 100 registrations: one triangulation, 6,890 vertices, so points is 0, 1, 2, ... for each."""
    with np.load(Path(folder) / "faust_tr_reg_6890.npz", allow_pickle=False) as file:
        V, F = file["V"].astype(np.float64), file["F"].astype(np.int64)
    return [Scan(number, Mesh(rows, F), np.arange(V.shape[1])) for number, rows in enumerate(V)]


def meshed_anew(folder: str | Path, kind: str, number: int) -> Scan:
    """faust_benchmark/KIND/tr_reg_KIND_NNN.ply; points[i] is the registration's vertex next to vertex i.

    Meshes are mended by repair.

    Raises ValueError for an unknown kind or a number beyond 80 .. 89, and as remeshed_scan does.
    """
    if kind not in KINDS or not 80 <= number <= 89:
        raise ValueError(f"kind is one of {', '.join(KINDS)} and number 80 .. 89, not {kind!r} and {number}")
    base = Path(folder) / kind / f"tr_reg_{kind}_{number:03d}"
    points = np.loadtxt(base.with_suffix(".txt"), dtype=np.int64)
    shape = read(base.with_suffix(".ply"))
    if len(points) != shape.n_vertices:
        raise ValueError(f"{base}.txt names {len(points)} points for {shape.n_vertices} vertices")
    if isinstance(shape, Mesh):
        mended = repair(shape)  # marching cubes leaves faces without area
        shape, points = mended.mesh, points[mended.vertices]
    return Scan(number, shape, _checked(points, 6890, base))


def _checked(points, n, where):
    if len(points) == 0 or points.min() < 0 or points.max() >= n:
        raise ValueError(f"{where}: a correspondence names vertices 0 .. {n - 1}")
    return points
