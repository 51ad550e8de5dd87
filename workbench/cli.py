"""The workbench on the command line: lab opens the chapters, doctor says what works; more in commands/."""

import argparse
import json
import os
import platform
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from workbench import __version__
from workbench.chapters import CONTENTS, HIDDEN, lay, report, shelf
from workbench.commands import data, export, refuse, reproduce, say
from workbench.machine import Finding, look

COLOURS = {"ok": "32", "missing": "33", "broken": "31", "unknown": "36"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 for done, 1 when something is amiss, 2 when the command could not start."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    cut = words.index("--") if "--" in words else len(words)
    chosen = parser().parse_args(words[:cut])
    if cut < len(words) and chosen.command != "lab":
        parser().error("only lab takes arguments after --")
    if chosen.command == "doctor":
        return doctor(chosen.deep, chosen.json)
    if chosen.command != "lab":
        return chosen.deed(chosen)
    return lab(chosen, words[cut + 1:])


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="workbench", description="Spectral geometry and learning on shapes, one paper a chapter.")
    top.add_argument("--version", action="version", version=f"spectral-workbench {__version__}")
    commands = top.add_subparsers(dest="command", required=True,
                                  metavar="lab | doctor | data | reproduce | export")
    lab = commands.add_parser(
        "lab", help="lay the chapters into a folder and open them in JupyterLab",
        description="Lay the chapters into FOLDER, never over your edits, and open JupyterLab there, on this"
                    " machine only and with its usual token.",
        epilog="What follows -- goes to JupyterLab: workbench lab -- --debug")
    lab.add_argument("folder", nargs="?", default="workbench-chapters", metavar="FOLDER",
                     help="where your chapters lie; made if it is not there (default: ./%(default)s)")
    lab.add_argument("--port", type=_port, help="port to serve on (default: 8888, or the next free one)")
    lab.add_argument("--no-browser", action="store_true", help="open no browser; the link is printed")
    doctor = commands.add_parser(
        "doctor", help="say what works on this machine, and what mends the rest",
        description="One page: what works on this machine, what each missing thing costs, and the"
                    " command that mends it. Ends with 0 when the chapters can run, else with 1.")
    doctor.add_argument("--deep", action="store_true", help="also compile a formula with KeOps (6 s)")
    doctor.add_argument("--json", action="store_true", help="the same for a program to read")
    for command in (data, reproduce, export):
        command.add(commands)
    return top


def _port(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {word!r}")
    return int(word)


def lab(chosen: argparse.Namespace, extra: list[str]) -> int:
    """Lay the chapters, then hand this process to JupyterLab: its signals and exit code are ours."""
    folder = Path(chosen.folder).expanduser().resolve()
    try:
        from workbench.shapes.files import shipped

        originals = shipped("notebooks").resolve()
        if folder.is_file():
            return refuse(f"{folder} is a file; name a folder for your chapters")
        if folder == originals:
            return refuse(f"{folder} holds the originals; choose another folder for your copies")
        say(report(lay(shelf(originals), folder, __version__), folder))
    except ImportError as problem:
        return refuse(f"a package does not load ({problem}); workbench doctor says how to mend it")
    except OSError as problem:
        return refuse(f"cannot lay the chapters into {folder}: {problem}")
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as problem:
        return refuse(f"JupyterLab does not load ({problem}): {sys.executable} -m pip install jupyterlab")
    inherited = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(folder / HIDDEN), inherited]))
    LabApp.launch_instance(jupyter_arguments(folder, chosen.port, chosen.no_browser, extra))
    return 0


def jupyter_arguments(folder: Path, port: int | None, no_browser: bool, extra: Sequence[str]) -> list[str]:
    """JupyterLab's arguments: ours, less those the reader sets in extra, which Jupyter would refuse twice."""
    ours = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.ip": "127.0.0.1",
        "LabApp.default_url": f"/lab/tree/{CONTENTS}",
        "LabApp.workspaces_dir": str(folder / HIDDEN / "workspaces"),
    }
    if port is not None:
        ours["ServerApp.port"] = str(port)
    if no_browser:
        ours["ServerApp.open_browser"] = "False"
    if getattr(os, "geteuid", lambda: 1)() == 0:
        # In a container one is often root, where JupyterLab would not start. It listens to this machine only.
        ours["ServerApp.allow_root"] = "True"
    theirs = {word.split("=")[0].lstrip("-").rsplit(".")[-1].replace("-", "_") for word in extra}
    kept = [f"--{name}={value}" for name, value in ours.items() if name.rsplit(".")[-1] not in theirs]
    return [*kept, *extra]


def doctor(deep: bool, as_json: bool) -> int:
    """Print the page; 1 when an essential is not ok."""
    findings = look(deep)
    lacking = essentials_lacking(findings)
    if as_json:
        answer = {"version": __version__, "works": not lacking, "findings": list(map(asdict, findings))}
        say(json.dumps(answer, indent=1))
    else:
        say(page(findings, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    return 1 if lacking else 0


def page(findings: Sequence[Finding], colour: bool) -> str:
    """The findings as aligned plain text; colour repeats what the words say."""
    lines = [f"spectral-workbench {__version__} on {platform.system()} {platform.machine()}", ""]
    for finding in findings:
        state = f"{finding.state:8}"
        if colour:
            state = f"\033[{COLOURS[finding.state]}m{state}\033[0m"
        first, *more = textwrap.wrap(finding.saw, 78, break_long_words=False) or [""]
        lines.append(f"  {state} {finding.topic:22} {first}")
        more += textwrap.wrap(f"costs: {finding.costs}", 78) if finding.costs else []
        lines += [f"{'':34}{line}" for line in more]
        lines += [f"{'':34}mend:  {finding.mends}"] if finding.mends else []
    lacking = ", ".join(essentials_lacking(findings))
    lines += ["", f"The chapters cannot run: {lacking}." if lacking else "The chapters can run here."]
    return "\n".join(lines)


def essentials_lacking(findings: Sequence[Finding]) -> list[str]:
    return [finding.topic for finding in findings if finding.essential and finding.state != "ok"]


if __name__ == "__main__":
    sys.exit(main())
