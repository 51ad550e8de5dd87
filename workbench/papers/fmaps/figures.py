"""What the chapter's figures show: Fig. 5's features, nearest maps, and how far off they are."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from workbench.papers.diffusionnet import DiffusionNet
from workbench.papers.fmaps.judging import roughness
from workbench.papers.fmaps.nearest import nearest_rows
from workbench.papers.fmaps.watching import Pair, Subject, features


@dataclass(frozen=True, eq=False)
class Learned:
    """Features of one body, (n, q), of mean 0 and variance 1, the smoothest first, and their energies (q,).

    energy  f^T L f / f^T M f of each, in 1 / area;  whole: that of all features together, which large ones
    decide
    """

    features: Float[np.ndarray, "n q"]
    energy: Float[np.ndarray, " q"]
    whole: float


def learned(net: DiffusionNet, subject: Subject, faint: float = 1e-3) -> Learned:
    """What Fig. 5 shows of a network on a body, without features fainter than this share of the strongest."""
    found = features(net, subject)
    mass = subject.ops.basis.mass[:, None]
    centred = found - (mass * found).sum(dim=0) / mass.sum()
    strength = (mass * centred**2).sum(dim=0) / mass.sum()
    alive = strength > faint * strength.max()
    energy = roughness(subject.ops, centred[:, alive])
    share = strength[alive].double().cpu().numpy()
    order = np.argsort(energy)
    normal = (centred / strength.sqrt())[:, alive].double().cpu().numpy()[:, order]
    return Learned(normal, energy[order], float((share * energy).sum() / share.sum()))


def nearest_map(net: DiffusionNet, one: Subject, two: Subject) -> Int[torch.Tensor, " n2"]:
    """T21 (n2,): the vertex of shape 1 with the most similar features, for every vertex of shape 2."""
    return nearest_rows(features(net, two), features(net, one))


def off_by(T21: Int[np.ndarray, " m"], pair: Pair, at2: Int[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
    """100 x geodesic error on unit area, when vertex at2[i] of shape 2 is sent to T21[i]."""
    return 100 * pair.one.distances[pair.truth21[at2], T21] / np.sqrt(pair.one.mesh.area)
