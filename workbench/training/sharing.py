"""One machine for a run and for whoever looks at it."""

import contextlib
import os
import sys
import threading

import torch

#: what there was before the first of the runs that share the machine now, once for each of them
_before: list[tuple[float, int]] = []
_door = threading.Lock()


@contextlib.contextmanager
def sharing_the_machine():
    """Leave one core to whoever looks; let the interpreter change threads often (against the GIL convoy).

    Runs may overlap, as when one starts the next: the last to leave puts back what the first one found.
    """
    with _door:
        _before.append(_before[0] if _before else (sys.getswitchinterval(), torch.get_num_threads()))
        sys.setswitchinterval(1e-4)
        torch.set_num_threads(max(1, min(_before[0][1], (os.cpu_count() or 2) - 1)))
    try:
        yield
    finally:
        with _door:
            interval, threads = _before.pop()
            if not _before:
                sys.setswitchinterval(interval)
                torch.set_num_threads(threads)
