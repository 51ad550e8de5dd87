"""A scene that follows knobs: no run, only an answer to what a hand turns."""

import time
from collections.abc import Callable, Mapping, Sequence

from .browser.desk import Desk
from .browser.kept import ALONE, show_kept
from .browser.sweep import Sweep
from .cells import leaves_with_its_cell, parent_request, somebody_looks
from .knobs import Knob
from .scene import Scene

#: seconds for all of the knobs' answers that a page keeps, and what one takes beside its answer
PATIENCE, PACKING = 2.0, 0.02


def explore(scene: Scene, knobs: Sequence[Knob], answer: Callable, **values) -> None:
    """Show the scene with knobs under it; answer(**values) shows on it what follows from their values.

    answer  called once now and after each turn, with a value for every knob by name; an exception is shown
            under the knobs
    values  where knobs start: a slider at its low end, a choice at its first option, unless said here

    Where a notebook is executed and nobody looks, answer is called for positions of the knobs, for about two
    seconds, and the cell keeps them: they play in its page without a kernel. A script calls it once. Raises
    TypeError for a value that has no knob.
    """
    names = [knob.name for knob in knobs]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise TypeError(f"no knob called {', '.join(unknown)}; there are {', '.join(names)}")
    now = {knob.name: values.get(knob.name, knob.first) for knob in knobs}
    answering(scene, knobs, answer, now, ", ".join(f"{name} = {value}" for name, value in now.items()))


def answering(
    scene: Scene, knobs: Sequence[Knob], answer: Callable, values: Mapping, words: str, notice: str = ""
) -> None:
    """Show the scene with knobs that answer(**values) follows; where nobody looks, what a page keeps of it.

    words   what the saved output says beside its picture
    notice  a sentence under the knobs, as long as no error has to be told there
    """
    now, by_name = dict(values), {knob.name: knob for knob in knobs}
    began = time.monotonic()
    answer(**now)
    if not somebody_looks() and not getattr(scene, "has_window", False):
        most = int(PATIENCE / (time.monotonic() - began + PACKING))
        # a script makes no page
        return show_kept(scene, words, Sweep(tuple(knobs), answer, now, most) if parent_request() else ALONE)

    def hear(message):
        if message.get("do") != "turn" or message.get("name") not in by_name:
            return
        trouble = None
        try:
            now[message["name"]] = by_name[message["name"]].accept(message["value"])
            answer(**now)
        except Exception as error:
            trouble = f"{type(error).__name__}: {error}"
        desk.tell(now, {"notice": trouble or notice})

    desk = Desk(scene, knobs, now, hear, {"notice": notice} if notice else {})
    if somebody_looks():
        desk.display(words)
    leaves_with_its_cell(desk)
