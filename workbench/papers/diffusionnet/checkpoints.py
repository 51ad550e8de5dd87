"""A DiffusionNet in a file of ours, and back."""

from collections.abc import Mapping
from pathlib import Path

from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.training.checkpoints import (
    Checkpoint,
    CheckpointError,
    read,
    read_tensors,
    rebuild,
    shipped_checkpoint,
    write,
)

__all__ = ["KIND", "CheckpointError", "load", "load_shipped", "made", "read_tensors", "save"]

KIND = "diffusionnet"


def save(net: DiffusionNet, path: str | Path, made: Mapping | None = None) -> None:
    """Write a network and the record of its making (made_by); whole or not at all."""
    write(path, Checkpoint(KIND, net.config, net.state_dict(), made or {}))


def load(path: str | Path) -> DiffusionNet:
    """The network that save wrote, in evaluation mode, on the CPU, in the precision it was saved in.

    Raises FileNotFoundError, or CheckpointError when the file was not written by save, or not to its end.
    """
    return rebuild(path, KIND, DiffusionNet)


def load_shipped(name: str) -> DiffusionNet:
    """The network assets/checkpoints/<name>.pt that came with the workbench; raises as load does."""
    return load(shipped_checkpoint(name))


def made(path: str | Path) -> Mapping:
    """The record of how the network in a file was made; empty when it was saved without. Raises as load."""
    return read(path, KIND).made
