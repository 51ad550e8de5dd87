"""One line of what doctor found, how it asks a child process, and the commands that mend."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from tempfile import TemporaryDirectory
from typing import Any

import workbench

#: packages the chapters can do without -> what is lost
OPTIONAL = {
    "polyscope": "scenes drawn by Polyscope in a cell, and its panels; the WebGL stage needs none of it",
    "pykeops": "the KeOps route of chapter 4",
}

#: library -> (Debian package, Fedora package)
LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libX11.so.6": ("libx11-6", "libX11"),
}

#: what a child runs; it finds this workbench even where that is not installed, as in a checkout
CHILD = f"""
import sys
sys.path.append({str(Path(workbench.__file__).parents[1])!r})
from workbench.machine.probes import answer
answer(*sys.argv[1:])
"""


@dataclass(frozen=True)
class Finding:
    """One line of the page.

    state      "ok", "missing", "broken", or "unknown" (cannot be seen from here)
    saw        what was found, or what went wrong
    costs      what does not work for want of it
    mends      the command that brings it
    essential  the chapters do not run without it
    """

    topic: str
    state: str
    saw: str
    costs: str = ""
    mends: str = ""
    essential: bool = False


def ask(probe: str, *arguments: str, seconds: float = 90, hide: tuple[str, ...] = ()) -> tuple[Any, str]:
    """Run a probe in a child Python: (its answer, ""), or (None, what went wrong).

    hide names environment variables that the child does not get. The child works in a folder of its own,
    because Polyscope leaves a file of settings where it runs.
    """
    command = [sys.executable, "-c", CHILD, probe, *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in hide}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as place:
            child = subprocess.run(command, env=environment, cwd=place, timeout=seconds, text=True,
                                   errors="replace", **streams)
    except subprocess.TimeoutExpired:
        return None, f"no answer within {seconds:g} s"
    last = (child.stdout.strip().splitlines() or [""])[-1]
    if child.returncode == 0 and last.startswith("{"):
        outcome = json.loads(last)
        return outcome.get("answer"), outcome.get("failure", "")
    ended = Signals(-child.returncode).name if child.returncode < 0 else f"exit code {child.returncode}"
    return None, f"crashed ({ended}) {last}".strip()


#: for what should have come with the workbench itself
INSTALL_AGAIN = "install the workbench again, from its checkout or wheel"


def pip_command(name: str) -> str:
    return f"{sys.executable} -m pip install --force-reinstall {name}"


def system_command(debian: str, fedora: str) -> str:
    return f"apt-get install {debian} (Debian, Ubuntu) or dnf install {fedora} (Fedora)"
