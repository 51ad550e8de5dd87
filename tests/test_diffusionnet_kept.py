"""What long runs keep on disk: operators, learning curves; and the loss that asks only some vertices."""

import numpy as np
import pytest
import torch

from workbench.papers.diffusionnet import correspondence as maps
from workbench.papers.diffusionnet.curves import Curve
from workbench.papers.diffusionnet.examples import example
from workbench.papers.diffusionnet.experiment import Config, network
from workbench.papers.diffusionnet.kept import kept
from workbench.papers.diffusionnet.labelling import learn_labels, nearby
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.quantities import Snapshot
from workbench.shapes import Mesh, PointCloud, bumpy_sphere
from workbench.training.checkpoints import CheckpointError

TINY = Config.tiny().with_(inputs="xyz", width=8)
BALL = bumpy_sphere(level=1)


def made(shape):
    n = shape.n_vertices
    return example(TINY, "ball", shape, np.arange(n) % 3)


@pytest.mark.parametrize("shape", [BALL, PointCloud(BALL.V), PointCloud(BALL.V, BALL.V)],
                         ids=["mesh", "cloud", "cloud with normals"])
def test_a_network_answers_alike_on_operators_that_were_read_back(tmp_path, shape):
    calls = []

    def make():
        calls.append(1)
        return made(shape)

    net = DiffusionNet(3, 3, 8)
    first, again = (kept(tmp_path / "new", TINY, "a/ball", make) for _ in range(2))
    assert len(calls) == 1 and type(again.mesh) is type(shape) and torch.equal(first.labels, again.labels)
    with torch.no_grad():
        # the same float32 numbers in the same order
        assert torch.equal(net(again.inputs, again.ops), net(made(shape).inputs, made(shape).ops))


def test_another_k_is_another_file_and_no_folder_keeps_nothing(tmp_path):
    kept(tmp_path, TINY, "ball", lambda: made(BALL))
    other = kept(tmp_path, TINY.with_(k=9), "ball", lambda: example(TINY.with_(k=9), "ball", BALL,
                                                                    np.zeros(BALL.n_vertices, int)))
    assert len(other.ops.basis.evals) == 9 and len(list(tmp_path.iterdir())) == 2
    kept(None, TINY, "ball", lambda: made(BALL))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_file_is_refused(tmp_path):
    kept(tmp_path, TINY, "ball", lambda: made(BALL))
    path, = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        kept(tmp_path, TINY, "ball", lambda: made(BALL))


def test_a_curve_that_is_taken_up_again_has_every_row_once(tmp_path):
    def run(first, last):
        return (Snapshot(step, 1 / step, {}) for step in range(first, last + 1))

    list(Curve(tmp_path / "c.json", 2)(run(1, 6), lambda: 0.5))
    whole = Curve(tmp_path / "c.json", 2)
    list(whole(run(5, 9), lambda: 0.5))
    assert [row[0] for row in whole.table()] == [2, 4, 6, 8]
    assert whole.table()[0] == (2, 0.75, 0.5) and Curve(tmp_path / "c.json", 2).table() == whole.table()


def test_asking_some_vertices_teaches_all():
    config = TINY.with_(epochs=60, halving=60, lr=1e-2, turn="upright")
    ball = example(config, "ball", BALL, (BALL.V[:, 1] > 0).astype(np.int64))
    net = network(config.with_(target="side"))
    losses = [snapshot.loss for snapshot in learn_labels(config, net, [ball], asked=10)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:10])
    with torch.no_grad():  # ten of 42 vertices a step, and all 42 are known in the end
        right = (net(ball.inputs, ball.ops).argmax(dim=1) == ball.labels).double().mean()
    assert right > 0.9


def test_a_target_spread_over_no_distance_is_the_one_right_point():
    ball = example(TINY, "ball", BALL, np.arange(BALL.n_vertices))
    losses, n = [], BALL.n_vertices
    for near in (None, nearby(BALL, edges=1e-3)):
        torch.manual_seed(0)
        run = learn_labels(TINY.with_(turn="none"), DiffusionNet(3, n, 8), [ball], 20, near=near)
        losses.append([snapshot.loss for snapshot in run])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)  # float32, two ways to sum


def test_a_spread_target_is_surest_of_itself_and_gives_away_what_it_has():
    near = nearby(BALL, count=7)
    assert torch.equal(near.points[:, 0], torch.arange(BALL.n_vertices))
    assert torch.allclose(near.shares.sum(dim=1), torch.ones(BALL.n_vertices))
    assert (near.shares.diff(dim=1) <= 0).all() and (near.shares[:, 0] < 0.9).all()


def test_maps_know_nothing_of_the_size_of_a_shape():
    config = maps.MapConfig.tiny()
    points = np.arange(BALL.n_vertices)
    small, large = (maps.matched(config, "ball", Mesh(BALL.V * scale, BALL.F), points) for scale in (1, 70))
    assert torch.allclose(small.ops.basis.evals, large.ops.basis.evals, rtol=1e-5, atol=1e-4)
    assert torch.allclose(small.inputs, large.inputs, rtol=1e-4)
    assert float(small.ops.basis.mass.sum()) == pytest.approx(1, abs=1e-5)  # area one, in float32
