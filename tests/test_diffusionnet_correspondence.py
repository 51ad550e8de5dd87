"""Supervised correspondence and classification, small; the readers of the authors' data."""

import numpy as np
import pytest
import torch

from workbench.datasets import faust, folders, rna
from workbench.datasets.humans import humans
from workbench.papers.diffusionnet import correspondence as maps
from workbench.papers.diffusionnet.classifying import classified, classifier, learn_classes, share_right
from workbench.papers.diffusionnet.experiment import Config
from workbench.shapes import bumpy_sphere, torus
from workbench.shapes.files import write

TINY = maps.MapConfig(width=8, k=20, maps=6, steps=12)


@pytest.fixture(scope="module")
def shapes():
    return [maps.matched(TINY, body.name, body.mesh, body.correspondence) for body in humans("train")[:2]]


def test_the_true_map_of_a_shape_to_itself_is_the_identity(shapes):
    C = maps.true_map(TINY, shapes[0], shapes[0])
    assert torch.allclose(C, torch.eye(6), atol=1e-5)


def test_a_shape_mapped_to_itself_by_the_identity_has_no_error(shapes):
    one = shapes[0]
    distances = maps.distances_between_points(one, every=500)
    T = maps.point_map(torch.eye(20), one, one)
    assert (T == np.arange(one.ops.n)).all()
    assert maps.map_errors(T, one, distances, every=500).max() == 0


def test_learning_brings_the_implied_map_nearer_to_the_true_one(shapes):
    config = TINY.with_(steps=40, lr=5e-3)
    losses = [s.loss for s in maps.learn_maps(config, maps.feature_network(config), shapes)]
    assert sum(losses[-8:]) < 0.7 * sum(losses[:8])


def test_the_first_layer_begins_as_if_inputs_were_centred_and_no_direction_of_them_large(shapes):
    X = torch.cat([shape.inputs for shape in shapes])
    plain, begun = (maps.feature_network(TINY, data).first for data in ((), shapes))
    with torch.no_grad():
        told = begun(X).double()
    # weights reach 1e3 over values of 10 in float32: a thousandth is left of seven digits
    assert torch.allclose(told.mean(dim=0), plain.bias.double(), atol=1e-2)
    gap = plain.weight.double() @ plain.weight.double().T - torch.cov(told.T)
    assert torch.linalg.eigvalsh(gap).min() > -1e-2  # variance one in every direction, or less where it was 0


def test_spheres_and_tori_are_told_apart():
    config = Config(width=8, blocks=2, k=16, lr=1e-2, epochs=20, halving=20)
    rng = np.random.default_rng(0)
    kinds = [(bumpy_sphere(level=1), 0), (torus(12, 8), 1)]
    bent = [(f"{i}", type(mesh)(mesh.V * rng.uniform(0.8, 1.2, 3), mesh.F), number)
            for i in range(3) for mesh, number in kinds]
    learn, test = classified(config, bent[:4]), classified(config, bent[4:])
    net = classifier(config, 2)
    losses = [s.loss for s in learn_classes(config, net, learn)]
    assert losses[-1] < losses[0] and share_right(net, test) == 1.0


def test_folders_are_classes(tmp_path):
    for name, mesh in (("ball", bumpy_sphere(level=1)), ("ring", torus(6, 4))):
        for split in ("train", "test"):
            (tmp_path / name / split).mkdir(parents=True)
            write(tmp_path / name / split / "001.obj", mesh)
    assert folders.classes(tmp_path) == ("ball", "ring")
    found = folders.labelled(tmp_path, "train")
    assert [(name, number) for name, _, number in found] == [("ball/001", 0), ("ring/001", 1)]
    with pytest.raises(ValueError, match='"train" or "test"'):
        folders.labelled(tmp_path, "all")
    with pytest.raises(FileNotFoundError, match="CLASS/train"):
        folders.classes(tmp_path / "ball" / "train")


def test_labels_beyond_the_kinds_of_atom_are_refused(tmp_path):
    mesh = bumpy_sphere(level=1)
    (tmp_path / "npz").mkdir()
    (tmp_path / "train.txt").write_text("x.off\n")
    np.savez(tmp_path / "npz" / "x.npz", V=mesh.V, F=mesh.F, y=np.full(mesh.n_vertices, 259))
    with pytest.raises(ValueError, match="a label -1 .. 258"):
        rna.molecules(tmp_path, "train")


@pytest.mark.realdata
def test_faust_is_read_in_all_its_layouts(data_folder):
    scan = faust.remeshed_scan(data_folder / "faust_r", 80)
    assert len(scan.points) == 5000 and len(np.unique(scan.points)) > 3000
    template = faust.registrations(data_folder / "faust_registrations")[80].shape
    for kind in faust.KINDS:
        new = faust.meshed_anew(data_folder / "faust_benchmark", kind, 80)
        X = new.shape.X if kind == "cloud" else new.shape.V
        # the named vertex of the registration is the nearest one, about an edge away at most
        assert np.linalg.norm(X - template.V[new.points], axis=1).max() < 0.05


@pytest.mark.realdata
def test_molecules_are_whole_surfaces(data_folder):
    molecule, = rna.molecules(data_folder / "rna", "test", count=1)
    assert len(molecule.mesh.boundary_edges) == 0 and 10_000 < molecule.mesh.n_vertices < 20_000
    assert len(rna.molecules(data_folder / "rna", "train")) == 120


@pytest.mark.realdata
def test_psb19_has_ten_to_learn_from_and_ten_to_judge_by(data_folder):
    for split in ("train", "test"):
        numbers = [number for _, _, number in folders.labelled(data_folder / "psb19", split)]
        assert np.bincount(numbers).tolist() == [10] * 19
