"""News orders topics: more than usual is more news, whatever a topic's size, age and silence."""

from dataclasses import replace

import numpy as np

from state.burst import step
from state.burst_config import DAY_MS, HOUR_MS, BurstConfig
from state.burst_layout import X_OF_ZERO, States, fresh, stabilise
from state.burst_rates import news_span
from state.exact import Floats

HOURLY = replace(BurstConfig(), pane_ms=HOUR_MS)
WEEKS = 6 * 7 * 24
SEED = 17


def _fresh(n: int) -> States:
    return fresh(HOURLY, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))


def _news(y: Floats) -> Floats:
    """Feed panes x keys, silent ones too, to keys that start from their mean."""
    n = y.shape[1]
    states = fresh(HOURLY, n, stabilise(y.mean(axis=0)), np.ones(n), np.zeros(n, np.int64))
    return np.array([step(HOURLY, states, row, np.full(row.size, pane)).news for pane, row in enumerate(y)])


def test_the_span_follows_the_pane() -> None:
    """24 panes, but at most half a day, not less than the alert's smoothing; a long pane stands alone."""
    spans = [news_span(replace(HOURLY, pane_ms=ms)) for ms in (60_000, 300_000, HOUR_MS, DAY_MS)]
    assert spans == [120.0, 24.0, 12.0, 1.0]


def test_steady_topics_of_all_sizes_compare() -> None:
    """Poisson topics from one event in four panes to a thousand a pane: about as spread, none far out."""
    means = np.array([0.25, 1.0, 10.0, 1000.0])
    news = _news(np.random.default_rng(SEED).poisson(np.repeat(means, 6), (WEEKS, 24)).astype(float))[600:]
    spread = news.std(axis=0).reshape(4, 6).mean(axis=1)
    assert spread.max() < 1.6 * spread.min()
    assert (np.abs(news) < 3.0).all()


def test_ten_times_the_usual_is_news_and_more_so_for_the_larger_topic() -> None:
    """The same ratio is surer with more events; a steady large topic is none."""
    y = np.random.default_rng(SEED).poisson([1.0, 10.0, 1000.0], (WEEKS, 3)).astype(float)
    y[-1, :2] *= 10.0
    y[-1, 0] = 10.0
    small, middle, large = _news(y)[-1]
    assert middle > small > large
    assert middle > 3.0


def test_a_topic_is_judged_from_its_first_pane() -> None:
    """No warm-up: the first ten events of an unknown topic are news, and fifty are more."""
    states = _fresh(2)
    few, many = step(HOURLY, states, np.array([10.0, 50.0]), np.zeros(2, np.int64)).news
    assert 1.0 < few < many


def test_news_has_no_upper_end() -> None:
    """Every tenfold is told from the one before."""
    y = 10.0 ** np.arange(8)
    states = _fresh(8)
    news = step(HOURLY, states, y, np.zeros(8, np.int64)).news
    assert (np.diff(news) > 0.1).all()


def test_what_was_said_long_ago_is_forgotten() -> None:
    """After three silent months the same count is more news than at its usual rate."""
    usual = _fresh(1)
    gone = _fresh(1)
    for pane in range(WEEKS):
        for states in (usual, gone):
            step(HOURLY, states, np.array([5.0]), np.array([pane]))
    again = step(HOURLY, gone, np.array([5.0]), np.array([WEEKS + 90 * 24])).news[0]
    daily = step(HOURLY, usual, np.array([5.0]), np.array([WEEKS])).news[0]
    assert daily < 0.1
    assert again > daily
