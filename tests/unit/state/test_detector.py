"""Each detector is chosen by its name; baselines give the scores that one computes by hand."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from state import detector
from state.burst_config import DAY_MS, HOUR_MS, BurstConfig, BurstConfigError, Detector
from state.burst_gate import gate
from state.burst_layout import stabilise
from state.detector_panes import ALERT_SCORE


def _scores(name: Detector, values: list[float], prior: float, **settings: int) -> list[float]:
    """Scores over the own threshold, of values in a row from pane 0."""
    cfg = replace(BurstConfig(detector=name), **settings)  # type: ignore[arg-type]  # whole numbers only
    states = detector.fresh(cfg, 1, stabilise(np.array([prior])), np.ones(1), np.zeros(1, np.int64))
    return [
        float(detector.step(cfg, states, np.array([y]), np.array([i])).s[0]) / ALERT_SCORE
        for i, y in enumerate(values)
    ]


def test_every_name_of_the_settings_has_a_detector() -> None:
    """The list of names and the table agree; other names are refused with the list."""
    assert tuple(detector.DETECTORS) == get_args(Detector)
    with pytest.raises(BurstConfigError, match="detector = 'oracle': expected one of groundswell, signi"):
        BurstConfig(detector="oracle")  # type: ignore[arg-type]  # wrong on purpose


def test_signitrend_by_hand() -> None:
    """Mean 16, variance 16.375, floor 1: a count of 36 is 20 / (sqrt(16.375) + 1) deviations."""
    assert _scores("signitrend", [36.0], 16.0)[0] * 3.0 == pytest.approx(20.0 / (16.375**0.5 + 1.0), rel=1e-6)


def test_signitrend_gives_rare_topics_a_floor() -> None:
    """Two events of a topic that nobody knew: (2 - 1) / (sqrt(.375) + 1), below a third of the threshold."""
    assert _scores("signitrend", [2.0], 0.0)[0] == pytest.approx(1.0 / (0.375**0.5 + 1.0) / 3.0, rel=1e-6)


def test_mastodon_by_hand() -> None:
    """Days of four panes: 8 yesterday; 4, 8, 20 so far today: (20 - 8)^2 / 8 = 18, and 0 below 8."""
    scores = _scores("mastodon", [2, 2, 2, 2, 4, 3, 13], 0.0, pane_ms=6 * HOUR_MS)
    assert [10.0 * score for score in scores[4:]] == pytest.approx([0.0, 0.0, 18.0])


def test_mastodon_wants_five_and_takes_one_for_none() -> None:
    """Four against nothing is no trend; five are (5 - 1)^2 / 1."""
    assert [10.0 * s for s in _scores("mastodon", [4, 1], 0.0, pane_ms=6 * HOUR_MS)] == [0.0, 16.0]


def test_mastodon_forgets_a_day_without_events() -> None:
    """Days as panes: 50, silence of a day, 6 against an expectation of 1."""
    cfg = BurstConfig(detector="mastodon", pane_ms=DAY_MS)
    states = detector.fresh(cfg, 1, stabilise(np.zeros(1)), np.ones(1), np.zeros(1, np.int64))
    detector.step(cfg, states, np.array([50.0]), np.array([0]))
    s = detector.step(cfg, states, np.array([6.0]), np.array([2])).s[0]
    assert 10.0 * s / ALERT_SCORE == pytest.approx(25.0)


def test_gnip_by_hand() -> None:
    """From 25 to 56: 31 over an interval of 2 x 2.576 sqrt(25.375)."""
    assert 2.0 * _scores("gnip", [25.0, 56.0], 0.0)[1] == pytest.approx(
        31.0 / (2 * 2.575829 * 25.375**0.5), rel=1e-6
    )


def test_kleinberg_by_hand() -> None:
    """One pane of 20 at rate 4 speaks with 20 ln 2 - 4 nats for the burst; entering costs ln 4032."""
    assert 2.0 * _scores("kleinberg", [20.0], 4.0)[0] == pytest.approx(
        (20 * np.log(2) - 4) / np.log(4032), rel=1e-6
    )


def test_kleinberg_leaves_a_burst_at_once() -> None:
    """However huge the burst, evidence carries over only up to the cost of entering: Viterbi leaves free."""
    scores = _scores("kleinberg", [4.0, 100_000.0, 0.0, 0.0, 0.0], 4.0)
    assert scores[1] > 1000.0
    assert scores[2] <= 1.0


@pytest.mark.parametrize("name", get_args(Detector))
def test_every_detector_alerts_on_a_plain_burst_and_once(name: Detector) -> None:
    """Two quiet days of 3 a pane, then at six in the evening an hour of 60: one alert by the common gate."""
    cfg = replace(BurstConfig.for_counts(300_000), detector=name)
    states = detector.fresh(cfg, 1, stabilise(np.array([3.0])), np.ones(1), np.zeros(1, np.int64))
    nobody, alerts = np.zeros(1, np.int64), []
    for pane in range(900):
        at = np.array([pane])
        y = np.array([60.0 if 792 <= pane < 804 else 3.0])
        scores = detector.step(cfg, states, y, at)
        found = gate(
            cfg, states, scores, users=nobody, fingerprints=nobody, top_fp_share=np.zeros(1), pane_index=at
        )
        alerts += [pane] if found.alert[0] else []
    assert len(alerts) == 1
    assert 792 <= alerts[0] < 804
