"""A process that draws a Board: told what changed, buried when it dies, and started again with its scene."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from . import wire
from .scenery import Account

#: it is not started again after so many deaths in so many seconds: what it is told kills it
DEATHS, SPELL = 3, 20.0
#: helpers of Mesa's software OpenGL: they wait for each other and stall where a run takes their cores
THREADS = str(0 if (os.cpu_count() or 1) <= 2 else (os.cpu_count() or 1) // 2)
#: where the child finds this workbench, even where that is not installed, as in a checkout
ROOT = Path(__file__).parents[3]


class PolyscopeMissing(RuntimeError):
    """Polyscope cannot draw here; the message says what is missing and which command brings it."""


class Process:
    """One drawing process and our end of the line to it.

    child  the module of this package that it runs
    """

    def __init__(self, child: str = "child"):
        # a socket pair has no name that another process could open: nobody else is on this line
        self._ours, theirs = socket.socketpair()
        self.line = Connection(os.dup(self._ours.fileno()))
        environment = {"LP_NUM_THREADS": THREADS, **os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-P", "-m", f"workbench.view.polyscope.{child}", str(theirs.fileno())]
        with theirs:
            self.popen = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
            )

    def first_word(self, seconds: float = 60.0) -> None:
        """Wait until it can draw. Raises PolyscopeMissing when it cannot."""
        try:
            word = wire.receive(self.line) if self.line.poll(seconds) else {"do": "silent"}
        except (EOFError, OSError):
            word = {"do": "dead"}
        if word["do"] != "ready":
            self.end()
            nothing = f"the drawing process {self.how_it_ended()} before it drew; see workbench doctor"
            raise PolyscopeMissing(word.get("why", word.get("words", nothing)))

    def how_it_ended(self) -> str:
        """'ended by SIGKILL', 'ended with exit code 1', or that it is alive."""
        code = self.popen.poll()
        if code is None:
            return "gave no answer"
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    def end(self) -> None:
        """End the line, whereupon the process ends by itself; one that does not is killed."""
        with contextlib.suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)  # wakes whoever reads at either end, as closing would not
        self._ours.close()
        try:
            self.popen.wait(1.0)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Renderer:
    """Keeps a process drawing the board until end() is called.

    news  news(account) -> the messages that make a process show the present state
    heard called with each message of the process, and with {"do": "down" | "up" | "broken", "words": ...}

    child    the module that the process runs
    deaths   how many deaths within a SPELL it outlives by starting another process; after one more it waits
             for revive()

    Two threads do the talking, so nobody who changes the scene waits for a picture. Raises PolyscopeMissing.
    """

    def __init__(self, news: Callable, heard: Callable[[dict], None], child: str = "child",
                 deaths: int = DEATHS):
        self._news, self._heard = news, heard
        self._wake, self._words, self._stale, self.ended = threading.Condition(), [], True, False
        self._account, self._deaths, self.broken = Account(), [], False
        self._child, self._most = child, deaths
        self._resting = None  # the process that was ended only because nobody looked
        self._asleep = False
        self.process = Process(child)
        self.process.first_word()
        for work in (self._listen, self._talk):
            self._begin(work)

    def _begin(self, work):
        threading.Thread(target=work, name="workbench-renderer", daemon=True).start()

    def changed(self) -> None:
        """The state is another one; the process will hear of it."""
        with self._wake:
            self._stale = True
            self._wake.notify_all()

    def say(self, piece: dict) -> None:
        """Pass a message that a fresh process need not know: a hand's events, an acknowledgement."""
        with self._wake:
            last = self._words[-1] if self._words else None
            if piece["do"] == "hand" and last is not None and last["do"] == "hand":
                piece = last | piece | {"events": [*last["events"], *piece["events"]]}
                self._words.pop()
            if piece["do"] == "camera" and last is not None and last["do"] == "camera":
                self._words.pop()  # the latest counts
            self._words.append(piece)
            self._wake.notify_all()

    def sleep(self) -> None:
        """End the process until wake() is called; what is said and changed meanwhile waits."""
        with self._wake:
            if self.ended or self.broken or self._asleep:
                return
            self._asleep, self._resting = True, self.process
        self._resting.end()

    def wake(self) -> None:
        """Start a process again after sleep()."""
        with self._wake:
            self._asleep = False
            self._wake.notify_all()

    def revive(self) -> None:
        """Try once more after it was given up."""
        if self.broken and not self.ended:
            self.broken, self._deaths = False, []
            self._begin(lambda: self._anew() and self._listen())

    def end(self) -> None:
        """Free the process; nothing is drawn any more."""
        with self._wake:
            self.ended = True
            self._wake.notify_all()
        self.process.end()

    def _talk(self):
        while True:
            with self._wake:
                self._wake.wait_for(
                    lambda: self.ended or (self.process is not self._resting and (self._stale or self._words))
                )
                if self.ended:
                    return
                process, account, words = self.process, self._account, self._words
                stale, self._stale, self._words = self._stale, False, []
            try:
                for piece in [*(self._news(account) if stale else ()), *words]:
                    wire.send(process.line, piece)
            except OSError:
                time.sleep(0.05)  # it has died: the listener hears that and starts another

    def _listen(self):
        while not self.ended:
            try:
                piece = wire.receive(self.process.line)
            except (EOFError, OSError, wire.WireError):
                if self.ended or not (self._rested() if self.process is self._resting else self._again()):
                    return
            else:
                try:
                    self._heard(piece)
                except Exception:  # whoever hears may fail; the line to the process lives on
                    logging.getLogger(__name__).exception("a message of the drawing process came to nothing")

    def _rested(self):
        """Start another process as soon as one is wanted; False when none ever is."""
        with self._wake:
            self._wake.wait_for(lambda: self.ended or not self._asleep)
        # what was said meanwhile is for the new process
        return not self.ended and self._anew(rested=True)

    def _again(self):
        """Start another process after one has died; False when this is given up."""
        self.process.end()
        now = time.monotonic()
        self._deaths = [moment for moment in self._deaths if now - moment < SPELL] + [now]
        how = self.process.how_it_ended()
        if len(self._deaths) > self._most:
            self.broken = True
            often = f", {len(self._deaths)} times within {SPELL:g} s" if self._most else ""
            self._heard({"do": "broken", "words": f"The drawing process {how}{often}."})
            return False
        self._heard({"do": "down", "words": f"The drawing process {how}; starting it again."})
        return self._anew()

    def _anew(self, rested=False):
        """Start another process, which hears of all that is to be seen; False where it cannot draw."""
        fresh = Process(self._child)
        try:
            fresh.first_word()
        except PolyscopeMissing as why:
            self.broken = True
            self._heard({"do": "broken", "words": str(why)})
            return False
        with self._wake:
            self.process, self._account, self._words = fresh, Account(), self._words if rested else []
            self._wake.notify_all()
            if self.ended:
                fresh.end()
        self._heard({"do": "up", "words": ""})
        self.changed()
        return True


def weakly(method: Callable) -> Callable:
    """The method, called only as long as its object is alive: threads must not keep a stage alive."""
    reference = weakref.WeakMethod(method)

    def call(*arguments):
        alive = reference()
        return alive(*arguments) if alive is not None else ()

    return call
