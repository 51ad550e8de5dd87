"""What benchmarks on the authors' data share: the command line, and entries that are kept one by one."""

import argparse
import json
import os
from collections.abc import Collection
from pathlib import Path

import torch

from workbench.drafts import drafted


def asked_runs(words: str, runs: Collection[str]) -> argparse.Namespace:
    """names, data and notes as the reader gave them; one thread from here on, and a folder for the notes."""
    arguments = argparse.ArgumentParser(description=words.splitlines()[0])
    arguments.add_argument("names", nargs="*", choices=[[], *runs])
    arguments.add_argument("--data", type=Path, default=os.environ.get("WORKBENCH_DATA"))
    arguments.add_argument("--notes", type=Path, default=Path("build"))
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    asked.notes.mkdir(parents=True, exist_ok=True)
    return asked


def keep(results: Path, name: str, one: dict, runs: Collection[str]) -> None:
    """One entry in a file of entries, which stand in the order of runs."""
    entries = {**(json.loads(results.read_text()) if results.exists() else {}), name: one}
    with drafted(results) as file:
        file.write((json.dumps({known: entries[known] for known in runs if known in entries}, indent=1)
                    + "\n").encode())
