"""The commands of the workbench beside lab and doctor, one a file."""

import sys


def say(text: str) -> None:
    """A line to whoever called."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def refuse(why: str) -> int:
    """Say why a command cannot be done; its exit code."""
    sys.stderr.write(f"workbench: {why}\n")
    return 2
