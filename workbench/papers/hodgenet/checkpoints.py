"""A HodgeNet that learned creases in a file of ours, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from workbench.papers.hodgenet.experiment import Config, network
from workbench.papers.hodgenet.method import HodgeNet
from workbench.training.checkpoints import (
    Checkpoint,
    CheckpointError,
    rebuild_run,
    shipped_checkpoint,
    write,
)

__all__ = ["KIND", "CheckpointError", "load", "load_shipped", "save"]

KIND = "hodgenet_crease"


def save(net: HodgeNet, config: Config, path: str | Path, made: Mapping | None = None) -> None:
    """Write a network, its Config and the record of its making (made_by); whole or not at all."""
    write(path, Checkpoint(KIND, asdict(config), net.state_dict(), made or {}))


def load(path: str | Path) -> tuple[HodgeNet, Config, Mapping]:
    """The network that save wrote, in evaluation mode on the CPU, its Config, and the record of its making.

    Raises FileNotFoundError, or CheckpointError when the file was not written by save, or not to its end.
    """
    return rebuild_run(path, KIND, Config, network)


def load_shipped(name: str = KIND) -> tuple[HodgeNet, Config, Mapping]:
    """The network of assets/checkpoints/<name>.pt that came with the workbench; as load."""
    return load(shipped_checkpoint(name))
