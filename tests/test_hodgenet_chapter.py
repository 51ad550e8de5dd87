"""What chapter 1 shows: Fig. 2 box by box, one edge, modes, shortened gradients, a network from a file."""

import numpy as np
import pytest
import torch

from workbench.operators.exterior import star0, star1
from workbench.papers.hodgenet import HodgeNet, checkpoints, compared, figure2, surface, truncation
from workbench.papers.hodgenet.crease import creased, torn, turned
from workbench.papers.hodgenet.experiment import (
    Config,
    features,
    hear,
    misheard,
    network,
    show_misheard,
    train,
)
from workbench.papers.hodgenet.watching import cast, set_the_stage
from workbench.shapes import Mesh, bumpy_sphere
from workbench.training.checkpoints import made_by
from workbench.view import Album
from workbench.view.knobs import Choice, Flow

TINY = Config.tiny()


@pytest.fixture(scope="module")
def sheet():
    return surface(creased(1.0, (4, 2)), "sheet")


@pytest.fixture(scope="module")
def net():
    return network(TINY)


def test_every_box_of_figure_2_has_something_to_show(net, sheet):
    album = Album()
    album.add("sheet", sheet.mesh)
    for box in figure2.BOXES:
        figure2.show(album, net, sheet, features(sheet.mesh), box, "sheet")
        shown = album.board.quantities
        assert shown and all(np.isfinite(quantity.values).all() for quantity in shown.values())
        assert shown.keys() == figure2.tensors(net, sheet, features(sheet.mesh), box, "sheet").keys()


def test_the_boxes_hold_what_the_network_computes(net, sheet):
    F = features(sheet.mesh)
    with torch.no_grad():
        net.eval()
        stars, said = net.stars([sheet], F), net([sheet], F)[0]
    for box, star in zip(("★₀", "★₁"), stars, strict=True):
        values = figure2.tensors(net, sheet, F, box, "sheet")["tensor"].values
        np.testing.assert_allclose(values, star.diagonal(dim1=1, dim2=2).mean(dim=1))
    arrow = figure2.tensors(net, sheet, F, "o", "sheet")["answer"].values[1]
    np.testing.assert_allclose(arrow, said / said.norm(), rtol=1e-5)          # float32


def test_figure_2_is_a_flow_that_a_page_can_draw():
    choice = Choice("box", tuple(figure2.BOXES), flow=Flow(**figure2.FLOW))
    assert set(choice.flow.learned) == {"f", "g", "h", "o"}
    column = dict(zip(choice.options, [x for x, _ in choice.flow.places], strict=True))
    assert all(column[a] < column[b] for a, b in choice.flow.arrows)


def test_a_stencil_names_both_triangles_of_an_edge(sheet):
    faces = {tuple(np.roll(face, -c)) for face in sheet.mesh.F.tolist() for c in range(3)}
    for edge, ends in enumerate(sheet.mesh.edges):
        labels = compared.stencil(sheet, edge)
        v = [int(np.flatnonzero(labels == corner)[0]) for corner in range(labels.max() + 1)]
        assert set(v[:2]) == set(ends) and tuple(v[:3]) in faces
        assert len(v) == (4 if edge in sheet.inner_at else 3)
        assert len(v) == 3 or (v[1], v[0], v[3]) in faces


def test_an_edge_and_a_mode_stand_beside_the_plain_ones(net, sheet):
    album = Album()
    compared.show_edge(album, net, sheet, features(sheet.mesh), 3)
    assert {"stencil", "★₁", "cotan"} <= album.board.quantities.keys()
    np.testing.assert_allclose(album.board.quantities["cotan"].values, star1(sheet.mesh))
    assert "at edge 3" in album.board.look_of("★₁").title
    compared.show_modes(album, net, sheet, features(sheet.mesh), 2)
    phi = album.board.quantities["phi"].values
    assert phi @ (star0(sheet.mesh) * phi) == pytest.approx(1.0)
    assert abs(star0(sheet.mesh) @ phi) < 1e-10                 # beside the constant


def test_no_crease_is_heard_by_the_plain_laplacian():
    assert compared.heard_by_the_plain((10, 5), 16) < 1e-10     # round-off over the smallest eigenvalue


def test_a_torn_square_is_two_pieces_that_look_like_one():
    whole, halves = creased(2.0), torn(2.0)
    assert surface(halves).pattern.parts == 2
    np.testing.assert_array_equal(halves.V[halves.F], whole.V[whole.F])


def test_turning_is_rigid():
    mesh = turned(creased(2.0), 30.0)
    np.testing.assert_allclose(mesh.face_areas, creased(2.0).face_areas)
    np.testing.assert_allclose(turned(mesh, -30.0).V, creased(2.0).V, atol=1e-15)


def test_what_is_heard_goes_round_the_circle(net):
    curve = misheard(net, lambda angle: creased(angle, (4, 2)), count=8)
    said = hear(net, [creased(angle, (4, 2)) for angle in np.radians(curve[:, 0])])
    apart = np.exp(1j * np.radians(said)) / np.exp(1j * np.radians(curve[:, 0]))
    np.testing.assert_allclose(np.cos(np.radians(curve[:, 1])), apart.real, atol=1e-6)
    assert (curve[:, 1] >= 0).all() and (curve[:, 1] <= 180).all()
    album = Album()
    show_misheard(album, {"one": curve, "again": curve})
    assert list(album.board.plots()["off"]) == ["one", "again"]


@pytest.fixture(scope="module")
def modes():
    mesh = bumpy_sphere(level=2)
    torch.manual_seed(0)
    net = HodgeNet(3, 2, k=1, m=8, extra=8, n=4, at="mesh")
    return mesh, truncation.accurate_modes(net, surface(mesh, "ball"), features(mesh), 160)


def test_the_sharper_a_loss_looks_the_more_pairs_it_needs(modes):
    mesh, found = modes
    curves = truncation.error_curves(found, 8, mesh, extras=(2, 4, 8, 16, 32))
    powers = [truncation.power(curve) for curve in curves.values()]
    assert (np.diff(powers) > 0).all() and powers[-1] < 0
    assert all((np.diff(curve[:, 1]) < 0).all() for curve in curves.values())
    album = Album()
    truncation.show(album, curves)
    assert album.board.plots()["error"].keys() == curves.keys()
    assert album.board.quantities["smooth"].values[:, 0].tolist() == [1, 2, 3, 4, 5]


def test_the_shortened_gradient_descends(modes):
    mesh, found = modes
    few, many = (truncation.descent(found, 8, mesh, extra) for extra in (8, 152))
    assert 0 < few < many                                       # all but one of the pairs there are


def test_a_power_law_has_its_power():
    x = np.array([1.0, 2.0, 5.0])
    assert truncation.power(np.stack([x, 3 * x**-0.7], axis=1)) == pytest.approx(-0.7)


def test_a_kept_network_comes_back_with_its_config_and_its_making(net, tmp_path):
    record = made_by("python somewhere", 3, "squares", 1.0)
    checkpoints.save(net, TINY, tmp_path / "net.pt", record)
    back, config, made = checkpoints.load(tmp_path / "net.pt")
    assert config == TINY and made == record and not back.training
    mesh = creased(1.0, TINY.cells)
    assert hear(back, [mesh]) == hear(net, [mesh])


def test_the_shipped_network_hears_creases_as_well_as_the_paper_says():
    net, config, made = checkpoints.load_shipped()
    off = misheard(net, lambda angle: creased(angle, config.cells), count=36)
    assert off[:, 1].mean() < 0.17                              # the paper's number, section 8.4
    assert "hodgenet_crease.py" in made["command"]


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(tmp_path):
    from workbench.papers.hodgenet.experiment import paper_square
    from workbench.training.resuming import Progress

    def losses(net, note, until):
        run = train(TINY, net, paper_square(TINY), progress=Progress(note, net, "tiny", seconds=0))
        return [next(run).loss for _ in range(until)]

    whole = losses(network(TINY), tmp_path / "whole.pt", 6)
    halves = losses(network(TINY), tmp_path / "cut.pt", 3) + losses(network(TINY), tmp_path / "cut.pt", 3)
    assert halves == whole


def test_a_stage_for_the_run_takes_all_it_shows():
    album = Album()
    mesh = creased(1.0, TINY.cells)
    set_the_stage(album, mesh)
    assert album.board.wings.keys() == cast(mesh).keys()
    assert all(isinstance(shape, Mesh) for shape in album.board.wings.values())
