"""Laws of the burst detector: batches, silence, the plain reference, resuming."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.burst import Scores, step
from state.burst_config import DAY_MS, BurstConfig
from state.burst_gate import Alerts, gate
from state.burst_layout import CODEC, STATE_DTYPE, X_OF_ZERO, States, fresh
from tests.support.burst_reference import Key

CFG = BurstConfig()
# Everything that depends on age happens within some hundred panes here.
YOUNG = replace(
    CFG, pane_ms=1_800_000, half_life_ms=7_200_000, memory_ms=DAY_MS, warm_ms=3_600_000, tail_prob=0.1
)

counts = st.one_of(st.just(0.0), st.integers(0, 8).map(float), st.floats(0.0, 2000.0))
series = st.lists(st.tuples(counts, st.integers(1, 4)), min_size=1, max_size=60)


def _one(cfg: BurstConfig, pane: int = 100) -> States:
    return fresh(cfg, 1, np.array([X_OF_ZERO]), np.ones(1), np.array([pane]))


def _take(cfg: BurstConfig, states: States, y: list[float], panes: list[int]) -> tuple[Scores, Alerts]:
    n = len(y)
    at = np.array(panes, np.int64)
    scores = step(cfg, states, np.array(y), at)
    users = np.full(n, 50, np.int64)
    alerts = gate(
        cfg, states, scores, users=users, fingerprints=users, top_fp_share=np.zeros(n), pane_index=at
    )
    return scores, alerts


@settings(deadline=None)
@given(st.lists(st.lists(counts, min_size=12, max_size=12), min_size=1, max_size=17), st.data())
def test_a_batch_equals_one_key_at_a_time(rows: list[list[float]], data: st.DataObject) -> None:
    """Bit for bit: scores, alerts and states do not know which keys came along."""
    n = len(rows)
    gaps = data.draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))
    together = fresh(YOUNG, n, np.full(n, X_OF_ZERO), np.ones(n), np.full(n, 100))
    alone = [_one(YOUNG) for _ in range(n)]
    for t in range(12):
        panes = [100 + t * (1 + gap) for gap in gaps]
        y = [row[t] for row in rows]
        scores, alerts = _take(YOUNG, together, y, panes)
        for i in range(n):
            lone_scores, lone_alerts = _take(YOUNG, alone[i], [y[i]], [panes[i]])
            assert lone_scores.s[0] == scores.s[i]
            assert lone_scores.z[0] == scores.z[i]
            assert lone_alerts.alert[0] == alerts.alert[i]
    assert together.tobytes() == b"".join(one.tobytes() for one in alone)


@settings(deadline=None)
@given(series, st.sampled_from([CFG, YOUNG]))
def test_the_plain_reference_agrees(steps: list[tuple[float, int]], cfg: BurstConfig) -> None:
    """The obvious scalar code, with its own logarithms and a loop over silence, gives the same verdicts."""
    states, plain, pane = _one(cfg), Key(cfg, 100), 99
    for y, ahead in steps:
        pane += ahead
        scores, alerts = _take(cfg, states, [y], [pane])
        plain.step(y, pane)
        plain.gate(50, 50, 0.0)
        assert scores.z[0] == pytest.approx(plain.z, rel=1e-3, abs=1e-4)
        assert scores.s[0] == pytest.approx(plain.s, rel=1e-3, abs=1e-3)
        assert scores.evidence[0] == pytest.approx(plain.evidence, rel=1e-3, abs=1e-3)
        assert scores.news[0] == pytest.approx(plain.news, rel=1e-3, abs=1e-3)
        assert bool(scores.warm[0]) == plain.warm
        lift = (plain.x**2 / 4 - 0.375) - cfg.min_lift * plain.expected
        near = (plain.evidence - cfg.alert_score, plain.evidence - plain.peak, lift, plain.jump)
        if min(map(abs, near)) < 0.01:
            break  # so close to a threshold rounding may decide
        assert bool(alerts.alert[0]) == plain.alert
        if plain.closest < 1e-3:
            break


@settings(deadline=None)
@given(series, st.integers(1, 3000), st.integers(0, 3000), st.floats(1.0, 500.0))
def test_skipped_panes_equal_explicit_zeros(
    steps: list[tuple[float, int]], gap: int, cut: int, y: float
) -> None:
    """However a silence is chunked, the next pane gets the same verdict (relative 1e-3)."""
    skipping, walking, pane = _one(CFG), _one(CFG), 99
    for value, ahead in steps:
        pane += ahead
        _take(CFG, skipping, [value], [pane])
        _take(CFG, walking, [value], [pane])
    cut = min(cut, gap)
    for quiet in {cut} - {0}:
        _take(CFG, walking, [0.0], [pane + quiet])
    for quiet in range(cut + 1, min(gap, cut + 200) + 1):
        _take(CFG, walking, [0.0], [pane + quiet])
    after = pane + gap + 1
    skipped, walked = _take(CFG, skipping, [y], [after])[0], _take(CFG, walking, [y], [after])[0]
    assert skipped.z[0] == pytest.approx(walked.z[0], rel=1e-3, abs=1e-3)
    assert skipped.s[0] == pytest.approx(walked.s[0], rel=1e-3, abs=2e-3)
    assert skipped.news[0] == walked.news[0]
    assert skipped.expected[0] == pytest.approx(walked.expected[0], rel=1e-3, abs=1e-3)


@settings(deadline=None)
@given(series, st.integers(0, 59))
def test_resuming_from_bytes_changes_nothing(steps: list[tuple[float, int]], cut: int) -> None:
    """A state that went through its codec mid-stream ends as the uninterrupted one."""
    whole, resumed, pane = _one(YOUNG), _one(YOUNG), 99
    for i, (y, ahead) in enumerate(steps):
        pane += ahead
        if i == cut:
            resumed = CODEC.loads(CODEC.dumps(resumed))
        _take(YOUNG, whole, [y], [pane])
        _take(YOUNG, resumed, [y], [pane])
    assert whole.tobytes() == resumed.tobytes()


@settings(deadline=None)
@given(series, counts, counts)
def test_more_events_never_score_less(steps: list[tuple[float, int]], a: float, b: float) -> None:
    """With the same past, the larger pane has the larger score."""
    low, high, pane = _one(YOUNG), _one(YOUNG), 99
    for y, ahead in steps:
        pane += ahead
        _take(YOUNG, low, [y], [pane])
        _take(YOUNG, high, [y], [pane])
    less = _take(YOUNG, low, [min(a, b)], [pane + 1])[0]
    more = _take(YOUNG, high, [max(a, b)], [pane + 1])[0]
    for name in ("s", "evidence"):
        assert getattr(less, name)[0] <= getattr(more, name)[0]
    if min(a, b) > 0.0:
        assert less.news[0] <= more.news[0]


@settings(deadline=None)
@given(series)
def test_everything_stays_finite(steps: list[tuple[float, int]]) -> None:
    """No input and no silence makes a field infinite, NaN or a variance negative."""
    states, pane = _one(CFG), 99
    for y, ahead in steps:
        pane += ahead**9
        scores, _ = _take(CFG, states, [y * 1e4], [pane])
        verdict = (scores.s, scores.evidence, scores.news, scores.z, scores.x, scores.expected, scores.sd)
        assert np.isfinite(verdict).all()
        for name in STATE_DTYPE.names or ():
            assert np.isfinite(states[name]).all()
        assert (states["var"] >= 0).all()
        assert states["news_var"][0] >= 0
