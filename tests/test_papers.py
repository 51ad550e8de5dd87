"""What every paper of the house promises, whichever papers there are: found by folder."""

import importlib
import math
import pkgutil
from functools import cache

import numpy as np
import pytest

import workbench.papers
from workbench.quantities import Snapshot
from workbench.view.board import element_count

PAPERS = [module.name for module in pkgutil.iter_modules(workbench.papers.__path__)]


@cache
def tiny_run(paper, again=False):
    """The first or another run of a paper's tiny Config, and the structures of its quantities."""
    experiment = importlib.import_module(f"workbench.papers.{paper}.experiment")
    run, cast = experiment.begin(experiment.Config.tiny())
    return list(run), cast


def test_there_are_papers():
    assert "diffusionnet" in PAPERS


@pytest.mark.parametrize("paper", PAPERS)
def test_the_card_cites(paper):
    card = importlib.import_module(f"workbench.papers.{paper}").__doc__
    assert "20" in card and ("doi" in card.lower() or "arxiv" in card.lower())
    assert "symbol" in card and "shape" in card and "meaning" in card


@pytest.mark.parametrize("paper", PAPERS)
def test_a_tiny_run_has_a_finite_loss_that_falls(paper):
    snapshots, _ = tiny_run(paper)
    losses = [snapshot.loss for snapshot in snapshots]
    assert all(map(math.isfinite, losses))
    quarter = len(losses) // 4
    assert np.mean(losses[-quarter:]) < 0.9 * np.mean(losses[:quarter])


@pytest.mark.parametrize("paper", PAPERS)
def test_two_runs_with_one_seed_agree(paper):
    losses = [[snapshot.loss for snapshot in run]
              for run, _ in (tiny_run(paper), tiny_run(paper, again=True))]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("paper", PAPERS)
def test_quantities_fit_their_structures(paper):
    snapshots, cast = tiny_run(paper)
    last: Snapshot = snapshots[-1]
    seen = last.look()
    assert seen
    for quantity in seen.values():
        assert np.isfinite(quantity.values).all()
        if quantity.on != "plot":
            assert len(quantity.values) == element_count(cast[quantity.of], quantity.on)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_config_is_frozen(paper):
    experiment = importlib.import_module(f"workbench.papers.{paper}.experiment")
    with pytest.raises(AttributeError):
        experiment.Config.tiny().seed = 1
