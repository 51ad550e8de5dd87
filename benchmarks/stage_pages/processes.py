"""What the processes of one session cost: CPU seconds and memory by what they do."""

import os

import psutil

#: what is in a command line -> what the process does; the first that fits counts
ROLES = {
    "--type=gpu-process": "GPU process",
    "--type=renderer": "page",
    "--type=": "browser",
    "chromium": "browser",
    "ipykernel_launcher": "kernel",
    "polyscope": "Polyscope",
    "jupyterlab": "server",
}


def roles() -> dict[str, list[psutil.Process]]:
    """The living processes that this one has started, by what they do."""
    found: dict[str, list[psutil.Process]] = {}
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            words = " ".join(process.cmdline())
        except psutil.Error:
            continue
        role = next((role for sign, role in ROLES.items() if sign in words), None)
        if role:
            found.setdefault(role, []).append(process)
    return found


def cpu_seconds() -> dict[str, float]:
    """CPU seconds so far, by role."""
    return {role: sum(_seconds(process) for process in group) for role, group in roles().items()}


def _seconds(process):
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def megabytes(role: str) -> float:
    """Resident memory of all processes of a role."""
    return sum(process.memory_info().rss for process in roles().get(role, ())) / 1e6


class Spent:
    """CPU milliseconds by role between entering and leaving; `per` divides them by a count."""

    def __enter__(self):
        self._before = cpu_seconds()
        return self

    def __exit__(self, *_):
        after = cpu_seconds()
        self.ms = {role: 1000 * (after[role] - self._before.get(role, 0.0)) for role in after}

    def per(self, count: int) -> dict[str, float]:
        """Milliseconds for each of `count` things, largest first; what took less than a tenth is left out."""
        shares = {role: ms / max(count, 1) for role, ms in self.ms.items()}
        return dict(sorted(((r, s) for r, s in shares.items() if s >= 0.1), key=lambda item: -item[1]))
