"""A recorded run: what goes in comes out, whatever happens to run, file or disk in between."""

import errno
import gc
import itertools
import os
import signal
import subprocess
import sys
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest

from workbench.quantities import Quantity, Snapshot
from workbench.recordings import Reader, RecordingError, Writer
from workbench.recordings.blocks import FORMAT, START
from workbench.recordings.numbers import decoded, encoded
from workbench.shapes import CurveNetwork, PointCloud, icosphere
from workbench.training import Play, RecordingWarning, RunFailed, finish, record

BALL, TINY = icosphere(1), icosphere(0)
CAST = {
    "ball": BALL,
    "twin": BALL,
    "dots": PointCloud(BALL.V, BALL.V),
    "bare dots": PointCloud(BALL.V),
    "path": CurveNetwork.path(BALL.V),
}


def everything(step):
    """A quantity of each kind, on each kind of structure, for one step."""
    draw = np.random.default_rng(step)
    n = BALL.n_vertices
    return {
        "height": Quantity("ball", "vertices", draw.normal(size=n).astype(np.float32)),
        "parts": Quantity("twin", "faces", draw.integers(0, 7, BALL.n_faces), "label"),
        "tint": Quantity("dots", "vertices", draw.random((n, 3)), "color"),
        "flow": Quantity("bare dots", "vertices", draw.normal(size=(n, 3)), "vector"),
        "place": Quantity("ball", "corners", draw.random((3 * BALL.n_faces, 2)), "uv"),
        "length": Quantity("path", "edges", draw.random(n - 1).astype(np.float16)),
        "loss": Quantity("loss", "plot", draw.random((step, 2)), "curve"),
        "map": Quantity("map", "plot", draw.normal(size=(4, 5)), "matrix"),
        "fixed": Quantity("ball", "vertices", BALL.V[:, 0]),
    }


def run(steps, quantities=everything):
    for step in range(1, steps + 1):
        now = quantities(step)
        yield Snapshot(step, 1.0 / step, {name: (lambda q=q: q) for name, q in now.items()})


def simple(step):
    return {"height": Quantity("ball", "vertices", step * BALL.V[:, 2])}


def tiny(step):
    return {"height": Quantity("tiny", "vertices", np.float32(step) * TINY.V[:, 2].astype(np.float32))}


def same(a, b):
    """Whether two quantities say the same of the same."""
    return (a.of, a.on, a.kind, a.values.dtype) == (b.of, b.on, b.kind, b.values.dtype) and np.array_equal(
        a.values, b.values, equal_nan=a.values.dtype.kind == "f"
    )


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_back(tmp_path):
    finish(record(run(5), tmp_path / "run.wbrec", cast=CAST))
    reader = Reader(tmp_path / "run.wbrec")
    assert reader.steps.tolist() == [1, 2, 3, 4, 5] and reader.losses.tolist() == [1 / k for k in range(1, 6)]
    for i in (4, 0, 2):
        assert list(reader.frame(i).quantities) == list(everything(1))
        assert all(same(q, everything(i + 1)[name]) for name, q in reader.frame(i).look().items())
    assert reader.notice == ""


def test_structures_come_back_exactly(tmp_path):
    finish(record(run(2), tmp_path / "run.wbrec", cast=CAST | {"never seen": icosphere(4)}))
    found = Reader(tmp_path / "run.wbrec").structures()
    assert set(found) == set(CAST)  # what no quantity is of takes no room
    for name, shape in CAST.items():
        assert type(found[name]) is type(shape)
        for part in ("V", "F", "X", "E", "normals"):
            before, after = getattr(shape, part, None), getattr(found[name], part, None)
            assert before is after is None or (np.array_equal(before, after) and before.dtype == after.dtype)


def test_names_that_stand_for_one_shape_store_it_once(tmp_path):
    body = icosphere(3)
    sizes = []
    zeros = np.zeros(body.n_vertices)
    for names in (("a",), ("a", "b", "c", "d")):
        seen = {name: (lambda name=name: Quantity(name, "vertices", zeros)) for name in names}
        once = iter([Snapshot(1, 1.0, seen)])
        finish(record(once, tmp_path / "run.wbrec", cast=dict.fromkeys(names, body)))
        sizes.append((tmp_path / "run.wbrec").stat().st_size)
    assert sizes[1] < sizes[0] + 3 * 1000  # the words of three names and of their zeros


def test_what_does_not_change_is_stored_once(tmp_path):
    noise = np.random.default_rng(0).random(10_000)
    still = {"noise": lambda: Quantity("noise", "plot", noise[None], "histogram")}
    finish(record((Snapshot(k, 1.0, still) for k in range(1, 51)), tmp_path / "run.wbrec"))
    assert (tmp_path / "run.wbrec").stat().st_size < 1.5 * noise.nbytes


def test_looks_and_words_about_the_run_come_along(tmp_path):
    from workbench.view.colors import Look
    from workbench.view.textures import Texture

    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    looks = {
        "loss": {"log": True},
        "parts": Look(labels=["arm", "leg"]),
        "place": Look(texture=Texture(picture)),
    }
    finish(record(run(1), tmp_path / "run.wbrec", cast=CAST, looks=looks, about={"rate": np.float64(0.1)}))
    reader = Reader(tmp_path / "run.wbrec")
    assert reader.looks["loss"] == {"log": True} and reader.looks["parts"]["labels"] == ["arm", "leg"]
    assert np.array_equal(reader.looks["place"]["texture"]["pixels"], picture)
    assert reader.about == {"rate": 0.1} and reader.written[0].isdigit()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("columns", [False, True])
def test_numbers_told_in_bits_are_within_half_a_step(bits, dtype, columns):
    values = (np.random.default_rng(bits).normal(size=(500, 3)) * [1e-3, 1.0, 1e6]).astype(dtype)
    values[3:6, 1] = np.nan, np.inf, -np.inf
    back = decoded(*encoded(values, bits, columns))
    finite = np.isfinite(values)
    assert back.dtype == dtype and np.array_equal(back[~finite], values[~finite], equal_nan=True)
    low, high = (np.where(finite, values, end).astype(float) for end in (np.inf, -np.inf))
    axis = 0 if columns else None
    step = (high.max(axis) - low.min(axis)) / (2**bits - 4)
    # to store the result as a float of that dtype rounds once more
    allowed = step / 2 * (1 + 1e-9) + np.finfo(dtype).eps * np.where(finite, np.abs(values), 0)
    off = np.abs(np.where(finite, back, 0).astype(float) - np.where(finite, values, 0))
    assert (off <= allowed).all()


@pytest.mark.parametrize("values", [[], [2.5, 2.5], [np.nan, np.nan], [0.0], [1e308, -1e308], [-0.0, 5e-324]])
def test_numbers_that_no_steps_fit_come_back_as_they_were(values):
    values = np.array(values)
    assert np.array_equal(decoded(*encoded(values, 8)), values, equal_nan=True)


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "i4", "i8", "u8", ">i4", ">f8", "f2"])
def test_numbers_of_every_type_come_back_exactly(dtype):
    whole = np.array([0, 1, 100, 127] if dtype != "?" else [0, 1], dtype)
    ends = [np.iinfo(dtype).min, np.iinfo(dtype).max] if whole.dtype.kind in "iu" else []
    values = np.concatenate([whole, np.array(ends, dtype)]).astype(dtype)
    back = decoded(*encoded(values))
    assert np.array_equal(back, values) and back.dtype == values.dtype.newbyteorder("<")


def test_plots_stay_exact_unless_named_and_the_rest_gets_the_bits(tmp_path):
    finish(record(run(3), tmp_path / "all.wbrec", cast=CAST, bits=8))
    finish(record(run(3), tmp_path / "some.wbrec", cast=CAST, bits={"map": 16}))
    rough, named = (Reader(tmp_path / name).frame(2).look() for name in ("all.wbrec", "some.wbrec"))
    truth = everything(3)
    assert {name for name in truth if not same(rough[name], truth[name])} == {
        "height", "tint", "flow", "place", "length", "fixed"}  # fmt: skip
    assert [name for name in truth if not same(named[name], truth[name])] == ["map"]


def test_a_file_cut_at_any_byte_has_a_whole_number_of_frames_or_says_so(tmp_path):
    finish(record(run(3, tiny), tmp_path / "run.wbrec", cast={"tiny": TINY}))
    data, cut, kept = (tmp_path / "run.wbrec").read_bytes(), tmp_path / "cut.wbrec", []
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        try:
            reader = Reader(cut)
        except RecordingError as error:
            assert "record again" in str(error) or "to get one" in str(error)
            kept.append(0)
            continue
        kept.append(len(reader))
        assert f"{len(reader)} whole frames up to step {len(reader)}" in reader.notice
        assert same(reader.frame(-1).look()["height"], tiny(len(reader))["height"])
        assert np.array_equal(reader.structures()["tiny"].F, TINY.F)
        reader.close()
    assert sorted(set(kept)) == [0, 1, 2, 3] and kept == sorted(kept)


def test_a_file_with_any_byte_wrong_never_shows_a_wrong_number(tmp_path):
    finish(record(run(2, tiny), tmp_path / "run.wbrec", cast={"tiny": TINY}))
    data, wrong = bytearray((tmp_path / "run.wbrec").read_bytes()), tmp_path / "wrong.wbrec"
    refused = 0
    for place in range(START.size, len(data)):
        data[place] ^= 0x15
        wrong.write_bytes(data)
        data[place] ^= 0x15
        try:
            reader = Reader(wrong)
            assert all(np.array_equal(shape.V, TINY.V) for shape in reader.structures().values())
            for i, step in enumerate(reader.steps):
                assert same(reader.frame(i).look()["height"], tiny(step)["height"])
                assert reader.losses[i] == 1 / step
        except RecordingError as error:
            assert "wrong.wbrec" in str(error)
            refused += 1
    assert refused > 0.5 * len(data)  # most bytes are numbers, and frames that lost some are not shown


def test_what_is_no_recording_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "run.wbrec"
    for junk in (b"", b"OFF\n3 1 0\n", os.urandom(1000)):
        path.write_bytes(junk)
        with pytest.raises(RecordingError, match="run.wbrec is no recording"):
            Reader(path)
    with pytest.raises(RecordingError, match="got a folder"):
        Reader(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        Reader(tmp_path / "none.wbrec")


def test_a_newer_recording_asks_for_a_newer_workbench(tmp_path):
    path = tmp_path / "run.wbrec"
    finish(record(run(1, simple), path, cast=CAST))
    data = path.read_bytes()
    path.write_bytes(START.pack(data[:8], FORMAT + 1) + data[START.size :])
    with pytest.raises(RecordingError, match=f"format {FORMAT + 1}, here {FORMAT}.*pip install -U"):
        Reader(path)


def test_every_nth_and_the_last_snapshot_are_written_and_no_other_is_computed(tmp_path):
    looked = []

    def look(step):
        looked.append(step)
        return Quantity("ball", "vertices", np.full(BALL.n_vertices, float(step)))

    seven = [Snapshot(k, 1.0, {"q": lambda k=k: look(k)}) for k in range(1, 8)]
    passed = list(record(iter(seven), tmp_path / "run.wbrec", every=4, cast=CAST))
    assert all(a is b for a, b in zip(passed, seven, strict=True))
    assert Reader(tmp_path / "run.wbrec").steps.tolist() == looked == [1, 5, 7]


def test_a_limit_keeps_frames_of_the_whole_run_evenly(tmp_path):
    path = tmp_path / "run.wbrec"
    finish(record(run(203, simple), path, cast=CAST, limit=20_000))
    reader = Reader(path)
    gaps = np.diff(reader.steps)
    assert path.stat().st_size <= 20_000 and len(reader) > 10
    assert reader.steps[0] == 1 and reader.steps[-1] == 203
    assert len(set(gaps[:-1])) == 1 and np.log2(gaps[0]) % 1 == 0 and 0 < gaps[-1] <= gaps[0]
    for i, step in enumerate(reader.steps):
        assert same(reader.frame(i).look()["height"], simple(step)["height"])
    assert files(tmp_path) == ["run.wbrec"] and np.array_equal(reader.structures()["ball"].V, BALL.V)


def test_what_did_not_change_survives_the_limit(tmp_path):
    noise = np.random.default_rng(0).random(500)

    def mixed(step):
        return {
            "noise": Quantity("noise", "plot", noise[None], "histogram"),
            "slow": Quantity("slow", "plot", noise[None] + step // 10, "histogram"),
        } | simple(step)

    finish(record(run(150, mixed), tmp_path / "run.wbrec", cast=CAST, limit=40_000))
    reader = Reader(tmp_path / "run.wbrec")
    for i, step in enumerate(reader.steps):
        seen = reader.frame(i).look()
        assert all(same(seen[name], mixed(step)[name]) for name in seen) and len(seen) == 3


def test_a_frame_beyond_the_limit_is_refused_at_once(tmp_path):
    with pytest.raises(RecordingError, match="more than the limit of 1000; give a larger limit"):
        finish(record(run(9, simple), tmp_path / "run.wbrec", cast=CAST, limit=1000))
    assert files(tmp_path) == []


def test_a_run_that_is_interrupted_leaves_a_whole_file(tmp_path):
    def interrupted():
        yield from run(7, simple)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(record(interrupted(), tmp_path / "run.wbrec", cast=CAST, every=3))
    # half a step was taken after 7: its weights are of no step, so that 7 is not looked at then
    assert Reader(tmp_path / "run.wbrec").steps.tolist() == [1, 4, 7]
    assert Reader(tmp_path / "run.wbrec").notice == "" and files(tmp_path) == ["run.wbrec"]


@pytest.mark.parametrize("steps, kept", [(7, [1, 4, 7]), (8, [1, 4, 7, 8])])
def test_a_run_that_is_let_go_keeps_its_last_step(tmp_path, steps, kept):
    for snapshot in record(run(100, simple), tmp_path / "run.wbrec", cast=CAST, every=3):
        if snapshot.step == steps:
            break
    del snapshot
    gc.collect()
    assert Reader(tmp_path / "run.wbrec").steps.tolist() == kept


def test_a_play_that_is_stopped_or_fails_leaves_a_whole_file(tmp_path):
    play = Play(record(run(10**9, simple), tmp_path / "stopped.wbrec", cast=CAST))
    play.start()
    while len(play.losses) < 5:
        time.sleep(0.01)
    play.stop()
    assert Reader(tmp_path / "stopped.wbrec").steps.tolist() == list(range(1, len(play.losses) + 1))

    def failing():
        yield from run(3, simple)
        raise FloatingPointError("the loss is nan")

    with pytest.raises(RunFailed, match="the loss is nan"):
        Play(record(failing(), tmp_path / "failed.wbrec", cast=CAST)).finish()
    assert len(Reader(tmp_path / "failed.wbrec")) == 3
    Play(record(run(3, simple), tmp_path / "never.wbrec", cast=CAST)).stop()
    assert files(tmp_path) == ["failed.wbrec", "stopped.wbrec"]


def test_the_run_itself_is_closed_with_its_recording(tmp_path):
    closed = []

    def closing():
        try:
            yield from run(9, simple)
        finally:
            closed.append(True)

    recorded = record(closing(), tmp_path / "run.wbrec", cast=CAST)
    next(recorded)
    recorded.close()
    assert closed == [True]


KILLED = """
import sys, time
sys.path.insert(0, {tests!r})
from test_recordings import CAST, record, run, simple
for snapshot in record(run(10**6, simple), {path!r}, cast=CAST):
    print(snapshot.step, flush=True)
    time.sleep(0.001)
"""


@pytest.mark.skipif(os.name == "nt", reason="sends SIGKILL")
def test_a_killed_process_leaves_every_frame_it_had_written(tmp_path):
    path, here = tmp_path / "run.wbrec", Path(__file__).parent
    code = KILLED.format(tests=str(here), path=str(path))
    environment = os.environ | {"PYTHONPATH": str(here.parent)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as child:
        told = [int(line) for line in itertools.islice(child.stdout, 30)][-1]
        child.send_signal(signal.SIGKILL)
    with pytest.raises(FileNotFoundError, match=r"left what can be opened: .*\.part"):
        Reader(path)
    (draft,) = tmp_path.iterdir()
    reader = Reader(draft)
    assert len(reader) >= told and "was cut off" in reader.notice
    assert same(reader.frame(-1).look()["height"], simple(len(reader))["height"])


def test_a_recording_can_be_read_while_it_is_written(tmp_path):
    writer = Writer(tmp_path / "run.wbrec", CAST)
    for snapshot in run(3, simple):
        writer.write(snapshot)
        (draft,) = tmp_path.iterdir()
        assert Reader(draft).steps[-1] == snapshot.step
    writer.close()
    writer.close()


def test_two_writers_to_one_path_do_not_mix(tmp_path):
    path = tmp_path / "run.wbrec"
    first, second = (record(run(9, simple), path, cast=CAST) for _ in range(2))
    for _ in range(4):
        next(first)
    finish(second)
    assert Reader(path).steps.tolist() == list(range(1, 10))
    first.close()
    assert Reader(path).steps.tolist() == [1, 2, 3, 4] and files(tmp_path) == ["run.wbrec"]


class Full:
    """A file on a disk that has room for so many more bytes."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, data):
        taken = self.file.write(data[: self.room])
        self.room -= taken
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return taken

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("room", [0, 700, 3000])
def test_a_full_disk_ends_the_recording_and_not_the_run(tmp_path, room, monkeypatch):
    writers = []
    monkeypatch.setattr(
        "workbench.training.recording.Writer", lambda *a: writers.append(Writer(*a)) or writers[-1]
    )
    recorded = record(run(30, simple), tmp_path / "run.wbrec", cast=CAST)
    next(recorded)
    writers[0]._tape.file = Full(writers[0]._tape.file, room)
    with pytest.warns(RecordingWarning, match="the run goes on: .*No space left on device.*make room"):
        assert finish(recorded).step == 30
    reader = Reader(tmp_path / "run.wbrec")
    assert 1 <= len(reader) < 10 and all(reader.frame(i).look() for i in range(len(reader)))


@pytest.mark.skipif(os.name == "nt", reason="sets a limit that Windows does not have")
def test_a_disk_that_is_full_already_is_refused_before_the_run(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(RecordingError, match="nothing can be written there .*make room"):
            record(run(1), tmp_path / "run.wbrec")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(tmp_path) == []


def test_a_place_that_cannot_be_written_is_refused_before_the_run(tmp_path):
    with pytest.raises(RecordingError, match="no such folder"):
        record(run(1), tmp_path / "none" / "run.wbrec")
    with pytest.raises(RecordingError, match="this is a folder; name a file in it"):
        record(run(1), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="no such folder"):
        record(run(1), tmp_path / "file" / "run.wbrec")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RecordingError, match="record to another folder"):
        record(run(1), tmp_path / "run.wbrec")


def test_what_cannot_be_recorded_is_refused_in_the_first_step(tmp_path):
    path = tmp_path / "run.wbrec"
    with pytest.raises(
        RecordingError, match="'height' is of 'ball', whose shape is not known; give it in cast"
    ):
        finish(record(run(3, simple), path))
    with pytest.raises(RecordingError, match="record real numbers"):
        encoded(np.array([1j]))
    with pytest.raises(RecordingError, match="'ball' is a ndarray; give Mesh, PointCloud, CurveNetwork"):
        record(run(1), path, cast={"ball": BALL.V})
    with pytest.raises(RecordingError, match="bits is None .exact., 8 or 16"):
        record(run(1), path, cast=CAST, bits={"height": 12})
    with pytest.raises(ValueError, match="every is at least 1"):
        record(run(1), path, every=0)
    assert files(tmp_path) == []


def test_a_quantity_that_fails_later_costs_its_frame_only(tmp_path):
    def moody(step):
        if step == 3:
            raise ZeroDivisionError("no body is chosen")
        return simple(step)["height"]

    snapshots = (Snapshot(k, 1.0, {"height": lambda k=k: moody(k)}) for k in range(1, 6))
    with pytest.warns(RecordingWarning, match="goes on without step 3, the run goes on: no body is chosen"):
        finish(record(snapshots, tmp_path / "run.wbrec", cast=CAST))
    assert Reader(tmp_path / "run.wbrec").steps.tolist() == [1, 2, 4, 5]


def test_memory_stays_flat_over_two_thousand_frames(tmp_path):
    noise = np.random.default_rng(0)

    def fresh(step):
        return {"noise": Quantity("noise", "plot", noise.random((1, 200)), "histogram")}

    recorded = record(run(2100, fresh), tmp_path / "run.wbrec")
    tracemalloc.start()
    try:
        for snapshot in recorded:
            if snapshot.step == 100:
                before = tracemalloc.get_traced_memory()[0]
        held = tracemalloc.get_traced_memory()[0] - before
        reader = Reader(tmp_path / "run.wbrec")
        for i in range(0, 2100, 20):
            reader.frame(i).look()
        reading = tracemalloc.get_traced_memory()[0] - before - held
    finally:
        tracemalloc.stop()
    # 2000 frames are 3 MB of numbers; the index takes 24 bytes for each, and a bytearray grows by an eighth
    assert held < 150_000 and reading < 2100 * 24 + 150_000


def test_reading_is_safe_from_several_threads(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    finish(record(run(40, simple), tmp_path / "run.wbrec", cast=CAST))
    reader = Reader(tmp_path / "run.wbrec")
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda i: reader.frame(i).look()["height"], [*range(40)] * 3))
    assert all(same(q, simple(i % 40 + 1)["height"]) for i, q in enumerate(seen))
    reader.close()
    with pytest.raises(RecordingError, match="closed; open the recording again"):
        reader.frame(0)


def test_nothing_is_warned_of_when_all_goes_well(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        finish(record(run(3), tmp_path / "run.wbrec", cast=CAST, looks={}, bits=16))
