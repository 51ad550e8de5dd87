"""The ledger as a table of Markdown: claim | paper | here | difference, tolerance | verdict | conditions."""

from collections.abc import Iterable, Mapping, Sequence

from workbench.entries import Entry

HEAD = ("| claim | paper | here | difference (tolerance) | verdict | measured how | why they differ |\n"
        "|---|---|---|---|---|---|---|")


def newest(records: Iterable[Mapping]) -> dict[str, Mapping]:
    """The record that was written last for every claim."""
    return {record["claim"]: record for record in records}


def table(records: Iterable[Mapping], chosen: Sequence[Entry] = ()) -> str:
    """Markdown: the newest record of every claim. With entries: of their claims, in their order, and a row
    for those that were never measured."""
    last = newest(records)
    if not chosen:
        return "\n".join([HEAD, *map(row, last.values())])
    names = [(entry, key, f"{entry.name}.{key}") for entry in chosen for key in entry.claims]
    rows = [row(last[name]) if name in last else _never(entry, key) for entry, key, name in names]
    return "\n".join([HEAD, *rows])


def judged(records: Iterable[Mapping]) -> str:
    """Markdown for a front page: of every claim the newest record that was measured as its paper did, and
    how many claims have none."""
    records = list(records)
    told = newest(record for record in records if record["verdict"] != "NOT COMPARABLE")
    rows = [_line(f"`{name}`: {one['says']} ({one['source']})",
                  _told(one["form"], one["paper"], one.get("told")), _here(one), one["verdict"], _why(one))
            for name, one in sorted(told.items())]
    others = len(newest(records).keys() - told.keys())
    end = (f"{others} more numbers were measured on other data, or not at the paper's setting: "
           "NOT COMPARABLE, however near.") if others else ""
    head = "| claim | paper | here | verdict | what differs |\n|---|---|---|---|---|"
    return "\n".join([head, *rows]) + (f"\n\n{end}" if end else "")


def row(record: Mapping) -> str:
    """One record as a line of the table."""
    form, here = record["form"], _here(record)
    apart = "-"
    if record["paper"] is not None:
        apart = f"{_signed(form).format(record['difference'])} ({form.format(record['tolerance'])})"
    data = ", ".join(f"{name} `{sha[:8]}`" for name, sha in record["data"].items())
    how = f"{record['preset']}, seed {record['seed']}, {data or 'no data'}, {record['date']}"
    return _line(f"{record['says']} ({record['source']})", _told(form, record["paper"], record.get("told")),
                 here, apart, record["verdict"], how, _why(record))


def _why(record):
    return "; ".join(filter(None, (record["because"], record["why"])))


def _here(record):
    form = record["form"]
    here = form.format(record["measured"])
    if record["pieces"] > 1:
        here += f" ± {form.format(record['spread'])} ({record['pieces']} runs)"
    return here


def _never(entry, key):
    claim = entry.claims[key]
    how = f"`workbench reproduce {entry.name}`"
    apart = "-" if claim.paper is None else f"({claim.form.format(claim.within)})"
    paper = _told(claim.form, claim.paper, claim.told)
    return _line(f"{claim.says} ({claim.source})", paper, "not run", apart, "-", how, claim.why)


def _told(form, number, words):
    if number is None:
        return words or "-"
    return "0" if number == 0 and "e}" in form else form.format(number)


def _signed(form: str) -> str:
    return form.replace("{:", "{:+", 1)


def _line(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
