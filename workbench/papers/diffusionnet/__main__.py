"""The chapter's long work on the command line: python -m workbench.papers.diffusionnet make NAME ..."""

import argparse
import sys
from functools import partial
from pathlib import Path

from tqdm import tqdm

from workbench.papers.diffusionnet.recipes import RECIPES, make
from workbench.shapes.files import shipped
from workbench.training.catalogue import main as list_checkpoints


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m workbench.papers.diffusionnet", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="train networks that ship; killed, the same command goes on")
    making.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {', '.join(RECIPES)}")
    making.add_argument("--folder", type=Path, help="where to write (default: assets/checkpoints)")
    making.add_argument("--notes", type=Path, default=Path("build"), help="for runs in the middle (build)")
    return top


def main() -> None:
    asked = parser().parse_args()
    unknown = sorted(set(asked.names) - set(RECIPES))
    if unknown:
        parser().error(f"no network called {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    folder = asked.folder or shipped("assets") / "checkpoints"
    asked.notes.mkdir(parents=True, exist_ok=True)
    for name in asked.names or RECIPES:
        score = make(name, folder, asked.notes, partial(tqdm, desc=name))
        sys.stdout.write(f"{name}: {score:.1%} of the test bodies' vertices\n")
    if asked.folder is None:
        list_checkpoints()


if __name__ == "__main__":
    main()
