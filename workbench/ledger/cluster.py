"""Pieces of work on a Dask cluster: a worker that dies loses none, and none counts twice."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from workbench.entries import Task


def outcomes(measure: Callable[[Task], Mapping[str, float]], tasks: Sequence[Task], scheduler: str,
             run: str) -> Iterator[tuple[Task, dict]]:
    """Each task with its outcome, in the order in which they are done on the cluster at this address.

    A task has the name of its run and piece, so asking again for one that runs already waits for it. A worker
    that dies gives its tasks back to the scheduler, which hands them on; a task whose notes lie on a disk
    that all workers see goes on where it was. Raises ImportError without dask.distributed, OSError where no
    scheduler answers, and what a task raises.
    """
    from distributed import Client, as_completed

    from workbench.ledger.running import work

    with Client(scheduler, timeout="20s", set_as_default=False) as client:
        named = {client.submit(work, measure, task, key=f"{run}-{task.piece}", pure=False, retries=0): task
                 for task in tasks}
        for future in as_completed(named, loop=client.loop):
            yield named[future], future.result()
