"""A body as a scanner leaves it, with holes and edges of three faces, made ready without mending."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from workbench.bridge import bundle, chosen_device
from workbench.operators.gradient import vertex_gradient
from workbench.operators.laplacian import robust_laplacian
from workbench.operators.spectrum import spectrum
from workbench.papers.diffusionnet.examples import signatures
from workbench.papers.diffusionnet.watching import Example
from workbench.shapes import Mesh, diagnose, repair
from workbench.shapes.door import MeshWarning


@dataclass(frozen=True, eq=False)
class RawScan:
    """Arrays V (n, 3), F (m, 3) with faults; source[i] is the vertex of the whole body that vertex i was."""

    V: Float[np.ndarray, "n 3"]
    F: Int[np.ndarray, "m 3"]
    source: Int[np.ndarray, " n"]


def raw_scan(mesh: Mesh, holes: int = 8, radius: float = 0.03, flaps: int = 30, seed: int = 0) -> RawScan:
    """A made scan: faces within `radius` of `holes` vertices are gone, `flaps` edges carry a third face.

    radius  in units of the square root of the area; the tip of a flap is a new vertex, an edge's length off
            the surface, whose source is one end of the edge
    """
    draw = np.random.default_rng(seed)
    centres = mesh.V[draw.choice(mesh.n_vertices, holes, replace=False)]
    reach = radius * np.sqrt(mesh.area)
    gone = np.zeros(mesh.n_vertices, bool)
    for centre in centres:
        gone |= np.linalg.norm(mesh.V - centre, axis=1) < reach
    F = mesh.F[~gone[mesh.F].any(axis=1)]
    chosen = draw.choice(len(F), flaps, replace=False)
    a, b, c = F[chosen].T
    out = np.cross(mesh.V[b] - mesh.V[a], mesh.V[c] - mesh.V[a])
    height = np.linalg.norm(mesh.V[b] - mesh.V[a], axis=1)
    tips = (mesh.V[a] + mesh.V[b]) / 2 + out * (height / np.linalg.norm(out, axis=1))[:, None]
    fresh = mesh.n_vertices + np.arange(flaps)
    V, F = np.vstack([mesh.V, tips]), np.vstack([F, np.stack([a, b, fresh], axis=1)])
    used = np.unique(F)
    source = np.concatenate([np.arange(mesh.n_vertices), a])[used]
    return RawScan(V[used], np.searchsorted(used, F), source)


def scanned_example(config, name: str, mesh: Mesh, labels: Int[np.ndarray, " n"]) -> Example:
    """A faulty mesh made ready as it is: its Laplacian is that of the tufted cover (Sharp and Crane 2020).

    Scaled into the unit ball; no fault is mended, and none is warned of: that is the doctor's business.
    Raises MeshError for what even so is no surface, such as isolated vertices.
    """
    mesh, device = mesh.in_unit_ball(), chosen_device(config.device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MeshWarning)
        ops = bundle(spectrum(robust_laplacian(mesh), config.k), vertex_gradient(mesh), mesh.F, mesh.edges)
    inputs = torch.tensor(mesh.V if config.inputs == "xyz" else signatures(ops.basis), dtype=torch.float32)
    return Example(name, mesh, ops.to(device), inputs.to(device), torch.tensor(labels, device=device))


def guest(config, V, F) -> Example:
    """Anybody's arrays V (n, 3), F (m, 3) made ready, labels -1: as they are, or mended where that cannot be.

    The Example's name says which, and what was mended. Raises MeshError when repair finds no surface.
    """
    if not diagnose(V, F).fatal:
        mesh, words = Mesh(V, F), "taken as it is"
    else:
        mended = repair(V, F, keep_largest=True)
        mesh, words = mended.mesh, str(mended)
    return scanned_example(config, words, mesh, np.full(mesh.n_vertices, -1))
