"""What a network hears when a body falls apart (Fig. 12), and a remedy: points instead of triangles."""

import warnings

import numpy as np
from jaxtyping import Bool

from workbench.datasets.humans import PARTS, Body
from workbench.papers.diffusionnet.examples import example, labels_of
from workbench.papers.diffusionnet.experiment import Config
from workbench.papers.diffusionnet.watching import Example
from workbench.shapes import Mesh, scattered
from workbench.shapes.door import SeveralComponentsWarning


def limb(body: Body, first: str = "forearm", side: int = 1) -> Bool[np.ndarray, " n"]:
    """The vertices of one limb from a part on outward: a forearm with its hand, a shin with its foot, ...

    Raises ValueError for a part that begins no limb.
    """
    arm, leg = ("upper arm", "forearm", "hand"), ("thigh", "shin", "foot")
    chain = next((names for names in (arm, leg) if first in names), None)
    if chain is None:
        raise ValueError(f"a limb begins with one of {', '.join(arm + leg)}, not {first!r}")
    outward = [PARTS.index(name) for name in chain[chain.index(first):]]
    return np.isin(body.parts, outward) & (body.side == side)


def severed(mesh: Mesh, apart: Bool[np.ndarray, " n"]) -> Mesh:
    """The mesh without the faces that join the vertices `apart` to the others: a cut one triangle wide.

    Vertices stay where and in the order they are. Raises ValueError when a vertex would lose all its faces.
    """
    corners = apart[mesh.F].sum(axis=1)
    F = mesh.F[(corners == 0) | (corners == 3)]
    if len(np.unique(F)) < mesh.n_vertices:
        raise ValueError("this cut leaves vertices without faces; cut where there are more triangles")
    return Mesh(mesh.V, F)


def cut_and_mended(config: Config, body: Body, first: str = "forearm",
                   count: int = 3000) -> tuple[dict[str, Example], dict[str, Bool[np.ndarray, " n"]], Mesh]:
    """A body whole, with a limb severed, and mended: name -> Example, name -> which vertices are the limb's.

    Also the severed mesh, for the doctor. Mended is the severed mesh as `count` points drawn evenly from it:
    the 30 neighbours that a cloud's operators look at reach across the cut.
    """
    apart, labels = limb(body, first), labels_of(config, body)
    torn = severed(body.mesh, apart)
    points = scattered(torn, count)
    made = {"whole": example(config, "whole", body.mesh, labels)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeveralComponentsWarning)  # it is in pieces on purpose
        made["severed"] = example(config, "severed", torn, labels)
    made["as points"] = example(config, "as points", points.shape, points.carry(labels))
    there = points.carry(apart.astype(np.int64)).astype(bool)
    return made, {"whole": apart, "severed": apart, "as points": there}, torn
