"""workbench reproduce: measure again what papers say in numbers, and write it into a ledger."""

import argparse
import traceback
from pathlib import Path

from workbench.commands import refuse, say
from workbench.drafts import drafted

#: between these lines of a page stands the ledger's table
BEGIN, END = "<!-- ledger -->", "<!-- end of ledger -->"

WHAT = "measure again what the papers say in numbers; results go into a ledger"


def add(commands) -> None:
    """The words of this command."""
    parser = commands.add_parser("reproduce", help=WHAT, description=WHAT.capitalize() + ". A run that was "
                                 "killed goes on when the same command is given again. Ends with 1 when an "
                                 "entry failed or is OFF.")
    parser.add_argument("what", nargs="?", metavar="NAME", default="all",
                        help="an entry such as hodgenet.crease, a paper, a chapter (01), or all")
    parser.add_argument("--preset", default="quick", help="tiny, quick or full (default: quick)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ledger", type=Path, default=Path("ledger.jsonl"), metavar="FILE",
                        help="where results are appended (default: ./%(default)s)")
    parser.add_argument("--scheduler", default="", metavar="ADDRESS",
                        help="of a Dask scheduler, such as tcp://host:8786, that does the pieces")
    parser.add_argument("--list", action="store_true", help="only list the entries, their presets and pieces")
    parser.add_argument("--markdown", action="store_true", help="only print the ledger's table")
    parser.add_argument("--into", type=Path, metavar="FILE",
                        help="only write what may stand beside the papers' numbers into a page of Markdown, "
                        f"between the lines {BEGIN} and {END}")
    parser.set_defaults(deed=run)


def run(chosen: argparse.Namespace) -> int:
    """List, print or measure; 0 when all went well, 1 when an entry failed or is OFF, 2 for wrong words."""
    from workbench.ledger import UnknownEntry, find, judged, read, table
    from workbench.shapes.files import shipped

    try:
        chapters = [path.name for path in sorted(shipped("notebooks").glob("*.ipynb"))]
        entries = find(chosen.what, chapters)
    except (UnknownEntry, FileNotFoundError) as problem:
        return refuse(str(problem))
    if chosen.list:
        say("\n".join(_line(entry) for entry in entries))
        return 0
    if chosen.markdown:
        say(table(read(chosen.ledger), entries))
        return 0
    if chosen.into:
        return _written(chosen.into, judged(read(chosen.ledger)))
    return max([_measured(entry, chosen) for entry in entries], default=0)


def _written(page: Path, words: str) -> int:
    """The page with these words between its two lines; 0, or 2 for a page without them."""
    text = page.read_text("utf-8") if page.is_file() else ""
    before, begin, rest = text.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        return refuse(f"{page} has no lines {BEGIN} and {END}")
    with drafted(page) as file:
        file.write(f"{before}{begin}{words}\n{end}{after}".encode())
    return 0


def _line(entry) -> str:
    pieces = {preset: len(entry.pieces(preset)) for preset in entry.presets}
    told = ", ".join(f"{preset} ({count})" if count > 1 else preset for preset, count in pieces.items())
    return f"{entry.name:26} {len(entry.claims)} numbers; presets (independent pieces): {told}"


def _measured(entry, chosen) -> int:
    from workbench.ledger import reproduce, table

    if chosen.preset not in entry.presets:
        say(f"{entry.name}: left out, it has no preset {chosen.preset}, only {', '.join(entry.presets)}")
        return 0
    try:
        records = reproduce(entry, chosen.preset, chosen.seed, chosen.ledger, chosen.scheduler, True, say)
    except FileNotFoundError as problem:
        say(f"{entry.name}: not measured, {problem}")
        return 1
    except ImportError as problem:
        return refuse(f"{problem}; pip install 'spectral-workbench[cluster]'")
    except OSError as problem:
        return refuse(f"{problem}{f' (scheduler {chosen.scheduler})' if chosen.scheduler else ''}")
    except Exception:  # an entry that fails must not end the others
        say(f"{entry.name}: failed\n{traceback.format_exc()}")
        return 1
    say(table(records))
    return int(any(record["verdict"] == "OFF" for record in records))
