"""A run is an iterator, and Play never loses it: theorems about Knobs, descend, finish and Play."""

import contextlib
import gc
import sys
import threading
import time
import weakref

import numpy as np
import pytest
import torch
from waiting import until

from workbench.quantities import Quantity, Snapshot
from workbench.training import Knobs, Play, RunFailed, descend, finish, halved_every, risen_and_fallen
from workbench.training.sharing import sharing_the_machine

SOON = 20.0  # seconds a test waits for a thread before it fails; generous, for busy machines


def bowl(steps=50, lr=0.1, start=3.0, dtype=torch.float64, **more):
    """Descent on x^2: closed form minimum at 0."""
    x = torch.nn.Parameter(torch.tensor(start, dtype=dtype))
    knobs = Knobs(lr=lr)
    look = {"x": lambda: Quantity("line", "plot", [[0.0, x.item()]], "curve")}
    return x, knobs, descend([x], lambda step: x**2, steps, knobs, look, **more)


def counting(steps, pause=0.0):
    for step in range(1, steps + 1):
        time.sleep(pause)
        yield Snapshot(step, 1.0 / step, {"n": lambda step=step: Quantity("n", "vertices", [float(step)])})


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_descent_reaches_the_bottom_of_a_bowl(dtype):
    x, _, run = bowl(steps=400, dtype=dtype)
    last = finish(run)
    assert last.step == 400
    assert abs(x.item()) < 1e-2  # Adam circles the minimum within a fraction of its rate


def test_two_runs_from_one_start_agree_exactly():
    losses = [[s.loss for s in bowl()[2]] for _ in range(2)]
    assert losses[0] == losses[1]


def test_a_knob_acts_on_the_next_step():
    x, knobs, run = bowl(lr=0.5)
    next(run)
    knobs.turn("lr", 0.0)
    before = x.item()
    next(run)
    assert x.item() == before


def test_the_rate_halves_after_every_period():
    rate = halved_every(10)
    assert [rate(s) for s in (1, 10, 11, 20, 21)] == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_the_rate_rises_evenly_to_one_and_falls_to_nothing():
    rate = risen_and_fallen(100, rise=0.1)
    assert [rate(s) for s in (1, 5, 10, 55, 100)] == pytest.approx([0.1, 0.5, 1.0, 0.5, 0.0], abs=1e-12)
    assert risen_and_fallen(1)(1) == 1.0  # a run of one step takes it


def test_first_adam_step_has_the_length_of_the_decayed_rate():
    x, _, run = bowl(lr=0.25, decay=lambda step: 0.5)
    next(run)
    assert x.item() == pytest.approx(3.0 - 0.125, abs=1e-6)  # the first step is lr * sign, up to Adam's eps


def test_a_group_with_a_pace_goes_that_much_faster():
    slow, fast = (torch.nn.Parameter(torch.tensor(3.0, dtype=torch.float64)) for _ in range(2))
    groups = [{"params": [slow]}, {"params": [fast], "pace": 4.0}]
    next(descend(groups, lambda step: slow**2 + fast**2, 1, Knobs(lr=0.1)))
    assert 3.0 - fast.item() == pytest.approx(4 * (3.0 - slow.item()), rel=1e-6)


def test_a_loss_that_is_not_finite_leaves_the_weights_alone():
    x = torch.nn.Parameter(torch.tensor(2.0))
    run = descend([x], lambda step: x * float("nan"), 5, Knobs(lr=0.1))
    with pytest.raises(FloatingPointError, match="step 1.*smaller rate"):
        next(run)
    assert x.item() == 2.0


def test_an_unknown_knob_names_the_known_ones():
    with pytest.raises(KeyError, match="lr"):
        Knobs(lr=1.0).turn("rate", 2.0)


def test_quantities_are_computed_only_when_somebody_looks():
    looked = []
    x = torch.nn.Parameter(torch.ones(()))
    run = descend(
        [x],
        lambda step: x**2,
        5,
        Knobs(lr=0.1),
        {"q": lambda: looked.append(1) or Quantity("b", "vertices", [1.0])},
    )
    last = finish(run)
    assert looked == []
    last.look("q")
    assert looked == [1]


def test_a_quantity_copies_its_array():
    weights = np.zeros(3)
    quantity = Quantity("body", "vertices", weights)
    weights += 1
    assert quantity.values.tolist() == [0.0, 0.0, 0.0]
    assert not quantity.values.flags.writeable


@pytest.mark.parametrize(
    "on, kind, values",
    [
        ("corner", "scalar", [1.0]),
        ("vertices", "colour", [[1.0] * 3]),
        ("vertices", "scalar", [[1.0]]),
        ("faces", "vector", [1.0, 2.0]),
        ("vertices", "label", [0.5]),
        ("plot", "scalar", [1.0]),
        ("plot", "curve", [[1.0, 2.0, 3.0]]),
        ("vertices", "scalar", ["1"]),
        ("vertices", "scalar", [1j]),
        ("vertices", "scalar", [None]),
    ],
)
def test_a_quantity_that_fits_nowhere_is_refused(on, kind, values):
    with pytest.raises(ValueError, match="Quantity of 'body'"):
        Quantity("body", on, values, kind)


def test_play_takes_every_step_once_and_shows_the_last():
    play, seen = Play(counting(200), steps=200, rate=1000), []
    play.watch(lambda snapshot: seen.append((snapshot.step, snapshot.look()["n"].values[0])))
    play.start().wait(SOON)
    assert play.state == "finished" and play.progress == (200, 200)
    assert play.losses == [1.0 / n for n in range(1, 201)]
    assert seen[-1] == (200, 200.0)
    assert all(step == value for step, value in seen)


def test_finish_gives_the_same_losses_as_start():
    losses = []
    for drive in (lambda p: p.finish(), lambda p: p.start().wait(SOON)):
        play = Play(bowl()[2])
        drive(play)
        losses.append(play.losses)
    assert losses[0] == losses[1] and len(losses[0]) == 50


def test_no_step_is_taken_while_paused_and_step_takes_one():
    play = Play(counting(10_000))
    play.start()
    assert until(lambda: len(play.losses) > 3)
    play.pause()
    assert until(lambda: play.state == "paused")
    done = len(play.losses)
    time.sleep(0.05)
    assert len(play.losses) == done
    play.step()
    assert until(lambda: play.state == "paused" and len(play.losses) == done + 1)
    play.stop()
    assert play.state == "stopped"


def test_a_knob_turned_while_paused_shows_at_once():
    knobs = Knobs(shown=1)
    looks = []
    quantities = {"shown": lambda: Quantity("b", "vertices", [float(knobs["shown"])])}
    play = Play(iter([Snapshot(1, 1.0, quantities), Snapshot(2, 1.0, quantities)]), knobs)
    play.watch(lambda snapshot: looks.append(snapshot.look()["shown"].values[0]))
    play.step()
    assert until(lambda: play.state == "paused" and looks)
    knobs.turn("shown", 7)
    assert until(lambda: looks[-1] == 7.0)
    play.start().wait(SOON)
    knobs.turn("shown", 9)
    assert play.state == "finished" and looks[-1] == 9.0


def test_a_second_run_stops_the_first():
    first, second = Play(counting(10**9)), Play(counting(10))
    first.start()
    assert until(lambda: first.losses)
    second.start().wait(SOON)
    assert first.state == "stopped" and second.state == "finished"


def test_no_thread_is_left_behind():
    for ending in ("stop", "wait"):
        play = Play(counting(20 if ending == "wait" else 10**9))
        play.start()
        getattr(play, ending)()
        assert until(lambda: not any(t.name == "workbench-play" for t in threading.enumerate()))


def test_an_exception_in_the_run_is_kept_with_its_traceback():
    def run():
        yield Snapshot(1, 1.0)
        raise ZeroDivisionError("a crease of zero angle")

    play, states = Play(run()), []
    play.watch_state(states.append)
    with pytest.raises(RunFailed) as caught:
        play.start().wait(SOON)
    assert play.state == states[-1] == "failed"
    assert "a crease of zero angle" in play.error and "Traceback" in play.error
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("broken", ["view", "quantity"])
def test_what_fails_in_looking_never_ends_the_run(broken):
    def fail(*_):
        raise RuntimeError("no more ink")

    look = {"q": fail if broken == "quantity" else lambda: Quantity("b", "vertices", [1.0])}
    play = Play(iter([Snapshot(n, 1.0, look) for n in range(1, 30)]), rate=1000)
    play.watch(fail)
    play.start().wait(SOON)
    assert play.state == "finished" and len(play.losses) == 29
    assert "no more ink" in play.error


def test_slow_looking_takes_at_most_a_third_of_the_time():
    looks, began = [], time.monotonic()
    play = Play(counting(10**9, pause=0.001), rate=1000)
    play.watch(lambda snapshot: (time.sleep(0.02), looks.append(1)))
    play.start()
    assert until(lambda: len(looks) >= 8)
    play.stop()
    # each look of at least 20 ms is followed by four times as long without: a fifth, with a margin a third
    assert len(looks) * 0.02 < (time.monotonic() - began) / 3 + 2 * 0.02


def test_a_run_that_is_over_cannot_be_started_again():
    play = Play(counting(3)).finish()
    with pytest.raises(RuntimeError, match="finished"):
        play.start()


def test_stopping_keeps_the_model_of_the_last_step():
    x, knobs, run = bowl(steps=10**9, lr=1e-3)
    play = Play(run, knobs)
    play.start()
    assert until(lambda: len(play.losses) > 5)
    play.stop()
    assert play.losses[-1] > x.item() ** 2  # the last step went downhill from that loss
    held = x.item()
    time.sleep(0.02)
    assert x.item() == held


def test_waiting_for_a_run_that_nobody_started_says_so():
    with pytest.raises(RuntimeError, match="nobody has started this run"):
        Play(counting(3)).wait()


def test_a_run_that_finishes_in_one_thread_is_stopped_by_another_between_two_steps():
    play, states = Play(counting(10**6, pause=0.001)), []
    play.watch_state(states.append)
    stopper = threading.Thread(target=lambda: (until(lambda: len(play.losses) > 5, SOON), play.stop(SOON)))
    stopper.start()
    play.finish()
    stopper.join(SOON)
    assert play.state == "stopped" and states.count("stopped") == 1 and play.error is None


def test_stopping_twice_at_once_ends_a_run_once():
    def start(play):
        with contextlib.suppress(RuntimeError):  # it may be over already
            play.start()

    for _ in range(20):
        play, states = Play(counting(10**6)), []
        play.watch_state(states.append)
        hands = [threading.Thread(target=act, args=(play,)) for act in (start, Play.stop, Play.stop)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(SOON)
        play.stop(SOON)
        assert play.state == "stopped" and states.count("stopped") == 1


def exiting():
    yield Snapshot(1, 1.0, {})
    raise SystemExit(3)


@pytest.mark.parametrize("run", [exiting, lambda: iter([1, 2])], ids=["it calls exit()", "no Snapshots"])
def test_a_run_that_ends_its_thread_is_over_and_says_why(run):
    play = Play(run()).start()
    with pytest.raises(RunFailed):
        play.wait(SOON)
    assert play.state == "failed" and play.cause is not None


def test_an_observer_that_calls_exit_is_dropped_and_the_run_goes_on():
    play = Play(counting(3), rate=1e6)
    play.watch(lambda snapshot: exit())
    assert play.start().wait(SOON).state == "finished"
    assert "SystemExit" in play.error


def test_runs_that_overlap_leave_the_machine_as_the_first_one_found_it():
    def found():
        return sys.getswitchinterval(), torch.get_num_threads()

    before, one, two = found(), sharing_the_machine(), sharing_the_machine()
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    two.__exit__(None, None, None)
    assert found() == before


def test_knobs_that_outlive_a_run_let_it_go():
    knobs = Knobs(lr=0.1)
    play = Play(iter(()), knobs).finish()
    gone = weakref.ref(play)
    del play
    gc.collect()
    assert gone() is None
    knobs.turn("lr", 0.2)  # and turn without it
    assert knobs["lr"] == 0.2
