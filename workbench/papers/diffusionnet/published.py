"""Reads the checkpoints that the paper's authors published, unchanged, into a DiffusionNet."""

import re
from pathlib import Path

import torch

from workbench.papers.diffusionnet.checkpoints import CheckpointError, read_tensors
from workbench.papers.diffusionnet.method import DiffusionNet

#: where each of their tensors of a block goes in a Block
THEIR_BLOCK = {
    "diffusion.diffusion_time": "diffusion.log_time",
    "gradient_features.A_re.weight": "gradients.A_re",
    "gradient_features.A_im.weight": "gradients.A_im",
    "gradient_features.A.weight": "gradients.A",
}
THEIR_ENDS = {"first_lin": "first", "last_lin": "last"}
MLP_LAYER = re.compile(r"mlp\.\w+_mlp_layer_(\d+)\.(weight|bias)")

#: the authors never let a time fall below this
LEAST_TIME = 1e-8


def read_published(path: str | Path, at: str = "vertices", dropout: float = 0.0) -> DiffusionNet:
    """The network of one of the authors' checkpoint files, in evaluation mode, on the CPU.

    Width, blocks and channels are inferred from the shapes; names may carry the prefix "feature_extractor.".
    The file stores no output place and no dropout: `at` and `dropout` say them. Their times are clamped from
    below at 1e-8, ours are stored as logarithms. Raises FileNotFoundError, or CheckpointError when the file
    is no such checkpoint, naming what is missing; nothing in the file is ever executed.
    """
    theirs = {name.removeprefix("feature_extractor."): x for name, x in read_tensors(path).items()}
    ours = {_our_name(name, path): _log(x) if name.endswith("diffusion_time") else x
            for name, x in theirs.items()}
    net = DiffusionNet(**_sizes(ours, path), dropout=dropout, at=at)
    wanted = net.state_dict()
    missing, surplus = sorted(wanted.keys() - ours.keys()), sorted(ours.keys() - wanted.keys())
    wrong = [name for name in wanted.keys() & ours.keys() if wanted[name].shape != ours[name].shape]
    if missing or surplus or wrong:
        raise CheckpointError(f"{path}: as a DiffusionNet it misses {missing or 'nothing'}, has "
                              f"too much {surplus or 'nothing'}, has other shapes for {wrong or 'nothing'}")
    net.load_state_dict(ours)
    return net.eval()


def _our_name(name, path):
    end, _, rest = name.partition(".")
    if end in THEIR_ENDS:
        return f"{THEIR_ENDS[end]}.{rest}"
    number = re.fullmatch(r"block_(\d+)", end)
    layer = MLP_LAYER.fullmatch(rest)
    place = f"mlp.layers.{int(layer[1])}.{layer[2]}" if layer else THEIR_BLOCK.get(rest)
    if not number or not place:
        raise CheckpointError(f"{path}: {name!r} is no part of the authors' DiffusionNet")
    return f"blocks.{number[1]}.{place}"


def _sizes(ours, path):
    for name in ("first.weight", "last.weight"):
        if name not in ours or ours[name].ndim != 2:
            raise CheckpointError(f"{path}: no matrix for {name!r}, so its sizes cannot be told")
    width, c_in = ours["first.weight"].shape
    blocks = 1 + max((int(name.split(".")[1]) for name in ours if name.startswith("blocks.")), default=-1)
    return dict(c_in=c_in, c_out=len(ours["last.weight"]), width=width, blocks=blocks,
                rotation="blocks.0.gradients.A" not in ours,
                gradients=any(".gradients." in name for name in ours))


def _log(times):
    return torch.log(times.clamp(min=LEAST_TIME))
