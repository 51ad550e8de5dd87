"""A learning curve in a file beside the run's note, which survives when the run is killed."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from workbench.drafts import drafted
from workbench.quantities import Snapshot


class Curve:
    """Rows (step, mean loss since the row before, measured value), one every `every` steps, in a JSON file.

    A run that was killed takes some steps again; their rows are written again, with the same values.
    """

    def __init__(self, path: Path, every: int):
        self.path, self.every = Path(path), every
        self.rows: dict[int, tuple[float, float]] = {}
        if self.path.exists():
            self.rows = {step: (loss, value) for step, loss, value in json.loads(self.path.read_text())}

    def __call__(self, run: Iterable[Snapshot], measure: Callable[[], float]) -> Iterator[Snapshot]:
        """The run's snapshots as they come; at every `every`th step measure() is called and a row written."""
        losses = []
        for snapshot in run:
            losses.append(snapshot.loss)
            if snapshot.step % self.every == 0:
                self.rows[snapshot.step] = sum(losses) / len(losses), measure()
                losses.clear()
                with drafted(self.path) as file:
                    file.write(json.dumps(self.table()).encode())
            yield snapshot

    def table(self) -> list[tuple[int, float, float]]:
        """(step, loss, value) in the order of steps."""
        return [(step, *self.rows[step]) for step in sorted(self.rows)]
