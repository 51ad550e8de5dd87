"""Play: a run in a thread of its own, with buttons and knobs, beside a living notebook."""

import atexit
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator

from workbench.quantities import Snapshot
from workbench.training.audience import Audience, Observer
from workbench.training.descent import Knobs
from workbench.training.sharing import sharing_the_machine

#: a run that is over takes no further step
OVER = ("finished", "stopped", "failed")


class RunFailed(RuntimeError):
    """The run raised; its own exception is the cause, its traceback is kept in Play.error."""


class Play:
    """A run with buttons: start, pause, step, stop; and knobs that act on the next step.

    run    an iterator of Snapshots, such as train(config) gives; Play alone advances it
    knobs  the Knobs that the run reads; turned while it rests, they show their effect at once
    steps  how many steps the run has, for the progress; None when nobody knows
    rate   observers see at most this many Snapshots a second, and always the last; where looking is slow
           they see fewer, so that it never takes more than a fifth of the time
    speed  steps a second at most, for whoever wants to see each; None: as fast as it can. May be set while
           it runs

    Observers are called by the training thread between two steps: what they see is of one set of weights.
    Starting a Play stops the one before it in this process. `state` is ready, running,
    paused, finished, stopped or failed; the text of a traceback, of the run or of a view, is in `error`.
    """

    _on_stage: weakref.ref | None = None

    def __init__(self, run: Iterator[Snapshot], knobs: Knobs | None = None, steps: int | None = None,
                 rate: float = 10, speed: float | None = None):  # fmt: skip
        self.knobs = knobs if knobs is not None else Knobs()
        self.state, self.error, self.cause, self.losses = "ready", None, None, []
        self._run, self._steps, self._pause = iter(run), steps, 1.0 / rate
        self._allowed, self._look_again = 0.0, False
        self._last: Snapshot | None = None
        self._change, self._over = threading.Condition(), threading.Event()
        self._thread: threading.Thread | None = None  # the one that takes the steps
        self._audience = Audience(self._complain)
        # knobs may outlive the run they turned
        me = weakref.ref(self)
        forget = self.knobs.listen(lambda name, value: play.refresh() if (play := me()) else forget())
        self.speed = speed

    @property
    def speed(self) -> float | None:
        """Steps a second at most; None: as fast as it can. Raises ValueError unless positive."""
        return self._speed

    @speed.setter
    def speed(self, steps: float | None):
        if steps is not None and not steps > 0:
            raise ValueError(f"a speed is positive, or None for no limit, got {steps}")
        with self._change:
            self._speed = steps
            self._change.notify_all()

    @property
    def progress(self) -> tuple[int, int | None]:
        """Steps done, and steps in all (None when nobody knows)."""
        return len(self.losses), self._steps

    def watch(self, observer: Observer, lazily: bool = False) -> Callable[[], None]:
        """Show Snapshots to observer from now on; returns the function that ends this.

        lazily  quantities are computed when the observer asks for them, and only while it is called; without
                it all are computed before, and the Snapshot may be kept
        """
        return self._audience.watch(observer, lazily)

    def watch_state(self, observer: Callable[[str], None]) -> Callable[[], None]:
        """Call observer(state) after every change of state; returns the function that ends this."""
        return self._audience.watch_state(observer)

    def start(self) -> "Play":
        """Run on to the end, or until somebody pauses."""
        return self._allow(float("inf"))

    def step(self) -> "Play":
        """Take one step, then rest."""
        return self._allow(1.0)

    def pause(self) -> "Play":
        """Rest before the next step."""
        with self._change:
            if self.state == "running":
                self._allowed = 0.0
                self._change.notify_all()
        return self

    def stop(self, timeout: float = 30.0) -> "Play":
        """End the run after the step under way; the model stays as that step leaves it."""
        with self._change:
            thread, self._allowed = self._thread, -1.0
            self._change.notify_all()
        if thread is None:
            self._end("stopped")
        elif thread is not threading.current_thread():
            self._over.wait(timeout)
        return self

    def wait(self, timeout: float | None = None) -> "Play":
        """Block until the run is over, or the time is; an interrupt stops the run and keeps the model.

        Raises RunFailed when the run raised, and RuntimeError when nobody has started it.
        """
        if self.state == "ready":
            raise RuntimeError("nobody has started this run: start() it, or finish() it without a panel")
        try:
            self._over.wait(timeout)
        except KeyboardInterrupt:
            self.stop()
        return self._or_raise()

    def finish(self) -> "Play":
        """Take the steps that are left with nobody at the buttons: in scripts, tests, unwatched notebooks.

        An interrupt stops the run and keeps the model. Raises RunFailed when the run raised.
        """
        with self._change:
            mine = self._thread is None and self.state not in OVER
            if mine:
                self._thread, self._allowed, self.state = threading.current_thread(), float("inf"), "running"
        if not mine:
            return self._or_raise() if self.state in OVER else self.start().wait()
        try:
            self._train()
        except KeyboardInterrupt:
            self._end("stopped")
        return self._or_raise()

    def refresh(self) -> None:
        """Look again at the present weights; where the run goes on at full speed, the next look is near."""
        with self._change:
            self._look_again = self.state == "paused" or self._speed is not None
            self._change.notify_all()
        if self.state in ("ready", *OVER):
            self._audience.look(self._last)

    def _allow(self, steps: float) -> "Play":
        if self.state in OVER:
            raise RuntimeError(f"this run is {self.state}; make a new one with train(...) and Play it")
        before = Play._on_stage() if Play._on_stage is not None else None
        if before is not None and before is not self:
            before.stop()
        Play._on_stage = weakref.ref(self)
        with self._change:
            if self.state not in OVER:  # it may have ended by now
                self._allowed, self.state = steps, "running"
                if self._thread is None:
                    self._thread = threading.Thread(target=self._live, name="workbench-play", daemon=True)
                    self._thread.start()
            self._change.notify_all()
        self._tell()
        return self

    def _live(self):
        atexit.register(self.stop)
        with sharing_the_machine():
            self._train()
        atexit.unregister(self.stop)

    def _train(self):
        looked, rest = -float("inf"), self._pause
        while self._may_step():
            since = time.monotonic()
            try:
                self._last = next(self._run)
                self.losses.append(self._last.loss)
            except StopIteration:
                return self._end("finished")
            except (Exception, SystemExit) as cause:  # exit() ends a thread without a word: wait() would hang
                self.cause = cause
                return self._end("failed", "".join(traceback.format_exception(cause)))
            if time.monotonic() - looked >= rest:
                began = time.monotonic()
                self._audience.look(self._last)
                looked = time.monotonic()
                rest = max(self._pause, 4.0 * (looked - began))
            self._hold(since)
        self._end("stopped")

    def _hold(self, since: float):
        """Let the step that began then last as long as the speed limit wants; buttons are heard meanwhile."""
        while True:
            with self._change:
                left = since + 1.0 / self._speed - time.monotonic() if self._speed else 0.0
                if left <= 0 or self._allowed <= 0:
                    return
                if not self._look_again:
                    self._change.wait(left)
                again, self._look_again = self._look_again, False
            if again:
                self._audience.look(self._last)

    def _may_step(self) -> bool:
        """Spend one allowed step; where none is left rest, and look again when asked. False: stop."""
        while True:
            with self._change:
                if self._allowed != 0:
                    self._allowed -= self._allowed > 0
                    return self._allowed >= 0
                arrived = self.state != "paused"
                self.state = "paused"
                if not arrived:
                    self._change.wait_for(lambda: self._allowed != 0 or self._look_again)
                if self._allowed != 0:
                    continue
                self._look_again = False
            if arrived:
                self._tell()
            self._audience.look(self._last)

    def _complain(self, what: str, cause: BaseException):
        if self.state != "failed":  # why the run failed matters more
            self.error = f"{what}; the run goes on\n" + "".join(traceback.format_exception(cause))
        self._tell()

    def _end(self, state: str, error: str | None = None):
        if state != "failed" and self.state not in OVER:
            self._audience.look(self._last)
        with self._change:
            if self.state in OVER:  # somebody was first
                return
            self.state, self.error = state, error or self.error
        if hasattr(self._run, "close"):
            self._run.close()
        self._tell()
        self._over.set()

    def _or_raise(self) -> "Play":
        if self.state == "failed":
            raise RunFailed(self.error) from self.cause
        return self

    def _tell(self):
        self._audience.tell(self.state)
