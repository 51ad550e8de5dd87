"""An entry for tests of the ledger: every piece leaves a line of who did it, and some end their process."""

import os
import signal
import time
from pathlib import Path

from workbench.entries import Claim, Entry, Task

COUNT = 6


def measure(task: Task) -> dict[str, float]:
    """The piece's number. Under "killed" the process dies in the middle of piece 2, the first time; under
    "stuck" piece 2 waits for a file that nobody makes."""
    place = task.notes.parent.parent
    with open(place / f"did-{task.piece}", "a") as file:
        file.write(f"{os.getpid()}\n")
    if task.piece == "2" and task.preset == "killed" and not (place / "died").exists():
        (place / "died").touch()
        time.sleep(0.3)  # others shall be at work
        os.kill(os.getpid(), signal.SIGKILL)
    while task.piece == "2" and task.preset == "stuck" and not (place / "go").exists():
        time.sleep(0.02)
    return {"number": int(task.piece)}


def pieces(preset: str) -> list[str]:
    return [str(number) for number in range(COUNT)]


CLAIM = Claim("the mean of 0 to 5", "a school book", 2.5, "{:.1f}", 0.2)
ENTRY = Entry("toy.entry", {"number": CLAIM}, (), (), measure,
              ("quick", "killed", "stuck"), ("quick", "killed", "stuck"), pieces)


def did(place: Path, piece: int) -> int:
    """How often a piece was begun."""
    path = place / f"did-{piece}"
    return len(path.read_text().split()) if path.exists() else 0
