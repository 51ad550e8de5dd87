"""Shapes in files: what is written comes back, what is broken is refused by name, nothing is half written."""

import os
from pathlib import Path

import numpy as np
import pytest
from test_ply import ASCII_PLY, kept

import workbench
from workbench.shapes import (
    Mesh,
    MeshError,
    PointCloud,
    bumpy_sphere,
    crease,
    diagnose,
    files,
    icosphere,
    read,
    read_arrays,
    repair,
    two_spheres,
    write,
    writing,
)
from workbench.shapes.files import shipped

BUMPY = bumpy_sphere(2)
SUFFIXES = (".off", ".obj", ".ply", ".stl")
WHOLE = {suffix: getattr(writing, suffix[1:])(BUMPY) for suffix in SUFFIXES}

ASCII_STL = b"""solid one
facet normal 0 0 1
 outer loop
  vertex 0 0 0
  vertex 1 0 0
  vertex 1 1 0
 endloop
endfacet
endsolid one
"""


@pytest.mark.parametrize("suffix", [".off", ".obj", ".ply", ".OFF"])
def test_every_float64_comes_back_as_it_was(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", BUMPY)
    back = read(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(back.V, BUMPY.V)
    np.testing.assert_array_equal(back.F, BUMPY.F)


@pytest.mark.parametrize("mesh", [BUMPY, crease(4), two_spheres(1)])
def test_stl_welds_corners_and_keeps_the_surface_to_single_precision(tmp_path, mesh):
    write(tmp_path / "a.stl", mesh)
    back = read(tmp_path / "a.stl")
    assert [len(x) for x in (back.V, back.F, back.edges)] == [len(x) for x in (mesh.V, mesh.F, mesh.edges)]
    assert diagnose(back).kinds == diagnose(mesh).kinds
    # half a unit in the last place of a float32 below 4
    np.testing.assert_allclose(back.V[back.F], mesh.V[mesh.F], atol=2**-22)


def test_a_binary_stl_may_begin_with_solid(tmp_path):
    data = b"solid by some exporters".ljust(80) + WHOLE[".stl"][80:]
    assert read(kept(tmp_path, "a.stl", data)).n_vertices == BUMPY.n_vertices


@pytest.mark.parametrize("suffix", [".off", ".obj", ".ply"])
def test_vertices_without_faces_are_a_point_cloud(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", PointCloud(BUMPY.V))
    back = read(tmp_path / f"a{suffix}")
    assert isinstance(back, PointCloud)
    np.testing.assert_array_equal(back.X, BUMPY.V)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.7, 0.97])
def test_a_half_written_file_is_refused_by_name(tmp_path, suffix, part):
    data = WHOLE[suffix]
    path = kept(tmp_path, f"cut{suffix}", data[:int(part * len(data))])
    with pytest.raises(MeshError, match=f"cut{suffix}.*expected"):
        read(path)


@pytest.mark.parametrize("data, suffix", [(ASCII_PLY, ".ply"), (ASCII_STL, ".stl")])
def test_no_beginning_of_a_text_file_passes_for_the_whole(tmp_path, data, suffix):
    assert read(kept(tmp_path, f"whole{suffix}", data)).n_faces == 1
    stop = data.rindex(b" 2") if suffix == ".ply" else data.rindex(b"endsolid")
    for end in range(stop):
        with pytest.raises(MeshError, match="cut"):
            read(kept(tmp_path, f"cut{suffix}", data[:end]))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [
    b"", b"  \n\n", b"this is\nno mesh\n", bytes(range(256)) * 12, b"solid\n", b"ply\n",
])
def test_what_is_no_mesh_file_is_refused_by_name(tmp_path, suffix, data):
    with pytest.raises(MeshError, match=f"other{suffix}.*expected"):
        read(kept(tmp_path, f"other{suffix}", data))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("other", SUFFIXES)
def test_a_wrong_ending_is_refused(tmp_path, suffix, other):
    if suffix != other:
        with pytest.raises(MeshError, match="expected"):
            read(kept(tmp_path, f"wrong{suffix}", WHOLE[other]))


@pytest.mark.parametrize("name, data, told", [
    ("word.off", b"OFF\n3 1 0\n0 0 zero\n1 0 0\n1 1 0\n3 0 1 2\n", "3 numbers for vertex 0"),
    ("short.off", b"OFF\n3 1 0\n0 0\n1 0 0\n1 1 0\n3 0 1 2\n", "3 numbers for vertex 0"),
    ("corner.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1\n", "3 numbers for face 0"),
    ("counts.off", b"OFF\nmany\n", "counts of vertices and faces"),
    ("negative.off", b"OFF\n3 -1 0\n0 0 0\n1 0 0\n1 1 0\n", "counts of vertices and faces"),
    ("long.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 99999999999999999999\n", "3 numbers for face 0"),
    ("word.obj", b"v 0 0 zero\nv 1 0 0\nv 1 1 0\nf 1 2 3\n", "v 0 0 zero"),
    ("line.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2\n", "f 1 2"),
    ("long.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 99999999999999999999\n", "f 1 2 9999"),
    ("from zero.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 0 1 2\n", "vertex numbers from 1"),
    ("corner.stl", ASCII_STL.replace(b"1 1 0", b"1 1"), "three corners a facet"),
])
def test_a_row_that_is_wrong_is_shown(tmp_path, name, data, told):
    with pytest.raises(MeshError, match=f"{name}.*{told}"):
        read(kept(tmp_path, name, data))


DEFECTIVE = {
    "quad.obj": (b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n", "polygon"),
    "quad.off": (b"OFF\n4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n", "polygon"),
    "mixed.off": (b"OFF\n5 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n2 1 0\n4 0 1 2 3\n3 1 4 2\n", "polygon"),
    "quad.ply": (ASCII_PLY.replace(b"3 0 1 2", b"4 0 1 2 1"), "polygon"),
    "nan.off": (b"OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 nan 0\n3 0 1 2\n3 0 2 3\n", "non-finite vertex"),
    "far.off": (b"OFF\n3 2 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 2\n3 0 1 7\n", "index out of range"),
    "nan.obj": (b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv nan 0 0\nf 1 2 3\nf 1 2 4\n", "non-finite vertex"),
    "far back.obj": (b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\nf 1 2 -4\n", "index out of range"),
    "far.obj": (b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\nf 1 2 9\n", "index out of range"),
}


@pytest.mark.parametrize("name", DEFECTIVE)
def test_a_whole_file_of_a_defective_mesh_can_be_diagnosed_and_repaired(tmp_path, name):
    path = kept(tmp_path, name, DEFECTIVE[name][0])
    with pytest.raises(MeshError, match=f"{name}.*read_arrays"):
        read(path)
    assert DEFECTIVE[name][1] in diagnose(*read_arrays(path)).kinds
    assert repair(*read_arrays(path)).left.fatal == ()


@pytest.mark.parametrize("name, data", [
    ("comments.off", b"# by hand\nOFF # here\n\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 2 255 0 0\n"),
    ("one line.off", b"OFF 3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 2\n"),
    ("windows.off", b"OFF\r\n3 1 0\r\n0 0 0\r\n1 0 0\r\n1 1 0\r\n3 0 1 2\r\n"),
    ("windows.obj", b"v 0 0 0\r\nv 1 0 0\r\nv 1 1 0\r\nf 1 2 3\r\n"),
    ("slashes.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nvt 0 0\nvn 0 0 1\nf 1/1/1 2/1/1 3//1\n"),
    ("relative.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf -3 -2 -1\nv 9 9 9\n"),
    ("mark.obj", b"\xef\xbb\xbfv 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n"),
    ("by hand.obj", b"  v 0 0 0 # origin\nv\t1 0 0\r v 1 1 0 1 0 0\n f 1 2 \\\n 3 # one\nl 1 2\n"),
    ("mark.off", b"\xef\xbb\xbfOFF\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 2\n"),
    ("colours.off", b"COFF\n3 1 0\n0 0 0 9 9 9 9\n1 0 0 9 9 9 9\n1 1 0 9 9 9 9\n3 0 1 2\n"),
    ("spoken.ply", ASCII_PLY.replace(b"element vertex", b"comment end_header follows\nelement vertex")),
    ("vertex.stl", ASCII_STL.replace(b"solid", b"solid vertex of an endfacet", 1)),
    ("normals.ply", ASCII_PLY), ("text.stl", ASCII_STL), ("öl und wasser.stl", ASCII_STL),
])
def test_usual_variants_are_read(tmp_path, name, data):
    mesh = read(kept(tmp_path, name, data))
    np.testing.assert_array_equal(mesh.V[mesh.F[0]], [[0, 0, 0], [1, 0, 0], [1, 1, 0]])


def test_missing_files_folders_and_other_endings_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.off"):
        read(tmp_path / "nowhere.off")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write(tmp_path / "nowhere" / "a.off", BUMPY)
    (tmp_path / "folder.off").mkdir()
    with pytest.raises(MeshError, match="folder.off.*got a folder"):
        read(tmp_path / "folder.off")
    for name in ("a.gltf", "a"):
        with pytest.raises(MeshError, match=r"expected a name ending in .off, .obj, .ply, .stl"):
            read(tmp_path / name)
        with pytest.raises(MeshError, match=r"expected a name ending in .off, .obj, .ply, .stl"):
            write(tmp_path / name, BUMPY)


def test_what_was_there_survives_a_write_that_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.off"
    write(path, BUMPY)

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write(path, icosphere(0))
    assert read(path).n_vertices == BUMPY.n_vertices
    assert [each.name for each in tmp_path.iterdir()] == ["a.off"]


def test_what_a_format_cannot_hold_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(MeshError, match="single precision"):
        write(tmp_path / "a.stl", Mesh(BUMPY.V * 1e39, BUMPY.F))
    with pytest.raises(MeshError, match="holds triangles"):
        write(tmp_path / "a.stl", PointCloud(BUMPY.V))
    assert list(tmp_path.iterdir()) == []


def test_shipped_folders_are_found_in_a_checkout_and_in_an_installed_package(tmp_path, monkeypatch):
    checkout = Path(workbench.__file__).parent.parent
    assert shipped("assets") == checkout / "assets" and shipped("notebooks") == checkout / "notebooks"
    with pytest.raises(FileNotFoundError, match="'treasure' is neither in the package"):
        shipped("treasure")
    package = tmp_path / "site-packages" / "workbench"
    (package / "assets").mkdir(parents=True)
    (package.parent / "notebooks").mkdir()
    monkeypatch.setattr(files, "__file__", str(package / "shapes" / "files.py"))
    assert shipped("assets") == package / "assets"
    with pytest.raises(FileNotFoundError):
        shipped("notebooks")  # lies beside the package, but somebody else put it there
