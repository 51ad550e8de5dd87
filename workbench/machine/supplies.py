"""Doctor on supplies: chapters, humans and networks that ship, and the authors' data that do not."""

import os
from hashlib import file_digest
from pathlib import Path

from workbench.machine.finding import INSTALL_AGAIN, Finding


def chapters() -> list[Finding]:
    folder = _shipped("notebooks")
    count = len(list(folder.glob("*.ipynb"))) if folder else 0
    if not count:
        return [Finding("chapters", "missing", "no notebooks travel with this installation", "every chapter",
                        INSTALL_AGAIN, True)]
    return [Finding("chapters", "ok", f"{count} in {folder}", essential=True)]


def humans() -> list[Finding]:
    """The shipped bodies against the checksums that ship with them."""
    return _checked("shipped humans", "humans", "chapters 2 and 4")


def networks() -> list[Finding]:
    """The shipped checkpoints against the checksums that ship with them."""
    return _checked("shipped networks", "checkpoints", "figures of trained networks, in every chapter")


def _checked(topic: str, name: str, costs: str) -> list[Finding]:
    folder = _shipped("assets")
    sums = folder / name / "SHA256SUMS" if folder else None
    lines = sums.read_text(errors="replace").splitlines() if sums and sums.is_file() else []
    files = [(sums.parent / line[66:].strip(), line[:64]) for line in lines]
    wrong = [path.name for path, sha in files if not path.is_file() or _digest(path) != sha]
    if wrong or not files:
        saw = f"damaged or missing: {', '.join(wrong)}" if wrong else "no checksums found"
        return [Finding(topic, "broken", saw, costs, INSTALL_AGAIN, True)]
    return [Finding(topic, "ok", f"{len(files)} files match their sha256", essential=True)]


def data_sets() -> list[Finding]:
    """The authors' data in the folder WORKBENCH_DATA; the chapters teach without them."""
    named = os.environ.get("WORKBENCH_DATA", "")
    costs = "the comparisons with numbers that papers print for authors' data; chapters teach without"
    if not Path(named).is_dir() or not named:
        saw = f"WORKBENCH_DATA names {named}, which is not there" if named else "WORKBENCH_DATA is not set"
        return [Finding("authors' data", "missing", saw, costs, "export WORKBENCH_DATA=/where/they/lie")]
    try:
        from workbench.datasets.catalogue import SETS
    except ImportError as problem:
        return [Finding("authors' data", "unknown", f"the list of sets does not load: {problem}", costs)]
    theirs = [one for one in SETS if one.kind == "authors"]
    lacks = {one.name: one.lacking(Path(named) / one.name) for one in theirs}
    partial = [name for name in lacks if (Path(named) / name).is_dir() and lacks[name]]
    absent = [name for name in lacks if lacks[name] and name not in partial]
    here = [name for name in lacks if not lacks[name]]
    found = [Finding("authors' data", "ok", f"{', '.join(here)} in {named}")] if here else []
    found += [Finding("authors' data", "broken", f"{name} lacks {lacks[name][0]}"
                      + (f" and {len(lacks[name]) - 1} more files" if lacks[name][1:] else ""), costs,
                      f"workbench data {name}") for name in partial]
    return found + ([Finding("authors' data", "missing", ", ".join(absent), costs, "workbench data")]
                    if absent else [])


def _shipped(name: str) -> Path | None:
    """A folder that travels with the workbench; None when it, or what finds it, is broken."""
    try:
        from workbench.shapes.files import shipped

        return shipped(name)
    except (ImportError, OSError):
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
