"""Writes the list of the shipped checkpoints: python -m workbench.training.catalogue.

Run it after a file was added to assets/checkpoints. README.md there says of every file its sha256 and how it
was made; SHA256SUMS is what doctor compares. Nothing in them is written by hand.
"""

import hashlib
from pathlib import Path

from workbench.drafts import drafted
from workbench.shapes.files import shipped
from workbench.training.checkpoints import RECORD, CheckpointError, read, read_content

#: bytes; what ships stays small
LARGEST = 2_000_000

HEAD = """# Checkpoints that ship with the workbench

Trained on the generated humans or on other data made here; nothing in them comes from data that may not be
given on. CC0 1.0. `workbench.training.checkpoints.read` opens them; nothing in a file is ever executed. This
page is written by `python -m workbench.training.catalogue`.
"""


def catalogue(folder: Path) -> str:
    """The page about all .pt files in a folder.

    Raises CheckpointError for a file that is over LARGEST bytes, or whose record lacks a word of RECORD.
    """
    return "\n".join([HEAD, *(_entry(path) for path in sorted(folder.glob("*.pt")))])


def sums(folder: Path) -> str:
    """The sha256 of all .pt files in a folder, as the program sha256sum writes and checks them."""
    return "".join(f"{digest(path)}  {path.name}\n" for path in sorted(folder.glob("*.pt")))


def _entry(path):
    kind = read_content(path)["kind"]
    made = dict(read(path, kind).made)
    missing = [word for word in RECORD if word not in made]
    if missing or path.stat().st_size > LARGEST:
        raise CheckpointError(f"{path}: may not ship; its record lacks {missing or 'nothing'}, and its "
                              f"{path.stat().st_size} bytes may be {LARGEST} at most")
    versions = ", ".join(f"{name} {number}" for name, number in made.pop("versions").items())
    lines = [f"## {path.name}", "", "| | |", "|---|---|", f"| sha256 | `{digest(path)}` |",
             f"| kind | {kind}, {path.stat().st_size:,} bytes |", f"| command | `{made.pop('command')}` |",
             *(f"| {word} | {value} |" for word, value in made.items()), f"| versions | {versions} |", ""]
    return "\n".join(lines)


def digest(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    folder = shipped("assets") / "checkpoints"
    with drafted(folder / "README.md") as file:
        file.write(catalogue(folder).encode())
    with drafted(folder / "SHA256SUMS") as file:
        file.write(sums(folder).encode())


if __name__ == "__main__":
    main()
