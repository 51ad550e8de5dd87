"""The six rows of HodgeNet's Table 7 on the generated humans, one after the other.

    python benchmarks/hodgenet_ablation.py FOLDER               preset quick: six times a CPU minute
    python benchmarks/hodgenet_ablation.py FOLDER full          the paper's network and training: hours

FOLDER keeps a JSON file for each row; a killed run goes on when the same command is given again, and a row
that is there is not run twice. The paper has other data (COSEG vases): only the order of rows may be
compared. Writes benchmarks/results/hodgenet_ablation.json and .md.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"             # before numpy loads
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse

import torch
from precompute import machine, title, write

from workbench.papers.hodgenet import ablation
from workbench.papers.hodgenet.segmentation import Config


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("preset", nargs="?", default="quick", choices=("quick", "full", "tiny"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    config = Config.preset(asked.preset)
    rows = ablation.run(asked.folder, config, say=lambda words: print(words, flush=True))
    about = machine()
    text = [*title(f"Table 7 on the generated humans, preset {asked.preset}, seed {config.seed}", about),
            "One run a row; faces of 20 bodies of two people who were not learned from. `place`: among rows. "
            "The paper's numbers are of other data, after 100 epochs of another training.", "", ""]
    write("hodgenet_ablation", "\n".join(text) + ablation.table(rows) + "\n", {**about, "rows": rows})


if __name__ == "__main__":
    main()
