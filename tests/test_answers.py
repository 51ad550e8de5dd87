"""An exercise's picture shows what its check compares with, and what an attempt answers."""

import numpy as np
import pytest

from workbench.lessons.answers import flat, picture
from workbench.marking import NotYet, answered, expect, expect_shape, expected
from workbench.view import Album

TABLE = np.arange(12.0).reshape(4, 3)


def check(attempt):
    got = np.asarray(attempt(2.0))
    expect_shape(got, 2 * TABLE, "a table")
    expect(got, 2 * TABLE, {}, "twice")
    return "Right"


def untouched(x):
    raise NotImplementedError("write it")


def test_a_check_tells_what_it_expects_without_an_attempt():
    assert np.array_equal(expected(check), 2 * TABLE)
    with pytest.raises(NotYet) as hint:
        check(lambda x: TABLE[:2])
    assert np.array_equal(hint.value.right, 2 * TABLE)
    with pytest.raises(ValueError, match="does not say"):
        expected(lambda attempt: "Right")


def test_an_untouched_exercise_shows_the_right_answer_alone_and_a_written_one_stands_beside():
    assert picture(Album(), check, untouched).board.quantities.keys() == {"expected"}
    assert picture(Album(), check, lambda x: TABLE[:2]).board.quantities.keys() == {"expected"}
    shown = picture(Album(), check, lambda x: x * TABLE + 1).board.quantities
    assert np.array_equal(shown["expected"].values, 2 * TABLE)
    assert np.array_equal(shown["yours"].values, 2 * TABLE + 1)


@pytest.mark.parametrize("fails", [untouched, lambda x: 1 / 0, lambda x: None])
def test_what_does_not_answer_has_no_answer(fails):
    assert answered(check, fails) is None


def test_any_answer_lies_flat_with_all_its_numbers():
    for shape in ((), (5,), (2, 3), (4, 2, 2, 3)):
        assert flat(np.ones(shape)).size == np.ones(shape).size
    assert flat(np.array([1 + 2j, 3 + 4j])).tolist() == [[1, 3, 2, 4]]


def test_both_tables_have_one_range_whatever_an_attempt_answers():
    board = picture(Album(), check, lambda x: 100 * TABLE).board
    assert [board.look_of(name).high for name in ("expected", "yours")] == [22.0, 22.0]


def test_a_number_is_drawn_as_a_line_of_that_slope():
    def slope(attempt):
        expect_shape(np.asarray(attempt()), 3.0, "a slope")
        return "Right"

    line = picture(Album(), slope, untouched).board.quantities["expected"].values
    assert np.polyfit(*line.T, 1) == pytest.approx([3, 0], abs=1e-12)
