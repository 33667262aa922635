"""Rhythm is not news: daily lifts and steady-high topics stay quiet, bursts are found at any hour."""

import numpy as np

from state.burst import step
from state.burst_config import BurstConfig
from state.burst_gate import gate
from state.burst_layout import X_OF_ZERO, fresh
from state.exact import Floats

DAY = 288
DAYS = 18
SEED = 11
Alerts = list[tuple[int, int]]


def _alerts(y: Floats) -> Alerts:
    """Feed panes x keys; return (pane, key) of each alert."""
    cfg = BurstConfig()
    n = y.shape[1]
    states = fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))
    found = []
    for pane, row in enumerate(y):
        at = np.full(n, pane)
        scores = step(cfg, states, row, at)
        people = row.astype(np.int64)
        alerts = gate(
            cfg,
            states,
            scores,
            users=people,
            fingerprints=people,
            top_fp_share=np.zeros(n),
            pane_index=at,
        )
        found += [(pane, int(key)) for key in np.flatnonzero(alerts.alert)]
    return found


def _days(mean: float, swing: float, keys: int) -> Floats:
    """Poisson rates with a daily wave; key k has its peak k / keys of a day later."""
    day = np.arange(DAYS * DAY)[:, None] / DAY - np.arange(keys) / keys
    wave = np.exp(np.log(swing) / 2 * np.cos(2 * np.pi * day))
    rates: Floats = mean * wave / wave[:DAY].mean(axis=0)
    return rates


def test_daily_lifts_and_steady_crowds_do_not_alert() -> None:
    """After the first days: a tenfold wave each day, and five hundred a pane all the time."""
    rates = np.hstack([_days(20.0, 10.0, 6), _days(500.0, 1.0, 3), _days(500.0, 4.0, 3)])
    found = _alerts(np.random.default_rng(SEED).poisson(rates).astype(float))
    assert [hit for hit in found if hit[0] > 3 * DAY] == []


def test_a_burst_is_found_at_every_hour() -> None:
    """Five times the mean on top, rising for half an hour: found within 40 minutes at each of 24 hours."""
    keys, mean = 24, 20.0
    rates = np.repeat(_days(mean, 10.0, 1), keys, axis=1)
    starts = 15 * DAY + 12 * np.arange(keys)
    since = np.arange(DAYS * DAY)[:, None] - starts
    rates += 5 * mean * np.clip((since + 1) / 6, 0.0, 1.0) * (since < 24)
    found = _alerts(np.random.default_rng(SEED).poisson(rates).astype(float))
    late = {key: pane - starts[key] for pane, key in reversed(found) if 0 <= pane - starts[key] < 24}
    assert sorted(late) == list(range(keys))
    assert max(late.values()) < 8
