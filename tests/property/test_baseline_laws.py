"""Laws that every baseline detector keeps, as ours does: batches, silence, plain reference, resuming."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state import detector
from state.burst_config import DAY_MS, BurstConfig, Detector
from state.burst_layout import CODEC, States, stabilise
from state.detector_panes import ALERT_SCORE
from tests.support.baseline_reference import Key

BASELINES: tuple[Detector, ...] = ("signitrend", "mastodon", "gnip", "kleinberg")
CFG = BurstConfig()
# Everything that depends on age or on the day happens within some hundred panes here.
YOUNG = replace(CFG, pane_ms=1_800_000, half_life_ms=7_200_000, memory_ms=DAY_MS)

counts = st.one_of(st.just(0.0), st.integers(0, 8).map(float), st.floats(0.0, 2000.0))
series = st.lists(st.tuples(counts, st.integers(1, 60)), min_size=1, max_size=40)
configs = st.builds(
    lambda cfg, name: replace(cfg, detector=name), st.sampled_from([CFG, YOUNG]), st.sampled_from(BASELINES)
)
priors = st.sampled_from([0.0, 0.3, 20.0])


def _one(cfg: BurstConfig, prior: float = 0.0, pane: int = 100) -> States:
    return detector.fresh(cfg, 1, stabilise(np.array([prior])), np.ones(1), np.array([pane]))


def _score(cfg: BurstConfig, states: States, y: float, pane: int) -> float:
    return float(detector.step(cfg, states, np.array([y]), np.array([pane])).s[0])


@settings(deadline=None)
@given(configs, st.lists(st.lists(counts, min_size=8, max_size=8), min_size=1, max_size=17), st.data())
def test_a_batch_equals_one_key_at_a_time(
    cfg: BurstConfig, rows: list[list[float]], data: st.DataObject
) -> None:
    """Bit for bit: scores and states do not know which keys came along."""
    n = len(rows)
    gaps = data.draw(st.lists(st.integers(0, 90), min_size=n, max_size=n))
    prior = np.array(data.draw(st.lists(priors, min_size=n, max_size=n)))
    together = detector.fresh(cfg, n, stabilise(prior), np.ones(n), np.full(n, 100))
    alone = [_one(cfg, value) for value in prior.tolist()]
    for t in range(8):
        panes = [100 + t * (1 + gap) for gap in gaps]
        scores = detector.step(cfg, together, np.array([row[t] for row in rows]), np.array(panes))
        for i in range(n):
            assert _score(cfg, alone[i], rows[i][t], panes[i]) == scores.s[i]
    assert together.tobytes() == b"".join(one.tobytes() for one in alone)


@settings(deadline=None)
@given(configs, priors, series)
def test_the_plain_reference_agrees(cfg: BurstConfig, prior: float, steps: list[tuple[float, int]]) -> None:
    """The obvious scalar code, with its own formulas and a loop over silence, gives the same scores."""
    states, plain, pane = _one(cfg, prior), Key(cfg, 100, prior), 99
    for y, ahead in steps:
        pane += ahead
        expected = ALERT_SCORE * plain.step(y, pane)
        # A chi-square near its lower end is a difference of near totals: there float32 totals show.
        assert _score(cfg, states, y, pane) == pytest.approx(expected, rel=2e-3, abs=2e-3)


@settings(deadline=None)
@given(configs, priors, series, st.integers(1, 1500), st.floats(1.0, 500.0))
def test_skipped_panes_equal_explicit_zeros(
    cfg: BurstConfig, prior: float, steps: list[tuple[float, int]], gap: int, y: float
) -> None:
    """Silence in one go and pane by pane lead to the same next score, and both cost the state alike."""
    skipping, walking, pane = _one(cfg, prior), _one(cfg, prior), 99
    for value, ahead in steps:
        pane += ahead
        _score(cfg, skipping, value, pane)
        _score(cfg, walking, value, pane)
    for quiet in range(1, gap + 1):
        _score(cfg, walking, 0.0, pane + quiet)
    after = pane + gap + 1
    walked = _score(cfg, walking, y, after)
    assert _score(cfg, skipping, y, after) == pytest.approx(walked, rel=2e-3, abs=2e-3)
    assert skipping["age"][0] == walking["age"][0]


@settings(deadline=None)
@given(configs, series, st.integers(0, 39))
def test_resuming_from_bytes_changes_nothing(
    cfg: BurstConfig, steps: list[tuple[float, int]], cut: int
) -> None:
    """The record and the codec of the burst detector serve the baselines as they are."""
    whole, resumed, pane = _one(cfg), _one(cfg), 99
    for i, (y, ahead) in enumerate(steps):
        pane += ahead
        if i == cut:
            resumed = CODEC.loads(CODEC.dumps(resumed))
        _score(cfg, whole, y, pane)
        _score(cfg, resumed, y, pane)
    assert whole.tobytes() == resumed.tobytes()


@settings(deadline=None)
@given(configs, series, counts, counts)
def test_more_events_never_score_less(
    cfg: BurstConfig, steps: list[tuple[float, int]], a: float, b: float
) -> None:
    """With the same past, the larger pane has the larger score."""
    low, high, pane = _one(cfg), _one(cfg), 99
    for y, ahead in steps:
        pane += ahead
        _score(cfg, low, y, pane)
        _score(cfg, high, y, pane)
    assert _score(cfg, low, min(a, b), pane + 1) <= _score(cfg, high, max(a, b), pane + 1)


@settings(deadline=None)
@given(configs, series)
def test_scores_are_finite_and_not_negative(cfg: BurstConfig, steps: list[tuple[float, int]]) -> None:
    """No input and no silence makes a number infinite, NaN, or a score, expectation or deviation negative."""
    states, pane = _one(cfg), 99
    for y, ahead in steps:
        pane += ahead**5
        scores = detector.step(cfg, states, np.array([y * 1e4]), np.array([pane]))
        assert np.isfinite([scores.s[0], scores.z[0], scores.x[0], scores.expected[0], scores.sd[0]]).all()
        assert min(scores.s[0], scores.expected[0], scores.sd[0]) >= 0.0
        for name in ("mu", "smooth", "var"):
            assert np.isfinite(states[name]).all()
            assert (states[name] >= 0.0).all()


@pytest.mark.parametrize("name", BASELINES)
def test_a_pane_of_the_past_is_refused(name: Detector) -> None:
    """Panes close once and in order, as for our detector; the message names the row."""
    cfg = replace(CFG, detector=name)
    states = _one(cfg)
    _score(cfg, states, 1.0, 105)
    with pytest.raises(ValueError, match="row 0: pane 105 is not newer than the key's last pane 105"):
        _score(cfg, states, 1.0, 105)
