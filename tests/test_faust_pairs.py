"""FAUST_r is read as its authors lay it out; damaged tables are named."""

import numpy as np
import pytest

from workbench.datasets.faust_pairs import faust_bodies, faust_pairs
from workbench.operators.distances import distance_rows
from workbench.shapes import bumpy_sphere, write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of one scan in the authors' layout."""
    monkeypatch.setattr("workbench.datasets.faust_pairs.SPLITS", {"test": [83]})
    for name in ("off", "corres"):
        (tmp_path / name).mkdir()
    write(tmp_path / "off" / "tr_reg_083.off", bumpy_sphere(level=1))
    (tmp_path / "corres" / "tr_reg_083.vts").write_text("1\n42\n3\n3\n")
    (tmp_path / "corres" / "tr_reg_083.sym.vts").write_text("2\n1\n3\n4\n")
    (tmp_path / "test_pairs.txt").write_text("tr_reg_083\ttr_reg_084\n\n")
    return tmp_path


def test_tables_count_from_zero_and_meshes_have_area_one(folder):
    (scan,) = faust_bodies(folder, "test")
    assert scan.correspondence.tolist() == [0, 41, 2, 2] and scan.mirrored.tolist() == [1, 0, 2, 3]
    assert scan.mesh.area == pytest.approx(1) and scan.name == "tr_reg_083"
    assert faust_pairs(folder) == (("tr_reg_083", "tr_reg_084"),)


def test_a_table_that_does_not_fit_is_named(folder):
    (folder / "corres" / "tr_reg_083.sym.vts").write_text("1\n43\n3\n3\n")
    with pytest.raises(ValueError, match="083.sym.vts: expected 4 vertices from 1 to 42"):
        faust_bodies(folder, "test")
    with pytest.raises(ValueError, match="train"):
        faust_bodies(folder, "all")


@pytest.mark.realdata
def test_a_scan_and_its_mirror_table_are_nearly_isometric(data_folder):
    if not (data_folder / "faust_r").is_dir():
        pytest.skip("no faust_r here")
    scan = faust_bodies(data_folder / "faust_r", "test")[0]
    some = np.arange(0, len(scan.correspondence), 250)
    own, other = (table[some] for table in (scan.correspondence, scan.mirrored))
    d, mirrored = distance_rows(scan.mesh, own)[:, own], distance_rows(scan.mesh, other)[:, other]
    # people are symmetric to some percent, remeshing adds an edge at each end
    assert np.abs(d - mirrored).mean() < 0.05 * d.mean()
