"""The PLY container: both byte orders, lists of any length, normals, and headers that promise too much."""

import struct

import numpy as np
import pytest

from workbench.shapes import MeshError, PointCloud, bumpy_sphere, read, read_arrays, write

BUMPY = bumpy_sphere(2)
ASCII_PLY = b"""ply
format ascii 1.0
comment three vertices, one face
element vertex 3
property float x
property float y
property float z
property float nx
property float ny
property float nz
element face 1
property list uchar int vertex_indices
end_header
0 0 0 0 0 1
1 0 0 0 0 1
1 1 0 0 0 1
3 0 1 2
"""


def kept(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_ply_keeps_the_normals_of_points(tmp_path):
    cloud = PointCloud(BUMPY.V, BUMPY.vertex_normals)
    write(tmp_path / "a.ply", cloud)
    # scaled to length 1 once more: one rounding
    np.testing.assert_allclose(read(tmp_path / "a.ply").normals, cloud.normals, atol=4e-16)
    for suffix in (".off", ".obj", ".stl"):
        with pytest.raises(MeshError, match="ply"):
            write(tmp_path / f"a{suffix}", cloud)
    head = ASCII_PLY.replace(b"element face 1\nproperty list uchar int vertex_indices\n", b"")
    points = read(kept(tmp_path, "b.ply", head.replace(b"3 0 1 2\n", b"")))
    np.testing.assert_array_equal(points.normals, [[0, 0, 1]] * 3)


def test_normals_are_found_behind_other_elements(tmp_path):
    head = ("element camera 2\nproperty list uchar float view\nelement vertex 1\nproperty float x\n"
            "property float y\nproperty float z\nproperty float nx\nproperty float ny\nproperty float nz\n"
            "end_header\n")
    text = f"ply\nformat ascii 1.0\n{head}2 5 6\n0\n1 2 3 0 1 0\n".encode()
    packed = struct.pack("<B2fB6f", 2, 5, 6, 0, 1, 2, 3, 0, 1, 0)
    binary = f"ply\nformat binary_little_endian 1.0\n{head}".encode() + packed
    for data in (text, binary):
        cloud = read(kept(tmp_path, "a.ply", data))
        np.testing.assert_array_equal([cloud.X[0], cloud.normals[0]], [[1, 2, 3], [0, 1, 0]])


@pytest.mark.parametrize("order", ["<", ">"])
def test_binary_ply_of_both_byte_orders_and_mixed_polygons(tmp_path, order):
    name = {"<": "little", ">": "big"}[order]
    head = (f"ply\nformat binary_{name}_endian 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
            "property float z\nelement face 2\nproperty list uchar int vertex_index\nend_header\n").encode()
    body = struct.pack(f"{order}12f", 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0)
    body += struct.pack(f"{order}B3i", 3, 0, 1, 2) + struct.pack(f"{order}B4i", 4, 0, 1, 2, 3)
    V, F = read_arrays(kept(tmp_path, "a.ply", head + body))
    assert F == [[0, 1, 2], [0, 1, 2, 3]]
    np.testing.assert_array_equal(V, [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    with pytest.raises(MeshError, match="1 whole"):
        read_arrays(kept(tmp_path, "cut.ply", head + body[:-1]))
    signed = head.replace(b"list uchar", b"list char")
    with pytest.raises(MeshError, match="got 0 whole"):
        read_arrays(kept(tmp_path, "negative.ply", signed + body[:48] + b"\xff" + body[49:]))


@pytest.mark.parametrize("name, data, told", [
    ("word.ply", ASCII_PLY.replace(b"1 1 0", b"1 x 0"), "got 2 whole ones"),
    ("type.ply", ASCII_PLY.replace(b"float x", b"quaternion x"), "known types"),
    ("list.ply", ASCII_PLY.replace(b"list uchar int", b"list uchar"), "known types"),
    ("negative.ply", ASCII_PLY.replace(b"vertex 3", b"vertex -3"), "negative"),
    ("length.ply", ASCII_PLY.replace(b"uchar", b"char").replace(b"3 0 1 2", b"-3 0 1 2"), "got 0 whole ones"),
    ("strips.ply", ASCII_PLY.replace(b"element face", b"element tristrips"), "tristrips"),
    ("format.ply", ASCII_PLY.replace(b"ascii", b"morse"), "morse"),
])
def test_a_header_or_row_that_is_wrong_is_told(tmp_path, name, data, told):
    with pytest.raises(MeshError, match=f"{name}.*{told}"):
        read(kept(tmp_path, name, data))
