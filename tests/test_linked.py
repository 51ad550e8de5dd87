"""Cameras: bodies that have their own, and stages that turn together, on whatever back-ends they are."""

import time
from functools import partial

import numpy as np
import pytest
import seers
from drawing_board import BALL, BUMPY, board, on_stage
from waiting import until

from workbench.quantities import Quantity
from workbench.shapes import Mesh
from workbench.view import Album, LinkError, Stage, link
from workbench.view.linked import same
from workbench.view.painter import Camera

__all__ = ["board"]


def two_bodies(giant=1.0, **how):
    made = Stage(height=300, **how)
    for name, axis, size in (("left", 0, 1.0), ("right", 1, giant)):
        made.add(name, Mesh(size * BUMPY.V, BUMPY.F))
        made.show(f"{name} x", Quantity(name, "vertices", BUMPY.V[:, axis]))
    return made


def halves(picture):
    middle = picture.shape[1] // 2
    return picture[:, :middle], picture[:, middle:]


A, B = Camera(yaw=100.0, pitch=40.0), Camera(yaw=-60.0, pitch=-20.0, zoom=1.4)


def test_a_still_shows_each_body_through_its_own_camera():
    made = two_bodies(giant=9.0, backend="still")  # bodies of like sizes share a scale that fits both views
    made.outlook.heard(B, {"left": A, "right": B})
    left, right = halves(made.frame())
    made.camera = A
    both = halves(made.frame())
    assert np.array_equal(left, both[0]) and not np.array_equal(right, both[1])
    made.camera = B
    assert np.array_equal(right, halves(made.frame())[1])


def test_a_turntable_turns_each_body_under_its_own_camera():
    made = two_bodies(giant=9.0, backend="still")  # bodies of like sizes share a scale that fits both views
    made.outlook.heard(B, {"left": A, "right": B})
    left, right = halves(made.frame(90.0))
    made.camera = Camera(yaw=190.0, pitch=40.0)
    assert np.array_equal(left, halves(made.frame())[0])
    made.camera = Camera(yaw=30.0, pitch=-20.0, zoom=1.4)
    assert np.array_equal(right, halves(made.frame())[1])


def test_bodies_with_own_cameras_keep_them_through_a_switch_and_in_stills_of_polyscope():
    made = two_bodies()
    made.outlook.heard(B, {"left": A, "right": B})
    still = made.frame()
    made.switch("polyscope")
    assert np.array_equal(made.frame(), still)
    made.switch("web")
    own = made.screen.world()["own"]
    assert [(piece["place"], piece["yaw"]) for piece in own] == [("left", 100), ("right", -60)]
    made.close()


def test_two_cameras_are_the_same_whatever_way_round_and_with_the_noise_of_a_back_end():
    assert same(Camera(yaw=-60.0), Camera(yaw=300.001)) and same(Camera(zoom=2.0), Camera(zoom=2.001))
    assert not same(Camera(yaw=0.0), Camera(yaw=1.0)) and not same(Camera(), Camera(pan=(0.0, 0.1)))


@pytest.mark.parametrize("other", [Album(), 3, None])
def test_what_has_no_camera_is_not_linked_and_is_named(other):
    with pytest.raises(LinkError, match=f"only a Stage has a camera.*got {type(other).__name__}"):
        link(Stage(), other)


def turn(made):
    """A hand turns a stage; where nobody can, a program does."""
    if made.backend == "polyscope":
        seers.Polyscope().orbit(made)
    elif made.backend == "web":
        seat = {"yaw": made.camera.yaw + 40.0, "pitch": 20.0, "zoom": 1.2, "pan": [0.1, 0.0]}
        made.screen._heard(None, {"do": "camera", **seat, "own": None}, [])
    else:
        made.camera = Camera(yaw=made.camera.yaw + 40.0, up=made.up)


def followed(one, other, before):
    return not same(other.camera, before) and same(other.camera, one.camera)


def sent(made):
    """What a web stage tells its pages from now on."""
    said = []
    made.screen.widget.send = lambda content, buffers=None: said.append(content)
    return said


@pytest.mark.parametrize(
    "pair", [("web", "web"), ("web", "polyscope"), ("polyscope", "polyscope"), ("still", "polyscope")]
)
def test_a_hand_on_one_of_two_linked_stages_turns_the_other(pair):
    first, second = (two_bodies(backend=backend) for backend in pair)
    link(first, second)
    for one, other in ((first, second), (second, first)):
        before, camera = other.frame(), other.camera
        said = sent(other) if other.backend == "web" else []
        turn(one)
        assert until(partial(followed, one, other, camera))
        if other.backend == "web":
            assert [content["camera"]["yaw"] for content in said if content["do"] == "camera"][-1] == (
                pytest.approx(one.camera.yaw, abs=0.02)
            )
        assert (np.abs(other.frame().astype(int) - before).max(axis=-1) > 20).mean() > 0.02
        looked = one.camera
        time.sleep(1.0)
        assert same(one.camera, looked)  # no echo turned it back
    link(first)
    camera = second.camera
    turn(first)
    assert same(second.camera, camera) and not same(first.camera, camera)
    for made in (first, second):
        made.close()


def test_stages_that_stand_upright_along_other_axes_turn_together():
    first, second = Stage(up="y"), Stage(up="z")
    link(first, second)
    first.camera = A
    assert second.camera == Camera(A.yaw, A.pitch, "z") and first.camera.up == "y"


def test_a_stage_whose_bodies_have_own_cameras_does_not_follow_until_they_share_one():
    first, second = two_bodies(), two_bodies()
    link(first, second)
    second.outlook.heard(B, {"left": A, "right": B})
    first.camera = Camera(yaw=77.0)
    assert second.camera == B and second.outlook.own
    second.outlook.heard(B, {})
    first.camera = Camera(yaw=78.0)
    assert second.camera.yaw == 78.0


def test_pages_tell_of_every_motion_only_where_somebody_elsewhere_follows():
    first, second = two_bodies(), two_bodies()
    said = sent(first)
    link(first, second)
    second.switch("still")
    second.switch("web")
    links = [content for content in said if content["do"] == "link"]
    assert all(content["link"] for content in links)
    assert [content["live"] for content in links] == [False, True, False]
    link(second)
    assert first.screen.world()["live"] is False


def test_a_camera_that_a_page_makes_up_is_refused():
    made = two_bodies()
    said, seat = sent(made), made.camera
    for zoom, yaw in ((0, 1), (1, float("nan")), (1, None)):
        message = {"do": "camera", "yaw": yaw, "pitch": 0, "zoom": zoom, "pan": [0, 0]}
        made.screen._heard(None, message, [])
    assert made.camera == seat and [content["do"] for content in said] == ["say"] * 3


def test_the_wishes_of_two_pages_are_both_answered_and_once(monkeypatch):
    made = two_bodies()
    said = sent(made)
    made.screen._courier.post = lambda name, *_: None  # nothing leaves yet
    for page, name in (("a 1", "left"), ("b 1", "right")):
        made.screen._heard(None, {"do": "look", "name": name, "how": {"opacity": 0.5}, "wish": page}, [])
    made.screen._send_now("quantity left x")
    made.screen._send_now("looks ")
    made.screen._send_now("looks ")
    assert [content["wishes"] for content in said] == [[], ["a 1", "b 1"], []]


@pytest.mark.browser
def test_a_wish_is_kept_until_it_is_answered_and_not_longer(board):
    page = board(on_stage(("ball", BALL)))
    page.evaluate("() => store.tell('ball', { opacity: 0.5 })")
    wish = page.evaluate("() => sent.find(message => message.do === 'look').wish")
    looks = """wishes => { const { name, wireframe, slice, width } = store.structures.get("ball");
        const piece = { structures: [{ name, wireframe, slice, width, opacity: 1 }], quantities: [] };
        store.hear({ do: "looks", version: 1, wishes, piece }, []);
        return store.structures.get("ball").opacity; }"""
    assert page.evaluate(looks, ["another page 1"]) == 0.5
    assert page.evaluate(looks, []) == 0.5
    assert page.evaluate(looks, ["another page 2", wish]) == 1  # from here on the kernel's word counts


@pytest.mark.browser
def test_the_kernel_hears_of_parted_cameras_and_a_fresh_page_has_them(board):
    made = two_bodies()
    page = board(made)
    page.focus(".wb-canvas")
    page.keyboard.press("l")
    told = page.evaluate("() => sent.find(message => message.do === 'camera')")
    assert [one["place"] for one in told["own"]] == ["left", "right"]
    told["own"][0]["yaw"] = 120.0
    made.screen._heard(None, told, [])
    page = board(made)
    assert page.evaluate("() => store.cameras.of('left').yaw") == 120
    assert page.evaluate("() => store.cameras.of('right').yaw") == 25


@pytest.mark.browser
def test_a_page_tells_of_every_motion_where_others_follow_and_obeys_them_when_its_hand_rests(board):
    page = board(on_stage(("ball", BALL)))
    page.evaluate("() => store.hear({ do: 'link', link: 'token', live: true }, [])")
    box = page.locator(".wb-canvas").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    for step in range(6):
        page.mouse.move(box["x"] + 110 + 10 * step, box["y"] + 100)
        page.wait_for_timeout(80)
    moving = page.evaluate("() => sent.filter(({ do: what }) => what === 'camera').map(({ yaw }) => yaw)")
    page.mouse.up()
    assert len(moving) >= 3 and moving == sorted(moving)
    obey = """yaw => { store.hear({ do: "camera", camera: { yaw, pitch: 0, zoom: 1, pan: [0, 0] } }, []);
        return store.camera.yaw; }"""
    assert page.evaluate(obey, 200) != 200  # what the hand has just done is newer
    page.wait_for_timeout(700)
    assert page.evaluate(obey, 200) == 200
