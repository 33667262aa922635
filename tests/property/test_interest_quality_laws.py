"""Laws of the model's quality: late positives make no bias, restarts change nothing, size is bounded."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state import interest_quality
from state.codec import StateCorruptError
from state.interest_drift import DriftConfig
from state.interest_quality import MOST_POINTS, Judged, QualityState, judge

CFG = DriftConfig(block_labels=3, blocks=10, threshold=2.0)
labels = st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 1)), max_size=60)


def _first(some: list[tuple[float, int]]) -> list[Judged]:
    return [Judged(p, None, label, at) for at, (p, label) in enumerate(some)]


@settings(max_examples=50)
@given(labels, st.integers(0, 60))
def test_what_is_told_does_not_depend_on_turns(some: list[tuple[float, int]], cut: int) -> None:
    """Whatever else came in the turn that closed a block, readers learn of whole blocks alone."""
    whole, parts = QualityState(), QualityState()
    rows = _first(some)
    _, alarms = judge(CFG, whole, rows)
    told = [*judge(CFG, parts, rows[:cut])[1], *judge(CFG, parts, rows[cut:])[1]]
    assert told == list(alarms)
    assert all(one.labels % CFG.block_labels == 0 for one in told)
    closed = len(some) // CFG.block_labels * CFG.block_labels
    assert interest_quality.labels_of_blocks(whole) == interest_quality.labels_of_blocks(parts) == closed


@settings(max_examples=50)
@given(labels, st.integers(0, 60))
def test_a_restart_changes_nothing(some: list[tuple[float, int]], cut: int) -> None:
    """Stored after any label, the same alarms and the same bytes follow."""
    whole, stored = QualityState(), QualityState()
    rows = _first(some)
    _, alarms = judge(CFG, whole, rows)
    _, before = judge(CFG, stored, rows[:cut])
    stored = interest_quality.CODEC.loads(interest_quality.CODEC.dumps(stored))
    _, after = judge(CFG, stored, rows[cut:])
    assert [*before, *after] == list(alarms)
    assert interest_quality.CODEC.dumps(stored) == interest_quality.CODEC.dumps(whole)


@settings(max_examples=50)
@given(labels.filter(lambda some: len(some) < 100), st.data())
def test_a_flip_within_a_block_counts_as_if_the_label_had_been_known(
    some: list[tuple[float, int]], data: st.DataObject
) -> None:
    """Silence first and a like later is a like: sums are those of the last labels."""
    cfg = DriftConfig(block_labels=1_000)
    flipped = data.draw(st.sets(st.integers(0, max(len(some) - 1, 0)))) if some else set()
    late = [
        one
        for at, (p, label) in enumerate(some)
        for one in (
            (Judged(p, None, 1 - label, at), Judged(p, 1 - label, label, at))
            if at in flipped
            else (Judged(p, None, label, at),)
        )
    ]
    early, found = QualityState(), QualityState()
    judge(cfg, early, _first(some))
    judge(cfg, found, late)
    assert (found.labels, found.positive, found.drift.n) == (early.labels, early.positive, early.drift.n)
    for name in ("loss", "predicted"):
        assert getattr(found, name) == pytest.approx(getattr(early, name), abs=1e-9)
    for name in ("loss", "error", "loss_var", "error_var"):
        assert getattr(found.drift, name) == pytest.approx(getattr(early.drift, name), abs=1e-9)


def test_a_block_tells_mean_loss_and_calibration() -> None:
    """By hand: three labels."""
    state = QualityState()
    closed, _ = judge(CFG, state, _first([(0.5, 1), (0.25, 0), (0.8, 1)]))
    (point,) = state.points
    assert closed
    assert point.log_loss == pytest.approx(-(math.log(0.5) + math.log(0.75) + math.log(0.8)) / 3)
    assert point.calibration == pytest.approx(1.55 / 2)


def test_points_are_bounded_and_no_two_are_of_one_moment() -> None:
    """Their moment is the fence in Redis."""
    state = QualityState()
    judge(CFG, state, [Judged(0.5, None, 1, 7)] * 1_000)
    times = [point.at_ms for point in state.points]
    assert len(times) == MOST_POINTS == len(set(times))
    assert times == sorted(times)


def test_bytes_that_are_none_are_told() -> None:
    """With what to do."""
    with pytest.raises(StateCorruptError, match="restore an older snapshot"):
        interest_quality.CODEC.loads(b"iq\x01\x90")
