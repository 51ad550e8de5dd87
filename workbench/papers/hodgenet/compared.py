"""The learned operator beside the plain Laplacian: one edge, modes, eigenvalues."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from workbench.operators.exterior import star1 as cotangents
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import Spectrum, spectrum
from workbench.papers.hodgenet.crease import creased
from workbench.papers.hodgenet.method import HodgeNet
from workbench.papers.hodgenet.surfaces import Surface
from workbench.papers.hodgenet.watching import size, unwatched
from workbench.quantities import Quantity
from workbench.shapes.mesh import Mesh

#: the four vertices that g is told of, as labels
CORNERS = ("v1", "v2", "v3", "v4")


def plain(mesh: Mesh, m: int) -> Spectrum:
    """The m lowest eigenpairs of the cotan Laplacian beside the constant."""
    found = spectrum(cotan_laplacian(mesh), k=m + 1)
    return Spectrum(found.evals[1:], found.evecs[:, 1:], found.mass)


def numbered(evals: Float[np.ndarray, " m"]) -> Float[np.ndarray, "m 2"]:
    """A curve of eigenvalues over 1, 2, 3, ...: (m, 2)."""
    return np.stack([np.arange(1, len(evals) + 1), evals], axis=1)


def heard_by_the_plain(cells: tuple[int, int], m: int) -> float:
    """How much the m lowest plain eigenvalues of a square change from crease to crease, relative, at most."""
    found = np.stack([plain(creased(angle, cells), m).evals for angle in np.radians([20, 60, 110, 180, 300])])
    return float((np.ptp(found, axis=0) / found[0]).max())


def stencil(ready: Surface, edge: int) -> Int[np.ndarray, " n"]:
    """0, 1, 2, 3 at v1, v2, v3, v4 of an edge of mesh.edges, -1 elsewhere: (n,). Section 4.1."""
    inner, rim = (at.eq(edge).nonzero().ravel() for at in (ready.inner_at, ready.rim_at))
    corners = ready.inner[inner[0]] if len(inner) else ready.rim[rim[0]]
    labels = np.full(ready.n, -1)
    labels[corners.numpy()] = np.arange(len(corners))
    return labels


def show_edge(scene, net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], edge: int) -> None:
    """Put edge_beside on a workbench.view.Scene, the numbers of that edge beside the colours."""
    found = edge_beside(net, ready, F, edge)
    scene.look("stencil", labels=CORNERS)
    for name, words in (("★₁", "★₁, learned"), ("cotan", "cotan weight")):
        said = f"{words}: {found[name].values[edge]:.3g} at edge {edge}"
        scene.look(name, title=said, map="viridis", low=0.0, width=3.5)
    _show(scene, ready, found)


def show_modes(scene, net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], mode: int) -> None:
    """Put modes_beside on a workbench.view.Scene."""
    scene.look("|x|", title=f"learned mode {mode}: |x|", map="magma", low=0.0)
    scene.look("phi", title=f"plain mode {mode}", symmetric=True)
    scene.look("eigenvalues", title="eigenvalues over their mean", at=mode, log=True)
    _show(scene, ready, modes_beside(net, ready, F, mode))


def _show(scene, ready, found):
    standing = scene.board.shapes
    for name in ("learned", "plain"):
        if standing.get(name) is not ready.mesh:
            scene.add(name, ready.mesh)
    for name, quantity in found.items():
        scene.show(name, quantity)


def edge_beside(net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], edge: int
                ) -> Mapping[str, Quantity]:
    """One edge's stencil and the weights of all edges, on structures "learned" and "plain"."""
    with unwatched(net):
        learned = size(net.stars([ready], F)[1])
    return {"stencil": Quantity("learned", "vertices", stencil(ready, edge), "label"),
            "★₁": Quantity("learned", "edges", learned),
            "cotan": Quantity("plain", "edges", cotangents(ready.mesh))}


def modes_beside(net: HodgeNet, ready: Surface, F: Float[Tensor, "n c"], mode: int) -> Mapping[str, Quantity]:
    """One mode of both operators on structures "learned" and "plain", counted from 1, and their eigenvalues.

    Of the learned mode |x_v|, of the plain one its values. Eigenvalues are divided by the mean of each
    operator's, for they have different units.
    """
    with unwatched(net):
        evals, x = net.modes([ready], F)
    fixed = plain(ready.mesh, evals.shape[1])
    curves = {"learned λ": evals[0].numpy(), "plain λ": fixed.evals}
    return {"|x|": Quantity("learned", "vertices", x[:, :, mode - 1].norm(dim=1).numpy()),
            "phi": Quantity("plain", "vertices", fixed.evecs[:, mode - 1])} | {
            name: Quantity("eigenvalues", "plot", numbered(values / values.mean()), "curve")
            for name, values in curves.items()}
