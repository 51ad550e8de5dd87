"""What every chapter promises a reader and a teacher: prerequisites, times, exercises, hints, a ledger."""

import re
from pathlib import Path

import nbformat
import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LATER = [path for path in CHAPTERS if not path.stem.startswith("00")]
every = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def numbered(cells, start):
    """Where the cells with a tag that starts so are."""
    return [i for i, cell in enumerate(cells)
            if any(tag.startswith(start) for tag in cell.metadata.get("tags", ()))]


@every
def test_exercises_are_three_each_with_three_folded_hints_and_a_picture_of_what_should_come_out(path):
    cells = cells_of(path)
    exercises, checks = numbered(cells, "exercise:"), numbered(cells, "check:")
    assert len(exercises) >= 3
    for exercise, check in zip(exercises, checks, strict=True):
        assert check == exercise + 1
        told = cells[exercise - 1].source
        assert told.count("<details><summary>") == told.count("</details>") >= 3, told[:60]
        after = [cell.source for cell in cells[check + 1:check + 3]]
        assert any("answers." in source for source in after), f"no picture after {cells[check].source}"


@every
def test_a_chapter_has_an_open_question(path):
    assert any(re.search(r"(?i)\*\*(an )?open question", cell.source) for cell in cells_of(path))


@every
def test_a_chapter_tells_the_time_of_each_cell_and_how_long_it_takes(path):
    cells = cells_of(path)
    first = next(cell.source for cell in cells if cell.cell_type == "code")
    assert first.startswith("%load_ext workbench.timing\n")
    assert "**It takes**" in cells[0].source and "`quick`" in cells[0].source


@every
def test_a_chapter_ends_with_a_table_that_is_read_from_the_ledger(path):
    source = "\n".join(cell.source for cell in cells_of(path) if cell.cell_type == "code")
    assert "ledger.note(" in source and "ledger.closing(" in source


def lines_of(cell):
    """The lines of a cell that do something: neither empty nor a list of what is imported."""
    return [line for line in cell.source.splitlines()
            if line.strip() and not line.startswith(("import ", "from "))]


@every
def test_a_cell_is_short(path):
    cells = [cell for cell in cells_of(path) if cell.cell_type == "code"]
    assert not {lines_of(cell)[0]: len(lines_of(cell)) for cell in cells if len(lines_of(cell)) > 15}


@pytest.mark.parametrize("path", LATER, ids=lambda path: path.stem)
def test_a_later_chapter_leads_back_to_the_first(path):
    assert "(00_spectral_geometry.ipynb)" in cells_of(path)[0].source


@every
def test_a_link_to_a_chapter_leads_somewhere(path):
    there = {one.name for one in CHAPTERS}
    words = "\n".join(cell.source for cell in cells_of(path) if cell.cell_type == "markdown")
    assert set(re.findall(r"\]\((\d\d_\w+\.ipynb)", words)) <= there


def test_the_first_chapter_names_the_letters_and_the_words_that_others_use():
    words = "\n".join(cell.source for cell in cells_of(CHAPTERS[0]) if cell.cell_type == "markdown")
    for word in ("The letters of this course", "tufted cover", "diffusion maps", "coverage", "MapWarning"):
        assert word in words
