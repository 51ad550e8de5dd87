"""Time and memory of one soft product against the number of vertices, by every route: the paper's Fig. 4.

    python benchmarks/fmaps_scaling.py                     1,000 to 20,000 vertices, some minutes
    python benchmarks/fmaps_scaling.py --keops             KeOps as well, which compiles first
    python benchmarks/fmaps_scaling.py dense streamed      some routes; those of an earlier call stay

Each number in a process of its own: 32 features, 128 columns, float32, with the gradient of the features.
Beside it what was predicted from the size before: time grows with the square, memory with the square for the
dense route and in proportion for all others. What would need more than MOST megabytes, or a minute, is not
tried, only predicted. Writes benchmarks/results/fmaps_scaling.json and .md after every route.
"""

import argparse
import json
import os

from fmaps_speed import THREADS, child
from fmaps_tables import heading
from precompute import RESULTS, machine, write

SIZES = (1000, 2000, 5000, 10_000, 20_000)
ROUTES = {"dense": 2, "streamed": 1, "attention": 1}
#: MB
MOST = 6000


def tried(route):
    """Rows of one route: vertices, measured and predicted seconds (CPU) and MB with gradient."""
    rows = []
    for n in SIZES:
        guess = foreseen(rows[-1], n, ROUTES.get(route, 1)) if rows else None
        if guess and (guess["MB"] > MOST or guess["cpu"] > 60):
            rows.append({"vertices": n, "predicted": guess})
            continue
        found = child("--memory", route, "gradient", "products", n)
        rows.append({"vertices": n, "predicted": guess,
                     "MB": found["MB"], "wall": found["once"][0], "cpu": found["once"][1]})
    return rows


def foreseen(before, n, power):
    """What the size before says about n vertices; MB grow with their power."""
    last, more = {**(before["predicted"] or {}), **before}, n / before["vertices"]
    return {"cpu": last["cpu"] * more**2, "MB": last["MB"] * more**power}


def page(about, table):
    lines = [*heading("One soft product with gradient", about, THREADS), "",
             "CPU seconds and MB, in brackets what the size before predicted.", "",
             "| vertices | " + " | ".join(table) + " |", "|---|" + "---|" * len(table)]
    for i, n in enumerate(SIZES):
        lines.append(f"| {n:,} | " + " | ".join(_cell(rows[i]) for rows in table.values()) + " |")
    return "\n".join(lines) + "\n"


def _cell(row):
    guess = row["predicted"]
    told = f" ({guess['cpu']:.2f} s, {guess['MB']:.0f} MB)" if guess else ""
    return (f"{row['cpu']:.2f} s, {row['MB']:.0f} MB" if "cpu" in row else "not tried") + told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("routes", nargs="*", choices=[[], *ROUTES, "keops"], help="all but KeOps, if none")
    parser.add_argument("--keops", action="store_true", help="KeOps as well, which compiles first")
    asked = parser.parse_args()
    path = RESULTS / "fmaps_scaling.json"
    kept = json.loads(path.read_text()) if asked.routes and path.exists() else {}
    table = {name: rows for name, rows in kept.get("table", {}).items() if kept.get("threads") == THREADS}
    for route in [*(asked.routes or ROUTES), *(["keops"] if asked.keops else [])]:
        about, table[route] = machine(), tried(route)
        about["load at end"] = os.getloadavg()[0]
        write("fmaps_scaling", page(about, table), {**about, "threads": THREADS, "table": table})


if __name__ == "__main__":
    main()
