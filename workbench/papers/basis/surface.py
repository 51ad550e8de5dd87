"""BASiS on a surface: eigenfunctions of a body, learned from batches of its points, beside the true ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from workbench.datasets.humans import humans
from workbench.operators.laplacian import cotan_laplacian
from workbench.operators.spectrum import spectrum
from workbench.papers.basis.batches import Batches
from workbench.papers.basis.measures import grassmann
from workbench.papers.basis.method import Consensus, Graph, SpectralNet, analytic, extend, follow
from workbench.papers.basis.watching import Stage, anchor_looks
from workbench.quantities import Quantity, Snapshot
from workbench.shapes import Mesh
from workbench.training import Knobs, descend
from workbench.training.presets import Presets


@dataclass(frozen=True)
class SurfaceConfig(Presets):
    """One run. body: which of the generated test bodies; size: "1k" or "5k" vertices; anchors: any vertices.

    The rest is as in experiment.Config. Functions of the random walk, P, because they do not depend on how
    many neighbours a single vertex happens to have. K = 5 for a body: head and limbs; the sixth and the
    seventh eigenvalue nearly agree. A batch must be dense enough that no arm seems joined to a hip: points
    know nothing of the surface between them.
    """

    body: int = 2
    size: str = "5k"
    of: str = "P"
    K: int = 5
    neighbours: int = 8
    scale: int = 5
    m: int = 512
    anchors: int = 150
    widths: tuple[int, ...] = (256, 512, 512, 256)
    lr: float = 1e-3
    steps: int = 600
    test_every: int = 100
    seed: int = 0

    @classmethod
    def presets(cls) -> "dict[str, SurfaceConfig]":
        return dict(
            quick=cls(),
            full=cls(m=1024, anchors=300, steps=5000),
            tiny=cls(body=0, size="1k", K=2, neighbours=10, scale=7, m=250, anchors=40, widths=(64, 64),
                     lr=3e-3, steps=60, test_every=30),
        )

    @property
    def graph(self) -> Graph:
        return Graph(self.K, self.of, False, self.neighbours, self.scale)


@dataclass(frozen=True, eq=False)
class Truth:
    """What a network on a mesh is measured against, columns of mean square one, no constant one among them.

    graph    (n, K) eigenvectors of the graph of all vertices: what batches are samples of
    surface  (n, K) eigenfunctions of the cotangent Laplacian, which knows the triangles
    """

    graph: Float[np.ndarray, "n K"]
    surface: Float[np.ndarray, "n K"]


def truth(config: SurfaceConfig, mesh: Mesh) -> Truth:
    """Both kinds of true eigenfunctions of a mesh. They differ: a graph is as dense as its vertices are."""
    evecs = spectrum(cotan_laplacian(mesh), config.K + 1).evecs[:, 1:]
    return Truth(analytic(mesh.V, config.graph).evecs, evecs / np.sqrt((evecs**2).mean(axis=0)))


def body(config: SurfaceConfig) -> Mesh:
    """The body of a SurfaceConfig, in the unit ball."""
    return humans("test", config.size)[config.body].mesh.in_unit_ball()


def network(config: SurfaceConfig) -> SpectralNet:
    """A network from positions to K numbers, with weights drawn from the seed."""
    torch.manual_seed(config.seed)
    return SpectralNet(3, config.K, config.widths)


def hands(config: SurfaceConfig) -> Knobs:
    """The knobs of a run: Adam's rate; alignment on or off; other anchors; the function that is shown."""
    return Knobs(lr=config.lr, column=1, align=True, redraw=0)


def beside(learned: Float[np.ndarray, "n K"], true: Float[np.ndarray, "n K"]) -> Float[np.ndarray, "n K"]:
    """Learned functions laid onto true ones by an affine map: batches share a space, but no basis."""
    return follow(learned, np.arange(len(true)), true)[0]


def distances(net: SpectralNet, mesh: Mesh, true: Truth) -> tuple[float, float]:
    """Squared Grassmann distances of the learned space to the graph's and to the surface's, from 0 to K."""
    Y = extend(net, mesh.V)
    Y = Y - Y.mean(axis=0)
    return grassmann(Y, true.graph - true.graph.mean(axis=0)), grassmann(Y, true.surface)


def train(
    config: SurfaceConfig, net: SpectralNet, mesh: Mesh, knobs: Knobs | None = None
) -> Iterator[Snapshot]:
    """Algorithm 1 on the vertices of a mesh, the anchors any of them.

    Snapshots offer column knobs["column"], from 1, of "learned" (laid onto the graph's), "graph" and
    "surface", each on the structure of its name; the plot "distance" of the learned space to both; "anchors".
    """
    knobs = hands(config) if knobs is None else knobs
    torch.manual_seed(config.seed)
    graph, how = config.graph, Consensus()
    source = Batches(mesh.V, None, graph, how, config.m, config.anchors, config.seed, knobs)
    stage = Stage(net, mesh.V, np.zeros(mesh.n_vertices, dtype=np.int64), knobs)
    true, scores = truth(config, mesh), []

    def objective(step):
        if (step - 1) % config.test_every == 0:
            scores.append((step - 1, *distances(net, mesh, true)))
        loss = source.loss(net)
        stage.batch, stage.reference = source.batch, source.reference
        return loss

    try:
        shown = _looks(stage, true, mesh, scores)
        yield from descend(net.parameters(), objective, config.steps, knobs, shown)
    finally:
        source.close()


def _looks(stage, true, mesh, scores):
    def on(name, values):
        column = (stage.knobs["column"] - 1) % values().shape[1]
        return Quantity(name, "vertices", values()[:, column])

    def curve(place):
        return Quantity("distance", "plot", np.array(scores).reshape(-1, 3)[:, [0, place]], "curve")

    return {
        "learned": lambda: on("learned", lambda: beside(extend(stage.net, mesh.V), true.graph)),
        "graph": lambda: on("graph", lambda: true.graph),
        "surface": lambda: on("surface", lambda: true.surface),
        "to the graph's": lambda: curve(1),
        "to the surface's": lambda: curve(2),
        **anchor_looks(stage),
    }


def begin(config: SurfaceConfig) -> tuple[Iterator[Snapshot], dict[str, Mesh]]:
    """Body, network and run in one call; and the structures its quantities live on."""
    mesh = body(config)
    return train(config, network(config), mesh), dict.fromkeys(("learned", "graph", "surface"), mesh)
