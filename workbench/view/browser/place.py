"""Where a stage stands in a page: holds what its back-end shows, and changes it without a gap."""

import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from workbench.view.cells import reachable_while_busy
from workbench.view.pictures import png
from workbench.view.polyscope.renderer import weakly

HERE = Path(__file__).parent

#: seconds after which a back-end that was left is freed, if no page has said that the next one is drawn
GRACE = 8.0


class Place(anywidget.AnyWidget):
    """A frame for a back-end's widget; where that has none, a card with a picture, words and buttons.

    child  the back-end's widget, or None
    words  a quiet line under it: which back-end this is, and why
    card   what is shown without a child: {"words": ..., "doors": [[words on a button, its message], ...]}
    still  the card's picture, as a PNG
    """

    _esm = (HERE / "place.js").read_text("utf-8")  # anywidget keeps what has files for these alive
    _css = (HERE / "place.css").read_text("utf-8")
    child = traitlets.Instance(ipywidgets.DOMWidget, allow_none=True).tag(
        sync=True, **ipywidgets.widget_serialization
    )
    words = traitlets.Unicode().tag(sync=True)
    card = traitlets.Dict().tag(sync=True)
    still = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, hear: Callable[[Mapping], None], **shown):
        super().__init__(**shown)
        self.on_msg(lambda _, message, buffers: hear(message))
        reachable_while_busy(self)

    def fill(self, child: ipywidgets.DOMWidget | None, words: str, card: dict, still: bytes) -> None:
        """Show another back-end; the page says {"do": "arrived", "child": model id} once it is drawn."""
        with self.hold_sync():
            self.card, self.still, self.words, self.child = card, still, words, child


class Lodging:
    """A stage's place in pages, once somebody has asked for it, and the back-ends that are leaving it.

    What is left goes on showing its last picture until a page has drawn what comes after it.
    """

    def __init__(self, stage):
        self._stage, self._place, self._said = weakref.ref(stage), None, ""
        self._leaving: dict[object, threading.Timer] = {}  # by the back-end: what frees it at last
        self._doors = threading.Lock()

    def place(self) -> Place:
        """The widget that pages show, opened when first asked for."""
        if self._place is None:
            self._place = Place(weakly(self._heard))
            self.fill()
        return self._place

    def fill(self) -> None:
        """Let the place show the present back-end; where that has no widget, its card, with a picture."""
        if self._place is None:
            return
        stage = self._stage()
        child = stage.screen.widget
        card = {} if child is not None else stage.screen.card()
        still = png(stage.frame()) if card.pop("picture", False) else b""
        words = f"{stage.screen.title}: {stage.why}" if stage.why else ""
        self._place.fill(child, words, card, still)

    def say(self, words: str) -> None:
        """Put a sentence under what pages show, until another one comes; none where there is no page."""
        if self._place is not None and words != self._said:
            self._said = words
            self._place.send({"do": "say", "words": words})

    def leave(self, old) -> None:
        """Free a back-end once a page has drawn the next one, or a while has passed."""
        if self._place is None:
            return old.close()
        timer = threading.Timer(GRACE, lambda: self._let_go([old]))
        timer.daemon = True
        with self._doors:
            self._leaving[old] = timer
        self.fill()
        timer.start()

    def close(self) -> None:
        """Free every back-end, and take the place out of every page; asked for again, it is another one."""
        self._let_go(list(self._leaving))
        with self._doors:
            place, self._place, self._said = self._place, None, ""
        _free(self._stage().screen, place is not None)
        if place is not None:
            _close(place)

    def _let_go(self, screens):
        """Free those of these back-ends that are leaving still: a page, a clock and close() may all ask."""
        for screen in screens:
            with self._doors:
                timer = self._leaving.pop(screen, None)
            if timer is not None:
                timer.cancel()
                _free(screen, True)

    def _heard(self, message):
        """Hear a page; runs in a subshell's thread."""
        stage = self._stage()
        if message.get("do") == "arrived":
            child = stage.screen.widget
            if message.get("child") == (child and f"IPY_MODEL_{child.model_id}"):
                self._let_go(list(self._leaving))
        elif message.get("do") in ("switch", "open"):
            stage.asked(message, self._place.send)


def _free(screen, seen):
    """Close a back-end, and the widget by which pages saw it."""
    widget = screen.widget if seen else None
    screen.close()
    if widget is not None:
        _close(widget)


def _close(widget):
    """Free a widget with its layout, which a widget leaves behind."""
    for one in (widget.layout, widget):
        one.close()
