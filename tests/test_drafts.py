"""Files appear whole or not at all."""

import os

import pytest

from workbench.drafts import drafted


def test_a_file_takes_its_name_when_the_block_has_ended_well(tmp_path):
    path = tmp_path / "found.txt"
    path.write_text("old")
    with drafted(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and os.listdir(tmp_path) == ["found.txt"]


def test_what_was_there_survives_a_failure_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "found.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), drafted(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["found.txt"]


def test_two_drafts_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "found.txt"
    with drafted(path) as first, drafted(path) as second:
        first.write(b"first"), second.write(b"second")
    assert path.read_text() == "first"  # which ended last


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"), drafted(tmp_path / "nowhere" / "a.txt"):
        pass
