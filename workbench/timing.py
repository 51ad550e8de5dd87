"""An IPython extension that prints how long each cell took: %load_ext workbench.timing in a notebook."""

from time import perf_counter

#: seconds; shorter cells say nothing
LEAST = 0.05


class Clock:
    """Prints the seconds of every cell under it, and keeps their sum."""

    def __init__(self):
        self.total, self._begun = 0.0, None

    def begin(self, *_) -> None:
        self._begun = perf_counter()

    def end(self, *_) -> None:
        if self._begun is None:  # the cell that loaded this
            return
        took, self._begun = perf_counter() - self._begun, None
        self.total += took
        if took >= LEAST:
            print(f"({took:.1f} s; {self.total:.0f} s so far)")  # noqa: T201


def load_ipython_extension(shell) -> None:
    """Let a clock listen to every cell of this shell; loaded twice, the later one counts alone."""
    unload_ipython_extension(shell)
    clock = shell.user_ns_hidden["workbench_clock"] = Clock()
    shell.events.register("pre_run_cell", clock.begin)
    shell.events.register("post_run_cell", clock.end)


def unload_ipython_extension(shell) -> None:
    """Let the clock listen no more."""
    clock = shell.user_ns_hidden.pop("workbench_clock", None)
    if clock is not None:
        shell.events.unregister("pre_run_cell", clock.begin)
        shell.events.unregister("post_run_cell", clock.end)
