"""A scene that follows knobs: no run, only an answer to what a hand turns."""

from collections.abc import Callable, Sequence

from .cells import somebody_looks
from .desk import Desk, display_still
from .knobs import Knob
from .scene import Scene


def explore(scene: Scene, knobs: Sequence[Knob], answer: Callable, **values) -> None:
    """Show the scene with knobs under it; answer(**values) shows on it what follows from their values.

    answer  called once now and after each turn, with a value for every knob by name; an exception is shown
            under the knobs
    values  where knobs start: a slider at its low end, a choice at its first option, unless said here

    Where nobody looks, answer is called once and a still picture is left. Raises TypeError for a value that
    has no knob.
    """
    by_name = {knob.name: knob for knob in knobs}
    unknown = sorted(set(values) - set(by_name))
    if unknown:
        raise TypeError(f"no knob called {', '.join(unknown)}; there are {', '.join(by_name)}")
    now = {name: values.get(name, knob.first) for name, knob in by_name.items()}
    answer(**now)
    words = ", ".join(f"{name} = {value}" for name, value in now.items())
    if not somebody_looks():
        return display_still(scene, words)

    def hear(message):
        if message.get("do") != "turn" or message.get("name") not in by_name:
            return
        notice = None
        try:
            now[message["name"]] = by_name[message["name"]].accept(message["value"])
            answer(**now)
        except Exception as error:
            notice = f"{type(error).__name__}: {error}"
        desk.tell(now, {"notice": notice})

    desk = Desk(scene, knobs, now, hear, {})
    desk.display(words)
