"""Mastodon's chi-square as a baseline: today so far against the whole of yesterday.

    score = (O - E)^2 / E  when O >= 5 and O >= E, else 0;  E = yesterday's total, at least 1

O is the total of the UTC day up to and including this pane. Mastodon counts accounts; here it is the
weighted count y, in which a user adds at most one a pane. Its peak that is forgotten after two days, and
the list that fades with half-lives of four hours, are the gate's and the list's business here.

Known weakness, kept: at first a part of a day is held against a full one, so a burst after midnight is seen
late or not at all; a topic whose day always rises late scores every evening.

Fields: ``smooth`` = today's total, ``mu`` = yesterday's. Totals are float32: exact up to 16 million
events a day, then rounded to seven digits.
Silence is exact: silent panes add nothing, and days roll over by the calendar.

Source: Mastodon, ``app/models/trends/tags.rb`` (AGPL; formula and constants only).
"""

from typing import Final

import numpy as np

from state.burst import Scores
from state.burst_config import DAY_MS, BurstConfig
from state.burst_layout import States
from state.detector_panes import blank, close, prior_count, silent_panes, verdict
from state.exact import Floats, Ints

ALERT_AT: Final = 10.0  # chi-square of one degree of freedom: three deviations
LEAST_OBSERVED: Final = 5.0


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return records of n new keys; yesterday's total comes from the prior."""
    del prior_var
    states = blank(n, pane_index)
    yesterday = prior_count(prior_mu, n) * (DAY_MS / cfg.pane_ms)
    states["mu"] = yesterday
    # A key that begins with a day has its last, silent pane in the day before: that day is the prior's.
    starts_day = _day(cfg, states["last_pane"] + 1) != _day(cfg, states["last_pane"])
    states["smooth"] = np.where(starts_day, yesterday, 0.0)
    return states


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints) -> Scores:
    """Take one closed pane of each key, in place, and score the day up to it. O(n)."""
    gap = silent_panes(states, pane_index)
    count = np.maximum(np.asarray(y, np.float64), 0.0)
    days = _day(cfg, np.asarray(pane_index, np.int64)) - _day(cfg, states["last_pane"])
    today = states["smooth"].astype(np.float64)
    yesterday = np.where(days == 0, states["mu"].astype(np.float64), np.where(days == 1, today, 0.0))
    observed = np.where(days == 0, today, 0.0) + count
    usual = np.maximum(yesterday, 1.0)
    distance = observed - usual
    trends = (observed >= LEAST_OBSERVED) & (distance >= 0.0)
    score = np.where(trends, distance * distance / usual, 0.0)
    share = cfg.pane_ms / DAY_MS
    scores = verdict(
        cfg,
        states,
        score / ALERT_AT,
        y=count,
        z=distance / np.sqrt(usual),
        expected=yesterday * share,
        var=usual * share,
    )
    states["mu"] = yesterday
    states["smooth"] = observed
    close(states, gap, pane_index)
    return scores


def _day(cfg: BurstConfig, pane: Ints) -> Ints:
    """Return the UTC day in which a pane starts."""
    day: Ints = pane * cfg.pane_ms // DAY_MS
    return day
