"""Table 7 again on the generated humans: six networks, row after row, each in a file of its own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from workbench.datasets import learn_and_test
from workbench.drafts import drafted
from workbench.papers.hodgenet.segmentation import (
    Config,
    ablation,
    accuracy,
    network,
    prepare,
    prepare_to_learn,
    train,
)
from workbench.training.checkpoints import made_by
from workbench.training.resuming import Progress

#: percent on the vases of COSEG after 100 epochs without fine-tuning (Table 7): other data than ours
PAPER = {"full": 87.78, "no normals": 86.26, "no additional eig.": 87.44, "half k": 79.02, "half m": 86.34,
         "quarter n": 87.08}


def run(folder: str | Path, config: Config, rows: Sequence[str] = tuple(PAPER),
        say: Callable[[str], None] = lambda words: None) -> dict[str, dict]:
    """Train and measure the rows of Table 7 that are not in folder yet; what is there, row -> record.

    Each row leaves <row>.json, with accuracy on the test bodies by faces and by area (0 to 1), parameters,
    CPU seconds and its Config; while it trains, <row>.pt, from which the same call goes on when it was
    killed. say hears of every epoch. Raises ValueError when folder holds a row of another Config.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    settings = ablation(config)
    for row in rows:
        path = folder / f"{row.replace(' ', '_').rstrip('.')}.json"
        if not path.exists():
            note = path.with_suffix(".pt")
            _write(path, _measured(settings[row], note, lambda words, row=row: say(f"{row}: {words}")))
            note.unlink(missing_ok=True)
        _require_same(path, settings[row])
    return read(folder)


def read(folder: str | Path) -> dict[str, dict]:
    """The rows that a folder holds, in the paper's order: name -> record."""
    paths = {row: Path(folder) / f"{row.replace(' ', '_').rstrip('.')}.json" for row in PAPER}
    return {row: json.loads(path.read_text()) for row, path in paths.items() if path.exists()}


def table(rows: dict[str, dict]) -> str:
    """Markdown: the paper's rows beside ours, with the place of each among them; other data, other meshes."""
    theirs = sorted(rows, key=lambda row: -PAPER[row])
    ours = sorted(rows, key=lambda row: -rows[row]["accuracy"])
    lines = ["| row | paper: COSEG vases | place | here: generated humans | by area | place | CPU s |",
             "|---|---|---|---|---|---|---|"]
    lines += [f"| {row} | {PAPER[row]:.2f} % | {theirs.index(row) + 1} | {100 * found['accuracy']:.2f} % | "
              f"{100 * found['by_area']:.2f} % | {ours.index(row) + 1} | {found['seconds']:.0f} |"
              for row, found in rows.items()]
    return "\n".join(lines)


def _measured(config, note, say):
    learn, test = learn_and_test(config.size, config.bodies)
    examples, judged, net = prepare_to_learn(config, learn), prepare(config, test), network(config)
    progress, each = Progress(note, net, str(config)), max(1, len(examples) // config.batch)
    for snapshot in train(config, net, examples, judged, progress=progress):
        if snapshot.step % each == 0:
            say(f"epoch {snapshot.step // each} of {config.epochs}, loss {snapshot.loss:.3f}")
    found, by_area = accuracy(net, judged, config)
    count = sum(weights.numel() for weights in net.parameters())
    return made_by("ablation.run", config.seed, f"generated humans, {config.size}", progress.cpu,
                   accuracy=found, by_area=by_area, parameters=count, config=asdict(config))


def _require_same(path, config):
    kept = json.loads(path.read_text())["config"]
    if kept != json.loads(json.dumps(asdict(config))):
        raise ValueError(f"{path} was made with another Config: {kept}; choose another folder")


def _write(path, record):
    with drafted(path) as file:
        file.write((json.dumps(record, indent=1) + "\n").encode())
