"""Checkpoints of any paper: what ships is listed and found, and a killed training goes on exactly."""

import pytest
import torch
from torch import nn

from workbench.shapes.files import shipped
from workbench.training import Knobs, checkpoints, descend, finish, halved_every
from workbench.training.catalogue import LARGEST, catalogue
from workbench.training.checkpoints import (
    RECORD,
    Checkpoint,
    CheckpointError,
    made_by,
    read,
    read_content,
    rebuild,
    shipped_checkpoint,
    write,
)
from workbench.training.resuming import Progress

SHIPPED = sorted((shipped("assets") / "checkpoints").glob("*.pt"))


def small(width=4):
    return nn.Sequential(nn.Linear(3, width), nn.Dropout(0.5), nn.Linear(width, 1))


def run(net, steps, progress=None):
    """A descent whose every step draws random numbers and whose rate falls."""
    def objective(step):
        return net(torch.randn(5, 3)).square().mean()

    return descend(net.parameters(), objective, steps, Knobs(lr=0.1), decay=halved_every(4),
                   progress=progress)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_module_of_any_paper_comes_back_as_it_was(tmp_path, dtype):
    net = small(6).to(dtype)
    write(tmp_path / "net.pt", Checkpoint("mine", {"width": 6}, net.state_dict()))
    back = rebuild(tmp_path / "net.pt", "mine", small)
    assert not back.training
    for one, other in zip(net.parameters(), back.parameters(), strict=True):
        assert one.dtype == other.dtype and torch.equal(one, other)


def test_what_json_cannot_hold_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(TypeError):
        write(tmp_path / "net.pt", Checkpoint("mine", {"width": torch.ones(1)}, small().state_dict()))
    assert not list(tmp_path.iterdir())


def test_a_killed_training_goes_on_exactly(tmp_path):
    torch.manual_seed(0)
    whole = small()
    start = {name: x.clone() for name, x in whole.state_dict().items()}
    state = torch.get_rng_state()
    last = finish(run(whole, 10))

    torch.set_rng_state(state)
    killed = small()
    killed.load_state_dict(start)
    torch.set_rng_state(state)
    first = run(killed, 10, Progress(tmp_path / "note.pt", killed, "it", seconds=0))
    for _ in range(6):
        next(first)
    first.close()

    torch.manual_seed(99)
    other = small()
    end = finish(run(other, 10, Progress(tmp_path / "note.pt", other, "it")))
    assert end.step == 10 and end.loss == last.loss
    for one, two in zip(whole.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)
    assert finish(run(other, 10, Progress(tmp_path / "note.pt", other, "it"))) is None  # nothing left to do


def test_time_before_a_kill_counts(tmp_path):
    net = small()
    optimizer = torch.optim.Adam(net.parameters())
    Progress(tmp_path / "note.pt", net, "it").note(optimizer, 1, last=True)
    content = dict(read_content(tmp_path / "note.pt"), cpu=1000.0)
    checkpoints.write_whole(tmp_path / "note.pt", content)
    progress = Progress(tmp_path / "note.pt", net, "it")
    assert progress.resume(optimizer) == 1
    assert progress.cpu >= 1000.0


@pytest.mark.parametrize(("change", "words"), [
    (lambda x: x.update(about="another"), "of the run 'another'"),
    (lambda x: x.pop("random"), "not a note"),
    (lambda x: x["weights"].pop("0.bias"), "does not fit"),
])
def test_a_note_of_something_else_is_refused_with_the_reason(tmp_path, change, words):
    path, net = tmp_path / "note.pt", small()
    finish(run(net, 2, Progress(path, net, "it")))
    content = read_content(path)
    change(content)
    checkpoints.write_whole(path, content)
    with pytest.raises(CheckpointError, match=words):
        next(run(net, 3, Progress(path, net, "it")))


def test_an_unknown_name_names_those_that_ship():
    with pytest.raises(FileNotFoundError, match="no checkpoint called 'nobody'"):
        shipped_checkpoint("nobody")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_is_small_found_and_says_how_it_was_made(path):
    assert shipped_checkpoint(path.stem) == path and path.stat().st_size <= LARGEST
    made = read(path, read_content(path)["kind"]).made
    assert set(RECORD) <= set(made) and made["seconds"] > 0
    assert made["command"].startswith("python ")


def test_the_list_of_what_ships_is_up_to_date():
    folder = shipped("assets") / "checkpoints"
    assert (folder / "README.md").read_text() == catalogue(folder), "python -m workbench.training.catalogue"


def test_a_file_without_a_record_may_not_ship(tmp_path):
    made = made_by("python -m workbench.x", 0, "spheres", 1.0)
    write(tmp_path / "net.pt", Checkpoint("mine", {}, small().state_dict(), made))
    assert "python -m workbench.x" in catalogue(tmp_path)
    del made["data"]
    write(tmp_path / "net.pt", Checkpoint("mine", {}, small().state_dict(), made))
    with pytest.raises(CheckpointError, match="data"):
        catalogue(tmp_path)
