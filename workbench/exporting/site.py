"""The whole course as pages: every chapter run, made into a file of HTML, and a page of contents."""

from collections.abc import Callable
from pathlib import Path

import nbformat

from workbench.chapters import opening
from workbench.drafts import drafted
from workbench.exporting.classroom import ExportError
from workbench.exporting.executing import HOW, executed
from workbench.exporting.page import contents, page, self_contained

#: in the site's folder: the chapters as they ran
RAN = ".executed"


def site(originals: Path, folder: Path, preset: str = "quick", ran: Path | None = None,
         say: Callable[[str], None] = lambda words: None) -> list[Path]:
    """Write index.html and a page for every chapter; their paths.

    ran  a folder of chapters that were run already; without it they are run here, those of one source and
         preset once: killed and called again, it goes on with the chapter it was at

    Raises ExportError when there is no chapter, a chapter in `ran` is missing or was not run, or a page would
    need a network; and what running raises.
    """
    paths = sorted(originals.glob("*.ipynb"))
    if not paths:
        raise ExportError(f"no chapters in {originals}")
    folder.mkdir(parents=True, exist_ok=True)
    titles = {path: opening(path.read_bytes()) for path in paths}
    links = [(f"{path.stem}.html", titles[path][0] or path.stem) for path in paths]
    listed, written = [], []
    for number, path in enumerate(paths):
        notebook = _ran(ran / path.name) if ran else executed(path, folder / RAN, preset, say)
        before, after = (dict(enumerate(links)).get(number + step) for step in (-1, 1))
        address, title = links[number]
        written.append(_write(folder / address, page(notebook, title, before, after, str(originals))))
        time = notebook.metadata.get(HOW, {}).get("seconds")
        listed.append((address, title, _plain(titles[path][1]), f"{time:.0f} s to run" if time else ""))
        say(f"{path.stem}: {written[-1].stat().st_size / 1e6:.1f} MB")
    first = _write(folder / "index.html", self_contained(contents(listed), "contents"))
    return [first, *written]


def _ran(path):
    if not path.is_file():
        raise ExportError(f"{path} is missing: the chapter as it ran")
    notebook = nbformat.read(path, as_version=4)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if codes and not any(cell.get("execution_count") for cell in codes):
        raise ExportError(f"{path} was not run: none of its cells has a number")
    return notebook


def _plain(words):
    return words.replace("*", "").replace("`", "")


def _write(path, html):
    with drafted(path) as file:
        file.write(html.encode())
    return path
