"""Who looks at a run: observers, each shown what it wants of the present weights, at no other's cost."""

from collections.abc import Callable
from functools import cache

from workbench.quantities import Snapshot

Observer = Callable[[Snapshot], None]


class NotComputed(RuntimeError):
    """A quantity that an observer wanted could not be computed; the reason is the cause."""


class Audience:
    """Observers of a run. complain(what, cause) is called for what fails here."""

    def __init__(self, complain: Callable[[str, BaseException], None]):
        self._complain = complain
        self._observers: list[tuple[Observer, bool]] = []
        self._listeners: list[Callable[[str], None]] = []

    def watch(self, observer: Observer, lazily: bool) -> Callable[[], None]:
        """Show Snapshots to observer from now on, settled or lazily; returns the function that ends this."""
        return enlist(self._observers, (observer, lazily))

    def watch_state(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call listener(state) at every change of state; returns the function that ends this."""
        return enlist(self._listeners, listener)

    def tell(self, state: str) -> None:
        """Tell everyone of a state; who fails hears no more, and the run goes on."""
        for listener in tuple(self._listeners):
            try:
                listener(state)
            except (Exception, SystemExit) as cause:
                self._drop(self._listeners, listener, cause)

    def look(self, last: Snapshot | None) -> None:
        """Show the present state to everyone, each quantity computed once at most; what fails here never
        ends the run."""
        if last is None or not self._observers:
            return
        once = Snapshot(last.step, last.loss, {name: _once(name, q) for name, q in last.quantities.items()})
        for entry in tuple(self._observers):
            observer, lazily = entry
            try:
                observer(once if lazily else once.settled())
            except NotComputed as failure:
                self._complain(str(failure), failure.__cause__)
            except (Exception, SystemExit) as cause:
                self._drop(self._observers, entry, cause)

    def _drop(self, observers, failed, cause):
        if failed in observers:  # it may have left by itself
            observers.remove(failed)
        self._complain("a view failed and was dropped", cause)


def _once(name: str, thunk: Callable) -> Callable:
    """The thunk, called at most once; what it raises is told as NotComputed."""

    def compute():
        try:
            return thunk()
        except (Exception, SystemExit) as cause:
            raise NotComputed(f"{name!r} could not be computed") from cause

    return cache(compute)


def enlist(observers: list, observer) -> Callable[[], None]:
    """Add an observer; returns the function that takes it out again."""
    observers.append(observer)

    def dismiss():
        if observer in observers:
            observers.remove(observer)

    return dismiss
