"""The scalable functional maps' numbers, to be measured again: workbench reproduce fmaps."""

from workbench.datasets import learn_and_test
from workbench.entries import Claim, Entry, Task
from workbench.papers.fmaps import experiment
from workbench.training import finish


def humans(task: Task) -> dict[str, float]:
    """Learn features, told no correspondence; 100 times the mean geodesic error at unit area."""
    config = experiment.Config.preset(task.preset).with_(seed=task.seed)
    learn, test = (experiment.prepare(config, bodies)
                   for bodies in learn_and_test(config.size, config.bodies))
    net = experiment.network(config)
    finish(task.watched(experiment.train(config, net, learn), config.steps))
    return {"error": experiment.error(config, net, test)}


ENTRIES = (
    Entry("fmaps.humans", {"error": Claim(
        "unsupervised maps on FAUST", "Table 1", 1.9, "{:.1f}", 0.3, "lower",
        "generated bodies, a smaller network, six test pairs")},
        ("faust_r",), ("humans",), humans, ("tiny", "quick", "full")),
)
