"""In a long pane, what comes late counts for the next pane instead; in others nothing does."""

from dataclasses import replace

import numpy as np
import pytest

from state.burst import step
from state.burst_config import DAY_MS, HOUR_MS, BurstConfig
from state.burst_layout import fresh, stabilise
from state.contributions import Contributions
from state.exact import Floats
from state.long_pane import spill
from state.pane_rows import pane_rows
from state.summary import Summary
from tests.support.pane_parts import Row, piece

DAILY = replace(BurstConfig(), pane_ms=DAY_MS)
POST = 1_000_000


def _news(y: dict[int, tuple[float, float]], days: int) -> Floats:
    """Return the news of the last of some days; each is (count, what of it is late), others are silent."""
    states = fresh(DAILY, 1, stabilise(np.array([4.0])), np.ones(1), np.zeros(1, np.int64))
    news = np.zeros(1)
    for day in sorted({*y, days}):
        count, late = y.get(day, (4.0, 0.0))
        news = step(DAILY, states, np.array([count]), np.array([day]), np.array([late])).news
    return news


def _counted(rows: list[Row], spills: list[int]) -> Summary:
    """Count rows of one topic with spills in thousandths."""
    whole = piece(7, {"tea": rows})
    out = whole.rows.copy()
    out["spill"] = spills
    return pane_rows(Contributions(7, whole.topics, out), 1.0).who


@pytest.mark.parametrize("hours", [1, 6])
def test_panes_up_to_six_hours_leave_nothing(hours: int) -> None:
    """They are smoothed instead."""
    assert not spill(np.arange(0, DAY_MS, HOUR_MS // 2), hours * HOUR_MS).any()


def test_a_day_leaves_what_its_last_eight_hours_hold() -> None:
    """From nothing at 16:00 evenly to nearly all at midnight."""
    at = np.array([0, 15, 16, 18, 20, 23]) * HOUR_MS + 40 * DAY_MS
    assert spill(at, DAY_MS).tolist() == [0, 0, 0, 250, 500, 875]


def test_a_pane_of_seven_hours_leaves_no_more_than_it_has() -> None:
    """Attention lasts at most as long as a pane."""
    at = np.arange(0, 7 * HOUR_MS, HOUR_MS)
    got = spill(at, 7 * HOUR_MS)
    assert got[0] == 0
    assert got.max() < 1000


def test_a_content_begins_with_its_first_live_deed() -> None:
    """Later shares of an early text stay in the pane; what was taken back does not make it early."""
    assert _counted([(1, 1, 100), (2, 1, 100)], [0, 900]).late_micro.tolist() == [0]
    assert _counted([(1, 1, 0), (2, 1, 100)], [0, 500]).late_micro.tolist() == [POST // 2]


def test_each_content_counts_once() -> None:
    """Two late texts and an early one: what is late is part of the count."""
    who = _counted([(1, 1, 100), (2, 2, 100), (3, 3, 100)], [0, 250, 750])
    assert (who.micro.tolist(), who.late_micro.tolist()) == ([3 * POST], [POST])


def test_a_burst_before_midnight_is_news_of_the_next_day() -> None:
    """Forty contents in the evening, as many the day after: more news than the day after alone."""
    split = _news({0: (4.0, 1.0), 1: (44.0, 30.0)}, 2)
    alone = _news({0: (4.0, 1.0), 1: (14.0, 0.0)}, 2)
    assert split > alone + 1.0


def test_what_is_left_is_gone_after_a_silent_day() -> None:
    """It is part of the next pane only, and the silence between teaches the usual level."""
    after, later = _news({1: (44.0, 30.0)}, 2), _news({1: (44.0, 30.0)}, 3)
    assert after > later + 1.0
