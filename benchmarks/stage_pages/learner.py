"""A training run to be looked at: a small DiffusionNet on one body; its speed with and without a viewer."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch  # noqa: E402
from precompute import bumpy  # noqa: E402

from workbench.bridge import operators  # noqa: E402
from workbench.papers.diffusionnet.method import DiffusionNet  # noqa: E402
from workbench.quantities import Quantity  # noqa: E402
from workbench.training import Knobs, Play, descend  # noqa: E402
from workbench.view import (  # noqa: E402
    Slider,
    Stage,  # noqa: E402
    panel,
)

N, WIDTH, BLOCKS, K = 5000, 16, 2, 32


class Watchable:
    """A Play whose observers can all be silenced for a while: `watched` says whether they are called."""

    def __init__(self, play: Play):
        self.play, self.watched = play, True

    def __getattr__(self, name):
        return getattr(self.play, name)

    def watch(self, observer, **how):
        """As Play.watch."""
        return self.play.watch(lambda snapshot: observer(snapshot) if self.watched else None, **how)


class Learner:
    """A DiffusionNet of two blocks that learns a wave on a body of n vertices, without end.

    heard  (moment, value) for every new learning rate at the step that first uses it, seconds since 1970
    """

    def __init__(self, n: int = N):
        torch.manual_seed(0)
        self.mesh, self.heard, self._known = bumpy(n), [], None
        self.ops, self.knobs = operators(self.mesh, k=K), Knobs(lr=1e-3)
        self.x = torch.tensor(self.mesh.V, dtype=torch.float32)
        self.wave, self.output = torch.sin(4 * self.x[:, 1:2]), self.x[:, :1]
        self.net = DiffusionNet(3, 1, width=WIDTH, blocks=BLOCKS)

    def _objective(self, step):
        if (rate := self.knobs["lr"]) != self._known:
            self._known = rate
            self.heard.append((time.time(), rate))
        self.output = self.net(self.x, self.ops)
        return ((self.output - self.wave) ** 2).mean()

    def run(self, looks: bool = True):
        """The run; each Snapshot offers the last step's prediction, so that looking computes nothing."""
        seen = {"prediction": lambda: Quantity("body", "vertices", self.output.detach()[:, 0].numpy())}
        return descend(self.net.parameters(), self._objective, 10**9, self.knobs, seen if looks else {})

    def play(self, rate: float = 10.0) -> Watchable:
        """The run under a Play, not started."""
        return Watchable(Play(self.run(), self.knobs, rate=rate))

    def live(self, **how):
        """The whole live cell: a stage, the run, its loss and a knob; started."""
        stage = Stage(**how)
        stage.add("body", self.mesh)
        play = self.play()
        return stage, play, panel(play, stage, [Slider("lr", 1e-5, 1e-1, log=True)])


def speed(play: Watchable, seconds: float) -> tuple[float, float]:
    """Steps a second of a running Play, and CPU ms of this process for each."""
    began, used, done = time.perf_counter(), time.process_time(), len(play.losses)
    time.sleep(seconds)
    steps = len(play.losses) - done
    return steps / (time.perf_counter() - began), 1000 * (time.process_time() - used) / max(steps, 1)


def in_turn(play: Watchable, pairs: int, seconds: float = 2.0) -> list[tuple[tuple, tuple]]:
    """speed() with nobody looking and with all who look, in pairs whose order changes each time."""
    while len(play.losses) < 20:
        time.sleep(0.1)
    pairs_of_speeds = []

    def timed(watched):
        play.watched = watched
        time.sleep(0.4)
        return speed(play, seconds)

    for number in range(pairs):
        if number % 2:
            loud, silent = timed(True), timed(False)
        else:
            silent, loud = timed(False), timed(True)
        pairs_of_speeds.append((silent, loud))
    play.watched = True
    return pairs_of_speeds


def plain_against_play(pairs: int = 3, seconds: float = 2.0) -> list[tuple[tuple, tuple]]:
    """speed() of a bare loop with torch's own threads, and of a Play that nobody watches, in turn."""
    speeds = []
    for _ in range(pairs):
        run, count = Learner().run(looks=False), 0
        for _ in range(3):
            next(run)
        began, used = time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            next(run)
            count += 1
        bare = count / (time.perf_counter() - began), 1000 * (time.process_time() - used) / count
        play = Learner().play()
        play.start()
        while len(play.losses) < 3:
            time.sleep(0.05)
        speeds.append((bare, speed(play, seconds)))
        play.stop()
    return speeds
