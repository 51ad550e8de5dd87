"""The chapters, laid into a folder of the reader's choice: what is new arrives, the reader's edits stay."""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workbench.drafts import drafted

#: what the workbench remembers about a folder of chapters, and JupyterLab's layout of it
HIDDEN = ".workbench"

#: the page JupyterLab opens on
CONTENTS = "chapters.md"

#: JupyterLab shows the list of chapters as a page, and asks the internet for no news
LAB_SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
}


#: what can happen to a file that is laid, and how it is told
FATES = {"new": "new", "updated": "updated", "unchanged": "unchanged", "kept": "with your edits"}


@dataclass(frozen=True)
class Laid:
    """What happened to the shipped file called name.

    fate    one of FATES; "kept": the reader's own edits stay as they are
    beside  where the shipped file was laid instead, when it is kept and the shipped one is newer; else ""
    """

    name: str
    fate: str
    beside: str = ""


def shelf(originals: Path) -> dict[str, bytes]:
    """The shipped files in originals, relative name -> content, and the list of chapters made from them."""
    paths = (path.relative_to(originals) for path in sorted(originals.rglob("*")) if path.is_file())
    seen = [path for path in paths if not any(part.startswith((".", "__")) for part in path.parts)]
    files = {path.as_posix(): (originals / path).read_bytes() for path in seen}
    notebooks = {name: files[name] for name in files if name.endswith(".ipynb") and "/" not in name}
    return {**files, CONTENTS: contents(notebooks).encode()}


def contents(notebooks: Mapping[str, bytes]) -> str:
    """The list of chapters in Markdown: each notebook's title, and the first sentence under it."""
    lines = ["# Chapters", "", "Click a title. In a chapter, Shift+Enter runs a cell and goes on."]
    for name, content in notebooks.items():
        title, first = opening(content)
        lines += ["", f"## [{title or name}]({name})", *(["", first] if first else [])]
    lines += ["", "---", "Your edits are never overwritten. To get a chapter back as it was, delete or rename"
              " its file and run `workbench lab` again. What works on this machine: `workbench doctor`.", ""]
    return "\n".join(lines)


def opening(notebook: bytes) -> tuple[str, str]:
    """Title and first line of prose in a notebook's Markdown; "" for what is not there."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "markdown"]
    lines = [line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()]
    title = next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")
    prose = (line for line in lines if line and not line.startswith(("#", "!", "|", "<", "```", "$")))
    return title, next(prose, "")


def lay(files: Mapping[str, bytes], folder: Path, version: str) -> list[Laid]:
    """Lay files of this version into folder; a file that the reader changed is never written to.

    The folder's memory holds the sha256 of what was laid under each name, so an unchanged file can be told
    from an edited one. Without a memory (lost, unreadable) every differing file counts as edited. A folder
    laid by a newer version gets what it lacks and is otherwise left alone.
    Raises OSError when the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    memory = _recall(folder)
    backwards = _ordered(memory["version"]) > _ordered(version)
    laid, known = [], dict(memory["files"])
    for name, content in files.items():
        if backwards and (folder / name).exists():
            laid.append(Laid(name, "unchanged"))
            continue
        laid.append(_lay_one(folder, name, content, known.get(name, {}), version))
        under = _digest(content) if laid[-1].fate != "kept" else known.get(name, {}).get("laid", "")
        known[name] = {"laid": under, "offered": _digest(content)}
    newest = memory["version"] if backwards else version
    _write(folder / HIDDEN / "laid.json", json.dumps({"version": newest, "files": known}, indent=1).encode())
    settings = folder / HIDDEN / "labconfig" / "default_setting_overrides.json"
    _write(settings, json.dumps(LAB_SETTINGS, indent=1).encode())
    return laid


def _lay_one(folder: Path, name: str, content: bytes, known: dict, version: str) -> Laid:
    path = folder / name
    if not os.path.lexists(path):
        _write(path, content)
        return Laid(name, "new")
    there = _digest(path.read_bytes()) if path.is_file() else "no file"
    if there == _digest(content):
        return Laid(name, "unchanged")
    if there == known.get("laid"):
        _write(path, content)
        return Laid(name, "updated")
    if known.get("offered") == _digest(content):
        return Laid(name, "kept")
    return Laid(name, "kept", beside=_lay_beside(path, content, version).relative_to(folder).as_posix())


def _lay_beside(path: Path, content: bytes, version: str) -> Path:
    """The shipped file under a name with its version; where even that was edited, with its sha256 too."""
    for mark in (version, f"{version}-{_digest(content)[:8]}", f"{version}-{_digest(content)}"):
        beside = path.with_name(f"{path.stem}-{mark}{path.suffix}")
        if not os.path.lexists(beside):
            _write(beside, content)
            return beside
        if beside.is_file() and beside.read_bytes() == content:
            return beside
    raise FileExistsError(f"no free name beside {path} for the chapter of version {version}")


def report(laid: list[Laid], folder: Path) -> str:
    """What lay did, in plain words."""
    fates = Counter(one.fate for one in laid)
    counts = ", ".join(f"{fates[fate]} {word}" for fate, word in FATES.items() if fates[fate])
    beside = [f"  {one.name} has your edits and stays; the newer one lies beside it: {one.beside}"
              for one in laid if one.beside]
    return "\n".join([f"Chapters in {folder}: {counts}.", *beside])


def _recall(folder: Path) -> dict:
    """The folder's memory, or an empty one: without it every differing file counts as edited."""
    try:
        memory = json.loads((folder / HIDDEN / "laid.json").read_bytes())
        files = {str(name): {"laid": known["laid"], "offered": known["offered"]}
                 for name, known in memory["files"].items()}
        return {"version": str(memory["version"]), "files": files}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"version": "0", "files": {}}


def _ordered(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader who pulls the plug finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with drafted(path) as file:
        file.write(content)
