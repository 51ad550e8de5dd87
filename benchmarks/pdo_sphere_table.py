"""Spherical digits learned upright (N) or turned (R): the network, two mistakes in it, and the twin.

    python benchmarks/pdo_sphere_table.py digits                        scikit-learn's digits at level 3
    WORKBENCH_DATA=... python benchmarks/pdo_sphere_table.py mnist --count 12000 2000 --epochs 2

What is finished is kept in --notes and not run again; killed, the same command goes on. Writes
benchmarks/results/pdo_sphere_<data>.md and .json. --ship NAME copies the first row's network to
assets/checkpoints.
"""

import argparse
import shutil
import sys
from pathlib import Path

import torch
from precompute import machine, title, write
from tqdm import tqdm

from workbench.papers.pdo_sphere.experiment import Config
from workbench.papers.pdo_sphere.table import PAPER, ROWS, measure, table

ASSETS = Path(__file__).parents[1] / "assets" / "checkpoints"


def said(words):
    """The words of a command without --notes: a folder of this machine means nothing elsewhere."""
    if "--notes" not in words:
        return words
    place = words.index("--notes")
    return words[:place] + words[place + 2:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", choices=("digits", "mnist"))
    parser.add_argument("--count", type=int, nargs=2, help="how many images to learn from and to judge by")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--poses", nargs="*", default=["N", "R"], choices=("N", "R"))
    parser.add_argument("--notes", type=Path, default=Path("build"))
    parser.add_argument("--ship", help="the name of the checkpoint that ships")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    config = Config.preset("quick" if asked.data == "digits" else "full")
    changes = {"count": asked.count and tuple(asked.count), "epochs": asked.epochs}
    config = config.with_(**{name: value for name, value in changes.items() if value})
    records = {}
    command = " ".join(["python benchmarks/pdo_sphere_table.py", *said(sys.argv[1:])])
    about = {**machine(), "command": command}
    asked.notes.mkdir(parents=True, exist_ok=True)
    for poses in asked.poses:
        for row in asked.rows:
            name = f"pdo_sphere_{asked.data}_{row.replace(' ', '_')}_{poses}"
            setting = config.with_(poses=poses, **ROWS[row])
            records[row, poses] = measure(name, setting, command, asked.notes, asked.notes, tqdm)
    if asked.ship:
        first = f"pdo_sphere_{asked.data}_{asked.rows[0].replace(' ', '_')}_{asked.poses[0]}.pt"
        shutil.copy(asked.notes / first, ASSETS / f"{asked.ship}.pt")
    lines = [*title(f"Spherical {asked.data}", about), f"- Config: {config}", "", table(records), ""]
    if asked.data == "mnist":
        lines += [f"The paper's Table 1, all 60,000 images: {PAPER}. Other counts are other experiments.", ""]
    rows = [{"row": row, "poses": poses, **made} for (row, poses), made in records.items()]
    write(f"pdo_sphere_{asked.data}", "\n".join(lines), {**about, "rows": rows})


if __name__ == "__main__":
    main()
