"""Pages without a kernel: what is in the file, what a browser draws of it, what is said where it fails."""

import base64
import json
import os
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from browser import View, chromium

from workbench.quantities import Quantity, Snapshot
from workbench.recordings import Writer
from workbench.recordings.numbers import decoded
from workbench.shapes import Mesh, PointCloud, bumpy_sphere, icosphere
from workbench.view import Album, Look, Stage
from workbench.view.browser import page
from workbench.view.browser.page import PageError, save_html
from workbench.view.browser.sweep import Sweep
from workbench.view.knobs import Choice, Frames, Slider
from workbench.view.recorded import Recording

BALL = icosphere(3)


def height(values, kind="scalar"):
    return Quantity("ball", "vertices", values, kind)


@pytest.fixture
def stage():
    """A ball on a stage, coloured by its height."""
    stage = Stage(height=320)
    stage.add("ball", BALL)
    stage.show("height", height(BALL.V[:, 1]))
    return stage


def opened(path):
    """What a page holds: its words, and its arrays by place, as the browser undoes them."""
    text = Path(path).read_text("utf-8")
    parts = {
        name: base64.b64decode(re.search(f'id="wb-{name}">([^<]*)<', text)[1]) for name in ("words", "arrays")
    }
    words = json.loads(zlib.decompress(parts["words"]))

    def array(place):
        told = words["arrays"][place]
        numbers, stored = parts["arrays"][told["from"] : told["to"]], np.dtype(told["stored"])
        count = len(zlib.decompress(numbers)) // stored.itemsize
        return decoded(told | {"dtype": "<f8", "shape": [count]}, numbers)

    return words, array


def quantity(words, array, frame=0, name="height"):
    (piece,) = (piece for piece in words["frames"][frame]["quantities"] if piece["name"] == name)
    return array(piece["values"]["array"])


def waves(stage, count):
    """A knob over so many frames, and what shows them: waves of the ball's height."""
    knob = Frames("frame", [10 * k for k in range(count)])
    return knob, lambda frame: stage.show("height", height(np.sin((1 + frame / 9) * BALL.V[:, 1])))


def test_a_scene_comes_back_exactly(stage, tmp_path):
    stage.save_html(tmp_path / "scene.html")
    words, array = opened(tmp_path / "scene.html")
    body = words["frames"][0]["structures"][0]
    assert np.array_equal(array(body["V"]["array"]).reshape(-1, 3), np.float32(BALL.V))
    assert np.array_equal(array(body["F"]["array"]).reshape(-1, 3), BALL.F)
    assert np.array_equal(quantity(words, array), np.float32(BALL.V[:, 1]))


@pytest.mark.parametrize("bits", [8, 16])
def test_frames_come_back_within_half_a_step_of_their_own_range(stage, tmp_path, bits):
    knob, show = waves(stage, 7)
    save_html(stage, tmp_path / "run.html", knobs=[knob], answer=show, bits=bits)
    words, array = opened(tmp_path / "run.html")
    for frame in range(7):
        true = np.float32(np.sin((1 + frame / 9) * BALL.V[:, 1]))
        half = np.ptp(true) / (2**bits - 4) / 2
        assert np.abs(quantity(words, array, frame) - true).max() <= 1.001 * half  # low is rounded to float64


def test_labels_are_exact_and_what_is_missing_stays_missing(stage, tmp_path):
    labels, values = np.arange(BALL.n_vertices) % 300 - 1, BALL.V[:, 1].copy()
    values[::7] = np.nan
    stage.show("label", height(labels, "label"))
    stage.show("height", height(values))
    stage.save_html(tmp_path / "scene.html", bits=8)
    words, array = opened(tmp_path / "scene.html")
    assert np.array_equal(quantity(words, array, name="label"), labels)
    assert np.array_equal(np.isnan(quantity(words, array)), np.isnan(values))


def test_what_frames_share_is_kept_once(stage, tmp_path):
    knob, show = waves(stage, 20)
    one = save_html(stage, tmp_path / "one.html").size
    many = save_html(stage, tmp_path / "many.html", knobs=[knob], answer=show, bits=16).size
    assert many - one < 20 * BALL.n_vertices * 2 * 4 / 3 + 6000  # two bytes a value in base64, and few words


def test_frames_that_do_not_fit_are_thinned_evenly_and_it_is_said(stage, tmp_path):
    knob, show = waves(stage, 60)
    everything = save_html(stage, tmp_path / "all.html", knobs=[knob], answer=show, bits=16)
    limit = (stage.save_html(tmp_path / "one.html").size + everything.size) // 2
    with pytest.warns(UserWarning, match="of 60 frames, evenly spread.*raise limit for all of them"):
        saved = save_html(stage, tmp_path / "few.html", knobs=[knob], answer=show, bits=16, limit=limit)
    assert saved.size <= limit and 2 < saved.frames < saved.asked == 60
    assert f"{saved.frames} of 60 frames, evenly spread: more did not fit" in repr(saved)
    words, _ = opened(tmp_path / "few.html")
    steps = np.array(words["knobs"][0]["steps"])
    assert steps[0] == 0 and steps[-1] == 590 and len(steps) == len(words["frames"]) == saved.frames
    gaps = np.diff(steps) / 10
    assert gaps.max() - gaps.min() <= 1  # as even as whole numbers allow


def test_a_scene_beyond_the_limit_is_refused_with_a_remedy(stage, tmp_path):
    with pytest.raises(PageError, match="raise limit, or show coarser shapes"):
        stage.save_html(tmp_path / "scene.html", limit=10_000)
    assert not any(tmp_path.iterdir())


def test_every_combination_of_knobs_has_its_frame(stage, tmp_path):
    knobs = [Slider("k", 1, 3, whole=True), Choice("axis", ("x", "y"))]
    asked = []

    def answer(k, axis):
        asked.append((k, axis))
        stage.show("height", height(np.sin(k * BALL.V[:, "xy".index(axis)])))

    saved = save_html(stage, tmp_path / "knobs.html", knobs=knobs, answer=answer, k=2, axis="y")
    words, array = opened(tmp_path / "knobs.html")
    assert saved.frames == 6 and words["values"] == {"k": 2.0, "axis": 1}
    assert np.array_equal(quantity(words, array, frame=5), np.float32(np.sin(3 * BALL.V[:, 1])))
    assert asked[-1] == (2, "y")  # the scene is left where the knobs stand


def test_no_knob_is_left_with_its_ends_while_another_has_many_stops():
    knobs = [Choice("show", tuple("abcd")), Slider("mode", 0, 99, whole=True), Slider("t", 1e-3, 1, log=True)]
    show, mode, t = Sweep(knobs, lambda **_: None, {"mode": 3, "t": 0.02}).stops(96)
    assert len(show) == 4 and len(mode) >= 4 and len(t) >= 4 and 3 in mode and 0.02 in t


def test_many_knobs_are_asked_at_no_more_combinations_than_allowed():
    sweep = Sweep([Slider("a", 0, 1), Slider("b", 1e-3, 1, log=True), Choice("c", "xyz")], lambda **_: None)
    stops = sweep.stops(100)
    assert np.prod([len(values) for values in stops]) <= 100 and all(len(values) >= 2 for values in stops)
    assert [values[0] for values in stops] == [0, pytest.approx(1e-3), "x"]
    assert [values[-1] for values in stops] == [1, pytest.approx(1), "z"]
    with pytest.raises(ValueError, match="12 combinations of options and ends"):
        sweep.stops(11)


def test_where_a_knob_starts_is_among_its_positions_and_so_are_its_ends():
    for most in (3, 8, 100):
        (stops,) = Sweep([Slider("t", 1e-3, 10, log=True)], lambda t: None, {"t": 0.02}).stops(most)
        assert 0.02 in stops and stops == sorted(stops)
        assert [stops[0], stops[-1]] == pytest.approx([1e-3, 10])


def test_a_name_cannot_break_out_of_its_page(tmp_path):
    album, name = Album(), "</script><script>alert(1)</script>\"'&"
    album.add(name, PointCloud(BALL.V))
    save_html(album, tmp_path / "scene.html", title=name)
    text = (tmp_path / "scene.html").read_text("utf-8")
    assert "alert(1)</script>" not in text and text.count("</script>") == 3
    assert "&lt;/script&gt;" in text


def test_a_page_forbids_the_network_and_every_script_but_its_own(stage, tmp_path):
    stage.save_html(tmp_path / "scene.html")
    text = (tmp_path / "scene.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src 'none'" in policy and "script-src 'sha256-" in policy and "connect-src" not in policy
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", text)


def test_every_colour_of_the_notebook_has_one_in_a_page_light_and_dark():
    style = page.style_of()
    light, dark = (set(re.findall(r"(--jp-[\w-]+):", rule)) for rule in re.findall(r":root {([^}]*)}", style))
    used = set(re.findall(r"var\((--jp-[\w-]+)", page.style_of() + page.script_of()))
    assert used <= light
    assert {name for name in used if "family" not in name} <= dark


def test_where_a_page_cannot_be_written_it_is_said_and_the_old_one_stays(stage, tmp_path, monkeypatch):
    with pytest.raises(PageError, match="no folder; make it first"):
        stage.save_html(tmp_path / "none" / "scene.html")
    with pytest.raises(PageError, match="is a folder; name a file in it"):
        stage.save_html(tmp_path)
    (tmp_path / "scene.html").write_text("before")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PageError, match="Permission denied.*choose a folder that you may write to"):
        stage.save_html(tmp_path / "scene.html")
    assert (tmp_path / "scene.html").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def recorded(tmp_path, body, count=50, body_name="body"):
    """A recording of waves on a body, with its loss."""
    with_looks = {"wave": Look(map="magma", low=-1.0, high=1.0)}
    writer = Writer(tmp_path / "run.wbrec", {body_name: body}, with_looks, bits=16)
    for step in range(1, count + 1):
        wave = Quantity(body_name, "vertices", np.sin((2 + step / 5) * body.V[:, 1]))
        writer.write(Snapshot(10 * step, float(np.exp(-step / 9)), {"wave": lambda wave=wave: wave}))
    writer.close()
    return Recording(tmp_path / "run.wbrec")


def test_a_body_of_10000_vertices_and_50_frames_is_a_page_of_less_than_5_megabytes(tmp_path):
    saved = recorded(tmp_path, bumpy_sphere(5)).save_html(tmp_path / "run.html", "A run")
    assert saved.frames == 50 and saved.size < 5e6


def test_a_limit_counts_bytes_whatever_the_letters(tmp_path):
    stage, title = Stage(height=200), "猫" * 4000
    stage.add("Körper Ω", BALL)
    stage.show("Höhe", Quantity("Körper Ω", "vertices", BALL.V[:, 1]))
    size = stage.save_html(tmp_path / "whole.html", title).size
    text = (tmp_path / "whole.html").read_bytes()
    assert size == len(text) > len(text.decode()) + 15_000  # three bytes a letter, in two places
    with pytest.raises(PageError, match="beyond its limit"):
        stage.save_html(tmp_path / "less.html", title, limit=size - 1)
    assert stage.save_html(tmp_path / "as much.html", title, limit=size).size == size


def test_a_body_of_5000_vertices_under_any_name_and_50_frames_is_a_file_of_less_than_5_megabytes(tmp_path):
    turn, height = np.meshgrid(np.linspace(0, 2 * np.pi, 100, endpoint=False), np.linspace(-1, 1, 50))
    X = np.stack([np.cos(turn), height, np.sin(turn)], axis=-1).reshape(-1, 3)
    assert len(X) == 5000
    a = (np.arange(49)[:, None] * 100 + np.arange(100)).ravel()
    b = (np.arange(49)[:, None] * 100 + (np.arange(100) + 1) % 100).ravel()
    faces = np.vstack([np.stack([a, a + 100, b], axis=1), np.stack([b, a + 100, b + 100], axis=1)])
    run = recorded(tmp_path, Mesh(X, faces), body_name="тело 体 🐈")
    saved = run.save_html(tmp_path / "run.html", "Волны 波 🌊")
    assert saved.frames == 50 and saved.size == (tmp_path / "run.html").stat().st_size < 5e6


class Opened(View):
    """A page opened from disk in a browser without a network; keeps its requests, the file's too."""

    def __init__(self, browser, path, until=".wb-opened", no_webgl=False, **context):
        context = {"viewport": {"width": 1000, "height": 620}, "offline": True} | context
        self.context = browser.new_context(**context)
        super().__init__(self.context.new_page())
        self.asked = []
        if no_webgl:
            self.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"file://{path}")
        if until:
            until = ".wb-flat" if no_webgl else until
            self.page.wait_for_selector(until, state="attached", timeout=30_000)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def run(browser, tmp_path_factory):
    """A recorded run's page, opened in a dark room."""
    folder = tmp_path_factory.mktemp("page")
    recorded(folder, bumpy_sphere(3), 20).save_html(folder / "run.html", "Waves, recorded")
    yield Opened(browser, folder / "run.html", color_scheme="dark")


@pytest.mark.browser
def test_a_page_from_disk_draws_its_body_and_turns_under_the_mouse(run):
    assert run.colourful() > 0.05
    assert run.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(22, 23, 24)"
    run.keep("page-dark.png")
    assert run.changes(run.drag)
    run.page.locator(".wb-canvas").focus()
    assert run.changes(lambda: run.page.keyboard.press("r"))


@pytest.mark.browser
def test_the_slider_of_a_page_goes_through_its_frames_by_mouse_keys_and_clock(run):
    said = run.page.locator(".wb-frames output")
    assert said.text_content() == "step 200 · 20 of 20"
    run.page.locator(".wb-frames input").focus()
    assert run.changes(lambda: run.page.keyboard.press("Home"))
    assert said.text_content() == "step 10 · 1 of 20"
    loss = ".wb-plot canvas"  # its marker is a line one pixel wide
    assert run.changes(lambda: run.page.keyboard.press("PageUp"), loss, share=0.001)
    run.page.locator(".wb-frames input").evaluate("node => node.blur()")
    assert run.changes(lambda: run.page.keyboard.press("Space"))
    run.page.wait_for_function("() => document.querySelector('.wb-frames input').value === '19'")


@pytest.mark.browser
def test_a_click_in_a_page_reads_the_value_under_it(run):
    run.page.locator(".wb-canvas").click()
    run.page.locator(".wb-readout.wb-shown", has_text=re.compile(r"vertex \d+ · -?[\d.]+")).wait_for()
    assert run.complaints == [] and len(run.asked) == 1


@pytest.mark.browser
def test_a_page_with_knobs_shows_what_they_answer(browser, stage, tmp_path):
    knobs = [Slider("k", 1, 9)]
    save_html(
        stage,
        tmp_path / "knobs.html",
        "Waves",
        knobs,
        lambda k: stage.show("height", height(np.sin(k * BALL.V[:, 1]))),
    )
    opened = Opened(browser, tmp_path / "knobs.html", color_scheme="light")
    opened.keep("page-light.png")
    opened.page.locator(".wb-knob input").focus()
    assert opened.changes(lambda: opened.page.keyboard.press("End"))
    assert opened.page.locator(".wb-knob output").text_content() == "9"
    assert opened.complaints == [] and len(opened.asked) == 1


@pytest.mark.browser
@pytest.mark.parametrize("without", ["WebGL", "scripts"])
def test_a_page_without_webgl_or_scripts_is_a_picture_and_says_why(browser, stage, tmp_path, without):
    stage.save_html(tmp_path / "scene.html")
    how = {"no_webgl": True} if without == "WebGL" else {"java_script_enabled": False, "until": None}
    opened = Opened(browser, tmp_path / "scene.html", **how)
    assert opened.colourful("#wb-still") > 0.05
    assert "ball, showing height" in opened.page.locator("#wb-still").get_attribute("alt")
    assert re.search("still picture", opened.page.locator("main").inner_text())
    opened.keep(f"page-without-{without}.png")
