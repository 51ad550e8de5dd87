"""Runs an entry: its pieces here or on a cluster, each kept when it is done, then one line per claim."""

import contextlib
import json
import platform
import secrets
import shutil
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from workbench.datasets.images import data_folder
from workbench.drafts import drafted
from workbench.entries import Entry, Task, verdict
from workbench.ledger.book import append
from workbench.ledger.finding import sets
from workbench.shapes.files import shipped
from workbench.training.catalogue import digest


def reproduce(entry: Entry, preset: str, seed: int, ledger: str | Path, scheduler: str = "",
              bar: bool = False, say: Callable[[str], None] = lambda words: None) -> list[dict]:
    """Measure an entry and append a record for every claim to the ledger; the records.

    scheduler  the address of a Dask scheduler that does the pieces; "" does them here, one after the other
    bar, say   whether somebody looks at bars; hears one line for every piece that is done

    Pieces that are done lie beside the ledger until all are, and a run that was killed goes on from them.
    Raises ValueError for a preset that the entry does not have, FileNotFoundError for data or files that are
    not there, and what the entry's measure raises.
    """
    if preset not in entry.presets:
        raise ValueError(f"{entry.name} has no preset {preset!r}; it has {', '.join(entry.presets)}")
    sources = origin(entry, seed)
    place = Path(f"{ledger}.runs").absolute() / f"{entry.name}-{preset}-{seed}"
    run = _begun(place)
    tasks = {piece: Task(preset, seed, piece, place / _slug(piece), bar) for piece in entry.pieces(preset)}
    done = {piece: _kept(place, piece) for piece in tasks if _kept(place, piece)}
    waiting = [task for piece, task in tasks.items() if piece not in done]
    for task, outcome in _outcomes(entry, waiting, scheduler, run):
        _keep(place, task.piece, outcome)
        done[task.piece] = outcome
        say(f"{entry.name}: {task.piece}, {len(done)} of {len(tasks)}, {outcome['seconds']:.1f} s")
    records = records_of(entry, preset, seed, run, done, sources)
    append(ledger, records)
    shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):  # other runs may have their pieces there
        place.parent.rmdir()
    return records


def work(measure: Callable[[Task], Mapping[str, float]], task: Task) -> dict:
    """One task done here: its numbers, wall and CPU seconds, the device and the versions that did it.

    A measure that went on from its notes may say under "cpu_seconds" what it has cost since its beginning.
    """
    task.notes.mkdir(parents=True, exist_ok=True)
    start, cpu = perf_counter(), process_time()
    numbers = {key: float(value) for key, value in measure(task).items()}
    spent = max(numbers.pop("cpu_seconds", 0.0), process_time() - cpu)
    return {"numbers": numbers, "seconds": perf_counter() - start, "cpu_seconds": spent,
            "device": device(), "versions": versions()}


def _outcomes(entry: Entry, tasks: list[Task], scheduler: str, run: str) -> Iterator[tuple[Task, dict]]:
    if scheduler and tasks:
        from workbench.ledger.cluster import outcomes

        yield from outcomes(entry.measure, tasks, scheduler, run)
    else:
        yield from ((task, work(entry.measure, task)) for task in tasks)


def records_of(entry: Entry, preset: str, seed: int, run: str, done: Mapping[str, dict],
               sources: Mapping[str, Mapping[str, str]]) -> list[dict]:
    """A record per claim. A number that several pieces measured is their mean; `spread` is its deviation."""
    now, outcomes = datetime.now(UTC), list(done.values())
    missing = set(entry.claims) - {key for one in outcomes for key in one["numbers"]}
    if missing:
        raise ValueError(f"{entry.name} measured nothing for {', '.join(sorted(missing))}")
    common = {
        "run": run, "entry": entry.name, "preset": preset, "seed": seed, **sources,
        "theirs": list(entry.theirs),
        "device": _together(one["device"] for one in outcomes), "versions": outcomes[0]["versions"],
        "date": now.date().isoformat(), "time": now.strftime("%H:%M:%S UTC"),
        "seconds": round(sum(one["seconds"] for one in outcomes), 2),
        "cpu_seconds": round(sum(one["cpu_seconds"] for one in outcomes), 2),
    }
    records = []
    for key, claim in entry.claims.items():
        values = [one["numbers"][key] for one in outcomes if key in one["numbers"]]
        measured = statistics.fmean(values)
        records.append({
            **common, "claim": f"{entry.name}.{key}", "says": claim.says, "source": claim.source,
            "paper": claim.paper, "told": claim.told, "measured": measured,
            "spread": statistics.pstdev(values), "pieces": len(values),
            "difference": None if claim.paper is None else measured - claim.paper,
            "tolerance": claim.within, "form": claim.form, "why": claim.why,
            "verdict": verdict(entry, key, preset, measured),
            "because": "no number in the paper" if claim.paper is None else entry.comparable(preset),
        })
    return records


def origin(entry: Entry, seed: int) -> dict[str, dict[str, str]]:
    """The checksums of what the entry needs, so that a missing set is told before anything runs."""
    there = sets()
    data = {name: there[name].checksum(_folder(there[name]), seed) for name in entry.ours}
    files = {name: digest(shipped("assets") / name) for name in entry.files}
    return {"data": data, "files": files}


def _folder(one):
    if one.kind == "authors":
        return data_folder() / one.name
    return shipped("assets") / one.name if one.kind == "shipped" else None


def device() -> str:
    """What a run computes on: the graphics card's name or "cpu", the processor, and torch's threads."""
    import torch

    card = f"cuda ({torch.cuda.get_device_name()})" if torch.cuda.is_available() else "cpu"
    return f"{card}, {platform.machine()}, {torch.get_num_threads()} threads"


def versions() -> dict[str, str]:
    """Of the workbench, Python, and what the numbers stand on."""
    import numpy
    import scipy
    import torch

    import workbench

    return {"workbench": workbench.__version__, "python": platform.python_version(),
            **{one.__name__: one.__version__ for one in (torch, numpy, scipy)}}


def _begun(place: Path) -> str:
    """The name of the run whose pieces lie here, or of the one that begins now."""
    path = place / "run"
    if not path.exists():
        place.mkdir(parents=True, exist_ok=True)
        with drafted(path) as file:
            file.write(secrets.token_hex(8).encode())
    return path.read_text()


def _kept(place: Path, piece: str) -> dict | None:
    path = place / f"{_slug(piece)}.json"
    return json.loads(path.read_text()) if path.exists() else None


def _keep(place: Path, piece: str, outcome: dict) -> None:
    with drafted(place / f"{_slug(piece)}.json") as file:
        file.write(json.dumps(outcome).encode())


def _slug(piece: str) -> str:
    """A word as the name of a file; different words have different names."""
    return "".join(c if c.isalnum() or c in "-." else f"_{ord(c):x}_" for c in piece)


def _together(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))
