"""One machine for a run and for whoever looks at it."""

import contextlib
import os
import sys

import torch


@contextlib.contextmanager
def sharing_the_machine():
    """Leave one core to whoever looks; let the interpreter change threads often (against the GIL convoy)."""
    interval, threads = sys.getswitchinterval(), torch.get_num_threads()
    sys.setswitchinterval(1e-4)
    torch.set_num_threads(max(1, min(threads, (os.cpu_count() or 2) - 1)))
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        torch.set_num_threads(threads)
