"""One network on many discretisations of bodies it never met: Table 5, Figs. 1, 10 and 11."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from torch import nn

from workbench.datasets.humans import Body, humans
from workbench.operators.distances import distance_rows
from workbench.papers.diffusionnet.examples import chosen_points, example, labels_of
from workbench.papers.diffusionnet.experiment import Config
from workbench.papers.diffusionnet.watching import Example, predict
from workbench.shapes import Mesh, refined, remeshed, scattered
from workbench.shapes.decimation import decimated
from workbench.shapes.resampling import Resampled

#: vertices of a remeshed, a dense, a coarse and a scattered body; faces of a simplified one
REMESHED, DENSE, COARSE, SCATTERED, SIMPLIFIED = 2000, 2500, 600, 2000, 4000
#: how many spots of a dense body are finer, their radius (unit area), and how much finer they are
SPOTS, RADIUS, FINER = 4, 0.12, 24.0


def _dense(mesh, seed):
    spots = np.random.default_rng(seed).choice(mesh.n_vertices, SPOTS, replace=False)
    gap = np.linalg.norm(mesh.V[:, None] - mesh.V[spots], axis=2).min(axis=1)
    return remeshed(mesh, DENSE, seed, density=np.where(gap < RADIUS, FINER, 1.0))


def _simplified(mesh, _):
    """The mesh after the collapses that cost its shape least (Garland and Heckbert 1997); the kind "qes"."""
    new, left = decimated(mesh, SIMPLIFIED)
    corners = mesh.F.ravel()
    order = np.argsort(corners, kind="stable")
    face, corner = np.divmod(order[np.searchsorted(corners[order], left)], 3)
    return Resampled(new, mesh, face, np.eye(3)[corner])


#: kind -> what makes it of the finest mesh at hand, with a seed
KINDS: Mapping[str, Callable[[Mesh, int], Resampled]] = {
    "remeshed": lambda mesh, seed: remeshed(mesh, REMESHED, seed),
    "dense": _dense,
    "simplified": _simplified,
    "coarse": lambda mesh, seed: remeshed(mesh, COARSE, seed),
    "cloud": lambda mesh, seed: scattered(mesh, SCATTERED, seed),
}
#: the body's mesh of the kind learned from, which needs no making
TRAINED = "as trained"


@dataclass(frozen=True, eq=False)
class Truth:
    """A body's finest mesh, the vertex of each class of point, and the distances between those.

    distances  (p, p) geodesic, divided by the largest of them (the paper divides by the geodesic diameter)
    """

    mesh: Mesh
    vertices: Int[np.ndarray, " p"]
    distances: Float[np.ndarray, "p p"]


def pairs(config: Config, count: int, every: int = 5) -> list[tuple[Body, Body]]:
    """Test bodies, each in the size that was learned from and with 5k vertices."""
    return list(zip(humans("test", config.size), humans("test", "5k"), strict=True))[::every][:count]


def truth(config: Config, fine: Body) -> Truth:
    """What is true of a body; the distances are the slow part, so those of the last bodies are kept."""
    return _truth(config.points, fine)


@lru_cache(maxsize=20)
def _truth(points, fine):
    vertices = fine.correspondence[chosen_points(points)]
    distances = distance_rows(fine.mesh, vertices)[:, vertices]
    distances = (distances + distances.T) / 2
    return Truth(fine.mesh, vertices, distances / distances.max())


def rendered(config: Config, kind: str, own: Body, fine: Body, seed: int = 0) -> Example:
    """A body in another discretisation, ready for a network; labels are those of the nearest vertex."""
    if kind == TRAINED:
        return example(config, f"{own.name}: {kind}", own.mesh, labels_of(config, own))
    new = KINDS[kind](fine.mesh, seed)
    return example(config, f"{own.name}: {kind}", new.shape, new.carry(labels_of(config, fine)))


def refined_body(config: Config, fine: Body, k: int = 5) -> Example:
    """A body with k^2 triangles for each of its 10,000: with k = 5 more than 120,000 vertices. Table 6."""
    new = refined(fine.mesh, k)
    return example(config, f"{fine.name}: {new.shape.n_vertices:,} vertices", new.shape,
                   new.carry(labels_of(config, fine)))


def errors(net: nn.Module, example: Example, truth: Truth) -> Float[np.ndarray, " n"]:
    """For each vertex how far the named point is from the true one, over the body's geodesic diameter."""
    return truth.distances[predict(net, example).cpu().numpy(), example.labels.cpu().numpy()]


def transfer(config: Config, net: nn.Module, bodies: Sequence[tuple[Body, Body]],
             kinds: Iterable[str] = (TRAINED, *KINDS), progress: Callable = lambda items, **_: items,
             ) -> tuple[dict[str, Float[np.ndarray, " n"]], dict[str, Example]]:
    """Table 5: kind -> errors of all vertices of all bodies, and kind -> the first body in it.

    bodies    as pairs(config, count) gives them
    progress  wraps the bodies; tqdm is one
    """
    found, first = {kind: [] for kind in kinds}, {}
    for seed, (own, fine) in enumerate(progress(bodies, desc="other discretisations")):
        true = truth(config, fine)
        for kind in found:
            body = rendered(config, kind, own, fine, seed)
            first.setdefault(kind, body)
            found[kind].append(errors(net, body, true))
    return {kind: np.concatenate(rows) for kind, rows in found.items()}, first


def error_curve(errors: Float[np.ndarray, " n"], most: float = 0.1,
                steps: int = 101) -> Float[np.ndarray, "s 2"]:
    """Fig. 11: x = 100 times an error up to `most`, y = percent of vertices whose error is at most that."""
    x = np.linspace(0, most, steps)
    within = np.searchsorted(np.sort(errors), x, side="right") / len(errors)
    return np.stack([100 * x, 100 * within], axis=1)


def point_colors(config: Config, named: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    """A colour for every named point, from where it lies on one standing body."""
    body = humans("train", "5k")[0]
    X = body.mesh.V[body.correspondence[chosen_points(config.points)]]
    low, high = X.min(axis=0), X.max(axis=0)
    return (0.15 + 0.8 * (X - low) / (high - low))[named]

