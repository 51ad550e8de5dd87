"""Recording a run while it goes on: all its Snapshots pass through, every n-th one is also written."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from workbench.quantities import Snapshot
from workbench.recordings import RecordingError, Writer
from workbench.recordings.writer import NOTHING


class RecordingWarning(UserWarning):
    """A frame, or the rest of a run, that is missing in its recording; what was recorded is kept."""


def record(
    run: Iterable[Snapshot],
    path: str | Path,
    every: int = 1,
    cast: Mapping = NOTHING,
    looks: Mapping = NOTHING,
    bits: int | None | Mapping[str, int | None] = None,
    limit: int = 2**28,
    about: object = None,
) -> Iterator[Snapshot]:
    """The same run, which also records itself: Play(record(train(config), "run.wbrec", cast=shapes)).

    every   the 1st, (1 + every)-th, ... and last of the Snapshots that pass are written; only for these are
            the quantities computed, in the thread that runs
    cast    the shapes that quantities are of, by their names on stage, such as stage.board.wings
    looks   how names are shown, such as stage.board.looks
    bits, limit, about   as recordings.Writer takes them; when `limit` is reached, `every` doubles

    The file takes its name when the run is over, stopped, interrupted or let go. Until then, and for good if
    the process is killed, its frames are in a draft beside it, which can be opened as well.

    Raises ValueError for an `every` below 1, RecordingError here where no file can be written, and in the
    run's first step for what cannot be recorded. Nothing that goes wrong later ends the run: a frame is left
    out, or the recording ends early, with a RecordingWarning that says why.
    """
    if every < 1:
        raise ValueError(f"every is at least 1, got {every}")
    passing = _passing(run, Writer(path, cast, looks, about, bits, limit), every)
    next(passing)  # begun: whoever closes it or lets it go finishes the file
    return passing


def _passing(run, writer, every):
    last, due = None, False
    try:
        yield
        for number, last in enumerate(run):
            due = number % (every * writer.spacing) > 0
            if not due:
                _write(writer, last)
            yield last
    except GeneratorExit:
        pass
    except BaseException:
        due = False  # half a step was taken: what is there now is of no step
        raise
    finally:
        if due:
            _write(writer, last, True)
        _close(writer)
        if hasattr(run, "close"):
            run.close()


def _write(writer, snapshot, last=False):
    """Add a frame, unless the recording has ended; raise what is wrong with the first, warn of the others."""
    if writer.ended:
        return
    try:
        writer.write(snapshot, last)
    except Exception as error:
        if not len(writer):
            writer.discard()
            raise
        hard = isinstance(error, RecordingError)
        what = "the recording ends here" if hard else f"{writer.path} goes on without step {snapshot.step}"
        _warn(f"{what}, the run goes on: {error}")
        if hard:
            _close(writer)


def _close(writer):
    try:
        writer.close()
    except RecordingError as error:
        _warn(str(error))


def _warn(sentence):
    warnings.warn(sentence, RecordingWarning, stacklevel=4)
