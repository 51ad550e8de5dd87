"""The chapter's long work on the command line: python -m workbench.papers.diffusionnet --help."""

import argparse
import os
import sys
from dataclasses import fields
from functools import partial
from pathlib import Path

from tqdm import tqdm

from workbench.papers.diffusionnet.authors_data import EXPERIMENTS, Desk
from workbench.papers.diffusionnet.recipes import RECIPES, make
from workbench.shapes.files import shipped
from workbench.training.catalogue import main as list_checkpoints


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m workbench.papers.diffusionnet",
                                  description="Killed at any moment, the same command goes on.")
    commands = top.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="train networks that ship")
    making.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {', '.join(RECIPES)}")
    making.add_argument("--folder", type=Path, help="where to write (default: assets/checkpoints)")
    making.add_argument("--notes", type=Path, default=Path("build"), help="for runs in the middle (build)")
    authors = commands.add_parser("authors", help="an experiment of the paper on the authors' data")
    authors.add_argument("name", choices=EXPERIMENTS)
    authors.add_argument("--data", type=Path, default=os.environ.get("WORKBENCH_DATA"),
                         help="the folder that holds theirs (default: what WORKBENCH_DATA names)")
    authors.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="such as epochs=20")
    authors.add_argument("--count", type=int, help="use so many molecules, shapes a class or test pairs; "
                                                   "faust-labels: so many vertices at a step")
    authors.add_argument("--notes", type=Path, default=Path("build"), help="for runs in the middle (build)")
    return top


def changed(config, words: list[str]):
    """The config with fields set as on the command line. Raises SystemExit for what is no field."""
    kinds = {field.name: type(getattr(config, field.name)) for field in fields(config)}
    pairs = dict(word.partition("=")[::2] for word in words)
    unknown = sorted(set(pairs) - set(kinds))
    if unknown:
        raise SystemExit(f"no field {', '.join(unknown)}; there are {', '.join(kinds)}")
    return config.with_(**{name: kinds[name](value) for name, value in pairs.items()})


def make_shipped(asked: argparse.Namespace) -> None:
    unknown = sorted(set(asked.names) - set(RECIPES))
    if unknown:
        raise SystemExit(f"no network called {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    folder = asked.folder or shipped("assets") / "checkpoints"
    for name in asked.names or RECIPES:
        say(f"{name}: {make(name, folder, asked.notes, partial(tqdm, desc=name))}")
    if asked.folder is None:
        list_checkpoints()


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


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> None:
    asked = parser().parse_args()
    asked.notes.mkdir(parents=True, exist_ok=True)
    (make_shipped if asked.command == "make" else run_authors)(asked)


if __name__ == "__main__":
    main()
