"""A chapter's closing table: what the page measured goes into the reader's ledger, and is read from it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.ledger.book import append, read
from workbench.ledger.finding import entries, find
from workbench.ledger.running import device, origin, records_of, versions
from workbench.ledger.table import table
from workbench.shapes.files import shipped
from workbench.training.presets import Presets

#: the reader's own ledger, beside the notebook
MINE = "ledger.jsonl"


def preset_of(config: Presets) -> str:
    """The name of the preset that a Config is, its seed aside; "changed" when it is none."""
    same = {"seed": config.seed} if hasattr(config, "seed") else {}
    named = {name: one.with_(**same) for name, one in type(config).presets().items()}
    return next((name for name, one in named.items() if one == config), "changed")


def note(measured: Mapping[str, float], config: Presets, ledger: str | Path = MINE) -> list[dict]:
    """Append what a page has just measured to the reader's ledger; the records.

    measured  full names of claims, such as "hodgenet.crease.error", to numbers. Raises KeyError for a name
    that is no claim. Only the claims given are written: a page need not measure all of an entry.
    """
    there, records, seed = entries(), [], getattr(config, "seed", 0)
    for name, number in measured.items():
        owner, _, key = name.rpartition(".")
        entry = there[owner]
        numbers = {one: float(number) for one in entry.claims if one == key}
        if not numbers:
            raise KeyError(f"{owner} claims {', '.join(entry.claims)}, not {key!r}")
        done = {"page": {"numbers": numbers, "seconds": 0.0, "cpu_seconds": 0.0, "device": device(),
                         "versions": versions()}}
        alone = replace(entry, claims={key: entry.claims[key]})
        found = records_of(alone, preset_of(config), seed, secrets.token_hex(8), done, origin(entry, seed))
        # the page does not say how long it took
        records += [{**one, "seconds": None, "cpu_seconds": None} for one in found]
    append(ledger, records)
    return records


def closing(paper: str, ledger: str | Path = MINE) -> str:
    """A paper's table in Markdown: the newest record of every claim, of our ledger or the reader's."""
    try:
        ours = read(shipped("assets") / MINE)
    except FileNotFoundError:
        ours = []
    return table([*ours, *read(ledger)], find(paper))
