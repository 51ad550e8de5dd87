"""Decimation: fewer faces, the same surface, orientation and genus, and never the same mesh twice."""

import numpy as np
import pytest

from workbench.datasets.humans import humans
from workbench.shapes import bumpy_sphere
from workbench.shapes.decimation import decimated
from workbench.shapes.gallery import crease, torus
from workbench.shapes.topology import seams


def euler(mesh):
    return mesh.n_vertices - len(mesh.edges) + mesh.n_faces


def volume(mesh):
    a, b, c = mesh.V[mesh.F.T]
    return np.einsum("fc,fc->", a, np.cross(b, c)) / 6


@pytest.mark.parametrize("mesh", [bumpy_sphere(level=3), torus(), humans("test")[1].mesh],
                         ids=["sphere", "torus", "human"])
def test_genus_orientation_and_volume_stay(mesh):
    fewer, kept = decimated(mesh, mesh.n_faces // 2, seed=0)
    assert mesh.n_faces // 2 - 1 <= fewer.n_faces <= mesh.n_faces // 2
    np.testing.assert_array_equal(fewer.V, mesh.V[kept])
    seam = seams(fewer.F)
    assert (seam.count == 2).all() and euler(fewer) == euler(mesh)
    assert (seam.ahead[seam.half[seam.first]] != seam.ahead[seam.half[seam.first + 1]]).all()
    # vertices stay on the surface, so chords cut off a little: edges of 0.15 on unit balls, and less
    assert volume(fewer) == pytest.approx(volume(mesh), rel=0.03)


def test_a_flat_sheet_with_a_crease_loses_nothing_but_triangles():
    sheet = crease(8)
    fewer, kept = decimated(sheet, 120)
    assert fewer.n_faces <= 120
    assert set(sheet.boundary_edges.ravel()) <= set(kept)
    # vertices in the plane cost nothing; those of the crease do, as their faces differ
    assert fewer.area == pytest.approx(sheet.area, rel=1e-9)


def test_a_seed_gives_one_mesh_and_another_seed_another():
    mesh = bumpy_sphere(level=2)
    one, again, other = (decimated(mesh, 200, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_a_tetrahedron_is_the_end():
    fewer, _ = decimated(bumpy_sphere(level=0), 4)
    assert fewer.n_faces >= 4 and euler(fewer) == 2
    with pytest.raises(ValueError, match="got faces = 3"):
        decimated(bumpy_sphere(level=0), 3)
