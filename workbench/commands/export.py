"""workbench export: chapters for students, for instructors, or as pages that need no kernel."""

import argparse
from pathlib import Path

from workbench.commands import refuse, say


def add(commands) -> None:
    """The words of this command."""
    parser = commands.add_parser(
        "export", help="the chapters for students, for instructors, or as pages without a kernel",
        description="Write all chapters in another form into a folder, from one source.")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--student", type=Path, metavar="DIR", help="exercises untouched, no solutions")
    form.add_argument("--instructor", type=Path, metavar="DIR", help="exercises solved")
    form.add_argument("--site", type=Path, metavar="DIR",
                      help="pages with everything in them, no kernel, no network; chapters are run first")
    parser.add_argument("--preset", default="quick", help="how a site's chapters are run (default: quick)")
    parser.add_argument("--executed", type=Path, metavar="DIR",
                        help="take a site's chapters from here, already run, instead of running them")
    parser.set_defaults(deed=run)


def run(chosen: argparse.Namespace) -> int:
    """Export; 0 when it is done, 2 when it cannot be, with the reason."""
    try:
        from workbench.exporting import ExportError, instructor, site, student
        from workbench.shapes.files import shipped
    except ImportError as problem:
        return refuse(f"{problem}; pip install 'spectral-workbench[site]'")
    try:
        originals = shipped("notebooks")
        if chosen.site:
            written = site(originals, chosen.site, chosen.preset, chosen.executed, say)
        else:
            form, folder = (student, chosen.student) if chosen.student else (instructor, chosen.instructor)
            written = form(originals, folder)
    except ImportError as problem:
        return refuse(f"{problem}; pip install 'spectral-workbench[site]'")
    except (ExportError, OSError) as problem:
        return refuse(str(problem))
    say(f"{len(written)} files in {chosen.site or chosen.student or chosen.instructor}")
    return 0
