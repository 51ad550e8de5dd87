"""Body parts on faces: labels, augmentation, scores, the ablation's rows, and a run that learns."""

import numpy as np
import pytest
import torch

from workbench.datasets.humans import humans
from workbench.papers.hodgenet import ablation as rows_of
from workbench.papers.hodgenet.segmentation import (
    Config,
    Example,
    ablation,
    accuracy,
    begin,
    features,
    network,
    on_faces,
    predict,
    prepare,
    prepare_to_learn,
)

TINY = Config.preset("tiny")


@pytest.fixture(scope="module")
def examples():
    return prepare(TINY, humans("test")[:2])


def test_a_face_has_the_part_of_most_of_its_corners():
    body = humans("test")[0]
    labels, corners = on_faces(body).numpy(), body.parts[body.mesh.F]
    counts = (corners == labels[:, None]).sum(axis=1)
    several = (np.sort(corners, axis=1)[:, 1:] == np.sort(corners, axis=1)[:, :-1]).any(axis=1)
    assert (counts[several] >= 2).all() and (counts >= 1).all()


def test_stretching_is_small_and_turning_is_rigid(examples):
    draw = np.random.default_rng(0)
    plain = features(TINY, examples[0]).numpy()
    stretched = features(TINY, examples[0], draw).numpy()
    ratio = np.linalg.norm(stretched[:, :3], axis=0) / np.linalg.norm(plain[:, :3], axis=0)
    assert (np.abs(ratio - 1) <= TINY.stretch + 1e-6).all() and (ratio != 1).any()
    turned = features(TINY.with_(turned=True, stretch=0.0), examples[0], draw).numpy()
    for columns in (slice(0, 3), slice(3, 6)):                  # positions and normals alike
        a, b = plain[:, columns], turned[:, columns]
        np.testing.assert_allclose(b @ b.T, a @ a.T, atol=1e-5)


def test_accuracy_counts_faces_and_areas(examples):
    net = network(TINY)
    said = [predict(net, example, TINY) for example in examples]
    right = [Example(example.ready, labels) for example, labels in zip(examples, said, strict=True)]
    assert accuracy(net, right, TINY) == (1.0, 1.0)
    labels = said[0].clone()
    labels[0] = (labels[0] + 1) % 8
    wrong = [Example(examples[0].ready, labels)]
    areas = examples[0].ready.mesh.face_areas
    plain, weighted = accuracy(net, wrong, TINY)
    assert plain == pytest.approx(1 - 1 / len(labels))
    assert weighted == pytest.approx(1 - areas[0] / areas.sum())


def test_the_ablation_has_the_six_rows_of_table_7():
    rows = ablation(Config.preset("full"))
    assert list(rows) == ["full", "no normals", "no additional eig.", "half k", "half m", "quarter n"]
    assert [rows[name] != rows["full"] for name in rows] == [False] + 5 * [True]
    assert (rows["half k"].k, rows["half m"].m, rows["quarter n"].n) == (2, 16, 8)          # as printed there


def test_the_paper_s_network_is_the_full_preset_s():
    net = network(Config.preset("full"))
    assert sum(weights.numel() for weights in net.parameters()) == 31_720


def test_a_run_learns_and_shows_itself():
    run, cast = begin(TINY)
    snapshots = list(run)
    losses = [snapshot.loss for snapshot in snapshots]
    assert len(losses) == TINY.epochs and losses[-1] < losses[0]
    seen = snapshots[-1].look("prediction", "truth", "star1", "test error")
    mesh = cast["prediction"]
    assert len(seen["prediction"].values) == len(seen["truth"].values) == mesh.n_faces
    assert len(seen["star1"].values) == len(mesh.edges)
    assert torch.is_grad_enabled()


def test_decimated_bodies_are_coarser_and_keep_their_parts():
    bodies = humans("train")[:2]
    config = TINY.with_(coarse=2, coarsest=0.6)
    for body, example in zip(bodies, prepare_to_learn(config, bodies), strict=True):
        assert len({coarse.ready.mesh.n_faces for coarse in example.coarser}) == 2
        for coarse in example.coarser:
            assert 0.59 * body.mesh.n_faces < coarse.ready.mesh.n_faces <= body.mesh.n_faces
            shares = [np.bincount(labels, weights=areas, minlength=8) / areas.sum() for labels, areas in (
                (coarse.labels.numpy(), coarse.ready.mesh.face_areas),
                (example.labels.numpy(), body.mesh.face_areas))]
            # borders move by an edge or so: edges are 4 % of the body's height
            np.testing.assert_allclose(*shares, atol=0.03)


def test_a_run_takes_its_bodies_coarser_while_it_augments():
    config = TINY.with_(coarse=1, coarsest=0.4, epochs=2, tuned=0.5)
    snapshots = list(begin(config)[0])
    assert len(snapshots) == 2 and all(np.isfinite(snapshot.loss) for snapshot in snapshots)


def test_the_ablation_goes_on_where_it_was(tmp_path):
    config, heard = TINY.with_(epochs=2, bodies=(2, 1)), []
    first = rows_of.run(tmp_path, config, ["full"], heard.append)
    assert list(first) == ["full"] and len(heard) == 2 and heard[0].startswith("full: epoch 1 of 2")
    both = rows_of.run(tmp_path, config, ["full", "half m"], heard.append)
    assert both["full"] == first["full"] and len(heard) == 4           # the first row was not run again
    assert {"accuracy", "by_area", "seconds", "seed", "config", "versions"} <= both["half m"].keys()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full.json", "half_m.json"]
    text = rows_of.table(both)
    assert "generated humans" in text and "87.78 % | 1 |" in text and "86.34 % | 2 |" in text
    with pytest.raises(ValueError, match="another Config"):
        rows_of.run(tmp_path, config.with_(seed=1), ["full"])
