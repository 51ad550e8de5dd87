"""Shapes in files: read and write off, obj, ply and stl, and the folders that travel with the package."""

from pathlib import Path

import numpy as np

from workbench.drafts import drafted

from . import obj, off, writing
from .cloud import PointCloud
from .intact import counts, is_binary_stl
from .mesh import Mesh, MeshError
from .ply import normals

FORMATS = (".off", ".obj", ".ply", ".stl")


def read(path) -> Mesh | PointCloud:
    """The mesh in an .off, .obj, .ply or .stl file; a PointCloud when it has vertices and no faces.

    potpourri3d reads .ply and .stl as text, after the file was found to be whole: its counts hold and its
    rows have their numbers. STL holds each triangle's corners for itself; corners in the same place become
    one vertex. Normals of points are read from .ply.

    Raises FileNotFoundError, or MeshError that names the file, what was expected and what came. Quads, NaN
    and indices out of range are refused so too; repair(*read_arrays(path)) mends them.
    """
    V, F = read_arrays(path)
    try:
        if len(F) == 0:
            with_normals = Path(path).suffix.lower() == ".ply"
            return PointCloud(V, normals(Path(path).read_bytes()) if with_normals else None)
        return Mesh(V, F)
    except MeshError as error:
        raise MeshError(f"{path}: {error}; read_arrays(path) gives V and F as they are") from error


def read_arrays(path) -> tuple[np.ndarray, np.ndarray | list]:
    """What a whole file holds, unjudged: V (n, 3) float64 and F (m, 3) int64, or a list of polygons.

    Made for diagnose(*read_arrays(path)) and repair(*read_arrays(path)). Raises like `read`, but lets quads,
    NaN (where binary, .off or .obj) and indices out of range through.
    """
    path = Path(path)
    suffix = _suffix(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    if not path.is_file():
        raise MeshError(f"{path}: expected a file, got a folder")
    data = path.read_bytes()
    if not data.strip():
        raise MeshError(f"{path}: expected a whole {suffix} file, got an empty one")
    try:
        return _arrays(path, data, suffix)
    except (RuntimeError, IndexError, ValueError) as error:
        raise MeshError(f"{path} is no whole {suffix} file: {error}") from error


def write(path, shape: Mesh | PointCloud) -> None:
    """Write a shape as .off, .obj, .ply or .stl, whole or not at all.

    Numbers come back exactly as they were, except from .stl, which is single precision and joins vertices in
    the same place. A neighbouring temporary file takes the name when it is complete, so what was there before
    survives any failure. Raises MeshError for other endings and for what the format cannot hold (points in
    .stl, normals outside .ply), FileNotFoundError when the folder does not exist.
    """
    path = Path(path)
    encode = getattr(writing, _suffix(path)[1:])
    if not isinstance(shape, Mesh | PointCloud):
        raise MeshError(f"{path}: expected a Mesh or a PointCloud to write, got {type(shape).__name__}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: no such folder {path.parent}")
    data = encode(shape)
    with drafted(path) as file:
        file.write(data)


def shipped(name: str) -> Path:
    """The folder "assets" or "notebooks": inside the installed package, or beside it in a checkout.

    Raises FileNotFoundError that names both places.
    """
    package = Path(__file__).resolve().parent.parent
    places = [package / name, package.parent / name]
    for place in places:
        # A folder of that name somewhere else is not ours: a checkout is known by its pyproject.toml.
        if place.is_dir() and (place.parent == package or (place.parent / "pyproject.toml").is_file()):
            return place
    raise FileNotFoundError(f"the folder {name!r} is neither in the package ({places[0]}) nor in a checkout "
                            f"({places[1]}); reinstall spectral-workbench")


def _suffix(path):
    if path.suffix.lower() not in FORMATS:
        raise MeshError(f"{path}: expected a name ending in {', '.join(FORMATS)}, got {path.suffix!r}")
    return path.suffix.lower()


def _arrays(path, data, suffix):
    import potpourri3d

    if suffix in (".off", ".obj"):
        return (off if suffix == ".off" else obj).arrays(data)
    n, m = counts(data, suffix)
    if suffix == ".stl" and is_binary_stl(data):
        facet = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
        corners = np.frombuffer(data, facet, m, 84)["corners"]
        return _welded(corners.reshape(-1, 3).astype(np.float64))
    if m == 0:
        V, polygons = potpourri3d.read_point_cloud(str(path)), []
    else:
        V, polygons = potpourri3d.read_polygon_mesh(str(path))
    if (len(V), len(polygons)) != (n, m):
        raise MeshError(f"expected {n} vertices and {m} faces, got {len(V)} and {len(polygons)}")
    if suffix == ".stl":
        return _welded(V)
    triangles = all(len(polygon) == 3 for polygon in polygons)
    return V, np.array(polygons, dtype=np.int64).reshape(-1, 3) if triangles else polygons


def _welded(corners):
    """Every three corners as a triangle; corners in one place are one vertex, numbered as they appear."""
    _, first, place = np.unique(corners + 0.0, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return corners[first[order]], number[place.reshape(-1, 3)]
