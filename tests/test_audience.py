"""Whoever looks at a run may leave, fail, or both at once: the run goes on."""

import time

import pytest

from workbench.quantities import Snapshot
from workbench.training import Play, RunFailed
from workbench.training.audience import Audience


def counting(steps):
    for step in range(1, steps + 1):
        time.sleep(0.001)
        yield Snapshot(step, 1.0 / step, {})


def test_an_observer_that_leaves_and_fails_at_once_does_not_end_the_run():
    play = Play(counting(20), rate=1000)
    ends = []

    def leaves(snapshot):
        ends[0]()
        raise ValueError("on the way out")

    ends.append(play.watch(leaves))
    play.start().wait(10)
    assert play.state == "finished" and play.progress[0] == 20
    assert "on the way out" in play.error


@pytest.mark.parametrize("state", ["running", "paused", "finished"])
def test_a_listener_to_states_that_fails_is_dropped_and_the_run_goes_on(state):
    play, heard = Play(counting(20), rate=1000), []

    def fails(now):
        if now == state:
            raise ValueError("no ear for this")

    play.watch_state(fails)
    play.watch_state(heard.append)
    play.step()
    while play.state == "running":
        time.sleep(0.001)
    play.start().wait(10)
    assert play.state == "finished" and "no ear for this" in play.error
    assert {"running", "paused", "finished"} <= set(heard)


def test_why_a_run_failed_is_not_lost_to_a_listener_that_fails_too():
    def broken():
        yield Snapshot(1, 1.0, {})
        raise RuntimeError("no more ink")

    play = Play(broken())
    play.watch_state(lambda state: 1 / 0 if state == "failed" else None)
    with pytest.raises(RunFailed):
        play.start().wait(10)
    assert play.state == "failed" and "no more ink" in play.error


def test_who_is_dropped_hears_no_more():
    complaints, heard = [], []
    audience = Audience(lambda what, cause: complaints.append(cause))

    def fails(state):
        heard.append(state)
        raise ValueError

    audience.watch_state(fails)
    audience.tell("running")
    audience.tell("paused")
    assert heard == ["running"] and len(complaints) == 1
