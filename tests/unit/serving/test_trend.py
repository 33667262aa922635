"""What follows from a record, its rank and a moment."""

import pytest
from support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_record, a_trend, an_as_of

from serving.trend import in_order, listing, single


def test_history_goes_on_with_silence_up_to_the_moment() -> None:
    """A record is written only when its topic had events, so later panes were silent."""
    trend = a_trend(pane_start_ms=NOON_MS - 3 * PANE_MS, history=(1.0, 2.0, 3.0))
    assert trend.silent_panes == 2
    assert trend.history(4) == (2.0, 3.0, 0.0, 0.0)
    assert trend.history(9) == (1.0, 2.0, 3.0, 0.0, 0.0)


def test_a_long_silence_is_only_as_long_as_what_is_shown() -> None:
    """A topic that was silent for a year costs no more than the cells that are drawn."""
    trend = a_trend(pane_start_ms=NOON_MS - 100_000 * PANE_MS)
    assert trend.history(5) == (0.0,) * 5


def test_a_record_ahead_of_the_moment_was_not_silent() -> None:
    """A list may be a pane ahead of the moment that was read with it."""
    trend = a_trend(pane_start_ms=NOON_MS, first_seen_ms=NOON_MS, history=(5.0,))
    assert trend.silent_panes == 0
    assert trend.age_ms == 0


def test_the_time_left_is_what_fading_to_the_minimum_takes() -> None:
    """From 4 to 0.5 are three halvings; what has no place has no time left."""
    assert a_trend(strength=4.0).left_ms == 3 * HALF_LIFE_MS
    assert a_trend(position=None, strength=0.1).left_ms == 0


def test_the_list_ends_where_strength_falls_below_the_minimum() -> None:
    """The minimum itself is still shown."""
    as_of = an_as_of(min_strength=2.0)
    now = NOON_MS / HALF_LIFE_MS
    rows = [(now + bits, a_record(f"t{bits}")) for bits in (3, 1, 0.99, 0)]
    assert [t.record.topic for t in listing("global", as_of, rows).trends] == ["t3", "t1"]


def test_a_trend_without_moment_or_record_is_unknown() -> None:
    """Neither part alone says anything."""
    assert single(None, 0, a_record()) is None
    assert single(an_as_of(), 0, None) is None


@pytest.mark.parametrize(("place", "strength", "position"), [(0, 4.0, 1), (6, 0.5, 7), (0, 0.4, None)])
def test_a_place_needs_the_minimum_strength(place: int, strength: float, position: int | None) -> None:
    """What the sorted set still holds but no list shows has no position."""
    found = single(an_as_of(), place, a_record(peak_strength=strength, peak_ms=NOON_MS))
    assert found is not None
    assert found.position == position


def test_scopes_come_global_first() -> None:
    """The list that everybody wants leads."""
    assert in_order(["region:US", "lang:en", "global", "lang:en"], complete=False).names == (
        "global",
        "lang:en",
        "region:US",
    )
