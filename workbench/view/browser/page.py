"""A scene as one file for a browser: no kernel, no network; knobs and frames play from what is in it."""

import base64
import hashlib
import html
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.drafts import drafted
from workbench.view.board import Board
from workbench.view.knobs import Knob
from workbench.view.pictures import png
from workbench.view.scene import Scene

from .bundle import Bundle, Full
from .modules import MODULES
from .sweep import Sweep

HERE = Path(__file__).parent

#: the modules of knobs and what belongs to them; the last one exports, to be a widget
PANEL = ("frames.js", "flow.js", "formula.js", "panel.js")

#: bytes of a page, unless more are asked for
LIMIT = 5_000_000

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{head}<div id="wb-page"></div>
{still}</main>
<script type="text/plain" id="wb-words">{words}</script>
<script type="text/plain" id="wb-arrays">{arrays}</script>
<script type="module">{script}</script>
</body>
</html>
"""


class PageError(ValueError):
    """A page that cannot be made or written; the message says what to do."""


@dataclass(frozen=True)
class Saved:
    """A page that was written.

    size    bytes of the file
    frames  how many positions of the knobs are in it, of `asked`: fewer, evenly spread, where not all fit
    """

    path: Path
    size: int
    frames: int
    asked: int

    def __repr__(self):
        left = f", {self.frames} of {self.asked} frames, evenly spread: more did not fit its limit"
        kept = left if self.frames < self.asked else f", {self.frames} frames" if self.frames > 1 else ""
        return f"{self.path}: {self.size / 1e6:.2f} MB{kept}"


def save_html(
    scene: Scene,
    path: str | Path,
    title: str = "",
    knobs: Sequence[Knob] = (),
    answer: Callable | None = None,
    limit: int = LIMIT,
    bits: int | None = None,
    **values,
) -> Saved:
    """Save the scene as one HTML file that any browser of today opens, from disk, with nothing else.

    title   words above it
    knobs   to be turned in the page; answer(**values) shows on the scene what follows from them, as in
            explore, and is asked for every position now
    values  where knobs start
    limit   bytes. Where frames do not fit, fewer are kept, evenly spread; the result says so, and a warning
    bits    8 or 16: values of quantities in as many steps of their range, off by (high - low) / (2^bits - 4)
            / 2 at most; None: exact, as float32. Shapes, labels and curves are exact always

    Written whole or not at all. Raises PageError where the scene without frames is beyond the limit, and
    where the file cannot be written.
    """
    path = _place(path)
    if bits not in (None, 8, 16):
        raise PageError(f"bits is None (exact), 8 or 16, got {bits!r}")
    sweep = Sweep(tuple(knobs), answer or (lambda **_: None), values)
    sweep.begin()
    still, alt = png(scene.frame()), described_scene(scene)
    text, frames, asked = fitted(sweep, scene, limit, bits, lambda *parts: page(*parts, title, still, alt))
    whole = text.encode()
    _write(path, whole)
    saved = Saved(path, len(whole), frames, asked)
    if frames < asked:
        warnings.warn(f"{saved}: raise limit for all of them, or take bits=8", stacklevel=2)
    return saved


def fitted(
    sweep: Sweep, scene: Scene, limit: int, bits: int | None, made: Callable[[str, str], str]
) -> tuple[str, int, int]:
    """made(words, arrays) of as many frames as fit the limit of bytes, their number, and how many could be.

    Raises PageError where not even the least does.
    """
    asked = combinations(sweep.stops(10**9))
    count = min(asked, sweep.most)
    room = limit - _weight(made("", ""))
    while True:
        try:
            stops, bundle = sweep.stops(count), Bundle(bits, room)
        except ValueError as error:
            raise PageError(str(error)) from None
        count = combinations(stops)
        try:
            text = made(*bundle.text(sweep.filmed(scene, stops, bundle)))
            if _weight(text) <= limit:
                return text, count, asked
            fits = count * room / (_weight(text) - limit + room)
        except Full:
            fits = bundle.worlds
        if count <= 2 ** len(stops):
            raise PageError(
                f"a page of this scene is beyond its limit of {limit / 1e6:.1f} MB: raise limit, or show "
                "coarser shapes"
            )
        count = min(count - 1, max(2 ** len(stops), int(0.96 * fits)))


def _weight(text: str) -> int:
    """The bytes of a text in a file: letters beyond ASCII are two to four of them."""
    return len(text.encode())


def combinations(stops: Sequence[Sequence]) -> int:
    """How many combinations there are."""
    count = 1
    for values in stops:
        count *= len(values)
    return count


def page(words: str, arrays: str, title: str = "", still: bytes | None = None, alt: str = "") -> str:
    """The text of a page. A still is seen where scripts or WebGL are not to be had."""
    script, style = script_of(), style_of()
    head = f"<h1>{html.escape(title)}</h1>\n" if title else ""
    picture = ""
    if still is not None:
        data = base64.b64encode(still).decode()
        picture = f'<img id="wb-still" alt="{html.escape(alt)}" src="data:image/png;base64,{data}">\n'
        picture += (
            "<noscript><p>A still picture: turning it needs scripts, which are off here.</p></noscript>\n"
        )
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )
    return PAGE.format(
        policy=policy, title=html.escape(title or alt), style=style, head=head, still=picture,
        words=words, arrays=arrays, script=script,
    )  # fmt: skip


def script_of() -> str:
    """The modules of stage and panel, and the one that opens a page with them, as one script."""
    panel = _read(*PANEL).replace("export default { render };", "return { render };")
    stage = _read(*(name for name in MODULES if name != "web.js"))
    script = f"{stage}\nconst Panel = (() => {{\n{panel}\n}})();\n{_read('page.js')}"
    if re.search(r"^export |</script", script, re.MULTILINE):
        raise PageError("a module that exports, or ends a script, cannot be part of a page")
    return script


def style_of() -> str:
    """The style sheets of stage, panel and page."""
    return _read("web.css", "panel.css", "page.css")


def described_scene(scene: Scene) -> str:
    """What is seen, for who does not see it."""
    board = getattr(scene, "board", None) or Board()
    bodies = [(name, board.seen_on(name)) for name in board.shapes]
    words = [
        f"{name}, showing {board.look_of(seen).title or seen}." if seen else f"{name}."
        for name, seen in bodies
    ]
    return " ".join(words + [f"Plot {board.look_of(name).title or name}." for name in board.plots()])


def _read(*names):
    return "\n".join((HERE / name).read_text("utf-8") for name in names)


def _place(path):
    path = Path(path)
    if path.is_dir():
        raise PageError(f"{path} is a folder; name a file in it, such as {path / 'scene.html'}")
    if not path.parent.is_dir():
        raise PageError(f"{path.parent} is no folder; make it first, or choose another place")
    return path


def _write(path, whole):
    try:
        with drafted(path) as file:
            file.write(whole)
    except OSError as error:
        raise PageError(
            f"{path} cannot be written ({error.strerror}); choose a folder that you may write to"
        ) from error
