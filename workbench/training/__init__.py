"""A run is an iterator of Snapshots; whoever looks is an observer."""

from workbench.training.descent import Knobs, descend, halved_every
from workbench.training.play import Play, RunFailed, finish

__all__ = ["Knobs", "Play", "RunFailed", "descend", "finish", "halved_every"]
