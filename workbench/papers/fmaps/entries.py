"""The scalable functional maps' numbers, to be measured again: workbench reproduce fmaps."""

from collections.abc import Sequence
from functools import cache
from time import perf_counter

import numpy as np
import torch

from workbench.datasets import learn_and_test
from workbench.entries import Claim, Entry, Task
from workbench.papers.fmaps import authors_data, blocks, experiment, figures, method
from workbench.papers.fmaps.authors_entries import AUTHORS
from workbench.papers.fmaps.recipes import HUMANS, shipped_network
from workbench.papers.fmaps.watching import Pair, judged, present_map21
from workbench.training import finish
from workbench.training.resuming import Progress


def humans(task: Task) -> dict[str, float]:
    """Learn features, told no correspondence; 100 times the mean geodesic error at unit area."""
    return {"error": _learned(task, experiment.Config.preset(task.preset), 6)}


def finer(task: Task) -> dict[str, float]:
    """The same on bodies of 5,000 vertices: learned on those of 1,000 (a network that ships), or on them."""
    config = FINE if task.preset == "quick" else experiment.Config.preset(task.preset).with_(size="5k")
    if task.piece == "learned":
        return {"learned": _learned(task, config, 10**9)}
    test = experiment.prepare(HUMANS, learn_and_test("5k")[1])
    return {"shipped": experiment.error(HUMANS, shipped_network("fmaps_alone"), test, most=10**9)}


#: what `quick` learns at 5,000 vertices: fewer steps, and without ZoomOut, which costs the most there
FINE = experiment.Config(size="5k", steps=600, halving=200, consistent=(0.0, 0.0))


def _learned(task, config, most):
    config = config.with_(seed=task.seed)
    learn, test = (experiment.prepare(config, bodies)
                   for bodies in learn_and_test(config.size, config.bodies))
    net = experiment.network(config)
    note = Progress(task.notes / "note.pt", net, f"humans {config}", seconds=20.0)
    finish(task.watched(experiment.train(config, net, learn, progress=note), config.steps))
    return experiment.error(config, net, test, most=most)


@cache
def _tested():
    return experiment.prepare(HUMANS, learn_and_test(HUMANS.size)[1])


def shipped(task: Task) -> dict[str, float]:
    """The networks that ship, and what is found without any: 100 times the mean geodesic errors."""
    test = _tested()
    few = authors_data.spread(test, 40)
    return {"error": experiment.error(HUMANS, shipped_network("fmaps_humans"), test, most=10**9),
            "without": experiment.error(HUMANS, shipped_network("fmaps_alone"), test, most=10**9),
            **without_learning(few, HUMANS), "refined": refined(shipped_network("fmaps_humans"), few, HUMANS)}


def without_learning(few: Sequence[Pair], config: experiment.Config, K: int = 10) -> dict[str, float]:
    """ZoomOut alone, from K tones that signatures determine: its mean error over the pairs as `alone`, and
    the seconds that one took as `seconds`."""
    start = perf_counter()
    guessed = [authors_data.zoomout_alone(pair, K=K) for pair in few]
    seconds = (perf_counter() - start) / len(few)
    wrong = [judged(T21, pair, config.judged) for T21, pair in zip(guessed, few, strict=True)]
    return {"alone": float(np.mean(wrong)), "seconds": seconds}


def refined(net: torch.nn.Module, few: Sequence[Pair], config: experiment.Config) -> float:
    """The mean error over the pairs of nearest features that ZoomOut has refined, times 100."""
    return float(np.mean([judged(authors_data.refine(config, net, pair), pair, config.judged)
                          for pair in few]))


def smooth(task: Task) -> dict[str, float]:
    """Fig. 5: the Dirichlet energy of features learned with consistency and without, on one body."""
    one = _tested()[0]
    return {"with": figures.learned(shipped_network("fmaps_humans"), one).whole,
            "alone": figures.learned(shipped_network("fmaps_alone"), one).whole}


def exact(task: Task) -> dict[str, float]:
    """What holds to round-off: rows of a map that nobody makes sum to one; a small map is a corner."""
    one, two = _tested()[:2]
    P21 = _map21(one, two)
    whole, small = (method.functional_map21(P21, *(method.lowest(x.ops.basis, K) for x in (one, two)))
                    for K in (HUMANS.k, 10))
    return {"rows": float((P21 @ torch.ones(one.ops.n, 1) - 1).abs().max()),
            "corner": float((whole[:10, :10] - small).abs().max())}


def memory(task: Task) -> dict[str, float]:
    """Fig. 3: MB of the matrix between two bodies, and of the block of it that is in memory."""
    matrix, block = blocks.megabytes(_map21(*_tested()[:2]))
    return {"matrix": matrix, "block": block}


def _map21(one, two):
    return present_map21(shipped_network("fmaps_humans"), Pair(one, two), HUMANS.sigma)


def _theirs(key, says, source, paper, form, within, why):
    return {key: Claim(says, source, paper, form, within, "lower", why)}


ALL, FILES = ("tiny", "quick", "full"), tuple(f"checkpoints/fmaps_{name}.pt" for name in ("humans", "alone"))
BODIES = "generated bodies, a smaller network"

ENTRIES = (
    Entry("fmaps.humans", _theirs("error", "unsupervised maps on FAUST", "Table 1", 1.9, "{:.1f}", 0.3,
                                  f"{BODIES}, six test pairs"),
          ("faust_r",), ("humans",), humans, ALL),
    Entry("fmaps.shipped", {
        **_theirs("error", "the same, the network that ships", "Table 1", 1.9, "{:.1f}", 0.3, BODIES),
        "without": Claim("the same, learned without consistency", "supplement", None, "{:.1f}", 0.0,
                         why=BODIES),
        "refined": Claim("the same, refined by ZoomOut", "Table 1", None, "{:.1f}", 0.0,
                         why="the paper refines nothing at test time"),
        **_theirs("alone", "ZoomOut alone", "Table 1", 6.1, "{:.1f}", 0.5,
                  "generated bodies, and a start that cannot tell left from right"),
        **_theirs("seconds", "ZoomOut on the CPU, seconds a pair", "Table 3", 3.6, "{:.2f}", 0.5,
                  "a thousand vertices, 70 tones; benchmarks/results/fmaps_speed.md has 5,000 and 130")},
        ("faust_r",), ("humans",), shipped, ALL, files=FILES),
    Entry("fmaps.finer", {
        **_theirs("shipped", "bodies of 5,000 vertices, learned on 1,000", "Table 1", 1.9, "{:.1f}", 0.3,
                  BODIES),
        **_theirs("learned", "bodies of 5,000 vertices, learned on them", "Table 1", 1.9, "{:.1f}", 0.3,
                  f"{BODIES}; quick: {FINE.steps} steps without ZoomOut")},
        ("faust_r",), ("humans",), finer, ("quick", "full"), pieces=lambda preset: ("shipped", "learned"),
        files=FILES),
    Entry("fmaps.smooth", {key: Claim(
        f"energy of features learned {words} consistency", "Fig. 5", None, "{:.0f}", 0.0,
        why="the direction only: theirs are on SHREC19", told=told) for key, words, told in
        (("with", "with", "smoother"), ("alone", "without", "patchy"))},
        ("shrec19",), ("humans",), smooth, ALL, files=FILES),
    Entry("fmaps.exact", {
        "rows": Claim("rows of the soft map sum to one: largest gap", "section 4.1", 0.0, "{:.0e}", 1e-5,
                      why="float32"),
        "corner": Claim("a smaller map is a corner of the larger: largest gap", "section 4.2", 0.0, "{:.0e}",
                        1e-5, why="float32")}, ("humans",), ("humans",), exact, ALL, paper=ALL, files=FILES),
    Entry("fmaps.memory", {key: Claim(
        f"MB of {words}, two bodies of a thousand vertices", "Fig. 3", None, "{:.2f}", 0.0,
        why="the matrix alone; times and sizes are in benchmarks/results/fmaps_scaling.md", told=told)
        for key, words, told in (("matrix", "the whole matrix", "quadratic"),
                                 ("block", "the block in memory", "linear"))},
        ("faust_r",), ("humans",), memory, ALL),
    *AUTHORS,
)
