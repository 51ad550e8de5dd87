"""Runs chapters from top to bottom, each cell timed; a chapter that ran already is not run again."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbformat import NotebookNode

import workbench
from workbench.drafts import drafted

#: in a run notebook's metadata: how it was run
HOW = "workbench"


def executed(path: Path, folder: Path, preset: str, say: Callable[[str], None] = lambda words: None,
             timeout: int = 1200) -> NotebookNode:
    """The chapter after a run with a preset, kept in folder; the one that is there if it is of this source.

    say      hears of every cell that took more than a second
    timeout  seconds that a cell may take

    Raises nbclient's CellExecutionError for a cell that raises, and OSError when folder cannot be written.
    """
    kept = folder / path.name
    about = {"preset": preset, "source": sha256(path.read_bytes()).hexdigest()}
    if kept.exists():
        there = nbformat.read(kept, as_version=4)
        if {word: there.metadata.get(HOW, {}).get(word) for word in about} == about:
            say(f"{path.stem}: ran already")
            return there
    notebook = with_preset(nbformat.read(path, as_version=4), preset)
    start = perf_counter()
    _run(notebook, timeout, lambda words: say(f"{path.stem}: {words}"))
    notebook.metadata[HOW] = {**about, "seconds": round(perf_counter() - start, 1)}
    folder.mkdir(parents=True, exist_ok=True)
    with drafted(kept) as file:
        file.write(nbformat.writes(notebook).encode())
    say(f"{path.stem}: {perf_counter() - start:.0f} s")
    return notebook


def with_preset(notebook: NotebookNode, preset: str) -> NotebookNode:
    """The chapter with another preset in its cell tagged parameters, where that names one."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = re.sub(r"Config\.preset\(.*?\)", f'Config.preset("{preset}")', cell.source)
    return notebook


def _run(notebook, timeout, say):
    from nbclient import NotebookClient

    begun = {}

    def after(cell, cell_index, **_):
        took = perf_counter() - begun.get(cell_index, perf_counter())
        if took > 1:
            say(f"cell {cell_index + 1} of {len(notebook.cells)}, {took:.1f} s")

    def before(cell, cell_index, **_):
        begun[cell_index] = perf_counter()

    # the kernel finds this workbench also where it is not installed, as in a checkout
    ways = filter(None, [str(Path(workbench.__file__).parents[1]), os.environ.get("PYTHONPATH")])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(ways)}
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        NotebookClient(notebook, timeout=timeout, kernel_name="python3", record_timing=True,
                       on_cell_start=before, on_cell_complete=after,
                       resources={"metadata": {"path": place}}).execute(env=environment)


def seconds(cell: NotebookNode) -> float | None:
    """How long the kernel was busy with a cell, by the times that Jupyter wrote; None where it wrote none."""
    times = cell.get("metadata", {}).get("execution", {})
    begun, ended = (times.get(word) for word in ("iopub.status.busy", "iopub.status.idle"))
    if not begun or not ended:
        return None
    first, last = (datetime.fromisoformat(time.replace("Z", "+00:00")) for time in (begun, ended))
    return (last - first).total_seconds()
