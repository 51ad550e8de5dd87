"""One source, two classrooms: students get untouched stubs, instructors solutions, nobody loses a file."""

import json

import nbformat
import pytest
from tiny_chapters import chapters

from workbench import cli
from workbench.exporting.classroom import ExportError, instructor, student
from workbench.exporting.cleaning import cleaned
from workbench.exporting.executing import executed, seconds, with_preset
from workbench.shapes.files import shipped


def tagged(notebook, start):
    return {tag.removeprefix(start): cell for cell in notebook["cells"]
            for tag in cell["metadata"].get("tags", ()) if tag.startswith(start)}


@pytest.fixture(scope="module")
def originals():
    return shipped("notebooks")


def test_students_get_the_chapters_byte_for_byte_and_no_solution(originals, tmp_path):
    names = student(originals, tmp_path / "class")
    there = {path.relative_to(tmp_path / "class").as_posix() for path in (tmp_path / "class").rglob("*.*")}
    assert there == set(names) and not any("solution" in name for name in names)
    for path in originals.glob("*.ipynb"):
        assert (tmp_path / "class" / path.name).read_bytes() == path.read_bytes()
        stubs = tagged(json.loads(path.read_bytes()), "exercise:")
        assert all("NotImplementedError" in "".join(cell["source"]) for cell in stubs.values())


def test_instructors_get_every_exercise_solved(originals, tmp_path):
    names = instructor(originals, tmp_path / "class")
    for path in originals.glob("*.ipynb"):
        solved = nbformat.read(tmp_path / "class" / path.name, as_version=4)
        nbformat.validate(solved)
        source = nbformat.read(path, as_version=4)
        for name, cell in tagged(solved, "exercise:").items():
            text = (originals / "solutions" / path.stem / f"{name}.py").read_text()
            assert cell["source"] == text.rstrip("\n") and "solution" in cell["metadata"]["tags"]
        others = [[cell.source for cell in notebook.cells if cell.id not in
                   {one.id for one in tagged(source, "exercise:").values()}] for notebook in (source, solved)]
        assert others[0] == others[1]
    assert any(name.startswith("solutions/") for name in names)


def test_an_exercise_without_a_solution_and_a_solution_without_an_exercise_are_refused(tmp_path):
    place = chapters(tmp_path / "source") / "solutions" / "01_one"
    (place / "other.py").write_text("x = 1\n")
    with pytest.raises(ExportError, match="no exercise.*other"):
        instructor(tmp_path / "source", tmp_path / "one")
    (place / "other.py").unlink()
    (place / "twice.py").unlink()
    with pytest.raises(ExportError, match="twice.*no solution"):
        instructor(tmp_path / "source", tmp_path / "two")


def test_a_folder_that_holds_something_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert cli.main(["export", "--student", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_exports(tmp_path, capsys):
    assert cli.main(["export", "--instructor", str(tmp_path / "new")]) == 0
    assert "files in" in capsys.readouterr().out and (tmp_path / "new" / "chapters.md").is_file()
    with pytest.raises(SystemExit):
        cli.main(["export"])


def test_a_chapter_is_run_once_a_source_and_its_cells_are_timed(tmp_path):
    (tmp_path / "source").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import time; time.sleep(0.3)")])
    path = tmp_path / "source" / "01_one.ipynb"
    nbformat.write(notebook, path)
    told = []
    first = executed(path, tmp_path / "ran", "quick", told.append)
    assert 0.3 <= seconds(first.cells[0]) < 30 and first.metadata["workbench"]["preset"] == "quick"
    again = executed(path, tmp_path / "ran", "quick", told.append)
    assert again.cells[0].metadata == first.cells[0].metadata and told[-1] == "01_one: ran already"
    path.write_text(path.read_text().replace("0.3", "0.31"))
    executed(path, tmp_path / "ran", "quick", told.append)
    assert told[-1] != "01_one: ran already"


def test_the_preset_is_set_in_the_parameters_cell_alone():
    text = 'config = experiment.Config.preset("quick")'
    cells = [nbformat.v4.new_code_cell(text, metadata={"tags": ["parameters"]}),
             nbformat.v4.new_code_cell(text)]
    changed = with_preset(nbformat.v4.new_notebook(cells=cells), "tiny")
    assert changed.cells[0].source == text.replace("quick", "tiny") and changed.cells[1].source == text


def output(kind, **content):
    return nbformat.v4.new_output(kind, **content)


def test_widgets_go_what_cells_keep_of_them_stays_and_pictures_have_words():
    living = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Run the cell to have this live."}
    both = {"application/vnd.jupyter.widget-view+json": {}, "text/html": "<b>kept</b>"}
    cell = nbformat.v4.new_code_cell("x", outputs=[
        output("display_data", data=living), output("display_data", data=both),
        output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure size 2x1>"}),
        output("display_data", data={"image/png": "AAAA", "text/plain": "a ball on a stage"}),
        output("stream", name="stderr", text="run: 1%\rrun: 50%"),
        output("stream", name="stderr", text="\rrun: 100%\n"),
        output("stream", name="stdout", text="(1.3 s; 42 s so far)\n"),  # a page tells the times itself
    ])
    source = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## Waves\n\nHear."), cell])
    kept, figure, ball, bar = cleaned(source).cells[1].outputs
    assert kept.data == {"text/html": "<b>kept</b>"}
    assert "Waves" in figure.metadata["image/png"]["alt"]
    assert ball.metadata["image/png"]["alt"] == "a ball on a stage"
    assert bar.text == "run: 100%\n"
    assert len(source.cells[1].outputs) == 7  # the source is as it was


def test_an_ipython_shell_tells_the_time_of_each_cell(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    for _ in range(2):  # loaded twice, it counts once
        shell.run_cell("%load_ext workbench.timing" if _ == 0 else "%reload_ext workbench.timing")
    capsys.readouterr()
    shell.run_cell("import time; time.sleep(0.2)")
    told = capsys.readouterr().out
    assert told.count(" s; ") == 1 and float(told.split()[0].strip("(")) >= 0.2
    shell.run_cell("1 + 1")
    assert " s; " not in capsys.readouterr().out  # too short to be told
