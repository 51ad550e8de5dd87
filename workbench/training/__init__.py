"""A run is an iterator of Snapshots; whoever looks is an observer."""

from workbench.training.descent import Knobs, descend, finish, halved_every
from workbench.training.play import Play, RunFailed

__all__ = ["Knobs", "Play", "RunFailed", "descend", "finish", "halved_every"]
