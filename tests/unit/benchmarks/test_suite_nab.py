"""The NAB scorer gives the numbers that one computes by hand from its rules."""

import math

import numpy as np
import pytest

from benchmarks.trends import nab

# 40 rows, probation 6; windows of 5 rows: 10..14 and 30..34.
STAMPS = [f"2015-01-01 {i:02d}:00:00" if i < 24 else f"2015-01-02 {i - 24:02d}:00:00" for i in range(40)]
WINDOWS = [[STAMPS[10] + ".000000", STAMPS[14]], [STAMPS[30], STAMPS[34]]]
STANDARD, LOW_FN = nab.PROFILES["standard"], nab.PROFILES["low-FN"]


def _s(y: float) -> float:
    return 2.0 / (1.0 + math.exp(5.0 * y)) - 1.0


def _rows(*rows: int) -> nab.Bools:
    detected = np.zeros(len(STAMPS), np.bool_)
    detected[list(rows)] = True
    return detected


@pytest.fixture
def file() -> nab.Labelled:
    """The labelled file."""
    return nab.label(STAMPS, WINDOWS)


def test_first_rows_of_all_windows_are_perfect_and_nothing_is_zero(file: nab.Labelled) -> None:
    """The ends of the scale, whatever the profile."""
    for profile in nab.PROFILES.values():
        assert nab.score([file], [_rows(10, 30)], profile).score == pytest.approx(100.0)
        assert nab.score([file], [_rows()], profile) == nab.Score(0.0, 0, 2, 0)


def test_a_late_detection_gains_less_and_only_the_best_counts(file: nab.Labelled) -> None:
    """Row 14 is the last of its window: y = -1/5; with row 12 before it, y = -3/5 counts alone."""
    assert nab.raw(file, _rows(14), STANDARD) == (pytest.approx(_s(-0.2) / _s(-1.0) - 1.0), 1, 0)
    assert nab.raw(file, _rows(12, 14), STANDARD) == (pytest.approx(_s(-0.6) / _s(-1.0) - 1.0), 1, 0)


def test_false_rows_cost_by_their_distance_from_the_window_before(file: nab.Labelled) -> None:
    """Row 8 has no window before: .11. Row 16 is 2 rows behind one of 5: .11 S(2/4). Far behind: .11."""
    missed = -2.0
    assert nab.raw(file, _rows(8), STANDARD) == (pytest.approx(missed - 0.11), 0, 1)
    assert nab.raw(file, _rows(16), STANDARD) == (pytest.approx(missed + 0.11 * _s(0.5)), 0, 1)
    assert nab.raw(file, _rows(28), STANDARD) == (pytest.approx(missed - 0.11), 0, 1)


def test_probation_counts_for_nothing(file: nab.Labelled) -> None:
    """A detection in the first 15 % of the rows is neither right nor wrong."""
    assert nab.raw(file, _rows(0, 5), STANDARD) == nab.raw(file, _rows(), STANDARD)
    assert file.first == 6
    assert nab.label([f"{i:019d}" for i in range(9000)], []).first == 750


def test_profiles_weigh_misses_and_normalise_by_them(file: nab.Labelled) -> None:
    """One of two windows perfect, one missed: raw 1 - 2 = -1, null -4, perfect 2, so 50."""
    assert nab.raw(file, _rows(10), LOW_FN) == (pytest.approx(-1.0), 1, 0)
    assert nab.score([file], [_rows(10)], LOW_FN).score == pytest.approx(50.0)


def test_each_file_gets_the_threshold_that_suits_the_others(file: nab.Labelled) -> None:
    """The first threshold suits file a, the second file b: left out, each gets the wrong one."""
    perfect, nothing = _rows(10, 30), _rows()
    found = [[perfect, nothing], [nothing, perfect]]
    best, place, left_out = nab.best_and_left_out([file, file], found, STANDARD)
    assert (best, place, left_out) == (pytest.approx(50.0), 0, pytest.approx(0.0))
