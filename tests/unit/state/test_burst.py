"""The detector sees bursts, and only bursts, of a key against its own past."""

from dataclasses import replace

import numpy as np
import pytest

from state.burst import Scores, step
from state.burst_config import BurstConfig
from state.burst_gate import Alerts, gate
from state.burst_layout import CODEC, STATE_DTYPE, X_OF_ZERO, States, fresh, stabilise
from state.codec import StateCorruptError
from state.exact import Floats, Ints

CFG = BurstConfig()
DAY = 288


def _fresh(n: int = 1, cfg: BurstConfig = CFG) -> States:
    return fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))


def _run(y: Floats, states: States, users: int = 50, fingerprints: int = 50) -> list[tuple[Scores, Alerts]]:
    """Feed rows of y (panes x keys) and return all verdicts."""
    out, n = [], y.shape[1]
    first = int(states["last_pane"][0]) + 1
    for t, row in enumerate(y):
        pane = np.full(n, first + t)
        scores = step(CFG, states, row, pane)
        people = np.full(n, users)
        out.append((scores, _decide(states, scores, people, np.full(n, fingerprints), pane)))
    return out


def _decide(states: States, scores: Scores, users: Ints, fingerprints: Ints, pane: Ints) -> Alerts:
    share = np.zeros(users.size)
    return gate(
        CFG, states, scores, users=users, fingerprints=fingerprints, top_fp_share=share, pane_index=pane
    )


def _steady(days: int, n: int = 4, rate: float = 20.0) -> Floats:
    return np.random.default_rng(3).poisson(rate, (days * DAY, n)).astype(float)


def test_a_state_fits_the_budget() -> None:
    """At most 127 bytes a key, packed; a stored key has three more."""
    assert STATE_DTYPE.itemsize <= 127
    assert len(CODEC.dumps(_fresh())) == STATE_DTYPE.itemsize + 3


def test_a_burst_alerts_once_and_steady_traffic_does_not() -> None:
    """Seven quiet days, then one key gets twelve times its traffic for two hours: one alert, on it only."""
    y = _steady(9)
    burst = 7 * DAY + 30
    y[burst : burst + 24, 2] *= 12.0
    verdicts = _run(y, _fresh(4))
    alerts = [(t, int(i)) for t, (_, a) in enumerate(verdicts) for i in np.flatnonzero(a.alert)]
    assert len(alerts) == 1
    assert burst <= alerts[0][0] <= burst + 3
    assert alerts[0][1] == 2


def test_a_plateau_far_above_the_usual_alerts_only_where_it_begins() -> None:
    """Four times the expectation is no burst when the two hours before were as loud."""
    y = np.full((1, 2), 40.0)
    states = _fresh(2)
    _run(_steady(3, 2, 10.0), states)
    scores = step(CFG, states, y[0], states["last_pane"] + 1)
    again = replace(
        scores, evidence=np.full(2, 5.0), expected=np.full(2, 10.0), recent=np.array([10.0, 40.0])
    )
    many = np.full(2, 50)
    assert _decide(states, again, many, many, states["last_pane"]).alert.tolist() == [True, False]


def test_expected_is_a_count() -> None:
    """On steady traffic the expectation comes back as about the mean count, with about its deviation."""
    scores, _ = _run(_steady(4, n=8), _fresh(8))[-1]
    assert abs(float(scores.expected.mean()) - 20.0) < 1.5
    assert 3.0 < float(scores.sd.mean()) < 6.5


def test_few_users_or_one_text_do_not_alert() -> None:
    """The gate wants distinct people and distinct contents."""
    y = _steady(4, n=1)
    y[-1] = 900.0
    for users, fingerprints in ((4, 50), (50, 2)):
        assert not _run(y, _fresh(), users, fingerprints)[-1][1].alert[0]
    assert _run(y, _fresh())[-1][1].alert[0]


def test_a_young_key_needs_six_deviations() -> None:
    """Before its first day a key is judged by z against cold_z."""
    small, large = (
        _run(np.array([[2.0], [3.0]]), _fresh())[-1],
        _run(np.array([[2.0], [400.0]]), _fresh())[-1],
    )
    assert not small[0].warm[0]
    assert not small[1].alert[0]
    assert large[0].z[0] >= CFG.cold_z
    assert large[1].alert[0]


def test_a_growing_burst_escalates_instead_of_alerting_again() -> None:
    """Inside the hold a much higher score is an escalation, and becomes the peak."""
    y = _steady(5, n=1)
    start = 4 * DAY
    y[start] = 150.0
    y[start + 6] = 60_000.0
    verdicts = _run(y, _fresh())
    assert verdicts[start][1].alert[0]
    later = verdicts[start + 6][1]
    assert (later.alert[0], later.live[0], later.escalation[0]) == (False, True, True)
    assert later.peak_score[0] == verdicts[start + 6][0].evidence[0].astype(np.float32)
    assert later.first_pane[0] == start


def test_an_old_pane_is_refused() -> None:
    """A pane that was already taken is named with the key's newest one."""
    states = _fresh()
    step(CFG, states, np.array([1.0]), np.array([5]))
    with pytest.raises(ValueError, match="pane 5 is not newer than the key's last pane 5"):
        step(CFG, states, np.array([1.0]), np.array([5]))


def test_an_empty_batch_is_fine() -> None:
    """No key closes a pane: nothing happens."""
    states = _fresh(0)
    assert step(CFG, states, np.zeros(0), np.zeros(0, np.int64)).s.size == 0


def test_negative_counts_are_zero() -> None:
    """More undone than done in a pane is silence, not an error."""
    assert stabilise(np.array([-5.0]))[0] == X_OF_ZERO


def test_cut_state_bytes_are_refused() -> None:
    """A payload that is no whole number of keys says so."""
    with pytest.raises(StateCorruptError, match="expected a multiple of"):
        CODEC.loads(CODEC.dumps(_fresh())[:-1])
    with pytest.raises(StateCorruptError, match="has dtype"):
        CODEC.dumps(np.zeros(1, np.float64))
