"""The paper's experiments on the authors' data, where a reader has it: each a function of a folder.

Nothing learned here ships: the data's licences are for research. Each run notes its state in a file and,
killed, goes on from there; operators are kept beside it, and a learning curve.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from workbench.datasets import faust, folders, rna
from workbench.operators.distances import distance_rows
from workbench.papers.diffusionnet import correspondence as maps
from workbench.papers.diffusionnet.classifying import classifier, learn_classes, share_right
from workbench.papers.diffusionnet.curves import Curve
from workbench.papers.diffusionnet.examples import example, ready
from workbench.papers.diffusionnet.experiment import INPUTS, Config, accuracy, train
from workbench.papers.diffusionnet.kept import kept
from workbench.papers.diffusionnet.labelling import learn_labels, nearby
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.published import read_published
from workbench.papers.diffusionnet.watching import predict
from workbench.quantities import Snapshot
from workbench.training import finish
from workbench.training.resuming import Progress

#: what each is called on the command line, with the paper's setting for it
RNA = Config(inputs="xyz", width=128, k=128, lr=1e-3, epochs=200, halving=50)
CLASSES = Config(inputs="hks", width=32, k=128, lr=1e-3, epochs=200, halving=50)
LABELLING = Config(inputs="xyz", turn="upright", width=256, k=128, dropout=0.5, lr=1e-3, epochs=200,
                   halving=50)
MAPS = maps.MapConfig.preset("full")

#: name -> what a quarter to a half of an hour of one core can learn of the same, and what else is given
SHORT = {
    "faust-maps": (MAPS.with_(weight=1e-6, together=4, dropout=0.0, lr=2e-3, steps=600, halving=0, pace=15.0),
                   ()),
    "faust-labels": (LABELLING.with_(turn="none", dropout=0.0, width=128, lr=2e-3, epochs=60, halving=0),
                     (1024, 1.0)),
    "rna": (RNA.with_(width=64, lr=3e-3, epochs=10, halving=0), ()),
}


@dataclass(frozen=True)
class Found:
    """What an experiment found: figures by name; CPU seconds of training; (step, loss, value) on the way."""

    figures: dict[str, float]
    cpu: float = 0.0
    curve: Sequence[tuple[int, float, float]] = ()


def _bar(items, **_):
    return items


@dataclass(frozen=True)
class Desk:
    """Where an experiment keeps its papers: a folder, a name for them there, and what shows a bar (tqdm)."""

    notes: Path
    name: str
    bar: Callable = field(default=_bar)

    @property
    def operators(self) -> Path:
        return self.notes / "operators"

    def run(self, config, net: DiffusionNet, steps: int, begin: Callable[[Progress], Iterator[Snapshot]],
            measure: Callable[[], float], looks: int = 8, more: str = "") -> Found:
        """Train to the end, with about `looks` rows of a learning curve; Found without figures."""
        progress = Progress(self.notes / f"{self.name}.note.pt", net, f"{self.name}{more} {config}", 30.0)
        curve = Curve(self.notes / f"{self.name}.curve.json", max(1, steps // looks))
        finish(self.bar(curve(begin(progress), measure), total=steps, desc=self.name))
        return Found({}, progress.cpu, curve.table())


def segment_rna(desk: Desk, folder: Path, config: Config = RNA, count: int | None = None) -> Found:
    """Table 2: share of labelled vertices right on the test molecules. count: molecules a split, None all."""
    def made(split):
        names = rna.names(folder, split)[:count]
        return [kept(desk.operators, config, f"rna-{name}", lambda name=name: _molecule(config, folder, name))
                for name in desk.bar(names, desc=split)]

    learn, test = made("train"), made("test")
    torch.manual_seed(config.seed)
    net = DiffusionNet(INPUTS[config.inputs], rna.CLASSES, config.width, dropout=config.dropout)
    run = desk.run(config, net, config.epochs * len(learn),
                   lambda progress: train(config, net, learn, progress=progress),
                   lambda: accuracy(net, test[:8]), more=f" {count}")
    return Found({"train": accuracy(net, learn[:40]), "test": accuracy(net, test)}, run.cpu, run.curve)


def _molecule(config, folder, name):
    found = rna.molecule(folder, name)
    return example(config, found.name, found.mesh, found.labels)


def classify(desk: Desk, folder: Path, config: Config = CLASSES, count: int | None = None) -> Found:
    """Table 1's task on a folder CLASS/{train,test}/*.obj: share of test shapes that get their class."""
    def made(split):
        return [kept(desk.operators, config, f"{folder.name}-{split}-{name}",
                     lambda: example(config, name, mesh, np.array([number])))  # noqa: B023 -- called at once
                for name, mesh, number in desk.bar(folders.labelled(folder, split, count), desc=split)]

    learn, test = made("train"), made("test")
    net = classifier(config, len(folders.classes(folder)))
    run = desk.run(config, net, config.epochs * len(learn),
                   lambda progress: learn_classes(config, net, learn, progress),
                   lambda: share_right(net, test), more=f" {count}")
    return Found({"train": share_right(net, learn), "test": share_right(net, test)}, run.cpu, run.curve)


def match_faust(desk: Desk, folder: Path, config: maps.MapConfig = MAPS, count: int | None = None) -> Found:
    """Table 4 on faust_r: 100 x mean geodesic error at unit area over the 190 test pairs, or so many."""
    learn = [_match(desk, config, folder, number) for number in desk.bar(range(80), desc="operators")]
    net = maps.feature_network(config, learn)
    tested = _test_pairs(desk, config, folder)
    few = tested[::19]
    run = desk.run(config, net, config.steps, lambda progress: maps.learn_maps(config, net, learn, progress),
                   lambda: 100 * float(maps.judge(config, net, few, every=25).mean()))
    return Found(_judged(desk, config, net, tested[:count]), run.cpu, run.curve)


def published_maps(desk: Desk, folder: Path, weights: Path, config: maps.MapConfig = MAPS,
                   count: int | None = None) -> Found:
    """The same with the authors' own weights: nothing is trained."""
    return Found(_judged(desk, config, read_published(weights), _test_pairs(desk, config, folder)[:count]))


def _test_pairs(desk, config, folder):
    test = [_match(desk, config, folder, number) for number in desk.bar(range(80, 100), desc="operators")]
    return [(one, two) for i, one in enumerate(test) for two in test[i + 1:]]


def _judged(desk, config, net, pairs):
    errors = maps.judge(config, net, pairs, progress=lambda items: desk.bar(items, desc="test pairs"))
    each = 100 * errors.mean(axis=1)
    return {"mean": float(each.mean()), "median of pairs": float(np.median(each)),
            "worst pair": float(each.max()), "pairs": len(pairs)}


def _match(desk, config, folder, number):
    scan = faust.remeshed_scan(folder, number)
    name = f"tr_reg_{number:03d}"
    found = kept(desk.operators, config, f"faust_r-{name}",
                 lambda: ready(config, name, scan.shape.normalised(), np.zeros(scan.shape.n_vertices, int)))
    return maps.Matched(name, found.mesh, found.ops, found.inputs, scan.points)


def label_faust(desk: Desk, registrations: Path, benchmark: Path, config: Config = LABELLING,
                asked: int = 6890, edges: float = 0.0) -> Found:
    """Table 5: 100 x mean geodesic error over the diameter, shapes 80 to 89, by kind of mesh; "orig" first.

    Trained on the 80 registrations of one triangulation: each vertex names one of 6,890. asked: of how many
    vertices at a step; edges: how far a target is spread (labelling.nearby), 0: not at all.
    """
    scans = faust.registrations(registrations)
    learn = [_labelled(desk, config, "registration", scan) for scan in desk.bar(scans[:80], desc="operators")]
    first = [_labelled(desk, config, "registration", scan) for scan in scans[80:82]]
    near = nearby(scans[0].shape, edges=edges) if edges else None
    torch.manual_seed(config.seed)
    net = DiffusionNet(INPUTS[config.inputs], len(scans[0].points), config.width, dropout=config.dropout)
    run = desk.run(config, net, config.epochs * len(learn),
                   lambda progress: learn_labels(config, net, learn, asked, progress, near),
                   lambda: accuracy(net, first), more=f" {asked} {edges}")
    found = {kind: [] for kind in ("orig", *faust.KINDS)}
    for scan in desk.bar(scans[80:90], desc="test shapes"):
        for kind in found:
            new = scan if kind == "orig" else faust.meshed_anew(benchmark, kind, scan.number)
            named = predict(net, _labelled(desk, config, kind, new)).cpu().numpy()
            found[kind].append(_labelling_errors(scan.shape, new.points, named))
    return Found({kind: 100 * float(np.concatenate(rows).mean()) for kind, rows in found.items()}, run.cpu,
                 run.curve)


def _labelled(desk, config, kind, scan):
    kind = "registration" if kind == "orig" else kind
    name = f"{kind}-{scan.number}"
    return kept(desk.operators, config, name, lambda: example(config, name, scan.shape, scan.points))


def _labelling_errors(mesh, truth, named, most=500):
    """Distances on the registration from up to `most` true vertices to the named ones, over the diameter."""
    sources = np.unique(truth)[:: max(1, len(np.unique(truth)) // most)]
    distances = distance_rows(mesh, sources)
    asked = np.flatnonzero(np.isin(truth, sources))
    return distances[np.searchsorted(sources, truth[asked]), named[asked]] / distances.max()


#: name -> the function, its places under the folder of the authors' data, its setting, the paper's result
EXPERIMENTS = {
    "rna": (segment_rna, ("rna",), RNA, "Table 2: test 91.5 % (xyz), 91.0 % (hks) on 640 molecules"),
    "psb19": (classify, ("psb19",), CLASSES, "no number: the paper has SHREC11, other shapes"),
    "faust-maps": (match_faust, ("faust_r",), MAPS, "Table 4: 2.7 (hks and xyz)"),
    "faust-published": (published_maps, ("faust_r", "diffusionnet_faust_hks.pth"), MAPS,
                        "Table 4: 2.7 (hks)"),
    "faust-labels": (label_faust, ("faust_registrations", "faust_benchmark"), LABELLING,
                     "Table 5: orig .33, iso .68, dense .62, qes .82, cloud 2.59"),
}
