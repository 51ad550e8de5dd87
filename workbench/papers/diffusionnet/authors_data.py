"""The paper's experiments on the authors' data, where a reader has it: each a function of a folder.

Nothing learned here ships: the data's licences are for research. Each run notes its state in a file and,
killed, goes on from there.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from workbench.datasets import faust, folders, rna
from workbench.operators.distances import distance_rows
from workbench.papers.diffusionnet.classifying import classified, classifier, learn_classes, share_right
from workbench.papers.diffusionnet.correspondence import (
    MapConfig,
    feature_network,
    judge,
    learn_maps,
    matched,
)
from workbench.papers.diffusionnet.examples import example
from workbench.papers.diffusionnet.experiment import Config, accuracy, train
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.watching import predict
from workbench.training import finish
from workbench.training.resuming import Progress

Bar = Callable

#: what each is called on the command line, with the paper's setting for it
RNA = Config(inputs="xyz", width=128, k=128, lr=1e-3, epochs=200, halving=50)
CLASSES = Config(inputs="hks", width=32, k=128, lr=1e-3, epochs=200, halving=50)
LABELLING = Config(inputs="xyz", turn="upright", width=256, k=128, dropout=0.5, lr=1e-3, epochs=200,
                   halving=50)


def _bar(items, **_):
    return items


def segment_rna(folder: Path, note: Path, config: Config = RNA, count: int | None = None,
                bar: Bar = _bar) -> float:
    """Table 2: share of labelled vertices right on the test molecules. count: molecules a split, None all."""
    learn, test = ([example(config, each.name, each.mesh, each.labels)
                    for each in bar(rna.molecules(folder, split, count), desc=split)]
                   for split in ("train", "test"))
    torch.manual_seed(config.seed)
    net = DiffusionNet(3 if config.inputs == "xyz" else 16, rna.CLASSES, config.width, dropout=config.dropout)
    progress = Progress(note, net, f"rna {count} {config}")
    finish(bar(train(config, net, learn, progress=progress), total=config.epochs * len(learn), desc="rna"))
    return accuracy(net, test)


def classify(folder: Path, note: Path, config: Config = CLASSES, count: int | None = None,
             bar: Bar = _bar) -> float:
    """Table 1's task on a folder CLASS/{train,test}/*.obj: share of test shapes that get their class."""
    names = folders.classes(folder)
    learn, test = (classified(config, list(bar(folders.labelled(folder, split, count), desc=split)))
                   for split in ("train", "test"))
    net = classifier(config, len(names))
    progress = Progress(note, net, f"classes {count} {config}")
    run = learn_classes(config, net, learn, progress)
    finish(bar(run, total=config.epochs * len(learn), desc="classes"))
    return share_right(net, test)


def match_faust(folder: Path, note: Path, config: MapConfig, pairs: int | None = None,
                bar: Bar = _bar) -> float:
    """Table 4 on faust_r: mean geodesic error at unit area over the 190 test pairs, or the first so many."""
    learn, test = ([_match(config, folder, number) for number in bar(numbers, desc="operators")]
                   for numbers in (range(80), range(80, 100)))
    net = feature_network(config)
    progress = Progress(note, net, f"faust_r {config}")
    finish(bar(learn_maps(config, net, learn, progress), total=config.steps, desc="faust_r"))
    tested = [(one, two) for i, one in enumerate(test) for two in test[i + 1:]][:pairs]
    return float(judge(config, net, tested, progress=lambda items: bar(items, desc="test pairs")).mean())


def _match(config, folder, number):
    scan = faust.remeshed_scan(folder, number)
    return matched(config, f"tr_reg_{number:03d}", scan.shape, scan.points)


def label_faust(registrations: Path, benchmark: Path, note: Path, config: Config = LABELLING,
                bar: Bar = _bar) -> dict[str, float]:
    """Table 5: mean geodesic error over the diameter, of shapes 80 to 89 by kind of mesh; "orig" first.

    Trained on the 80 registrations of one triangulation: each vertex names one of 6,890.
    """
    scans = faust.registrations(registrations)
    learn = [example(config, str(scan.number), scan.shape, scan.points)
             for scan in bar(scans[:80], desc="operators")]
    torch.manual_seed(config.seed)
    net = DiffusionNet(3, len(scans[0].points), config.width, dropout=config.dropout)
    progress = Progress(note, net, f"faust labelling {config}")
    finish(bar(train(config, net, learn, progress=progress), total=config.epochs * len(learn), desc="labels"))
    found = {kind: [] for kind in ("orig", *faust.KINDS)}
    for scan in bar(scans[80:90], desc="test shapes"):
        for kind in found:
            new = scan if kind == "orig" else faust.meshed_anew(benchmark, kind, scan.number)
            named = predict(net, example(config, kind, new.shape, new.points)).cpu().numpy()
            found[kind].append(_labelling_errors(scan.shape, new.points, named))
    return {kind: float(np.concatenate(rows).mean()) for kind, rows in found.items()}


def _labelling_errors(mesh, truth, named, most=500):
    """Distances on the registration from up to `most` true vertices to the named ones, over the diameter."""
    sources = np.unique(truth)[:: max(1, len(np.unique(truth)) // most)]
    distances = distance_rows(mesh, sources)
    asked = np.flatnonzero(np.isin(truth, sources))
    return distances[np.searchsorted(sources, truth[asked]), named[asked]] / distances.max()
