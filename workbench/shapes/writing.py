"""Shapes as bytes in four file formats, so that every float64 comes back as it was where they allow it."""

import numpy as np

from .cloud import PointCloud
from .mesh import Mesh, MeshError


def off(shape: Mesh | PointCloud) -> bytes:
    """Text: OFF, the counts, x y z, then 3 i j k from 0."""
    V, F = _parts(shape)
    return f"OFF\n{len(V)} {len(F)} 0\n".encode() + _floats("", V) + _whole("3 ", F)


def obj(shape: Mesh | PointCloud) -> bytes:
    """Text: v x y z, then f i j k from 1; by the comment with counts a reader sees when rows are missing."""
    V, F = _parts(shape)
    return f"# vertices: {len(V)}\n# faces: {len(F)}\n".encode() + _floats("v ", V) + _whole("f ", F + 1)


def ply(shape: Mesh | PointCloud) -> bytes:
    """Binary, little endian: x y z (and nx ny nz) as double, then faces as uchar and three ints."""
    V, F = _parts(shape, keeps_normals=True)
    columns = ["x", "y", "z"]
    if isinstance(shape, PointCloud) and shape.normals is not None:
        V, columns = np.concatenate([V, shape.normals], axis=1), [*columns, "nx", "ny", "nz"]
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {len(V)}"]
    lines += [f"property double {name}" for name in columns]
    if len(F):
        lines += [f"element face {len(F)}", "property list uchar int vertex_indices"]
    faces = np.empty(len(F), dtype=[("degree", "u1"), ("corners", "<i4", 3)])
    faces["degree"], faces["corners"] = 3, F
    return "\n".join([*lines, "end_header", ""]).encode() + V.astype("<f8").tobytes() + faces.tobytes()


def stl(shape: Mesh | PointCloud) -> bytes:
    """Binary, single precision: a normal and three corners for each triangle; points are refused."""
    if isinstance(shape, PointCloud):
        raise MeshError("an .stl file holds triangles, no points; write .ply, .obj or .off")
    with np.errstate(over="ignore"):
        corners = shape.V[shape.F].astype("<f4")
    if not np.isfinite(corners).all():
        raise MeshError("an .stl file is single precision, and these coordinates are too large for it")
    facet = [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
    facets = np.zeros(shape.n_faces, dtype=facet)
    facets["normal"], facets["corners"] = shape.face_normals, corners
    return b"spectral-workbench".ljust(80) + np.uint32(shape.n_faces).tobytes() + facets.tobytes()


def _parts(shape, keeps_normals=False):
    if isinstance(shape, Mesh):
        return shape.V, shape.F
    if shape.normals is not None and not keeps_normals:
        raise MeshError("only .ply keeps the normals of points; write that, or PointCloud(cloud.X)")
    return shape.X, np.zeros((0, 3), dtype=np.int64)


def _floats(prefix, rows):
    # repr of a float is the shortest text that reads back as the same float
    return "".join(f"{prefix}{x!r} {y!r} {z!r}\n" for x, y, z in rows.tolist()).encode()


def _whole(prefix, rows):
    return "".join(f"{prefix}{i} {j} {k}\n" for i, j, k in rows.tolist()).encode()
