"""Controls without a browser: looks that a page asks for, saved pictures, speed, what is computed, modes."""

import io
import os
import re
import sys
import threading
import time

import numpy as np
import pytest
from PIL import Image
from test_figures import EYES, lab
from waiting import until

from workbench.quantities import Quantity, Snapshot
from workbench.shapes import icosphere
from workbench.training import Play
from workbench.view import Album, Stage, link
from workbench.view import browsing as browsing_room
from workbench.view.browsing import browse
from workbench.view.colors import CYCLIC, DIVERGING, MAPS, SEQUENTIAL, lut
from workbench.view.film import film
from workbench.view.knobs import Slider
from workbench.view.panels import SPEED, Panel

BALL = icosphere(2)


@pytest.fixture
def stage():
    """A stage with a ball that is shown; stage.sent is what went to the browser since."""
    stage = Stage(height=200)
    stage.add("ball", BALL)
    stage.show("height", Quantity("ball", "vertices", BALL.V[:, 2]))
    stage.sent = []
    stage.screen.widget.send = lambda content, buffers=None: stage.sent.append((content, buffers))
    return stage


def hear(stage, **message):
    stage.screen._heard(None, message, message.pop("buffers", []))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", SEQUENTIAL)
def test_sequential_maps_grow_lighter_for_every_eye(name, eye):
    assert (np.diff(lab(lut(name) / 255.0, eye)[:, 0]) > -0.5).all()  # 8-bit rounding moves lightness by less


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", DIVERGING)
def test_the_two_sides_of_a_diverging_map_stay_apart_for_every_eye(name, eye):
    seen = lab(lut(name) / 255.0, eye)
    apart = np.linalg.norm(seen[:64] - seen[:-65:-1], axis=1)  # the outer quarters, end against end
    assert apart.min() > 15  # six times the just noticeable difference of about 2.3


@pytest.mark.parametrize("name", CYCLIC)
def test_a_cyclic_map_ends_where_it_begins(name):
    colors = lut(name).astype(int)
    steps = np.abs(np.diff(colors, axis=0)).max()
    assert np.abs(colors[0] - colors[-1]).max() <= steps  # no seam: the last step is like the others
    seen = [lab(colors / 255.0, eye) for eye in EYES]
    assert all(np.linalg.norm(eye[64] - eye[192]) > 15 for eye in seen)  # opposite phases are told apart


def test_the_browser_is_told_a_dozen_maps_and_where_the_camera_stands(stage):
    world = stage.screen.world()
    assert [piece["name"] for piece in world["maps"]] == list(MAPS) and len(MAPS) >= 12
    assert all(len(piece["colors"]) == 3 * 256 for piece in world["maps"])
    assert world["camera"] == {"yaw": 25.0, "pitch": 8.0, "zoom": 1.0, "pan": (0.0, 0.0)}


def test_what_a_hand_asks_for_is_the_look_of_every_back_end(stage):
    hear(stage, do="look", name="height", how={"map": "magma", "low": -2.0, "high": 2.0})
    hear(stage, do="look", name="ball", how={"slice": ["y", 0.25], "wireframe": True, "opacity": 0.5})
    look = stage.board.look_of("height")
    assert (look.map, look.low, look.high) == ("magma", -2.0, 2.0)
    assert stage.board.look_of("ball").slice == ("y", 0.25) and stage.board.look_of("ball").wireframe
    hear(stage, do="look", name="height", how={"map": None, "low": None, "high": None})
    assert stage.board.look_of("height").low is None


def test_a_look_that_cannot_be_is_told_in_a_sentence_and_changes_nothing(stage):
    hear(stage, do="look", name="height", how={"map": "jet"})
    hear(stage, do="look", name="ball", how={"colour": "red"})
    told = [content["words"] for content, _ in stage.sent if content["do"] == "say"]
    assert "no colour map 'jet' here" in told[0] and len(told) == 2
    assert stage.board.look_of("height").map is None


def test_stills_stand_where_the_reader_stood(stage):
    before = stage.frame()
    hear(stage, do="camera", yaw=120, pitch=-30, zoom=2, pan=[0.1, 0])
    assert (stage.camera.yaw, stage.camera.zoom, stage.camera.pan) == (120.0, 2.0, (0.1, 0.0))
    assert stage.camera.up == "y" and (stage.frame() != before).any()


def test_linked_stages_carry_one_token_until_one_is_freed(stage):
    other = Stage()
    link(stage, other)
    assert stage.screen.world()["link"] and stage.screen.world()["link"] == other.screen.world()["link"]
    link(stage)
    assert stage.screen.world()["link"] is None


def test_pictures_of_a_browser_become_a_gif_that_repeats(stage):
    frames = []
    for shade in (40, 120, 200):
        file = io.BytesIO()
        Image.fromarray(np.full((20, 30, 3), shade, np.uint8)).save(file, "jpeg")
        frames.append(file.getvalue())
    hear(stage, do="film", number="7", seconds=0.6, buffers=frames)
    ((content, (gif,)),) = stage.sent
    assert content == {"do": "film", "number": "7"}
    picture = Image.open(io.BytesIO(gif))
    assert picture.n_frames == 3 and picture.size == (30, 20) and picture.info["loop"] == 0
    assert picture.info["duration"] == 200
    assert gif == film(frames, 0.6)


def films(folder, monkeypatch, script):
    """Pretends that ffmpeg is this script of the shell."""
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setattr("workbench.view.film.TURN", 3)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_an_mp4_is_what_ffmpeg_makes_of_pictures_with_even_sides(stage, tmp_path, monkeypatch):
    films(tmp_path, monkeypatch, f'echo "$@" > {tmp_path}/told; wc -c')
    path = stage.save_turntable(tmp_path / "turn.mp4", width=101, seconds=1.5)
    told = (tmp_path / "told").read_text()
    width, height = map(int, re.search(r"-s (\d+)x(\d+)", told).groups())
    assert width == 100 and height % 2 == 0 and "-r 2.0 " in told
    assert int(path.read_text()) == 3 * 3 * width * height  # three pictures of three bytes a pixel


def test_where_ffmpeg_is_missing_or_fails_it_is_said_and_the_old_file_stays(stage, tmp_path, monkeypatch):
    (tmp_path / "turn.mp4").write_text("before")
    films(tmp_path, monkeypatch, "echo no such codec >&2; exit 1")
    with pytest.raises(ValueError, match="ffmpeg made no MP4: no such codec"):
        stage.save_turntable(tmp_path / "turn.mp4", width=20)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match="apt-get install ffmpeg.*pip install imageio-ffmpeg; a .gif needs"):
        stage.save_turntable(tmp_path / "turn.mp4", width=20)
    assert (tmp_path / "turn.mp4").read_text() == "before"
    assert stage.save_turntable(tmp_path / "turn.gif", width=20).stat().st_size > 0


def test_a_still_is_saved_at_any_width_whole_or_not_at_all(stage, tmp_path):
    path = stage.save(tmp_path / "ball.png", width=640)
    picture = Image.open(path)
    assert picture.width == 640 and np.asarray(picture).std() > 5
    assert b"data:image/png;base64" in stage.save(tmp_path / "ball.svg", width=64).read_bytes()
    with pytest.raises(ValueError, match="saved as .png or .svg, got 'ball.bmp'"):
        stage.save(tmp_path / "ball.bmp")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ball.png", "ball.svg"]


def test_a_turntable_turns_once_and_leaves_the_camera_where_it_was(stage, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.view.film.TURN", 4)
    seat, turns = stage.camera, []
    black = np.zeros((8, 10, 3), np.uint8)
    monkeypatch.setattr(stage, "frame", lambda turned: turns.append(turned) or black)
    stage.save_turntable(tmp_path / "turn.gif", width=10)
    assert turns == [0, 90, 180, 270] and stage.camera is seat
    with pytest.raises(ValueError, match="as .gif or .mp4"):
        stage.save_turntable(tmp_path / "turn.avi")


def counted(steps, asked):
    """A run whose quantities note when they are computed."""
    for step in range(1, steps + 1):
        values = np.full(BALL.n_vertices, float(step))

        def thunk(name, values=values):
            def compute():
                asked.append(name)
                return Quantity("ball", "vertices", values)

            return compute

        yield Snapshot(step, 1.0 / step, {"first": thunk("first"), "second": thunk("second")})


def test_a_slow_run_takes_its_time_and_a_freed_one_does_not():
    play = Play(counted(10_000, []), steps=10_000, speed=5.0)
    play.start()
    time.sleep(0.7)
    done = len(play.losses)
    assert 1 <= done <= 5  # 5 a second for 0.7 s: the first at once, then at most four more
    play.speed = None
    assert until(lambda: play.state == "finished")
    with pytest.raises(ValueError, match="positive, or None"):
        play.speed = 0


def test_a_slow_run_hears_its_buttons_and_knobs_between_two_steps():
    play = Play(counted(100, []), steps=100, speed=0.02)
    seen = []
    play.watch(lambda snapshot: seen.append(snapshot.step))
    play.start()
    assert until(lambda: seen == [1])
    play.refresh()
    assert until(lambda: len(seen) >= 2)  # looked again long before the next step, fifty seconds away
    play.pause()
    assert until(lambda: play.state == "paused")
    play.stop()
    assert play.state == "stopped" and len(play.losses) == 1


def test_lazy_observers_compute_what_they_ask_for_and_each_once():
    asked, kept = [], []
    play = Play(counted(1, asked))
    play.watch(lambda snapshot: snapshot.look("first"), lazily=True)
    play.watch(lambda snapshot: snapshot.look("first"), lazily=True)
    play.finish()
    assert asked.count("second") == 0 and asked.count("first") == 2  # once after the step, once at the end
    play = Play(counted(1, asked))
    play.watch(kept.append)
    play.finish()
    assert kept[0].look("second")["second"].values[0] == 1.0


def test_a_quantity_that_fails_is_told_and_costs_no_observer_its_place():
    def failing():
        raise ZeroDivisionError("by nothing")

    seen = []
    play = Play(iter([Snapshot(1, 1.0, {"bad": failing}), Snapshot(2, 0.5, {})]))
    play.watch(lambda snapshot: (snapshot.look(*snapshot.quantities), seen.append(1)), lazily=True)
    play.step()
    assert until(lambda: play.error is not None)
    assert "'bad' could not be computed; the run goes on" in play.error and "ZeroDivisionError" in play.error
    play.finish()
    assert seen


class Desk:
    """A desk that nobody sees."""

    def tell(self, values, status):
        pass

    def keep(self, words):
        pass

    keep_soon = keep

    def close(self):
        pass


@pytest.fixture
def watched():
    """A paused run of two quantities on one ball, in a panel; and the names of what was computed."""
    asked, album = [], Album()
    album.add("ball", BALL)
    play = Play(counted(50, asked), steps=50)
    panel = Panel(play, album, [])
    panel._desk = Desk()
    play.step()
    assert until(lambda: play.state == "paused")
    yield play, album, asked
    panel.close()
    play.stop()


def test_a_panel_asks_only_for_what_is_seen(watched):
    play, album, asked = watched
    assert set(asked) == {"first", "second"}  # never seen before: one of them may be chosen
    asked.clear()
    play.step()
    assert until(lambda: len(play.losses) == 2 and play.state == "paused" and asked)
    assert set(asked) == {"first"}


def test_choosing_another_quantity_computes_it_though_the_run_rests(watched):
    play, album, asked = watched
    play.step()
    assert until(lambda: len(play.losses) == 2 and play.state == "paused")
    asked.clear()
    album.look("second", seen=True)
    assert until(lambda: album.board.quantities["second"].values[0] == 2.0)
    assert "second" in asked


def test_at_the_end_every_quantity_is_of_the_last_step(watched):
    play, album, asked = watched
    play.start().wait()
    assert play.state == "finished"
    assert all(album.board.quantities[name].values[0] == 50.0 for name in ("first", "second"))


def test_a_panel_that_is_closed_hears_no_more_looks(watched):
    play, album, asked = watched
    assert len(album.board.lookers) == 1
    Panel(Play(counted(1, [])), album, []).close()
    assert len(album.board.lookers) == 1


def test_the_speed_knob_reaches_the_run_and_its_end_is_free(watched):
    play, album, asked = watched
    panel = Panel(play, album, [])
    panel._act({"do": "turn", "name": SPEED.name, "value": 4.0})
    assert play.speed == 4.0 and panel._values()[SPEED.name] == 4.0
    panel._act({"do": "turn", "name": SPEED.name, "value": SPEED.high})
    assert play.speed is None and SPEED.sent(None) == SPEED.high
    panel.close()


def test_a_slider_without_words_for_its_top_never_gives_none():
    assert Slider("t", 0.0, 1.0).accept(5.0) == 1.0


def test_browsing_locks_one_symmetric_range_for_all_columns():
    album = Album()
    album.add("ball", BALL)
    columns = np.stack([BALL.V[:, 0], -3.0 * np.abs(BALL.V[:, 1])], axis=1)
    browse(album, "mode", "ball", columns, caption=lambda i: f"mode {i} · lambda = {2 * i}", start=1)
    look, quantity = album.board.look_of("mode"), album.board.quantities["mode"]
    assert look.title == "mode 1 · lambda = 2" and look.symmetric
    assert (look.low, look.high) == pytest.approx((-3.0, 3.0), abs=0.05)  # the ball's own vertices, nearly 1
    assert np.array_equal(quantity.values, columns[:, 1])


def test_browsing_answers_its_slider(monkeypatch):
    album, turned = Album(), {}
    album.add("ball", BALL)
    explore = lambda scene, knobs, answer, **now: turned.update(knobs=knobs, answer=answer)  # noqa: E731
    monkeypatch.setattr(browsing_room, "explore", explore)
    browse(album, "channel", "ball", BALL.V, label="channel", locked=False, symmetric=False)
    (slider,) = turned["knobs"]
    assert slider.accept(1.7) == 2 and (slider.low, slider.high) == (0, 2)
    turned["answer"](channel=2)
    assert np.array_equal(album.board.quantities["channel"].values, BALL.V[:, 2])
    assert album.board.look_of("channel").title == "channel 2" and album.board.look_of("channel").low is None
    with pytest.raises(ValueError, match="columns 0 to 2, got start = 3"):
        browse(album, "channel", "ball", BALL.V, start=3)
    with pytest.raises(ValueError, match="k > 0"):
        browse(album, "channel", "ball", BALL.V[:, :0])


def test_threads_of_these_tests_are_gone():
    assert until(lambda: "workbench-play" not in [thread.name for thread in threading.enumerate()])
