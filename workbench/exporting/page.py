"""One chapter as one file of HTML that asks neither a kernel nor a network for anything."""

import re
from html import escape
from pathlib import Path

from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from workbench.exporting.classroom import ExportError
from workbench.exporting.cleaning import cleaned
from workbench.exporting.executing import HOW, seconds
from workbench.exporting.formulas import rendered

HERE = Path(__file__).parent

#: what makes a browser fetch something; links that a reader may click do not
FETCHES = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc\s*=\s*["']?(?!data:)[^"'\s>]+"""
    r"""|<link\b[^>]*href\s*=\s*["']?(?!data:)[^"'\s>]+|@import|url\(\s*["']?https?:""", re.I)


class Pages(HTMLExporter):
    """nbconvert's own exporter, with our template, and formulas that need no script."""

    @pass_context
    def markdown2html(self, context, source):
        return rendered(source, context.get("resources", {}).get("metadata", {}).get("path", ""))


def page(notebook: NotebookNode, title: str, before: tuple[str, str] | None = None,
         after: tuple[str, str] | None = None, folder: str = "") -> str:
    """The HTML of a run chapter. before, after: address and title of its neighbours; folder: of its pictures.

    Under every cell stands how long it took, at the end how long all did. Raises ExportError when something
    in it would be fetched from elsewhere, or a formula cannot be converted.
    """
    ready, took = cleaned(notebook), 0.0
    for cell in ready.cells:
        if cell.cell_type == "code" and (time := seconds(cell)) is not None:
            took += time
            cell.metadata["took"] = f"{time:.1f} s"
    exporter = Pages(template_name="workbench", extra_template_basedirs=[str(HERE / "templates")])
    how = notebook.metadata.get(HOW, {})
    about = {"title": title, "before": before, "after": after, "css": style(),
             "total": f"{took:.0f} s" if took else "not timed", "preset": how.get("preset", "")}
    html, _ = exporter.from_notebook_node(ready, {"about": about, "metadata": {"path": folder}})
    return self_contained(html, title)


def self_contained(html: str, title: str) -> str:
    """The page itself. Raises ExportError when a browser that opens it would fetch something."""
    if found := FETCHES.search(html):
        raise ExportError(f"{title}: the page would fetch {found[0][:120]!r}")
    return html


def style() -> str:
    """All that a page looks like, on screen (light and dark) and on paper; code in pygments' colours."""
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight")
                   for name in ("default", "github-dark"))
    own = (HERE / "site.css").read_text("utf-8")
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"


def contents(chapters: list[tuple[str, str, str, str]]) -> str:
    """The first page. chapters: address, title, first sentence, seconds of each."""
    items = [f'<li><a href="{escape(address)}">{escape(title)}</a><p>{escape(opening)}</p>'
             f'<p class="wb-time">{escape(time)}</p></li>' for address, title, opening, time in chapters]
    head = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Chapters</title>'
    look = f'<meta name="viewport" content="width=device-width"><style>{style()}</style></head>'
    body = '<body><main><h1>Spectral geometry on shapes</h1><ol class="wb-contents">'
    return "\n".join([head, look, body, *items, "</ol></main></body></html>"])
