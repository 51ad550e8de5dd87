"""The paper's experiment on FAUST, where a reader has it. Its licence is for research: nothing here ships."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from workbench.datasets.faust_pairs import FaustBody, faust_bodies
from workbench.drafts import drafted
from workbench.operators.descriptors import wks
from workbench.operators.spectrum import Spectrum
from workbench.papers.diffusionnet import DiffusionNet
from workbench.papers.diffusionnet.functional_map import functional_map
from workbench.papers.fmaps.experiment import Config, error, network, prepare, train
from workbench.papers.fmaps.judging import orientation21
from workbench.papers.fmaps.maps import HardMap21
from workbench.papers.fmaps.method import functional_map21, lowest
from workbench.papers.fmaps.nearest import nearest_rows
from workbench.papers.fmaps.watching import Pair, Subject, features, judged
from workbench.papers.fmaps.zoomout import hard_map21, zoomout
from workbench.shapes.decimation import decimated
from workbench.training.resuming import Progress


def _bar(items, **_):
    return items


@dataclass(frozen=True)
class Found:
    """Mean geodesic errors x 100 at unit area on FAUST's test bodies.

    learned  nearest features, over all ordered pairs
    refined  nearest features and then ZoomOut, over `few` of them
    curve    step -> error over six pairs, while it learned
    seconds  CPU seconds of learning
    """

    learned: float
    refined: float
    few: int
    curve: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Unlearned:
    """What ZoomOut makes of wave kernel signatures, over `few` pairs: the mean geodesic error x 100, and the
    share of pairs whose map turns the sense of rotation round."""

    error: float
    flipped: float
    few: int


def match_faust(subjects: tuple[Sequence[Subject], Sequence[Subject]], note: Path, config: Config,
                few: int = 40, bar: Callable = _bar, start: DiffusionNet | None = None) -> Found:
    """Table 1 on faust_r: learn on bodies 0-79 without being told anything, judge on pairs of 80-99.

    subjects  those to learn on and those to be judged on, as faust_subjects makes them
    note      the run's state and its learning curve (.json beside it); killed, the same call goes on
    start     a network of the Config's sizes, learned elsewhere, with whose weights the run begins; None:
              they are drawn from the seed
    """
    net, (learn, test) = network(config), subjects
    if start is not None:
        net.load_state_dict(start.state_dict())
    about = f"faust_r, {len(learn)} of {sum(x.ops.n for x in learn)}, started {start is not None}, {config}"
    progress = Progress(note, net, about, seconds=20.0)
    curve = _learned(config, net, learn, test, progress, bar)
    return replace(judge(config, net, test, few, bar), curve=curve, seconds=progress.cpu)


def faust_subjects(folder: Path, config: Config, faces: int | None = None,
                   bar: Callable = _bar) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
    """Bodies 0-79 of faust_r to learn on, and 80-99 to be judged on; or the first config.bodies of each.

    folder  holds off/ and corres/; faces: those to learn on, decimated to so many triangles, None: as they
            are, which those to be judged on always are
    """
    count, most = config.bodies or (None, None)
    bodies = faust_bodies(folder, "train")[:count]
    if faces is not None:
        bodies = [coarse(body, faces) for body in bar(bodies, desc="fewer triangles")]
    test = faust_bodies(folder, "test")[:most]
    return (prepare(config, bar(bodies, desc="operators, training")),
            prepare(config, bar(test, desc="operators, test")))


def judge(config: Config, net: torch.nn.Module, test: Sequence[Subject], few: int,
          bar: Callable = _bar) -> Found:
    """What is asked of a network, learned there or elsewhere, on test bodies."""
    net.eval()
    chosen = spread(test, few)
    refined = [judged(refine(config, net, pair), pair, config.judged) for pair in bar(chosen, desc="refined")]
    return Found(error(config, net, test, most=10**9), float(np.mean(refined)), len(chosen))


def unlearned(config: Config, test: Sequence[Subject], few: int, bar: Callable = _bar) -> Unlearned:
    """ZoomOut alone on test bodies."""
    chosen = spread(test, few)
    alone = [zoomout_alone(pair) for pair in bar(chosen, desc="ZoomOut alone")]
    both = list(zip(alone, chosen, strict=True))
    return Unlearned(float(np.mean([judged(T21, pair, config.judged) for T21, pair in both])),
                     float(np.mean([_turned(T21, pair) for T21, pair in both])), len(chosen))


def coarse(body: FaustBody, faces: int) -> FaustBody:
    """A body with about so many triangles; every template point goes to the nearest vertex that is left."""
    mesh, kept = decimated(body.mesh, faces)
    place = nearest_rows(torch.tensor(body.mesh.V), torch.tensor(mesh.V)).numpy()
    return replace(body, mesh=mesh, correspondence=place[body.correspondence], mirrored=place[body.mirrored])


def spread(test: Sequence[Subject], few: int) -> list[Pair]:
    """About `few` ordered pairs of different bodies, spread evenly over all."""
    ordered = [(one, two) for one in test for two in test if one is not two]
    return [Pair(*pair) for pair in ordered[::max(1, len(ordered) // few)]]


def refine(config: Config, net: torch.nn.Module, pair: Pair) -> torch.Tensor:
    """T21 (n2,): nearest features, then ZoomOut from config.K to the whole basis by tens."""
    T21 = nearest_rows(features(net, pair.two), features(net, pair.one))
    bases = pair.one.ops.basis, pair.two.ops.basis
    C21 = functional_map21(HardMap21(T21, pair.one.ops.n), *(lowest(basis, config.K) for basis in bases))
    return _grown(C21, *bases)


def zoomout_alone(pair: Pair, K: int = 20, channels: int = 100, weight: float = 1e-3) -> torch.Tensor:
    """T21 (n2,): the K x K map that wave kernel signatures determine by least squares, grown by ZoomOut.

    Signatures are the same on the left and on the right, so nothing here can tell a body from its mirror
    image; the paper's line is the better for a start that minds orientation (Ren et al. 2018).
    """
    small = [lowest(x.ops.basis, K) for x in (pair.one, pair.two)]
    A, B = (basis.analyse(_signatures(x, channels))
            for basis, x in zip(small, (pair.one, pair.two), strict=True))
    C21 = functional_map(A, B, small[0].evals, small[1].evals, weight)
    return _grown(C21, pair.one.ops.basis, pair.two.ops.basis)


def _signatures(subject, channels):
    basis = subject.ops.basis
    arrays = (x.double().cpu().numpy() for x in (basis.evals, basis.evecs, basis.mass))
    values = torch.tensor(wks(Spectrum(*arrays), channels)).to(basis.evecs)
    return values / basis.mass.sum()


def _grown(C21, one, two):
    steps = (min(len(one.evals), len(two.evals)) - len(C21)) // 10
    return hard_map21(zoomout(C21, one, two, steps, 10), one, two).T21


def _turned(T21, pair):
    P21 = HardMap21(T21, pair.one.ops.n)
    return orientation21(P21, pair.one.ops.basis, pair.two.ops.basis, pair.one.mesh, pair.two.mesh) < 0


def _learned(config, net, learn, test, progress, bar):
    """Take the run to its end; the errors on the way, kept in a file."""
    path = progress.path.with_suffix(".json")
    curve = json.loads(path.read_text()) if path.exists() else {}
    for snapshot in bar(train(config, net, learn, progress=progress), total=config.steps, desc="faust_r"):
        if snapshot.step % config.test_every == 0 or snapshot.step == config.steps:
            curve[str(snapshot.step)] = round(error(config, net, test), 3)
            with drafted(path) as file:
                file.write(json.dumps(curve).encode())
    return {int(step): value for step, value in curve.items()}
