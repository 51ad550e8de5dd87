"""A raw scan of more than 170,000 vertices, holes and three-faced edges included, through a trained network.

    python benchmarks/diffusionnet_scan.py [--cut 6]

The scan is made of a generated body of another person than the network learned from (no raw scan may be
shipped). Writes benchmarks/results/diffusionnet_scan.json and .md: the doctor's report, what the operators
and the answer cost in CPU seconds of one thread, and the share of vertices right, whole and scanned.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from diffusionnet_speed import machine

from workbench.datasets.humans import humans
from workbench.drafts import drafted
from workbench.papers.diffusionnet.experiment import Config
from workbench.papers.diffusionnet.recipes import shipped_network
from workbench.papers.diffusionnet.scans import raw_scan, scanned_example
from workbench.papers.diffusionnet.watching import predict
from workbench.shapes import Mesh, diagnose, refined

RESULTS = Path(__file__).parent / "results" / "diffusionnet_scan.json"
#: holes, their radius (unit area) and flaps of the scan
FAULTS = dict(holes=40, radius=0.02, flaps=400)


def timed(work):
    start = time.process_time()
    found = work()
    return found, round(time.process_time() - start, 2)


def judged(config, net, name, mesh, labels):
    """Vertices, CPU seconds to prepare and to answer, and the share right of one mesh."""
    example, once = timed(lambda: scanned_example(config, name, mesh, labels))
    named, answer = timed(lambda: predict(net, example))
    return {"vertices": mesh.n_vertices, "once": once, "infer": answer,
            "right": float((named == example.labels).float().mean())}


def measured(cut: int) -> dict:
    """Everything about one body: as it was, refined, and refined and scanned."""
    config, body = Config(), humans("test", "5k")[7]
    net = shipped_network(config)
    fine = refined(body.mesh, cut)
    labels = fine.carry(body.parts)
    scan = raw_scan(fine.shape, **FAULTS)
    report = diagnose(scan.V, scan.F)
    rows = {"as it was": judged(config, net, "own", body.mesh, body.parts),
            "refined": judged(config, net, "refined", fine.shape, labels),
            "refined and scanned": judged(config, net, "scan", Mesh(scan.V, scan.F), labels[scan.source])}
    return {"machine": machine(), "body": body.name, "k": config.k, "width": config.width, "faults": FAULTS,
            "doctor": str(report), "rows": rows}


def page(found: dict) -> str:
    about = found["machine"]
    lines = ["# A raw scan through the trained network", "",
             f"Body {found['body']}, {found['faults']}; k = {found['k']}, width {found['width']}, the parts "
             "network that ships (trained on 1k bodies of other people). Tufted Laplacian, nothing mended. "
             f"CPU seconds of one thread, {about['cpu']}, {about['date']}, torch {about['torch']}. "
             f"`{about['command']}`", "",
             "| mesh | vertices | once | infer | right |", "|---|---|---|---|---|"]
    lines += [f"| {name} | {row['vertices']:,} | {row['once']} | {row['infer']} | {row['right']:.1%} |"
              for name, row in found["rows"].items()]
    return "\n".join([*lines, "", "The doctor says of the scan:", "", "```", found["doctor"], "```", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--cut", type=int, default=6, help="each face becomes this squared")
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    found = measured(asked.cut)
    for path, text in ((RESULTS, json.dumps(found, indent=1) + "\n"),
                       (RESULTS.with_suffix(".md"), page(found))):
        with drafted(path) as file:
            file.write(text.encode())
    print(page(found))


if __name__ == "__main__":
    main()
