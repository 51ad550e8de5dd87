"""Stills: what is drawn is where it should be, in the colours it should have, quickly, and without pyplot."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from workbench.quantities import Quantity
from workbench.shapes import CurveNetwork, Mesh, PointCloud, icosphere, plane_with_hole
from workbench.view import Album, Look, Texture
from workbench.view.arrows import arrows_of
from workbench.view.colors import (
    DIVERGING,
    MISSING,
    PALETTE,
    SEQUENTIAL,
    colors_of,
    label_colors,
    label_keys,
    label_names,
    lut,
    rgb,
    scale,
)
from workbench.view.film import save_film
from workbench.view.painter import Camera
from workbench.view.panels import thinned
from workbench.view.plots import histogram_edges, wants_log
from workbench.view.stills.render import rendered

# sRGB in linear light as dichromats see it: Machado, Oliveira, Fernandes 2009, severity 1
EYES = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(colors, eye="normal"):
    """CIELAB (D65) of sRGB colors in [0, 1], seen by an eye."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(EYES[eye]).T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = seen @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def ink(picture):
    """Where a picture is not white."""
    return (picture < 250).any(axis=-1)


@pytest.mark.parametrize("eye", EYES)
def test_labels_stay_apart_for_every_eye(eye):
    seen = lab(label_colors(len(PALETTE)), eye)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1)[np.triu_indices(len(seen), 1)]
    assert apart.min() > 15  # six times the just noticeable difference of about 2.3


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_sequential_maps_grow_lighter_all_the_way(name):
    assert (np.diff(lab(lut(name) / 255.0)[:, 0]) > -0.5).all()  # 8-bit rounding moves lightness by less


@pytest.mark.parametrize("name", DIVERGING)
def test_diverging_maps_are_lightest_in_the_middle(name):
    assert 118 <= np.argmax(lab(lut(name) / 255.0)[:, 0]) <= 137


def test_mixed_signs_get_a_symmetric_range_and_a_neutral_middle():
    by = scale(np.array([-1.0, 0.5, 3.0]))
    assert (by.low, by.high) == (-3.0, 3.0) and by.map in DIVERGING
    assert scale(np.array([-0.01, 3.0])).map in SEQUENTIAL
    assert scale(np.array([-1.0, 1.0]), Look(map="magma", low=0.0)).low == 0.0


def test_missing_values_do_not_move_the_range_and_are_grey():
    values = np.array([0.0, np.nan, 2.0, np.inf])
    assert (scale(values).low, scale(values).high) == (0.0, 2.0)
    assert np.allclose(colors_of(values, "scalar")[[1, 3]], rgb(MISSING))
    assert np.allclose(colors_of(np.array([1, -1]), "label")[1], rgb(MISSING))


def test_a_constant_scalar_has_a_colour():
    assert np.isfinite(colors_of(np.full(4, 7.0), "scalar")).all()


def test_labels_are_named_and_coloured_by_what_occurs_where_they_are_large():
    values = np.array([10**9, -1, 0, 7, 10**9])
    assert label_keys(values).tolist() == [0, 7, 10**9]
    assert label_names(label_keys(values), Look(labels=["head"])) == ["head", "7", "1000000000"]
    assert label_keys(np.array([2, -1])).tolist() == [0, 1, 2]  # few: also those that do not occur now
    colors = colors_of(values, "label")
    assert np.allclose(colors[[2, 3, 0, 4]], label_colors(3)[[0, 1, 2, 2]])
    assert np.allclose(colors[1], rgb(MISSING))


@pytest.mark.parametrize("beside", [0, 1, 3])
def test_a_key_of_many_labels_says_how_many_more_there_are_and_covers_no_body(beside):
    ball, plain = icosphere(2), Album()
    labels = 10**9 + np.arange(ball.n_vertices)
    for made in (plain, Album()):
        for name in ["ball", *(f"body {k}" for k in range(beside))]:
            made.add(name, ball)
        if made is not plain:
            made.show("parts", Quantity("ball", "vertices", labels, "label"))
            picture = made.frame()
    lower = slice(int(0.84 * len(picture)), None)  # where keys stand: bodies end above
    rows = np.flatnonzero(ink(picture[: lower.start]).any(axis=1))
    assert np.array_equal(rows, np.flatnonzero(ink(plain.frame()[: lower.start]).any(axis=1)))
    assert 0.005 < ink(picture[lower]).mean() < 0.3


def test_no_label_is_black():
    assert label_colors(4096).max(axis=1).min() > 0.15


def test_an_unknown_map_is_refused_with_the_names_of_those_that_are():
    with pytest.raises(ValueError, match="viridis"):
        Look(map="jet")


def test_the_turntable_is_a_rotation_and_keeps_up_up():
    R = Camera(yaw=40, pitch=20).rotation
    assert np.allclose(R @ R.T, np.eye(3), atol=1e-14) and np.linalg.det(R) > 0
    assert (Camera(pitch=0, up="z").rotation @ [0, 0, 1])[1] == pytest.approx(1)


def faces_seen(mesh, camera):
    """The numbers of the faces that have a pixel."""
    seen = []

    def tint(face, weights):
        seen.append(face)
        return np.ones((len(face), 3))

    rendered(mesh, tint, camera, 200, 200)
    return np.unique(seen[0])


def test_half_of_a_sphere_is_seen_and_it_is_the_near_one():
    ball = icosphere(3)
    seen = faces_seen(ball, Camera())
    assert 0.35 * ball.n_faces < len(seen) < 0.5 * ball.n_faces  # perspective hides a little more than half
    depth = ball.V[ball.F].mean(axis=1) @ Camera().rotation[2]
    assert (depth[seen] > 0).all() and depth.argmax() in seen


def test_every_pixel_of_a_flat_triangle_mixes_its_corners():
    triangle = Mesh(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))
    seen = []

    def tint(face, weights):
        seen.append(weights)
        return np.ones((len(face), 3))

    picture = rendered(triangle, tint, Camera(yaw=0, pitch=0), 100, 100)
    weights = seen[0]
    assert np.allclose(weights.sum(axis=1), 1) and (weights >= 0).all()
    assert np.allclose(weights.mean(axis=0), 1 / 3, atol=0.01)  # the centroid, to a pixel of a hundred
    assert (picture[..., 3] > 0).mean() == pytest.approx(0.96**2 / 2, abs=0.02)  # half of the square it fills


def test_the_nearer_of_two_sheets_hides_the_other():
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    sheets = Mesh(
        np.concatenate([square, square + [0, 0, 0.2]]), np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    )
    owners = []

    def tint(face, weights):
        owners.append(face)
        return np.ones((len(face), 3))

    rendered(sheets, tint, Camera(yaw=0, pitch=0), 60, 60)
    rendered(sheets, tint, Camera(yaw=180, pitch=0), 60, 60)
    assert (owners[0] >= 2).all() and (owners[1] < 2).mean() > 0.85  # perspective: the far sheet is smaller


def test_a_closed_surface_has_no_holes():
    ball = icosphere(4)
    opaque = rendered(ball, lambda face, weights: np.ones((len(face), 3)), Camera(), 120, 120)[..., 3]
    rows, columns = np.indices(opaque.shape)
    inside = np.hypot(rows - 59.5, columns - 59.5) < 0.96 * 60 - 2
    assert (opaque[inside] == 255).all() and opaque.mean() / 255 == pytest.approx(
        0.96**2 * np.pi / 4, abs=0.01
    )


def test_one_body_stands_in_the_middle_in_the_colour_of_its_label():
    album, ball = Album(), icosphere(3)
    album.add("ball", ball)
    album.show("part", Quantity("ball", "vertices", np.zeros(ball.n_vertices, int), "label"))
    picture = album.frame()
    rows, columns = np.nonzero(ink(picture[: int(0.8 * len(picture))]))
    assert abs(columns.mean() - picture.shape[1] / 2) < 5
    middle = picture[int(rows.mean()), int(columns.mean())] / 255.0
    hue = middle / rgb(PALETTE[0])
    assert np.ptp(hue) < 0.15  # light scales the colour, it does not tint it


def test_two_bodies_stand_left_and_right():
    album = Album()
    album.add("mesh", icosphere(2))
    album.add("cloud", PointCloud(icosphere(3).V))
    drawn = ink(album.frame())
    third = drawn.shape[1] // 3
    assert drawn[:, :third].any() and drawn[:, -third:].any()


def test_both_sides_of_an_open_surface_are_drawn():
    hole = plane_with_hole(8)
    for yaw in (0, 180):
        assert len(faces_seen(hole, Camera(yaw=yaw, pitch=0))) == hole.n_faces


def test_every_kind_of_plot_leaves_ink():
    rng = np.random.default_rng(0)
    values = {"curve": (50, 2), "scatter": (50, 2), "histogram": (3, 64), "matrix": (12, 9)}
    for kind, shape in values.items():
        album = Album()
        album.show("q", Quantity("plot", "plot", np.exp(rng.normal(size=shape)), kind))
        assert ink(album.frame()).sum() > 1000, kind


def test_a_log_axis_needs_positive_values():
    assert wants_log(np.array([1e-3, 1.0]), Look())
    assert not wants_log(np.array([0.5, 1.0]), Look())
    assert not wants_log(np.array([0.0, 1.0]), Look(log=True))


def test_bins_hold_every_sample_and_are_even_on_a_log_axis():
    rows = [np.array([0.01, 0.1]), np.array([1.0, 10.0])]
    edges, log = histogram_edges(rows, Look(log=True))
    assert log and np.allclose(np.diff(np.log(edges)), np.log(edges[1] / edges[0]))
    assert sum(np.histogram(row, edges)[0].sum() for row in rows) == 4


def test_a_thinned_curve_keeps_the_mean_and_its_place():
    losses = np.arange(1.0, 2001.0)  # loss = step, so every mean must lie on the diagonal
    curve = thinned(losses)
    assert len(curve) <= 500 and np.allclose(curve[:, 0], curve[:, 1])


def test_pyplot_is_never_loaded():
    code = (
        "import sys, workbench.view as v; from workbench.shapes import sphere; "
        "a = v.Album(); a.add('s', sphere(1)); a.frame(); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_film_has_every_frame_and_holds_the_last(tmp_path):
    frames = [np.full((20, 40, 3), shade, np.uint8) for shade in (0, 120, 240)]
    with Image.open(save_film(frames, tmp_path / "film.gif", width=40, seconds=1.0)) as film:
        shades = [film.seek(i) or film.convert("L").getpixel((5, 5)) for i in range(3)]
        last = film.info["duration"]
        film.seek(0)
        assert shades == [0, 120, 240] and film.n_frames == 3 and last > film.info["duration"]
    with pytest.raises(ValueError, match="at least one frame"):
        save_film([], tmp_path / "empty.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]


def cell(album):
    """What an album's only place shows, (h, w, 3) in [0, 1], without keys."""
    picture = album.frame()
    return picture[: int(0.82 * len(picture))] / 255.0


def test_a_curve_over_a_body_stands_in_its_frame_and_hides_behind_it():
    album, ball = Album(), icosphere(3)
    album.add("ball", ball)
    alone = cell(album)
    inside = np.array([[-0.5, 0, 0], [0.5, 0, 0]])
    album.add("axis", CurveNetwork(inside, np.array([[0, 1]])), over="ball")
    assert np.array_equal(cell(album), alone)  # it is inside the ball
    album.look("ball", opacity=0.4)
    through = cell(album)
    album.remove("axis")
    assert (np.abs(through - cell(album)).max(axis=-1) > 0.05).sum() > 200


def test_a_texture_is_read_right_way_up():
    red_above = Texture(np.array([[[255, 0, 0]], [[0, 0, 255]]], np.uint8))  # the first row is at v = 1
    V = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    square = Mesh(V, np.array([[0, 1, 2], [0, 2, 3]]))
    album = Album()
    album.add("square", square)
    album.show("uv", Quantity("square", "vertices", V[:, :2] * [1, 0.98] + [0, 0.01], "uv"))
    album.look("uv", texture=red_above)
    picture = cell(album)
    red, blue = (np.argwhere(picture[..., k] > picture[..., 2 - k] + 0.3)[:, 0].mean() for k in (0, 2))
    assert red < blue  # rows count from above


def test_the_longest_arrow_has_the_length_that_was_asked_for():
    ball = icosphere(2)
    values = ball.V * np.linspace(0.1, 7, ball.n_vertices)[:, None]
    values[3] = np.nan
    quantity = Quantity("ball", "vertices", values, "vector")
    starts, tips = arrows_of(ball, quantity, Look(length=0.5))
    assert len(starts) == ball.n_vertices - 1
    assert np.linalg.norm(tips - starts, axis=1).max() == pytest.approx(0.5)


def test_a_slice_takes_away_what_lies_beyond_it():
    album, ball = Album(), icosphere(4)
    album.add("ball", ball)
    album.show("x", Quantity("ball", "vertices", ball.V[:, 1]))
    whole = ink(album.frame()[:450])
    album.look("ball", slice=("y", 0.5))
    half = ink(album.frame()[:450])
    rows = np.flatnonzero(whole.any(axis=1))
    middle = (rows[0] + rows[-1]) // 2
    assert not half[rows[0] : middle - 40].any() and half[middle + 20 : rows[-1] - 5].any(axis=1).all()


def test_values_on_edges_are_seen_in_their_colours_and_explained():
    album, ball = Album(), icosphere(2)
    album.add("ball", ball)
    plain = album.frame()
    album.show("star1", Quantity("ball", "edges", np.linspace(0, 1, len(ball.edges))))
    colourful = [(np.ptp(picture.astype(int), axis=-1) > 60).sum() for picture in (plain, album.frame())]
    assert colourful[0] < 2000 < colourful[1]
    album.look("star1", seen=False)
    assert np.array_equal(album.frame(), plain)


def test_a_hidden_colour_gives_way_to_the_next():
    album, ball = Album(), icosphere(2)
    album.add("ball", ball)
    album.show("a", Quantity("ball", "vertices", ball.V[:, 0]))
    first = album.frame()
    album.show("b", Quantity("ball", "vertices", ball.V[:, 1]))
    assert np.array_equal(album.frame(), first)
    album.look("b", seen=True)
    second = album.frame()
    assert not np.array_equal(second, first)
    album.look("a", seen=True)
    assert np.array_equal(album.frame(), first)
    album.look("a", seen=False)
    assert np.array_equal(album.frame(), second)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_picture_does_not_depend_on_the_unit_of_length(scale):
    pictures = []
    for factor in (1.0, scale):
        album, ball = Album(), icosphere(2)
        album.add("ball", Mesh(factor * ball.V, ball.F))
        album.show("n", Quantity("ball", "vertices", ball.V, "vector"))
        pictures.append(album.frame().astype(int))
    # rounding moves an edge by a pixel here and there
    assert (np.abs(pictures[0] - pictures[1]) > 8).mean() < 1e-3


def test_a_single_point_and_an_empty_stage_are_pictures():
    album = Album()
    assert ink(album.frame()).any()
    album.add("point", PointCloud(np.array([[3.0, 4, 5]])))
    assert 20 < ink(album.frame()).sum() < 5000


@pytest.mark.parametrize("values", [np.zeros((42, 3)), np.full((42, 3), np.nan)], ids=["zero", "missing"])
def test_arrows_without_length_leave_the_picture_of_the_body(values):
    album = Album()
    album.add("ball", icosphere(1))
    plain = album.frame()
    album.show("arrows", Quantity("ball", "vertices", values, "vector"))
    assert (plain != 255).any() and album.frame().shape[1:] == plain.shape[1:]  # a legend comes under it


def test_nodes_without_edges_are_drawn_as_points():
    album = Album()
    album.add("nodes", CurveNetwork([[0, 0, 0], [1, 0, 0]], np.zeros((0, 2), int)))
    assert (album.frame() != 255).any()


@pytest.mark.parametrize("dtype", ["u1", "u8", "i1"])
def test_labels_of_every_whole_type_have_the_same_colours(dtype):
    values = np.array([0, 2, 1])
    np.testing.assert_array_equal(label_keys(values.astype(dtype)), label_keys(values))
    np.testing.assert_array_equal(colors_of(values.astype(dtype), "label"), colors_of(values, "label"))


def test_a_colour_that_is_not_a_number_is_missing():
    colors = colors_of(np.array([[0.5, np.nan, 0.5], [1.0, 2.0, -1.0]]), "color")
    np.testing.assert_array_equal(colors, [rgb(MISSING), [1, 1, 0]])


@pytest.mark.parametrize("plot, kind", [
    (np.zeros((0, 3)), "matrix"),
    ([[0, 1], [1, 9], [2, np.nan]], "curve"),
    ([[0, 1], [1, 99], [2, np.inf]], "curve"),
])
def test_plots_with_gaps_are_drawn_without_a_warning(plot, kind):
    album = Album()
    album.show("plot", Quantity("plot", "plot", plot, kind))
    album.look("plot", log=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (album.frame() != 255).any()  # its title, at least
