"""What travels to the browser: textures once, huge meshes by fewer faces, what a surface hides."""

import numpy as np
import pytest
from drawing_board import BALL, on_stage

from workbench.quantities import Quantity
from workbench.shapes import Mesh, bumpy_sphere, plane_with_hole
from workbench.view import Texture
from workbench.view.browser.fewer import fewer
from workbench.view.browser.pieces import drawable
from workbench.view.browser.sides import is_closed, volume
from workbench.view.textures import PATTERNS, texture


def test_a_turned_or_mirrored_map_is_another_picture():
    pixels = texture("map").pixels.astype(int)
    views = [pixels[::-1], pixels[:, ::-1], pixels[::-1, ::-1], pixels.transpose(1, 0, 2), np.rot90(pixels)]
    assert all((np.abs(pixels - view).max(axis=-1) > 40).mean() > 0.2 for view in views)


@pytest.mark.parametrize("name", PATTERNS)
def test_light_and_dark_alone_tell_a_pattern(name):
    grey = texture(name).pixels @ np.array([0.2126, 0.7152, 0.0722])
    assert np.quantile(grey, 0.98) - np.quantile(grey, 0.02) > 60


def test_pictures_with_the_same_pixels_have_one_key_and_others_another():
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert Texture(pixels).key == Texture(pixels.copy()).key
    assert Texture(pixels).key not in (Texture(pixels + 1).key, Texture(pixels.reshape(4, 2, 3)).key)


def test_the_pixels_of_a_texture_travel_once():
    stage, sent = on_stage(("ball", BALL)), []
    stage.screen.widget.send = lambda content, buffers=None: sent.append(sum(map(len, buffers or [])))
    for shift in range(3):
        stage.show("uv", Quantity("ball", "vertices", BALL.V[:, :2] + shift, "uv"))
        stage.screen._send_now("quantity uv")
    stage.look("uv", seen=True)
    pixels = texture(None).pixels.size
    assert sent[0] > pixels and max(sent[1:]) < pixels / 10


def test_a_page_that_forgot_a_texture_with_its_body_gets_it_again():
    stage, sent = on_stage(("ball", BALL)), []
    stage.screen.widget.send = lambda content, buffers=None: sent.append(sum(map(len, buffers or [])))
    for _ in range(2):
        sent.clear()
        stage.add("ball", BALL)
        stage.show("uv", Quantity("ball", "vertices", BALL.V[:, :2], "uv"))
        stage.screen._send_now("quantity uv")
        assert sum(sent) > texture(None).pixels.size


def test_a_vector_with_a_missing_part_is_missing():
    rows = drawable(np.array([[1.0, np.nan, 2.0], [3.0, 4.0, 5.0]]))
    assert (rows[0] < -1e37).all() and rows[1].tolist() == [3, 4, 5]


def test_only_a_surface_with_one_inside_is_closed():
    flipped = np.vstack([BALL.F[:1, ::-1], BALL.F[1:]])
    assert is_closed(BALL) and is_closed(Mesh(BALL.V, BALL.F[:, ::-1]))
    assert not is_closed(Mesh(BALL.V, flipped)) and not is_closed(Mesh(BALL.V, BALL.F[1:]))
    assert not is_closed(plane_with_hole(6))
    assert volume(BALL) > 0 > volume(Mesh(BALL.V, BALL.F[:, ::-1]))


def test_a_mesh_by_fewer_faces_keeps_its_own_elements_and_its_area():
    less = fewer(bumpy_sphere(5), 4000)
    V, F, drawn = less.original.V, less.original.F, less.mesh
    assert np.array_equal(drawn.V, V[less.taken("vertices")])
    assert np.array_equal(less.drawn_as[F[less.taken("faces")]], drawn.F)
    assert np.array_equal(less.drawn_as[F.ravel()[less.taken("corners")]], drawn.F.ravel())
    ends = np.sort(less.drawn_as[less.original.edges[less.taken("edges")]], axis=1)
    assert np.array_equal(ends, drawn.edges)
    assert 0.7 < drawn.n_faces / 4000 < 1.3
    # the faces span 2 to 3 degrees of the surface: a polyhedron that coarse loses less than this
    assert drawn.area == pytest.approx(less.original.area, rel=0.02)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_what_is_missing_lies_far_below_in_every_precision(dtype):
    with np.errstate(over="raise"):
        moved = drawable(np.array([np.nan, 1.0], dtype)).astype(np.float32)
    assert moved[0] == np.float32(-1e38) and moved[1] == 1
