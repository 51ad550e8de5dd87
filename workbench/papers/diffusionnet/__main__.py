"""The chapter's long work on the command line: python -m workbench.papers.diffusionnet --help."""

import argparse
import os
from pathlib import Path

from tqdm import tqdm

from workbench.papers.diffusionnet.authors_data import EXPERIMENTS, Desk
from workbench.papers.diffusionnet.recipes import RECIPES, make
from workbench.training.making import add_making, add_notes, changed, make_shipped, say


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m workbench.papers.diffusionnet",
                                  description="Killed at any moment, the same command goes on.")
    commands = top.add_subparsers(dest="command", required=True)
    add_making(commands, RECIPES)
    authors = commands.add_parser("authors", help="an experiment of the paper on the authors' data")
    authors.add_argument("name", choices=EXPERIMENTS)
    authors.add_argument("--data", type=Path, default=os.environ.get("WORKBENCH_DATA"),
                         help="the folder that holds theirs (default: what WORKBENCH_DATA names)")
    authors.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="such as epochs=20")
    authors.add_argument("--count", type=int, help="use so many molecules, shapes a class or test pairs; "
                                                   "faust-labels: so many vertices at a step")
    add_notes(authors)
    return top


def run_authors(asked: argparse.Namespace) -> None:
    if asked.data is None:
        raise SystemExit("say where the authors' data is: --data FOLDER, or set WORKBENCH_DATA")
    experiment, places, config, paper = EXPERIMENTS[asked.name]
    config = changed(config, asked.set)
    more = () if asked.count is None else (asked.count,)
    found = experiment(Desk(asked.notes, asked.name, tqdm), *(Path(asked.data) / place for place in places),
                       config, *more)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in found.figures.items())
    say(f"{asked.name}: {figures}\npaper: {paper}\nwith {config}, count {asked.count}, "
        f"{found.cpu:.0f} CPU seconds of training")


def main() -> None:
    asked = parser().parse_args()
    asked.notes.mkdir(parents=True, exist_ok=True)
    if asked.command == "make":
        make_shipped(asked, RECIPES, make, "{}")
    else:
        run_authors(asked)


if __name__ == "__main__":
    main()
