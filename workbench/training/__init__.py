"""A run is an iterator of Snapshots; whoever looks is an observer."""

from workbench.training.descent import Knobs, descend, fallen, finish, halved_every, risen_and_fallen
from workbench.training.play import Play, RunFailed
from workbench.training.recording import RecordingWarning, record

__all__ = ["Knobs", "Play", "RecordingWarning", "RunFailed", "descend", "fallen", "finish", "halved_every",
           "record", "risen_and_fallen"]
