"""A long training in a file: killed at any moment, the same command goes on from the last note, exactly."""

import time
from pathlib import Path

import torch
from torch import nn

from workbench.training.checkpoints import CheckpointError, read_content, write_whole

WORDS = {"step", "cpu", "about", "weights", "optimizer", "random"}


class Progress:
    """Where a run has got to: weights, what the optimiser remembers, the random state, in a file.

    path     the file; when it is there, the run goes on from it
    net      the module whose weights are learned; they change in place
    about    one line that says which run this is; a file of another run is refused
    seconds  how often, at least, the state is written; also after the last step

    Give it to descend. A run that was killed and resumed takes the very steps of one that was not, if its
    objective depends on the step's number, the weights and torch's CPU random numbers alone.
    """

    def __init__(self, path: str | Path, net: nn.Module, about: str, seconds: float = 60.0):
        self.path, self.net, self.about, self.seconds = Path(path), net, about, seconds
        self._before = 0.0
        self._begun = time.process_time()
        self._written = time.monotonic()

    @property
    def cpu(self) -> float:
        """CPU seconds spent on the run so far, those before a kill included."""
        return self._before + time.process_time() - self._begun

    def resume(self, optimizer: torch.optim.Optimizer) -> int:
        """Put everything back as the file has it; the number of steps taken, 0 without a file.

        Raises CheckpointError when the file is damaged, of another run, or does not fit the network.
        """
        if not self.path.exists():
            return 0
        kept = read_content(self.path)
        if not isinstance(kept, dict) or set(kept) != WORDS:
            raise CheckpointError(f"{self.path}: not a note of a run that can be resumed")
        if kept["about"] != self.about:
            raise CheckpointError(f"{self.path} is of the run {kept['about']!r}, not of {self.about!r}; "
                                  "move it away to begin anew")
        try:
            self.net.load_state_dict(kept["weights"])
            optimizer.load_state_dict(kept["optimizer"])
            torch.set_rng_state(kept["random"])
        except (TypeError, ValueError, KeyError, AttributeError, RuntimeError) as failure:
            raise CheckpointError(f"{self.path}: does not fit this network: {failure}") from failure
        self._before, self._begun = kept["cpu"], time.process_time()
        return kept["step"]

    def note(self, optimizer: torch.optim.Optimizer, step: int, last: bool = False) -> None:
        """Write the state after this step, if it is the last one or `seconds` have passed."""
        if not last and time.monotonic() - self._written < self.seconds:
            return
        write_whole(self.path, {"step": step, "cpu": self.cpu, "about": self.about,
                                "weights": self.net.state_dict(), "optimizer": optimizer.state_dict(),
                                "random": torch.get_rng_state()})
        self._written = time.monotonic()
