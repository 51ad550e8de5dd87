"""Prose for pages without a script: TeX becomes MathML, which browsers draw; links lead to pages."""

import re
from html import escape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from workbench.exporting.classroom import ExportError


def mathml(tex: str, display: bool) -> str:
    """MathML of a formula, its TeX kept as alternative text.

    Raises ExportError where the TeX is not understood, ImportError without latex2mathml.
    """
    from latex2mathml.converter import convert

    try:
        found = convert(tex, display="block" if display else "inline")
    except Exception as problem:  # the library raises many kinds
        raise ExportError(f"the formula {tex!r} cannot be converted: {problem!r}") from problem
    if unknown := re.search(r">(\\[A-Za-z]+)", found):  # the library lets pass what it does not know
        raise ExportError(f"the formula {tex!r} cannot be converted: {unknown[1]} is not known")
    return found.replace("<math ", f'<math alttext="{escape(tex.strip())}" ', 1)


#: a link to another chapter, perhaps to a place in it
CHAPTER = re.compile(r"^(\d\d_\w+)\.ipynb(?=$|#)")


#: a formula inside HTML, where Markdown looks for none
DOLLARS = re.compile(r"\$([^$\n]+)\$")


class Formulas(IPythonRenderer):
    """Markdown as nbconvert renders it, with MathML in the places of formulas, and chapters as pages."""

    def block_html(self, html: str) -> str:
        """HTML as it is, with its formulas; what opens here may close in a later block (folded hints)."""
        html = DOLLARS.sub(lambda found: mathml(found[1], display=False), html)
        if "<img" in html:  # the parser that makes pictures part of the page also closes what is open
            html = self._html_embed_images(html)
        return html + "\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, CHAPTER.sub(r"\1.html", url), title)

    def block_math(self, body: str) -> str:
        return mathml(body, display=True)

    def inline_math(self, body: str) -> str:
        return mathml(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


def rendered(source: str, path: str = "") -> str:
    """HTML of Markdown. path: the folder of its pictures, which become part of the page."""
    renderer = Formulas(escape=False, embed_images=True, path=path, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)
