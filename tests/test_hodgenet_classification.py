"""HodgeNet on folders of classes: generated ones always, the authors' where they are."""

import numpy as np
import pytest

from workbench.papers.hodgenet import classification
from workbench.papers.hodgenet.classification import Config, accuracy, begin_on, features, prepare
from workbench.shapes import bumpy_sphere, torus
from workbench.shapes.writing import obj
from workbench.training import finish

TINY = Config.tiny()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two classes of two shapes each, balls and rings."""
    root = tmp_path_factory.mktemp("classes")
    for split, seed in (("train", 0), ("test", 1)):
        for name, mesh in (("ball", bumpy_sphere(3, seed)), ("ring", torus(32, 16, r=0.3 + 0.1 * seed))):
            path = root / name / split / "1.obj"
            path.parent.mkdir(parents=True)
            path.write_bytes(obj(mesh))
    return root


def test_a_run_reads_decimates_and_learns(folder):
    run, net, test, names = begin_on(folder, TINY.with_(epochs=4))
    assert names == ("ball", "ring") and [example.label for example in test] == [0, 1]
    assert all(390 < example.ready.mesh.n_faces <= 500 for example in test)
    assert np.isfinite(finish(run).loss)
    assert accuracy(net, test, TINY) in (0.0, 0.5, 1.0)


def test_shapes_can_stay_as_they_come(folder):
    found = classification.folders.labelled(folder, "train")
    whole = prepare(TINY.with_(faces=None), found)
    assert [example.ready.mesh.n_faces for example in whole] == [mesh.n_faces for _, mesh, _ in found]


def test_turning_leaves_lengths_between_vertices(folder):
    example = prepare(TINY, classification.folders.labelled(folder, "train"))[0]
    config, draws = TINY.with_(stretch=0.0, turned=True), (None, np.random.default_rng(0))
    plain, turned = (features(config, example, draw).numpy()[:, :3] for draw in draws)
    assert not np.allclose(plain, turned)
    np.testing.assert_allclose(turned @ turned.T, plain @ plain.T, atol=1e-5)      # float32


def test_the_papers_classifier_has_64_units_in_its_last_layers():
    net = classification.network(Config.preset("full").with_(head=64), 30)
    assert [layer.out_features for layer in net.o if hasattr(layer, "out_features")] == [64, 64, 30]


@pytest.mark.realdata
def test_psb19_can_be_learned_from(data_folder):
    run, net, test, names = begin_on(data_folder / "psb19", TINY.with_(epochs=1))
    assert len(names) == len(test) == 19
    assert np.isfinite(finish(run).loss) and 0 <= accuracy(net, test, TINY) <= 1
