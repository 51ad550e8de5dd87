"""The tables of fmaps_speed.py, with what was to be reached beside what was measured."""

from precompute import title

#: seconds and MB to reach, forward and with the gradient, on two threads of a quiet machine
AIMS = {5000: (0.090, 20, 0.300, 60), 20_000: (1.4, 70, 5.5, 160), 100_000: (None, 1000, None, 1000)}
ZOOMOUT_AIMS = {5000: 0.7, 20_000: 14.7}


def least(turns, which):
    return min(turn[which] for turn in turns)


def heading(what, about, threads):
    """The first lines of a page: precompute's, for a number of threads of its own."""
    about = {**about, "threads": threads}
    return [f"# {what}, {'one thread' if threads == 1 else f'{threads} threads'}", *title("", about)[1:]]


def page(about, rows, threads):
    """The tables, as Markdown."""
    lines = [*heading("Soft maps and ZoomOut", about, threads), "", "Least of the turns: wall "
             "seconds, CPU seconds in brackets; MB are those that one product adds in its own process.", ""]
    lines += [predicted(rows), ""] if any(row["vertices"] > 20_000 for row in rows) else []
    for row in rows:
        n = row["vertices"]
        if row["part"] == "products":
            aims = AIMS.get(n, ("-",) * 4)
            aims = ["-" if aim is None else aim for aim in aims]
            lines += [f"## One product at {n:,} vertices", "", f"Aims: forward {aims[0]} s, {aims[1]} MB; "
                      f"with gradient {aims[2]} s, {aims[3]} MB.", "",
                      "| way | forward | MB | with gradient | MB |", "|---|---|---|---|---|"]
            lines += [_product_row(name, turns, row["memory"].get(name, {}))
                      for name, turns in row["ways"].items()]
        else:
            lines += [f"## ZoomOut 20 to 130 at {n:,} vertices", "", f"Aim {ZOOMOUT_AIMS.get(n, '-')} s; the "
                      f"whole process took {row['MB']:.0f} MB.", "",
                      "| way | seconds | against pyfmaps | same matches | nearest in space |",
                      "|---|---|---|---|---|"]
            lines += [_zoomout_row(name, row) for name in row["ways"]]
        lines.append("")
    return "\n".join(lines) + "\n"


def predicted(rows):
    """What the largest size should take, judged from a smaller one of the same run, beside what it took."""
    lines = ["CPU seconds, predicted by the square of the vertices, or in proportion to them for a fixed "
             "number of samples:", ""]
    for row in rows:
        smaller = [old for old in rows if old["part"] == row["part"] and old["vertices"] < row["vertices"]]
        if smaller:
            lines += _foretold(row, max(smaller, key=lambda old: old["vertices"]))
    return "\n".join(lines)


def _foretold(row, old):
    for name, turns in row["ways"].items():
        more = (row["vertices"] / old["vertices"]) ** (1 if name == "sampled" else 2)
        for what in ("forward", "gradient") if isinstance(turns, dict) else (None,):
            then, now = (each["ways"][name][what] if what else each["ways"][name] for each in (old, row))
            words = f"{row['vertices']:,} vertices, {name}{', ' + what if what else ''}"
            yield f"- {words}: predicted {more * least(then, 1):.0f}, measured {least(now, 1):.0f}"


def _product_row(name, turns, added):
    cells = [name]
    for what in ("forward", "gradient"):
        cells += [f"{least(turns[what], 0):.3f} ({least(turns[what], 1):.3f})",
                  f"{added[what]['MB']:.0f}" if what in added else "-"]
    return "| " + " | ".join(cells) + " |"


def _zoomout_row(name, row):
    wall, cpu = (least(row["ways"][name], which) for which in (0, 1))
    rival = row["ways"].get("pyfmaps")
    ratio = f"{wall / least(rival, 0):.2f} ({cpu / least(rival, 1):.2f})" if rival else "-"
    shares = [f"{row[what][name]:.4f}" if name in row[what] else "-" for what in ("same", "true")]
    return "| " + " | ".join([name, f"{wall:.2f} ({cpu:.2f})", ratio, *shares]) + " |"
