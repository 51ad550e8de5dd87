"""workbench data: every set of shapes, points or images, its origin, and what a folder of it lacks."""

import argparse
import json
import os
from pathlib import Path

from workbench.commands import refuse, say

WHAT = "list every data set: generated, found or missing, its licence, its layout, where it is offered"


def add(commands) -> None:
    """The words of this command."""
    parser = commands.add_parser("data", help=WHAT, description=f"{WHAT.capitalize()}. Authors' sets are "
                                 "looked for in the folder WORKBENCH_DATA. Ends with 1 when a set is there "
                                 "in part.")
    parser.add_argument("names", nargs="*", metavar="SET", help="only these sets")
    parser.add_argument("--folder", type=Path, help="look here instead of in WORKBENCH_DATA")
    parser.add_argument("--json", action="store_true", help="the same for a program to read")
    parser.set_defaults(deed=run)


def run(chosen: argparse.Namespace) -> int:
    """Print what is known of every set; 1 when one is there in part or damaged, 2 for an unknown name."""
    from workbench.ledger.finding import sets

    known = sets()
    unknown = [name for name in chosen.names if name not in known]
    if unknown:
        return refuse(f"no set called {', '.join(unknown)}; there are {', '.join(known)}")
    named = chosen.folder or os.environ.get("WORKBENCH_DATA") or None
    if named and not Path(named).is_dir():
        return refuse(f"{named} is no folder (--folder, or WORKBENCH_DATA)")
    facts = [describe(known[name], named and Path(named)) for name in chosen.names or known]
    if chosen.json:
        say(json.dumps({"folder": named and str(named), "sets": facts}, indent=1))
    else:
        say("\n\n".join(map(_page, facts)))
        say("" if named else "\nAuthors' sets are looked for where WORKBENCH_DATA says: it is not set.")
    return int(any(fact["state"] == "partial" for fact in facts))


def describe(one, named: Path | None) -> dict:
    """A set as plain values: state is "generated", "found", "partial" or "missing"; lacks names files."""
    folder = _place(one, named)
    state = "found" if one.kind == "shipped" else "generated"
    lacks, instead, megabytes, checksum = [], "", 0.0, ""
    if one.expected(Path()):
        lacks = one.lacking(folder) if folder and folder.is_dir() else []
        state = "missing" if folder is None or not folder.is_dir() else "partial" if lacks else "found"
        if state != "missing":
            lacks += damaged(folder)
            state = "partial" if lacks else state
            instead = elsewhere(folder, lacks)
            megabytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    if state in ("generated", "found"):
        checksum = one.checksum(folder)
    return {"name": one.name, "kind": one.kind, "state": state, "size": one.size, "licence": one.licence,
            "layout": one.layout, "offered": one.offered, "folder": str(folder or ""), "lacks": lacks,
            "instead": instead,
            "megabytes": round(megabytes, 1), "sha256": checksum,
            "reader": one.reader if one.readable() else ""}


def _place(one, named):
    """The folder where a set should lie; None where nobody said where."""
    from workbench.shapes.files import shipped

    if one.kind == "shipped" and one.expected(Path()):
        return shipped("assets") / one.name
    return named / one.name if named and one.kind == "authors" else None


def elsewhere(folder: Path, lacks: list[str]) -> str:
    """Where in the folder the first lacking file lies, if in a wrong place; "" if nowhere."""
    for path in folder.rglob(Path(lacks[0]).name) if lacks else ():
        return f"{path.relative_to(folder)} is there, and should be {lacks[0]}"
    return ""


def damaged(folder: Path) -> list[str]:
    """The files that are not what a SHA256SUMS in the folder says, if there is one."""
    from workbench.training.catalogue import digest

    sums = folder / "SHA256SUMS"
    lines = [line.split(maxsplit=1) for line in sums.read_text().splitlines()] if sums.is_file() else []
    return [f"{name} (damaged)" for sha, name in lines
            if (folder / name).is_file() and digest(folder / name) != sha]


def _page(fact) -> str:
    many = len(fact["lacks"])
    shown = ", ".join(fact["lacks"][:5]) + (f" and {many - 5} more (--json names all)" if many > 5 else "")
    lines = [("licence", fact["licence"]), ("layout", fact["layout"]), ("offered", fact["offered"]),
             ("reader", fact["reader"] or "none yet"), ("folder", fact["folder"]),
             ("sha256", fact["sha256"]), ("lacks", shown), ("but", fact["instead"])]
    size = f", {fact['megabytes']} MB here" if fact["megabytes"] else ""
    head = f"{fact['name']}: {fact['state']}. {fact['size']}{size}"
    return "\n".join([head, *(f"    {word:8} {value}" for word, value in lines if value)])
