"""Every chapter runs from top to bottom, small and solved; untouched it does in test_browser.py."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

CHAPTERS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def tagged(notebook, start):
    """The cells with a tag that starts so, by the rest of the tag."""
    return {
        tag.removeprefix(start): cell
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", ())
        if tag.startswith(start)
    }


def executed(path, folder):
    """The chapter after a run in a folder with its tiny Config and its exercises solved."""
    notebook = nbformat.read(path, as_version=4)
    parameters = tagged(notebook, "parameters")[""]
    parameters.source, count = re.subn(r"Config\.preset\(.*?\)", "Config.tiny()", parameters.source)
    assert count == 1, "the parameters cell chooses one preset"
    for name, cell in tagged(notebook, "exercise:").items():
        cell.source = (path.parent / "solutions" / path.stem / f"{name}.py").read_text()
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    return notebook


def said(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_there_are_chapters():
    assert "02_diffusionnet" in [path.stem for path in CHAPTERS]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    nbformat.validate(notebook)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_whose_exercises_are_solved_says_so_and_leaves_still_pictures(path, tmp_path):
    notebook = executed(path, tmp_path)
    exercises, checks = tagged(notebook, "exercise:"), tagged(notebook, "check:")
    assert exercises.keys() == checks.keys()
    assert all(said(cell).startswith("Right") for cell in checks.values())
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in shown)
