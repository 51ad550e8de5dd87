"""workbench data: every set is told, and a folder that lacks a file is told which."""

import json
from dataclasses import replace

import numpy as np
import pytest

from workbench import cli
from workbench.datasets.catalogue import KINDS, PSB, SETS, DataSet, known, psb_numbers
from workbench.datasets.images import siamese_features
from workbench.datasets.molecules import qm7
from workbench.ledger.finding import sets


def told(capsys, *words):
    code = cli.main(["data", "--json", *words])
    return code, {one["name"]: one for one in json.loads(capsys.readouterr().out)["sets"]}


def test_every_set_says_whose_it_is_and_what_lies_in_it():
    assert len({one.name for one in SETS}) == len(SETS) == len(known())
    for one in sets().values():
        assert one.kind in KINDS and one.licence and one.layout and one.offered and one.size
        assert one.readable(), f"{one.name} has no reader {one.reader}"


def test_without_authors_data_the_shipped_and_generated_sets_are_there(capsys, monkeypatch):
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    code, found = told(capsys)
    assert code == 0 and found["humans"]["state"] == "found" and len(found["humans"]["sha256"]) == 64
    assert found["toys"]["state"] == "generated" and found["digits"]["state"] == "found"
    assert {one["state"] for one in found.values() if one["kind"] == "authors"} == {"missing"}


@pytest.mark.parametrize("one", [one for one in SETS if one.kind == "authors"], ids=lambda one: one.name)
def test_a_folder_that_lacks_one_file_is_told_which(one, tmp_path, capsys):
    folder = tmp_path / one.name
    folder.mkdir()
    if one.name == "rna":
        (folder / "train.txt").write_text("A_1.off\nB_2.off\n")
        (folder / "test.txt").write_text("C_3.off\n")
    if one.name == "psb19":
        for kind in PSB:
            for place, n in enumerate(psb_numbers(kind)):
                path = folder / kind / ("train", "test")[place % 2] / f"{n:03d}.obj"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("v")
    names = one.expected(folder)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x") if not (folder / name).exists() else None
    code, found = told(capsys, one.name, "--folder", str(tmp_path))
    assert code == 0 and found[one.name]["state"] == "found" and found[one.name]["lacks"] == []
    (folder / names[-1]).unlink()
    code, found = told(capsys, one.name, "--folder", str(tmp_path))
    assert code == 1 and found[one.name]["state"] == "partial" and found[one.name]["lacks"] == [names[-1]]


def test_an_empty_file_is_no_file_and_one_in_a_wrong_place_is_found(tmp_path, capsys):
    (tmp_path / "mnist" / "raw").mkdir(parents=True)
    names = known()["mnist"].expected(tmp_path)
    for name in names:
        (tmp_path / "mnist" / "raw" / name).write_text("x")
    assert cli.main(["data", "mnist", "--folder", str(tmp_path)]) == 1
    assert f"raw/{names[0]} is there, and should be {names[0]}" in capsys.readouterr().out
    for name in names:
        (tmp_path / "mnist" / name).write_text("x")
    (tmp_path / "mnist" / names[2]).write_text("")
    assert told(capsys, "mnist", "--folder", str(tmp_path))[1]["mnist"]["lacks"] == [f"{names[2]} (empty)"]


def test_a_folder_of_data_that_is_not_there_is_refused_by_name(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "nowhere"))
    assert cli.main(["data"]) == 2 and "nowhere is no folder" in capsys.readouterr().err


def test_an_unpacked_file_is_as_good_as_a_packed_one(tmp_path, capsys):
    folder = tmp_path / "mnist"
    folder.mkdir()
    for name in known()["mnist"].expected(folder):
        (folder / name.removesuffix(".gz")).write_text("x")
    assert told(capsys, "mnist", "--folder", str(tmp_path))[1]["mnist"]["state"] == "found"


def test_a_checksum_follows_from_names_and_contents_alone(tmp_path):
    one = replace(known()["mnist"], expected=lambda folder: ["a", "b"])
    for name in "ab":
        (tmp_path / name).write_text(name)
    first = one.checksum(tmp_path)
    (tmp_path / "other").touch()
    assert one.checksum(tmp_path) == first
    (tmp_path / "a").write_text("changed")
    assert one.checksum(tmp_path) != first
    (tmp_path / "b").unlink()
    with pytest.raises(FileNotFoundError, match="lacks b"):
        one.checksum(tmp_path)


def test_a_generated_set_depends_on_its_seed_alone():
    made = DataSet("x", "generated", "1", "MIT", "-", "-",
                   sample=lambda seed: [np.random.default_rng(seed).random(3)])
    assert made.checksum(seed=1) == made.checksum(seed=1) != made.checksum(seed=2)


def test_a_damaged_shipped_file_is_named(tmp_path, monkeypatch, capsys):
    import shutil

    from workbench.shapes.files import shipped

    shutil.copytree(shipped("assets") / "humans", tmp_path / "humans")
    (tmp_path / "humans" / "1k" / "person_3.npz").write_bytes(b"cut")
    monkeypatch.setattr("workbench.shapes.files.shipped", lambda name: tmp_path)
    code, found = told(capsys, "humans")
    assert code == 1 and found["humans"]["lacks"] == ["1k/person_3.npz (damaged)"]


def test_plain_words_say_licence_layout_and_where_to_get_it(capsys, monkeypatch):
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    assert cli.main(["data", "faust_r"]) == 0
    page = capsys.readouterr().out
    assert "missing" in page and "research only" in page and "corres/" in page and "github.com" in page
    assert cli.main(["data", "cats"]) == 2 and "faust_r" in capsys.readouterr().err


def test_molecules_come_back_and_wrong_files_are_told(tmp_path):
    Z = np.array([[6, 1, 0], [8, 0, 0]], dtype=np.int8)
    whole = {"Z": Z, "R_angstrom": np.ones((2, 3, 3), np.float32), "T_kcal_mol": np.array([-400.0, -1.0])}
    path = tmp_path / "qm7_pbe0_def2tzvp.npz"
    np.savez(path, **whole)
    found = qm7(tmp_path)
    assert np.array_equal(found.Z, Z) and found.energy.tolist() == [-400.0, -1.0]
    for wrong, words in (({"Z": Z + 1}, "atoms H"), ({"R_angstrom": np.ones((2, 3))}, "expected Z"),
                         ({"T_kcal_mol": np.array([np.nan, 1.0])}, "finite")):
        np.savez(path, **{**whole, **wrong})
        with pytest.raises(ValueError, match=words):
            qm7(tmp_path)
    np.savez(path, Z=Z)
    with pytest.raises(ValueError, match="lacks R_angstrom"):
        qm7(tmp_path)


def test_features_come_back_with_their_classes(tmp_path):
    X, labels = np.random.default_rng(0).random((5, 16)), np.arange(5)
    np.savez(tmp_path / "mnist_test_siamese16.npz", X=X, y=labels)
    found = siamese_features(tmp_path)
    assert np.array_equal(found[0], X) and np.array_equal(found[1], labels)
    np.savez(tmp_path / "mnist_test_siamese16.npz", X=X, y=labels + 9)
    with pytest.raises(ValueError, match="a class 0"):
        siamese_features(tmp_path)


@pytest.mark.realdata
def test_authors_molecules_and_features_are_those_they_describe(data_folder):
    found = qm7(data_folder / "qm7")
    assert found.Z.shape == (7101, 23) and found.energy.max() < 0  # every molecule is bound
    X, labels = siamese_features(data_folder / "basis_mnist_features")
    assert len(X) == 10_000 and np.bincount(labels).tolist()[:2] == [980, 1135]  # MNIST's test set


@pytest.mark.realdata
def test_authors_folders_are_whole(data_folder):
    there = [one for one in SETS if one.kind == "authors" and (data_folder / one.name).is_dir()]
    assert there and not {one.name: one.lacking(data_folder / one.name) for one in there
                          if one.lacking(data_folder / one.name)}
