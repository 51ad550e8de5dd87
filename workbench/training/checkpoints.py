"""Checkpoint files: a network's sizes as JSON, its weights, and the record of how they were made."""

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import scipy
import torch
from torch import Tensor, nn

from workbench.drafts import drafted
from workbench.shapes.files import shipped

Config = TypeVar("Config")

#: what a record must say before a checkpoint may ship; made_by says all of it
RECORD = ("command", "seed", "data", "seconds", "date", "versions")


class CheckpointError(ValueError):
    """A checkpoint file that cannot be read, or that is not what it should be."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a file holds.

    kind     whose it is, such as "diffusionnet"
    sizes    the words that build the network: a Config's fields, or a constructor's arguments; JSON
    weights  named tensors: a state_dict
    made     how it came to be, as made_by says it; JSON; empty for a file that nobody ships
    """

    kind: str
    sizes: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    made: Mapping[str, Any] = field(default_factory=dict)


def made_by(command: str, seed: int, data: str, seconds: float, **more) -> dict[str, Any]:
    """The record of a training that ends now: what was typed, its seed, its data, how long it took, on what.

    seconds are of this process's CPU unless `more` says otherwise; more: anything else that JSON can hold,
    such as the score it reached.
    """
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "numpy": np.__version__, "scipy": scipy.__version__}
    day = datetime.now(UTC).date().isoformat()
    return dict(command=command, seed=seed, data=data, seconds=round(seconds, 1), date=day,
                versions=versions, **more)


def write(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint. The file is there whole or not at all; an older one survives a failure.

    Raises TypeError when sizes or record are more than JSON can hold.
    """
    write_whole(path, {"kind": checkpoint.kind, "sizes": json.dumps(dict(checkpoint.sizes)),
                       "weights": dict(checkpoint.weights), "made": json.dumps(dict(checkpoint.made))})


def write_whole(path: str | Path, content: Mapping[str, Any]) -> None:
    """torch.save of tensors and plain values into a temporary neighbour, which takes the name when whole."""
    with drafted(path) as file:
        torch.save(dict(content), file)


def read(path: str | Path, kind: str) -> Checkpoint:
    """The checkpoint that write wrote, on the CPU; nothing in the file is ever executed.

    Raises FileNotFoundError, or CheckpointError when the file is none, is damaged, or is of another kind.
    """
    content = read_content(path)
    if not isinstance(content, dict) or set(content) != {"kind", "sizes", "weights", "made"}:
        raise CheckpointError(f"{path}: no checkpoint of the workbench; each paper's own reader, such as "
                              "diffusionnet's read_published, reads the files of its authors")
    if content["kind"] != kind:
        raise CheckpointError(f"{path}: a checkpoint of {content['kind']!r}, expected one of {kind!r}")
    try:
        sizes, made = json.loads(content["sizes"]), json.loads(content["made"])
    except (TypeError, ValueError) as failure:
        raise CheckpointError(f"{path}: sizes and record do not fit into JSON: {failure}") from failure
    if not isinstance(sizes, dict) or not isinstance(made, dict):
        raise CheckpointError(f"{path}: sizes and record are named values, which these do not fit")
    return Checkpoint(kind, sizes, _named_tensors(content["weights"], path), made)


def rebuild(path: str | Path, kind: str, make: Callable[..., nn.Module]) -> nn.Module:
    """make(**sizes) with the weights of the file, in evaluation mode, in the precision they were saved in.

    Raises as read does, and CheckpointError when make refuses the sizes or the weights do not fit the module.
    """
    found = read(path, kind)
    try:
        net = make(**found.sizes)
        kinds = {x.dtype for x in found.weights.values() if x.is_floating_point()}
        (net.to(kinds.pop()) if len(kinds) == 1 else net).load_state_dict(found.weights)
    except (TypeError, ValueError, KeyError, AttributeError, RuntimeError) as failure:
        raise CheckpointError(f"{path}: sizes and weights do not fit together: {failure}") from failure
    return net.eval()


def rebuild_run(path: str | Path, kind: str, config: type[Config], network: Callable[[Config], nn.Module]
                ) -> tuple[nn.Module, Config, Mapping[str, Any]]:
    """network(config(**sizes)) with the file's weights as rebuild, that config, and the record of its making.

    For files whose sizes are a Config's fields; where JSON has lists, a Config has tuples.
    """

    def told(sizes):
        return config(**{name: tuple(value) if isinstance(value, list) else value
                         for name, value in sizes.items()})

    net, found = rebuild(path, kind, lambda **sizes: network(told(sizes))), read(path, kind)
    return net, told(found.sizes), found.made


def read_tensors(path: str | Path) -> dict[str, Tensor]:
    """The named tensors of anybody's checkpoint file, on the CPU; only tensors are read, nothing is executed.

    Raises FileNotFoundError, or CheckpointError when the file holds anything else or stops half-way.
    """
    return _named_tensors(read_content(path), path)


def shipped_checkpoint(name: str) -> Path:
    """Where assets/checkpoints/<name>.pt lies, in a checkout or in the installed package.

    Raises FileNotFoundError, which names those that are there.
    """
    folder = shipped("assets") / "checkpoints"
    path = folder / f"{name}.pt"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.pt"))) or "none"
        raise FileNotFoundError(f"no checkpoint called {name!r} in {folder}; there are: {there}")
    return path


def read_content(path: str | Path) -> Any:
    """What torch.save wrote, if it is tensors and plain values only. Raises as read_tensors does."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint file at {path}")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as failure:  # a damaged file makes torch raise nearly anything
        reason = str(failure).split("\n")[0][:200]
        raise CheckpointError(f"{path}: not a checkpoint of plain tensors, or damaged: {reason}") from failure


def _named_tensors(content, path):
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path}: expected named tensors, got {type(content).__name__}, do not fit")
    wrong = [name for name, x in content.items() if not isinstance(name, str) or not isinstance(x, Tensor)]
    if wrong:
        raise CheckpointError(f"{path}: expected named tensors only; {wrong[0]!r} is none")
    return dict(content)
