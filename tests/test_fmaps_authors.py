"""Long work on the command line: networks that ship, FAUST where it is, and ZoomOut with nothing learned."""

import pytest
import torch

from workbench.datasets import learn_and_test
from workbench.datasets.faust_pairs import FaustBody
from workbench.papers.fmaps import authors_data, experiment, recipes
from workbench.papers.fmaps.__main__ import changed, parser
from workbench.papers.fmaps.experiment import Config
from workbench.papers.fmaps.watching import Pair
from workbench.training.checkpoints import RECORD, read

TINY = Config.tiny()


@pytest.fixture(scope="module")
def bodies():
    return learn_and_test(TINY.size, (2, 2))[1]


def test_zoomout_alone_maps_a_shape_to_itself(bodies):
    subject = experiment.prepare(TINY, bodies[:1])[0]
    found = authors_data.zoomout_alone(Pair(subject, subject), K=10)
    # a few vertices of thin fingers have nearly the same 20 tones; signatures are float32
    assert (found == torch.arange(subject.ops.n)).double().mean() > 0.98


def test_a_coarse_body_keeps_its_template_points_near(bodies):
    body = FaustBody("one", bodies[0].mesh, bodies[0].correspondence, bodies[0].correspondence)
    small = authors_data.coarse(body, 800)
    off = body.mesh.V[body.correspondence] - small.mesh.V[small.correspondence]
    assert small.mesh.n_faces <= 800 and (off**2).sum(axis=1).max() ** 0.5 < 0.1  # of a body about 2 high


def test_what_ships_says_how_it_was_made(tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "RECIPES", {"tiny": TINY.with_(steps=4, halving=2)})
    score = recipes.make("tiny", tmp_path, tmp_path)
    made = read(tmp_path / "tiny.pt", "diffusionnet").made
    assert set(RECORD) <= set(made) and made["error"] == pytest.approx(score, abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.pt"]  # the note of the run is gone


def test_the_command_line_changes_fields_of_their_kinds():
    asked = parser().parse_args(["faust", "--set", "steps=7", "lr=0.5", "halving=3"])
    config = changed(TINY, asked.set)
    assert (config.steps, config.lr, config.halving) == (7, 0.5, 3)
    with pytest.raises(SystemExit, match="no field stepz"):
        changed(TINY, ["stepz=1"])


def test_a_run_without_a_step_judges_the_network_that_it_begins_with(bodies, tmp_path, monkeypatch):
    those = tuple(FaustBody(b.name, b.mesh, b.correspondence, b.correspondence) for b in bodies)
    monkeypatch.setattr(authors_data, "faust_bodies", lambda folder, split: those)
    config = TINY.with_(steps=0)
    start = experiment.network(config.with_(seed=7))
    subjects = authors_data.faust_subjects(tmp_path, config)
    found = authors_data.match_faust(subjects, tmp_path / "note.pt", config, few=1, start=start)
    own = authors_data.match_faust(subjects, tmp_path / "note.pt", config, few=1)
    expected = experiment.error(config, start, subjects[1], most=10**9)
    assert found.learned == pytest.approx(expected, rel=1e-6) != own.learned
    assert found.curve == {} and found.few == 1


@pytest.mark.realdata
def test_faust_is_matched_and_a_second_call_only_judges(data_folder, tmp_path):
    config = TINY.with_(bodies=(2, 2), k=40, steps=4, test_every=2, judged=50)
    subjects = authors_data.faust_subjects(data_folder / "faust_r", config, 1500)
    first, then = (authors_data.match_faust(subjects, tmp_path / "note.pt", config, 2) for _ in range(2))
    assert set(first.curve) == {2, 4} and first.curve == then.curve
    assert first.learned == pytest.approx(then.learned, rel=1e-3)
    assert 0 < authors_data.unlearned(config, subjects[1], 2).error < 60
