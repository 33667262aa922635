"""Laws of the fading order."""

from hypothesis import given
from hypothesis import strategies as st

from state.ranking import current, floor, log_strength

HALF_LIFE_MS = 3 * 3_600_000
NOW_MS = 1_700_000_000_000
peaks = st.floats(0.01, 1e6)
moments = st.integers(NOW_MS - 10 * HALF_LIFE_MS, NOW_MS)


@given(peaks, moments, peaks, moments, st.integers(0, 30 * HALF_LIFE_MS))
def test_time_never_changes_the_order(p1: float, t1: int, p2: float, t2: int, later_ms: int) -> None:
    """Whoever ranks higher is stronger at every later moment."""
    r1, r2 = log_strength(p1, t1, HALF_LIFE_MS), log_strength(p2, t2, HALF_LIFE_MS)
    s1, s2 = (current(r, NOW_MS + later_ms, HALF_LIFE_MS) for r in (r1, r2))
    assert (s1 >= s2) if r1 >= r2 else (s1 <= s2)


@given(peaks, moments)
def test_rank_gives_the_strength_back(peak: float, at_ms: int) -> None:
    """At its peak a burst has its peak strength, to 1 part in 10^9."""
    back = current(log_strength(peak, at_ms, HALF_LIFE_MS), at_ms, HALF_LIFE_MS)
    assert abs(back / peak - 1.0) < 1e-9


@given(peaks, moments, peaks)
def test_trimming_at_the_floor_keeps_exactly_the_strong(peak: float, at_ms: int, minimum: float) -> None:
    """Above the floor means stronger than the minimum (ties within rounding aside)."""
    rank = log_strength(peak, at_ms, HALF_LIFE_MS)
    strength = current(rank, NOW_MS, HALF_LIFE_MS)
    if abs(strength / minimum - 1.0) > 1e-8:
        assert (rank > floor(minimum, NOW_MS, HALF_LIFE_MS)) == (strength > minimum)
