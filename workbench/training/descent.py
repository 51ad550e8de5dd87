"""Going down: a run that takes one optimiser step per item, the knobs it reads, and how to finish it."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import torch

from workbench.quantities import Quantity, Snapshot
from workbench.training.resuming import Progress

NOTHING: Mapping[str, Callable[[], Quantity]] = MappingProxyType({})


class Knobs:
    """Named values that one hand turns while another reads: the run reads them afresh at every step.

    >>> knobs = Knobs(lr=1e-3, dropout=0.0)
    >>> knobs.turn("lr", 3e-4)
    >>> knobs["lr"]
    0.0003

    Safe from any thread. Turning a knob that does not exist raises KeyError and names those that do.
    """

    def __init__(self, **values):
        self._values = dict(values)
        self._lock = threading.Lock()
        self._listeners: list[Callable[[str, object], None]] = []

    def __getitem__(self, name: str):
        return self.read()[name]

    def turn(self, name: str, value) -> None:
        """Give a knob its new value; what listens hears of it in the calling thread."""
        with self._lock:
            if name not in self._values:
                raise KeyError(f"no knob called {name!r}; there are {', '.join(self._values)}")
            self._values[name] = value
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(name, value)

    def read(self) -> dict:
        """All values at one moment, as a plain dict of the reader's own."""
        with self._lock:
            return dict(self._values)

    def listen(self, listener: Callable[[str, object], None]) -> Callable[[], None]:
        """Call listener(name, value) after every turn; returns the function that ends this."""
        with self._lock:
            self._listeners.append(listener)

        def forget():
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget


def halved_every(period: int) -> Callable[[int], float]:
    """The paper's schedule: a factor that starts at 1 and halves after every `period` steps."""
    if period < 1:
        raise ValueError(f"a period is at least one step, got {period}")
    return lambda step: 0.5 ** ((step - 1) // period)


def fallen(steps: int) -> Callable[[int], float]:
    """A factor that starts at 1 and falls as half a cosine; 0 just after the last of the steps."""
    return lambda step: (1 + math.cos(math.pi * (step - 1) / steps)) / 2


def risen_and_fallen(steps: int, rise: float = 0.05) -> Callable[[int], float]:
    """A factor that grows evenly to 1 over the share `rise` of the steps, then falls to 0 as a cosine."""
    top = max(1, round(rise * steps))
    return lambda step: step / top if step <= top else fallen(steps - top)(step - top + 1)


def descend(
    parameters: Iterable[torch.nn.Parameter | dict],
    objective: Callable[[int], torch.Tensor],
    steps: int,
    knobs: Knobs,
    quantities: Mapping[str, Callable[[], Quantity]] = NOTHING,
    decay: Callable[[int], float] = lambda step: 1.0,
    clip: float = math.inf,
    progress: Progress | None = None,
) -> Iterator[Snapshot]:
    """Adam on objective(step) for step = 1 .. steps; yields a Snapshot after each step.

    The learning rate of a step is knobs["lr"] * decay(step); parameters that come as a group {"params": ...,
    "pace": p, "weight_decay": w} go p times as fast, and shrink by w times the rate as in AdamW. A gradient
    longer than clip is shortened to it. The weights belong to the caller: whoever stops early, by break,
    interrupt or Play.stop, keeps the model as the last finished step left it. With a Progress the run goes on
    from where its file says, and writes down where it is.

    Raises FloatingPointError when the loss is not finite, before the weights are touched.
    """
    optimizer = torch.optim.AdamW(parameters, lr=knobs["lr"], weight_decay=0.0, fused=True)
    done = progress.resume(optimizer) if progress else 0
    for step in range(done + 1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = float(knobs["lr"] * decay(step) * group.get("pace", 1.0))  # a note holds no numpy
        optimizer.zero_grad()
        loss = objective(step)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss.item()} at step {step} with learning rate {knobs['lr']:g}; the weights "
                f"are those of step {step - 1}. Try a smaller rate, or look for NaN in the features"
            )
        loss.backward()
        if clip < math.inf:
            weights = [weight for group in optimizer.param_groups for weight in group["params"]]
            torch.nn.utils.clip_grad_norm_(weights, clip)
        optimizer.step()
        if progress:
            progress.note(optimizer, step, last=step == steps)
        yield Snapshot(step, loss.item(), quantities)


def finish(run: Iterable[Snapshot], *observers: Callable[[Snapshot], None]) -> Snapshot | None:
    """Take every step of a run in this thread, show each Snapshot to the observers, return the last one.

    Wrap the run in tqdm for a progress bar: finish(tqdm(run, total=config.steps)).
    """
    last = None
    for last in run:
        for observer in observers:
            observer(last)
    return last
