"""Checkpoint files: our own, the authors', damaged and hostile ones."""

import pickle
import re

import pytest
import torch

from workbench.bridge import operators
from workbench.papers.diffusionnet.checkpoints import CheckpointError, load, made, save
from workbench.papers.diffusionnet.method import DiffusionNet
from workbench.papers.diffusionnet.published import read_published
from workbench.shapes import icosphere
from workbench.training import checkpoints
from workbench.training.checkpoints import made_by


def network(**options):
    return DiffusionNet(3, 5, 6, blocks=2, **options).eval()


def theirs(net, prefix="feature_extractor."):
    """The network's tensors under the names that the authors gave them."""
    renamed = {}
    for name, x in net.state_dict().items():
        name = name.replace("blocks.", "block_").replace("first.", "first_lin.").replace("last.", "last_lin.")
        name = re.sub(r"mlp\.layers\.(\d)", r"mlp.miniMLP_mlp_layer_00\1", name)
        name = re.sub(r"gradients\.(A\w*)", r"gradient_features.\1.weight", name)
        if name.endswith("log_time"):
            name, x = name.replace("log_time", "diffusion_time"), x.exp()
        renamed[prefix + name] = x
    return renamed


def same_answers(one, other, **tolerance):
    ops = operators(icosphere(1), k=9, dtype=one.first.weight.dtype)
    x = torch.randn(ops.n, 3, dtype=one.first.weight.dtype)
    torch.testing.assert_close(one(x, ops), other(x, ops), **tolerance)


OPTIONS = pytest.mark.parametrize("options", [{}, {"rotation": False}, {"gradients": False}])


@OPTIONS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_saved_network_answers_as_before(tmp_path, options, dtype):
    net = network(**options).to(dtype)
    save(net, tmp_path / "net.pt")
    same_answers(net, load(tmp_path / "net.pt"), rtol=0, atol=0)
    assert load(tmp_path / "net.pt").config == net.config


def test_a_saved_network_tells_how_it_was_made(tmp_path):
    record = made_by("python -m somewhere", seed=3, data="spheres", seconds=1.26, accuracy=0.5)
    save(network(), tmp_path / "net.pt", record)
    assert made(tmp_path / "net.pt") == record and record["seconds"] == 1.3


def test_a_saved_network_remembers_its_dropout_of_the_moment(tmp_path):
    net = network()
    net.set_dropout(0.25)
    save(net, tmp_path / "net.pt")
    assert load(tmp_path / "net.pt").blocks[0].mlp.dropout.p == 0.25


def test_a_failing_save_leaves_the_older_file_and_nothing_else(tmp_path, monkeypatch):
    old, path = network(), tmp_path / "net.pt"
    save(old, path)

    def fail(content, file):
        file.write(b"half of it")
        raise OSError("disk full")

    monkeypatch.setattr(checkpoints.torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        save(network(), path)
    same_answers(load(path), old, rtol=0, atol=0)
    assert list(tmp_path.iterdir()) == [path]


@OPTIONS
@pytest.mark.parametrize("prefix", ["", "feature_extractor."])
def test_a_file_with_the_authors_names_is_read(tmp_path, options, prefix):
    net = network(**options)
    torch.save(theirs(net, prefix), tmp_path / "theirs.pth")
    same_answers(read_published(tmp_path / "theirs.pth"), net, rtol=1e-5, atol=1e-5)


def test_times_that_the_authors_left_at_zero_become_their_least(tmp_path):
    tensors = theirs(network())
    tensors["feature_extractor.block_0.diffusion.diffusion_time"] = torch.zeros(6)
    torch.save(tensors, tmp_path / "theirs.pth")
    times = read_published(tmp_path / "theirs.pth").times()[0]
    assert times == pytest.approx(1e-8, rel=1e-5)


@pytest.mark.parametrize("read", [load, read_published])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(FileNotFoundError, match="nowhere.pth"):
        read(tmp_path / "nowhere.pth")


@pytest.mark.parametrize("read", [load, read_published])
@pytest.mark.parametrize("part", [0, 10, 0.5, 0.99])
def test_a_half_written_file_is_refused_by_name(tmp_path, read, part):
    path = tmp_path / "half.pth"
    save(network(), path) if read is load else torch.save(theirs(network()), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:part if isinstance(part, int) else int(part * len(whole))])
    with pytest.raises(CheckpointError, match="half.pth"):
        read(path)


class Bomb:
    """Unpickling this creates a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("read", [load, read_published])
@pytest.mark.parametrize("write", [torch.save, lambda x, path: path.write_bytes(pickle.dumps(x))])
def test_nothing_in_a_file_is_ever_executed(tmp_path, read, write):
    write({"first_lin.weight": Bomb(tmp_path / "exploded")}, tmp_path / "bomb.pth")
    with pytest.raises(CheckpointError, match="bomb.pth"):
        read(tmp_path / "bomb.pth")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04nonsense", b"PK\x03\x04broken"])
@pytest.mark.parametrize("read", [load, read_published])
def test_a_file_of_something_else_is_refused_by_name(tmp_path, read, content):
    (tmp_path / "what.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match="what.pth"):
        read(tmp_path / "what.pth")


@pytest.mark.parametrize(("change", "words"), [
    (lambda x: x.pop("block_1.mlp.miniMLP_mlp_layer_001.bias"), r"misses \['blocks.1.mlp.layers.1.bias'\]"),
    (lambda x: x.pop("block_0.diffusion.diffusion_time"), r"misses \['blocks.0.diffusion.log_time'\]"),
    (lambda x: x.pop("first_lin.weight"), "no matrix for 'first.weight'"),
    (lambda x: x.update({"block_0.surprise": torch.ones(1)}), "'block_0.surprise' is no part"),
    (lambda x: x.update({"block_1.mlp.miniMLP_mlp_layer_007.bias": torch.ones(1)}), "too much .*layers.7"),
    (lambda x: x.update({"block_1.diffusion.diffusion_time": torch.ones(7)}), "other shapes .*1.diffusion"),
    (lambda x: x.update({"first_lin.weight": "a word"}), "named tensors only; 'first_lin.weight'"),
    (lambda x: x.clear(), "expected named tensors"),
])
def test_a_file_that_is_nearly_the_authors_is_refused_with_the_reason(tmp_path, change, words):
    tensors = theirs(network(), prefix="")
    change(tensors)
    torch.save(tensors, tmp_path / "nearly.pth")
    with pytest.raises(CheckpointError, match=f"nearly.pth.*{words}"):
        read_published(tmp_path / "nearly.pth")


@pytest.mark.parametrize(("change", "words"), [
    (lambda x: x.pop("weights"), "no checkpoint of the workbench"),
    (lambda x: x.update(kind="hodgenet"), "of 'hodgenet', expected one of 'diffusionnet'"),
    (lambda x: x["weights"].pop("first.weight"), "first.weight"),
    (lambda x: x["weights"].pop("last.bias"), "last.bias"),
    (lambda x: x.update(sizes="{"), "do not fit"),
    (lambda x: x.update(made="[]"), "do not fit"),
    (lambda x: x.update(sizes='{"c_in": 3}'), "c_out"),
    (lambda x: x.update(weights=3), "do not fit"),
])
def test_a_file_that_is_nearly_ours_is_refused_with_the_reason(tmp_path, change, words):
    save(network(), tmp_path / "nearly.pt")
    content = torch.load(tmp_path / "nearly.pt", weights_only=True)
    change(content)
    torch.save(content, tmp_path / "nearly.pt")
    with pytest.raises(CheckpointError, match=words):
        load(tmp_path / "nearly.pt")


def test_the_authors_file_is_no_file_of_ours(tmp_path):
    torch.save(theirs(network()), tmp_path / "theirs.pth")
    with pytest.raises(CheckpointError, match="read_published"):
        load(tmp_path / "theirs.pth")
