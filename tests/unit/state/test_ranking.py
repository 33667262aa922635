"""Strength fades by half in each half-life and never needs a new score."""

import pytest

from state.ranking import current, floor, log_strength

HOUR_MS = 3_600_000


def test_strength_halves_after_one_half_life() -> None:
    """A peak of 8 is worth 8 at its peak and 4 one half-life later."""
    rank = log_strength(8.0, 10 * HOUR_MS, HOUR_MS)
    assert current(rank, 10 * HOUR_MS, HOUR_MS) == 8.0
    assert current(rank, 11 * HOUR_MS, HOUR_MS) == 4.0


def test_a_long_dead_trend_is_worth_nothing() -> None:
    """Underflow gives 0, not an error."""
    assert current(log_strength(8.0, 0, 1000), 10**10, 1000) == 0.0


def test_the_floor_lies_between_what_stays_and_what_goes() -> None:
    """A burst above the minimum strength ranks above the floor, one below ranks below."""
    bar = floor(1.0, 5 * HOUR_MS, HOUR_MS)
    assert log_strength(4.1, 3 * HOUR_MS, HOUR_MS) > bar > log_strength(3.9, 3 * HOUR_MS, HOUR_MS)


@pytest.mark.parametrize(("peak", "half_life_ms"), [(0.0, 1), (-1.0, 1), (float("nan"), 1), (1.0, 0)])
def test_a_strength_without_logarithm_is_refused(peak: float, half_life_ms: int) -> None:
    """Zero, negative and NaN strengths and an empty half-life are refused by name."""
    with pytest.raises(ValueError, match="expected a number above 0"):
        log_strength(peak, 0, half_life_ms)


def test_mixed_up_units_are_refused() -> None:
    """Seconds where milliseconds belong would give astronomic strengths."""
    with pytest.raises(ValueError, match="milliseconds"):
        current(log_strength(5.0, 1_700_000_000_000, HOUR_MS), 1_700_000_000, HOUR_MS)
