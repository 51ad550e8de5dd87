"""What a cell keeps of a scene for pages without a kernel: a picture, and in its place the scene itself."""

import base64
import html
import io
import logging
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from IPython.display import display
from jaxtyping import UInt8

from workbench.view.pictures import png
from workbench.view.scene import Scene

from .page import PageError, described_scene, fitted, page
from .sweep import Sweep

#: bytes of one output; a scene beyond is kept as a picture alone
LIMIT = 1_500_000

#: what is said in place of a living view where scripts are not trusted, or left out
AWAY = "Run the cell to have this live."

#: stills are white, and say so: in a dark page they keep their ground
STILL = {"needs_background": "light"}

HERE = Path(__file__).parent
STYLE = (HERE / "kept.css").read_text("utf-8")
LOADER = (HERE / "kept.js").read_text("utf-8")
ALONE = Sweep()


def kept(scene: Scene, words: str = "", sweep: Sweep = ALONE, followed: bool = False) -> dict:
    """A scene's present state as a mime bundle: HTML with the scene in it, a PNG, and words.

    sweep     knobs, and what follows from them, that play without a kernel
    followed  the cell's next output is the living view: of the two, one is seen

    The HTML is a picture where scripts are not trusted or not there, and where the scene is beyond LIMIT.
    """
    picture, alt = scene.frame(), described_scene(scene)
    frame, note = _frame(scene, sweep, alt)
    of_picture = ' class="wb-of-picture"' if sweep.knobs and frame else ""
    caption = f"<span{of_picture}>{html.escape(words)}</span> {html.escape(note)}" if words or note else ""
    parts = [
        f"<style>{STYLE}</style>",
        f'<div class="wb-kept{" wb-followed" if followed else ""}">',
        f'<img alt="{html.escape(alt)}" src="{_small(picture)}">{frame}',
        f'<div class="wb-caption">{caption}</div></div>',
    ]
    return {"text/html": "\n".join(parts), "image/png": png(picture), "text/plain": words or repr(scene)}


def show_kept(scene: Scene, words: str = "", sweep: Sweep = ALONE) -> None:
    """Put a scene's present state into the cell's output."""
    display(kept(scene, words, sweep), raw=True, metadata=STILL)


class Keeper:
    """Keeps a scene for pages without a kernel in an output of its own, before the one where it lives.

    A front end that does not find a widget shows nothing else of the widget's output.
    """

    def __init__(self, scene: Scene):
        self._scene, self._output, self._keeping = scene, None, threading.Lock()
        self._turn, self._waiting, self._busy = threading.Lock(), None, False

    def display(self, living: Mapping, words: str = "") -> None:
        """Show the living view, a mime bundle, in the present cell, and keep_soon()."""
        awaited = f'<style>{STYLE}</style><div class="wb-kept wb-followed"></div>'
        self._output = display(
            {"text/html": awaited, "text/plain": words or repr(self._scene)}, raw=True, display_id=True
        )
        display({**living, "text/plain": AWAY}, raw=True)
        self.keep_soon(words)

    def keep_soon(self, words: str = "") -> None:
        """keep() in a thread of its own: nobody waits for a picture. Asked for again while one is made, one
        more is made after it, with the latest words."""
        with self._turn:
            self._waiting, idle, self._busy = words, not self._busy, True
        if idle:
            threading.Thread(target=self._keep_all, name="workbench-keeper", daemon=True).start()

    def _keep_all(self):
        while True:
            with self._turn:
                words, self._waiting = self._waiting, None
                self._busy = words is not None
            if words is None:
                return
            try:
                self.keep(words)
            except Exception:  # whatever the scene's picture raises: the next one may succeed
                logging.getLogger(__name__).exception("a cell keeps what it kept before")

    def keep(self, words: str = "") -> None:
        """Put the present state into the saved output; of two at a time, the later one stays."""
        if self._output is not None:
            with self._keeping:
                self._output.update(kept(self._scene, words, followed=True), raw=True, metadata=STILL)


def _frame(scene, sweep, alt):
    """The scene in a frame, with as much of the sweep as fits, and what must be said of it."""
    note = ""
    if not hasattr(scene, "board"):
        return "", note
    if sweep.knobs:
        try:
            text, frames, asked = fitted(sweep, scene, LIMIT, 16, _framed)
            note = f"Kept here: {frames} of {asked} positions, evenly spread." if frames < asked else ""
            return _in_frame(text, alt), note
        except PageError:
            note = "The knobs' answers are too many, too slow or too large to be kept here."
        except Exception as error:  # whatever answer() raises is told where the knobs would be
            note = f"The knobs' answers are not kept here: {type(error).__name__}: {error}"
    try:
        return _in_frame(fitted(ALONE, scene, LIMIT, None, _framed)[0], alt), note
    except PageError:
        return "", "A picture only: the scene is too large for a notebook; save_html keeps it in a file."


def _in_frame(text, alt):
    return f'<iframe title="{html.escape(alt)}" srcdoc="{html.escape(text)}"></iframe>'


def _framed(words, arrays):
    """The page in a page that opens it, packed once more: most of it is script."""
    packed = base64.b64encode(zlib.compress(page(words, arrays).encode(), 6)).decode()
    style, data = "<style>html{height:100%}</style>", f'<script type="text/plain" id="page">{packed}</script>'
    return f"<!doctype html>{style}{data}<script>{LOADER}</script>"


def _small(picture: UInt8[np.ndarray, "h w 3"]) -> str:
    """A picture as the address of itself, in the format that takes least."""
    from PIL import Image, features

    file, kind = io.BytesIO(), "webp" if features.check("webp") else "png"
    Image.fromarray(picture).save(file, kind, quality=88)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"
