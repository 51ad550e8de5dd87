"""What a hand did where Polyscope draws, passed on to who listens here, one thing at a time."""

import threading
from collections.abc import Callable


class Turns:
    """What a hand did, done here one after the other in a thread; of the turns of one knob, the latest.

    Whoever listens may compute for long: pictures go on meanwhile.
    """

    def __init__(self):
        self._lock, self._waiting, self._busy = threading.Lock(), {}, False
        self.hear: Callable[[dict], None] = lambda message: None

    def put(self, key: tuple, act: Callable[[], None]) -> None:
        """Have act() called soon, in place of what waits under the same key."""
        with self._lock:
            self._waiting[key] = act
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._work, name="workbench-hand", daemon=True).start()

    def _work(self):
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                act = self._waiting.pop(next(iter(self._waiting)))
            try:
                act()
            except Exception:
                with self._lock:
                    self._busy = bool(self._waiting)
                    if self._busy:
                        threading.Thread(target=self._work, name="workbench-hand", daemon=True).start()
                raise  # threading.excepthook tells of it, as of every thread's
