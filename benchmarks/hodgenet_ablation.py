"""The six rows of HodgeNet's Table 7 on the generated humans, one after the other.

    python benchmarks/hodgenet_ablation.py FOLDER               preset quick: six times a CPU minute
    python benchmarks/hodgenet_ablation.py FOLDER --seed 1      another seed, a table below the first one
    python benchmarks/hodgenet_ablation.py FOLDER full          the paper's network and training: hours

FOLDER keeps a JSON file for each row, so each setting wants a folder of its own; a killed run goes on when
the same command is given again, and a row that is there is not run twice. The paper has other data (COSEG
vases): only the order of rows may be compared. Writes benchmarks/results/hodgenet_ablation.json and .md;
tables of other seeds and presets stay there.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import json

import torch
from precompute import RESULTS, machine, title, write

from workbench.papers.hodgenet import ablation
from workbench.papers.hodgenet.segmentation import Config


def kept(setting, rows):
    """All tables of the file, this one in the place of an earlier one of its setting: words -> rows."""
    path = RESULTS / "hodgenet_ablation.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    return before.get("tables", {}) | {setting: rows}


def page(about, tables):
    """The tables, as Markdown."""
    lines = [*title("Table 7 on the generated humans", about),
             "One run a row; faces of 20 bodies of two people who were not learned from. `place`: among "
             "rows, first in the paper, then here. The paper's numbers are of other data, after 100 epochs "
             "of another training.", ""]
    for setting, rows in tables.items():
        lines += [f"## {setting}", "", ablation.table(rows), ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("preset", nargs="?", default="quick", choices=("quick", "full", "tiny"))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    config = Config.preset(asked.preset).with_(seed=asked.seed)
    rows = ablation.run(asked.folder, config, say=lambda words: print(words, flush=True))
    about, tables = machine(), kept(f"preset {asked.preset}, seed {config.seed}", rows)
    write("hodgenet_ablation", page(about, tables), {**about, "tables": tables})


if __name__ == "__main__":
    main()
