"""Examples on disk: a shape's operators are made once, and read again in a hundredth of the time."""

from collections.abc import Callable
from pathlib import Path

import scipy.sparse as sp
import torch

from workbench.bridge import Basis, Operators, sparse_map
from workbench.papers.diffusionnet.examples import inputs_of
from workbench.papers.diffusionnet.watching import Example
from workbench.shapes import Mesh, PointCloud
from workbench.training.checkpoints import read_content, write_whole


def kept(folder: Path | None, config, name: str, make: Callable[[], Example]) -> Example:
    """What make() returns, from folder/NAME-K.pt if that is there; else it is made and written there.

    Without a folder it is made. One file serves all of config.inputs, which follow from what it holds. The
    operators that are read have no solvers, which spectral diffusion does not need. A file says nothing of
    the data it came from: whoever changes the data empties the folder. Raises CheckpointError for a damaged
    file.
    """
    if folder is None:
        return make()
    path = Path(folder) / f"{name.replace('/', '-')}-{config.k}.pt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, _content(make()))
    return _example(config, read_content(path))


def _content(example):
    basis, matrix = example.ops.basis, example.ops.gradient.matrix
    cloud = isinstance(example.mesh, PointCloud)
    arrays = {"X": example.mesh.X, "normals": example.mesh.normals} if cloud else {
        "V": example.mesh.V, "F": example.mesh.F}
    content = {name: torch.tensor(x) for name, x in arrays.items() if x is not None}
    content |= {"evals": basis.evals, "evecs": basis.evecs, "mass": basis.mass, "labels": example.labels,
                "starts": matrix.crow_indices(), "columns": matrix.col_indices(), "values": matrix.values(),
                "faces": example.ops.faces, "edges": example.ops.edges}
    return {"name": example.name, **{name: x.cpu() for name, x in content.items()}}


def _example(config, content):
    if "V" in content:
        mesh = Mesh(content["V"].numpy(), content["F"].numpy())
    else:
        mesh = PointCloud(content["X"].numpy(), content["normals"].numpy() if "normals" in content else None)
    n = len(content["mass"])
    parts = (content[name].numpy() for name in ("values", "columns", "starts"))
    gradient = sparse_map(sp.csr_matrix(tuple(parts), shape=(2 * n, n)))
    basis = Basis(content["evals"], content["evecs"], content["mass"])
    ops = Operators((basis,), gradient, (), content["faces"], content["edges"])
    return Example(content["name"], mesh, ops, inputs_of(config, mesh, basis), content["labels"])
