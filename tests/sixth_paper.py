"""A sixth paper as CONTRIBUTING asks for it: what a contributor would write."""

CARD = '''"""Spectral Geometry Processing with Manifold Harmonics.

Bruno Vallet, Bruno Levy. Computer Graphics Forum 27(2), 2008. https://doi.org/10.1111/j.1467-8659.2008.01122.x

    symbol     | name here | shape  | meaning
    -----------+-----------+--------+-------------------------------------------------
    x          | x         | (n, 3) | vertex positions, a signal on the mesh
    K          | K         | (n, n) | I - W, where W averages over neighbours
    F(K)       | Filter    |        | sum_i c_i K^i: what each frequency is multiplied by
"""

from workbench.papers.sixth.method import Filter

__all__ = ["Filter"]
'''

METHOD = '''"""A filter of geometry: every frequency is multiplied by a polynomial of itself (section 5)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Filter(nn.Module):
    """x -> sum_i c_i K^i x, with c learned; it starts as the identity. K = I - W, a dense matrix."""

    def __init__(self, degree: int):
        super().__init__()
        self.c = nn.Parameter(torch.eye(degree + 1)[0])

    def forward(self, x: Float[Tensor, "n 3"], K: Float[Tensor, "n n"]) -> Float[Tensor, "n 3"]:
        found = 0 * x
        for factor in self.c:
            found, x = found + factor * x, K @ x
        return found
'''

EXPERIMENT = '''"""Learn the filter that undoes noise on a sphere best."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from workbench.papers.sixth.method import Filter
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import Mesh, icosphere
from workbench.training import Knobs, descend
from workbench.training.presets import Presets


@dataclass(frozen=True)
class Config(Presets):
    """One run: level of the sphere, size of the noise, degree of the filter, Adam's numbers."""

    level: int = 3
    noise: float = 0.2
    degree: int = 2
    lr: float = 3e-2
    steps: int = 200
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, Config]":
        return dict(quick=cls(), full=cls(level=4, steps=1000), tiny=cls(level=2, steps=60))


def begin(config: Config) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """The run, and the structure that its quantity lives on."""
    mesh = icosphere(config.level)
    W = np.zeros((mesh.n_vertices,) * 2)
    for i, j in mesh.edges:
        W[i, j] = W[j, i] = 1.0
    K = torch.tensor(np.eye(len(W)) - W / W.sum(axis=1, keepdims=True), dtype=torch.float32)
    draw = np.random.default_rng(config.seed)
    clean = torch.tensor(mesh.V, dtype=torch.float32)
    noisy = clean + config.noise * torch.tensor(draw.standard_normal(mesh.V.shape), dtype=torch.float32)
    net = Filter(config.degree)

    def off():
        return (net(noisy, K) - clean).norm(dim=1).detach().numpy()

    looks = {"off": lambda: Quantity("sphere", "vertices", off())}
    run = descend(net.parameters(), lambda step: ((net(noisy, K) - clean) ** 2).mean(), config.steps,
                  Knobs(lr=config.lr), looks)
    return run, {"sphere": mesh}
'''

ENTRIES = '''"""The number of the sixth paper."""

from workbench.entries import Claim, Entry, Task
from workbench.papers.sixth.experiment import Config, begin


def filtered(task: Task) -> dict[str, float]:
    """The last loss of a run."""
    config = Config.preset(task.preset).with_(seed=task.seed)
    return {"loss": [snapshot.loss for snapshot in begin(config)[0]][-1]}


ENTRIES = (Entry("sixth.filter", {"loss": Claim("noise is removed", "section 4", None, "{:.1e}", 0.0)},
                 (), (), filtered, ("tiny", "quick", "full")),)
'''

TEST = '''"""The filter leaves constants as they are, up to its first factor."""

import torch

from workbench.papers.sixth import Filter


def test_what_is_constant_stays():
    net = Filter(2)
    torch.nn.init.constant_(net.c, 0.5)
    K = torch.eye(4) - torch.full((4, 4), 0.25)
    assert torch.allclose(net(torch.ones(4, 3), K), torch.full((4, 3), 0.5))
'''

LINE = "| 6 | [A filter](notebooks/06_sixth.ipynb) | Vallet, Levy: *Manifold Harmonics*, 2008 | **here** |"

#: name in a checkout -> content
FILES = {
    "workbench/papers/sixth/__init__.py": CARD,
    "workbench/papers/sixth/method.py": METHOD,
    "workbench/papers/sixth/experiment.py": EXPERIMENT,
    "tests/test_sixth.py": TEST,
}
