"""Our own checkpoint files: a network's sizes as JSON and its weights, and nothing that could run."""

import json
import os
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from workbench.papers.diffusionnet.method import DiffusionNet


class CheckpointError(ValueError):
    """A checkpoint file that cannot be read, or that is not what it should be."""


def save(net: DiffusionNet, path: str | Path) -> None:
    """Write a network to a file. The file is there whole or not at all; an older one survives a failure."""
    path = Path(path)
    content = {"diffusionnet": json.dumps(net.config), "weights": net.state_dict()}
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def load(path: str | Path) -> DiffusionNet:
    """The network that save wrote, in evaluation mode, on the CPU, in the precision it was saved in.

    Raises FileNotFoundError, or CheckpointError when the file was not written by save, or not to its end.
    """
    content = _read(path)
    if not isinstance(content, dict) or set(content) != {"diffusionnet", "weights"}:
        raise CheckpointError(f"{path}: not written by save; read_published reads the authors' files")
    try:
        net = DiffusionNet(**json.loads(content["diffusionnet"]))
        net.to(content["weights"]["first.weight"].dtype).load_state_dict(content["weights"])
    except (TypeError, ValueError, KeyError, AttributeError, RuntimeError) as failure:
        raise CheckpointError(f"{path}: sizes and weights do not fit together: {failure}") from failure
    return net.eval()


def read_tensors(path: str | Path) -> dict[str, Tensor]:
    """The named tensors of a checkpoint file, on the CPU; only tensors are read, nothing is ever executed.

    Raises FileNotFoundError, or CheckpointError when the file holds anything else or stops half-way.
    """
    content = _read(path)
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path}: expected named tensors, got {type(content).__name__}")
    wrong = [name for name, x in content.items() if not isinstance(name, str) or not isinstance(x, Tensor)]
    if wrong:
        raise CheckpointError(f"{path}: expected named tensors only; {wrong[0]!r} is none")
    return dict(content)


def _read(path):
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint file at {path}")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as failure:  # a damaged file makes torch raise nearly anything
        reason = str(failure).split("\n")[0][:200]
        raise CheckpointError(f"{path}: not a checkpoint of plain tensors, or damaged: {reason}") from failure
