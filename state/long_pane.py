"""Let what is said late in a long pane count for the next one, too.

Panes of up to six hours are smoothed one after the other (``burst_rates.news_span``), so a burst that a
boundary cuts is whole again. A pane of a day is too coarse for that: the smoothed count of two days lags a
day behind, and without it a burst that starts in the evening is half of one day and half of the next. So
each content is taken to hold attention for eight hours from the moment it first appears, evenly: what of
that lies behind the end of the pane counts in the next pane instead. Each content still counts once.

This concerns the number by which topics are compared (``burst_news``), not alerts.

Source: none; the shape is ours. Attention to twelve crises fell to half within three hours in the median
(docs/explanation/trend-evaluation.md), here it does so in four.
"""

from typing import Final

import numpy as np

from state.burst_config import HOUR_MS
from state.exact import Ints

SMOOTHED_MS: Final = 6 * HOUR_MS  # panes up to here leave nothing to the next
WHOLE: Final = 1000  # a spill is told in thousandths
_ATTENTION_MS: Final = 8 * HOUR_MS


def is_long(pane_ms: int) -> bool:
    """Return whether panes of this length are too coarse to be smoothed.

    >>> is_long(6 * HOUR_MS), is_long(24 * HOUR_MS)
    (False, True)
    """
    return pane_ms > SMOOTHED_MS


def spill(at_ms: Ints, pane_ms: int) -> Ints:
    """Return which part of its attention, in thousandths, a content of each moment holds in the next pane.

    0 in panes that are not long. O(n).

    >>> spill(np.array([0, 16, 20, 22]) * HOUR_MS, 24 * HOUR_MS).tolist()
    [0, 0, 500, 750]
    """
    if not is_long(pane_ms):
        return np.zeros(len(at_ms), np.int64)
    lasts = min(_ATTENTION_MS, pane_ms)
    left = pane_ms - at_ms % pane_ms
    out: Ints = WHOLE * np.maximum(lasts - left, 0) // lasts
    return out


def earliest(spills: Ints, first: Ints) -> Ints:
    """Return the smallest spill of each run: attention begins when a content first appears. O(n)."""
    return np.minimum.reduceat(spills, first) if len(first) else np.zeros(0, np.int64)


def spilled(worth: Ints, spills: Ints, first: Ints) -> Ints:
    """Return what contents hold in the next pane, in the unit of their worth. O(n).

    Args:
        worth: What each content counts.
        spills: Spill of each of their deeds, sorted by content.
        first: Where the deeds of each content begin.
    """
    out: Ints = worth * earliest(spills, first) // WHOLE
    return out
