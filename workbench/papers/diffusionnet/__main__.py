"""The chapter's long work on the command line: python -m workbench.papers.diffusionnet --help."""

import argparse
import os
import sys
from dataclasses import fields
from functools import partial
from pathlib import Path

from tqdm import tqdm

from workbench.papers.diffusionnet import authors_data
from workbench.papers.diffusionnet.correspondence import MapConfig
from workbench.papers.diffusionnet.recipes import RECIPES, make
from workbench.shapes.files import shipped
from workbench.training.catalogue import main as list_checkpoints

#: experiments on the authors' data: the function, its folders under --data, its setting, the paper's result
AUTHORS = {
    "rna": (authors_data.segment_rna, ("rna",), authors_data.RNA, "Table 2: 91.5 % on 640 molecules"),
    "psb19": (authors_data.classify, ("psb19",), authors_data.CLASSES, "no number: the paper has SHREC11"),
    "faust-maps": (authors_data.match_faust, ("faust_r",), MapConfig.full(), "Table 4: 0.027"),
    "faust-labels": (authors_data.label_faust, ("faust_registrations", "faust_benchmark"),
                     authors_data.LABELLING, "Table 5: .0033 iso .0068 dense .0062 qes .0082 cloud .0259"),
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m workbench.papers.diffusionnet",
                                  description="Killed at any moment, the same command goes on.")
    commands = top.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="train networks that ship")
    making.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {', '.join(RECIPES)}")
    making.add_argument("--folder", type=Path, help="where to write (default: assets/checkpoints)")
    making.add_argument("--notes", type=Path, default=Path("build"), help="for runs in the middle (build)")
    authors = commands.add_parser("authors", help="an experiment of the paper on the authors' data")
    authors.add_argument("name", choices=AUTHORS)
    authors.add_argument("--data", type=Path, default=os.environ.get("WORKBENCH_DATA"),
                         help="the folder that holds theirs (default: what WORKBENCH_DATA names)")
    authors.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="such as epochs=20")
    authors.add_argument("--count", type=int, help="use so many molecules, shapes a class or test pairs")
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
        share = make(name, folder, asked.notes, partial(tqdm, desc=name))
        say(f"{name}: {share:.1%} of the test bodies' vertices")
    if asked.folder is None:
        list_checkpoints()


def run_authors(asked: argparse.Namespace) -> None:
    if asked.data is None:
        raise SystemExit("say where the authors' data is: --data FOLDER, or set WORKBENCH_DATA")
    experiment, places, config, paper = AUTHORS[asked.name]
    config = changed(config, asked.set)
    more = {} if asked.count is None or asked.name == "faust-labels" else (
        {"pairs": asked.count} if asked.name == "faust-maps" else {"count": asked.count})
    folders = [Path(asked.data) / place for place in places]
    found = experiment(*folders, asked.notes / f"{asked.name}.note.pt", config=config, bar=tqdm, **more)
    say(f"{asked.name}: {found}\npaper: {paper}\nwith {config}, count {asked.count}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> None:
    asked = parser().parse_args()
    asked.notes.mkdir(parents=True, exist_ok=True)
    (make_shipped if asked.command == "make" else run_authors)(asked)


if __name__ == "__main__":
    main()
