"""A run chapter made ready for a page: nothing that waits for a kernel, and words for every picture."""

import copy
import re

from nbformat import NotebookNode

#: outputs that only a kernel or a network brings to life
LIVING = ("application/vnd.jupyter.widget-view+json", "application/javascript")

#: what workbench.timing prints; a page tells the times itself
TOLD = re.compile(r"\(\d+\.\d s; \d+ s so far\)")


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """A copy: no widgets (what cells keep of them stays), bars as they ended, pictures told in words."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            titles = [line.lstrip("# ") for line in cell.source.splitlines() if line.startswith("#")]
            heading = titles[-1] if titles else heading
        elif cell.cell_type == "code":
            outputs = [one for one in map(_still, cell.get("outputs", ())) if one is not None]
            cell.outputs = [_described(one, heading) for one in _joined(outputs)]
    return notebook


def _still(output):
    """An output without what lives; None when nothing else is left of it."""
    data = output.get("data")
    if data is None or not any(kind in data for kind in LIVING):
        return output
    rest = {kind: value for kind, value in data.items() if kind not in LIVING}
    if not set(rest) - {"text/plain"}:
        return None
    output.data = NotebookNode(rest)
    return output


def _joined(outputs):
    """Streams that follow each other as one, each line as it was last written (after carriage returns)."""
    joined = []
    for output in outputs:
        before = joined[-1] if joined else None
        if output.output_type == "stream" and before and before.get("name") == output.name:
            before.text += output.text
        else:
            joined.append(output)
    for output in joined:
        if output.output_type == "stream":
            lines = output.text.replace("\r\n", "\n").split("\n")
            output.text = "\n".join(_last_written(line) for line in lines if not TOLD.fullmatch(line))
    return [one for one in joined if one.output_type != "stream" or one.text.strip()]


def _last_written(line):
    return next((part for part in reversed(line.split("\r")) if part.strip()), "")


def _described(output, heading):
    """Pictures say what they show: their own words, or the section they stand in."""
    for kind in ("image/png", "image/jpeg"):
        if kind in output.get("data", {}):
            words = output.data.get("text/plain", "")
            own = words if words and not words.startswith("<") else ""
            metadata = output.metadata.setdefault(kind, NotebookNode())
            metadata.setdefault("alt", own or f"Picture in the section “{heading}”")
    return output
