"""Waiting for what happens beside a test: in a thread, a process, a browser."""

import time


def until(holds, seconds=30, rest=lambda: time.sleep(0.01)):
    """Wait for something to hold; False when it does not in time, generous for busy machines."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        rest()
    return held
