"""The chapter's long work on the command line: python -m workbench.papers.fmaps --help."""

import argparse
import os
from pathlib import Path

from tqdm import tqdm

from workbench.papers.fmaps.authors_data import faust_subjects, judge, match_faust, unlearned
from workbench.papers.fmaps.experiment import Config
from workbench.papers.fmaps.recipes import RECIPES, make, shipped_network
from workbench.training.making import add_making, add_notes, changed, make_shipped, say


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m workbench.papers.fmaps",
                                  description="Killed at any moment, the same command goes on.")
    commands = top.add_subparsers(dest="command", required=True)
    add_making(commands, RECIPES)
    faust = commands.add_parser("faust", help="Table 1 on the authors' data: 1.9, and 6.1 by ZoomOut alone")
    faust.add_argument("--data", type=Path, default=os.environ.get("WORKBENCH_DATA"),
                       help="the folder that holds faust_r (default: what WORKBENCH_DATA names)")
    faust.add_argument("--preset", default="full", choices=Config.presets(), help="where to start (full)")
    faust.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="such as steps=4000")
    faust.add_argument("--faces", type=int, help="learn on meshes decimated to so many triangles")
    faust.add_argument("--shipped", choices=RECIPES, help="learn nothing: judge a network that came along")
    faust.add_argument("--start", choices=RECIPES, help="begin with a network that came along")
    faust.add_argument("--few", type=int, default=40, help="test pairs for ZoomOut (40)")
    add_notes(faust)
    return top


def run_faust(asked: argparse.Namespace) -> None:
    if asked.data is None:
        raise SystemExit("say where the authors' data is: --data FOLDER, or set WORKBENCH_DATA")
    named = asked.shipped or asked.start
    config = changed(RECIPES[named] if named else Config.preset(asked.preset), asked.set)
    folder, note = Path(asked.data) / "faust_r", asked.notes / "fmaps_faust.note.pt"
    if asked.shipped:
        config = config.with_(bodies=(0, 20))
    subjects = faust_subjects(folder, config, asked.faces, tqdm)
    if asked.shipped:
        found = judge(config, shipped_network(asked.shipped), subjects[1], asked.few, tqdm)
    else:
        start = shipped_network(asked.start) if asked.start else None
        found = match_faust(subjects, note, config, asked.few, tqdm, start)
    alone = unlearned(config, subjects[1], asked.few, tqdm)
    say(f"faust_r\n{found}\nZoomOut alone: {alone}\npaper, Table 1: 1.9; ZoomOut alone 6.1\nwith {config}, "
        f"faces {asked.faces}")


def main() -> None:
    asked = parser().parse_args()
    asked.notes.mkdir(parents=True, exist_ok=True)
    if asked.command == "make":
        make_shipped(asked, RECIPES, make, "100 x error {:.2f}")
    else:
        run_faust(asked)


if __name__ == "__main__":
    main()
