"""The chapters are laid into a reader's folder, and nothing the reader wrote is ever lost."""

import json
import os
import random

import pytest

from workbench.chapters import CONTENTS, HIDDEN, contents, lay, report, shelf

ONE, TWO, THREE = ({"02_x.ipynb": text} for text in (b"one", b"two", b"three"))


def fates(laid):
    return {one.name: one.fate for one in laid}


def notebook(*cells):
    cells = [{"cell_type": "markdown", "source": cell} for cell in cells]
    return json.dumps({"cells": cells}).encode()


def test_a_new_chapter_is_copied(tmp_path):
    assert fates(lay(ONE, tmp_path / "a" / "b", "0.1.0")) == {"02_x.ipynb": "new"}
    assert (tmp_path / "a" / "b" / "02_x.ipynb").read_bytes() == b"one"


def test_laying_twice_changes_nothing(tmp_path):
    lay(ONE, tmp_path, "0.1.0")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert fates(lay(ONE, tmp_path, "0.1.0")) == {"02_x.ipynb": "unchanged"}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_unchanged_chapter_follows_the_shipped_one(tmp_path):
    lay(ONE, tmp_path, "0.1.0")
    assert fates(lay(TWO, tmp_path, "0.2.0")) == {"02_x.ipynb": "updated"}
    assert (tmp_path / "02_x.ipynb").read_bytes() == b"two"


def test_an_edited_chapter_stays_and_the_newer_one_lies_beside_it(tmp_path):
    lay(ONE, tmp_path, "0.1.0")
    (tmp_path / "02_x.ipynb").write_bytes(b"mine")
    assert lay(ONE, tmp_path, "0.1.0")[0].beside == ""  # nothing newer to offer
    laid = lay(TWO, tmp_path, "0.2.0")
    assert (tmp_path / "02_x.ipynb").read_bytes() == b"mine"
    assert (tmp_path / "02_x-0.2.0.ipynb").read_bytes() == b"two"
    assert "02_x.ipynb has your edits and stays" in report(laid, tmp_path)
    assert "02_x-0.2.0.ipynb" in report(laid, tmp_path)


def test_the_newer_chapter_is_laid_beside_once(tmp_path):
    lay(ONE, tmp_path, "0.1.0")
    (tmp_path / "02_x.ipynb").write_bytes(b"mine")
    lay(TWO, tmp_path, "0.2.0")
    (tmp_path / "02_x-0.2.0.ipynb").unlink()
    assert lay(TWO, tmp_path, "0.2.0")[0].beside == ""
    assert not (tmp_path / "02_x-0.2.0.ipynb").exists()


def test_even_the_chapter_beside_is_not_overwritten(tmp_path):
    (tmp_path / "02_x.ipynb").write_bytes(b"mine")
    (tmp_path / "02_x-0.2.0.ipynb").write_bytes(b"also mine")
    beside = lay(TWO, tmp_path, "0.2.0")[0].beside
    assert (tmp_path / "02_x-0.2.0.ipynb").read_bytes() == b"also mine"
    assert (tmp_path / beside).read_bytes() == b"two"


def test_a_deleted_chapter_comes_back(tmp_path):
    lay(ONE, tmp_path, "0.1.0")
    (tmp_path / "02_x.ipynb").unlink()
    assert fates(lay(ONE, tmp_path, "0.1.0")) == {"02_x.ipynb": "new"}


HALF_RIGHT = b'{"version": "0.1.0", "files": {"02_x.ipynb": 3}}'


@pytest.mark.parametrize("memory", [b"", b"{", b"3", b"[]", b"\xff", HALF_RIGHT])
def test_without_a_memory_every_difference_counts_as_an_edit(tmp_path, memory):
    lay(ONE, tmp_path, "0.1.0")
    (tmp_path / HIDDEN / "laid.json").write_bytes(memory)
    assert fates(lay(TWO, tmp_path, "0.2.0")) == {"02_x.ipynb": "kept"}
    assert (tmp_path / "02_x.ipynb").read_bytes() == b"one"


def test_an_older_workbench_takes_nothing_back(tmp_path):
    lay(TWO, tmp_path, "0.10.0")
    older = lay({**ONE, "03_y.ipynb": b"y"}, tmp_path, "0.9.0")
    assert fates(older) == {"02_x.ipynb": "unchanged", "03_y.ipynb": "new"}
    assert (tmp_path / "02_x.ipynb").read_bytes() == b"two"
    assert fates(lay(THREE, tmp_path, "0.11.0")) == {"02_x.ipynb": "updated"}


def test_a_folder_where_the_chapter_should_be_is_left_alone(tmp_path):
    (tmp_path / "02_x.ipynb").mkdir()
    assert lay(ONE, tmp_path, "0.1.0")[0].beside == "02_x-0.1.0.ipynb"


def test_no_history_of_edits_and_versions_loses_a_word_of_the_reader(tmp_path):
    chance, mine = random.Random(7), {}
    for step in range(300):
        for path in list(tmp_path.glob("*.ipynb")):
            deed = chance.random()
            if deed < 0.2:
                mine[path] = f"edit {step} of {path.name}".encode()
                path.write_bytes(mine[path])
            elif deed < 0.3:
                mine.pop(path, None)
                path.unlink()
        if chance.random() < 0.1:
            (tmp_path / HIDDEN / "laid.json").unlink(missing_ok=True)
        shipped = {f"0{number}.ipynb": f"shipped {chance.randrange(4)}".encode() for number in range(3)}
        lay(shipped, tmp_path, f"0.{chance.randrange(12)}.0")
        assert {path: path.read_bytes() for path in mine} == mine
        for path in list(tmp_path.glob("*-*.ipynb"))[5:]:  # keep the folder small
            mine.pop(path, None)
            path.unlink()


def test_an_interrupted_write_leaves_the_old_chapter_whole(tmp_path, monkeypatch):
    lay(ONE, tmp_path, "0.1.0")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("plug pulled")))
    with pytest.raises(OSError, match="plug pulled"):
        lay(TWO, tmp_path, "0.2.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == [HIDDEN, "02_x.ipynb"]
    assert (tmp_path / "02_x.ipynb").read_bytes() == b"one"


def test_checkpoints_and_caches_are_not_shipped(tmp_path):
    hidden = (".ipynb_checkpoints/02_x.ipynb", "__pycache__/a.pyc", ".gitkeep")
    for name in ("02_x.ipynb", "solutions/02_x.ipynb", *hidden):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(notebook("# T"))
    assert set(shelf(tmp_path)) == {"02_x.ipynb", "solutions/02_x.ipynb", CONTENTS}


def test_the_list_of_chapters_has_title_link_and_first_sentence():
    first = "![picture](a.png)\n\n# Heat that learns\n\nWhy do arms look alike?"
    page = contents({"02_x.ipynb": notebook(first)})
    assert "## [Heat that learns](02_x.ipynb)" in page and "Why do arms look alike?" in page
