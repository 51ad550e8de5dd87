"""One source, two classrooms: chapters with their exercises untouched, and chapters that hold solutions."""

import json
from pathlib import Path

from workbench.chapters import shelf
from workbench.drafts import drafted

#: where the solutions lie, in the source
SOLUTIONS = "solutions/"


class ExportError(ValueError):
    """Chapters that cannot be exported, or a folder that cannot take them."""


def student(originals: Path, folder: Path) -> list[str]:
    """Write the chapters as they are, stubs and checks, without solutions; the names of the files.

    Raises ExportError when the folder holds something already, OSError when it cannot be written.
    """
    files = shelf(originals)
    return _write(folder, {name: files[name] for name in files if not name.startswith(SOLUTIONS)})


def instructor(originals: Path, folder: Path) -> list[str]:
    """Write the chapters with every exercise solved, and the solutions beside them; the names of the files.

    The cell tagged exercise:NAME of a chapter takes the text of solutions/CHAPTER/NAME.py. Raises ExportError
    for an exercise without a solution, for a solution without an exercise, and as student does.
    """
    files = shelf(originals)
    for name in [name for name in files if name.endswith(".ipynb") and "/" not in name]:
        files[name] = solved(name, files)
    return _write(folder, files)


def solved(name: str, files: dict[str, bytes]) -> bytes:
    """A chapter with its solutions in the exercises' cells. Raises ExportError when they do not fit."""
    notebook, place = json.loads(files[name]), f"{SOLUTIONS}{name.removesuffix('.ipynb')}/"
    there = {path[len(place):].removesuffix(".py") for path in files if path.startswith(place)}
    asked = set()
    for cell in notebook["cells"]:
        for exercise in _tagged(cell, "exercise:"):
            if exercise not in there:
                raise ExportError(f"{name}: the exercise {exercise!r} has no solution {place}{exercise}.py")
            asked.add(exercise)
            text = files[f"{place}{exercise}.py"].decode().rstrip("\n")
            cell["source"] = text.splitlines(keepends=True)
            cell["metadata"]["tags"].append("solution")
    if there - asked:
        raise ExportError(f"{name}: no exercise for the solutions {', '.join(sorted(there - asked))}")
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _tagged(cell, start):
    tags = cell.get("metadata", {}).get("tags", ())
    return [tag.removeprefix(start) for tag in tags if tag.startswith(start)]


def _write(folder, files):
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(f"{folder} is not empty; name a new folder")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path) as file:
            file.write(content)
    return list(files)
