"""Laws of the alarms: quiet while predictions are right, loud after a change, the same after any restart."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state import interest_drift
from state.codec import StateCorruptError
from state.interest_drift import Alarm, DriftConfig, DriftState, told

CFG = DriftConfig(block_labels=100)
SMALL = DriftConfig(block_labels=2, blocks=10, threshold=2.0)


def _alarms(
    seed: int, labels: int, at: int, shift: float = 0.0, scale: float = 1.0
) -> list[tuple[int, Alarm]]:
    """Return what alarms in which block, where the truth changes at a label."""
    rng, state, found = np.random.default_rng(seed), DriftState(), []
    for place in range(labels):
        margin = float(rng.normal())
        truth = margin * scale + shift if place >= at else margin
        label = int(rng.random() < 1.0 / (1.0 + math.exp(-truth)))
        alarms = told(CFG, state, 1.0 / (1.0 + math.exp(-margin)), label)
        found += [(place // CFG.block_labels, alarm) for alarm in alarms]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_right_predictions_are_quiet(seed: int) -> None:
    """A hundred blocks without an alarm."""
    assert _alarms(seed, 10_000, 10_000) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_change_alarms_soon_and_once(seed: int) -> None:
    """Odds that rise by e^0.5 after forty blocks are found within ten, as calibration."""
    ((block, alarm),) = _alarms(seed, 6_000, 4_000, shift=0.5)
    assert 40 <= block <= 50
    assert alarm is Alarm.CALIBRATION


def test_a_model_that_turns_useless_alarms_as_log_loss() -> None:
    """Labels no longer depend on predictions, on average as many as before."""
    found = _alarms(1, 6_000, 4_000, scale=0.0)
    assert found[0][1] is Alarm.LOG_LOSS
    assert 40 <= found[0][0] <= 45


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), max_size=60),
    st.integers(0, 60),
)
def test_a_restart_changes_nothing(listed: list[tuple[float, int]], cut: int) -> None:
    """Stored after any label, the same alarms and the same bytes follow."""
    state, stored = DriftState(), DriftState()
    for at, (p, label) in enumerate(listed):
        if at == cut:
            stored = interest_drift.CODEC.loads(interest_drift.CODEC.dumps(stored))
        assert told(SMALL, state, p, label) == told(SMALL, stored, p, label)
        assert len(state.losses) == len(state.errors) <= SMALL.blocks
    assert interest_drift.CODEC.dumps(state) == interest_drift.CODEC.dumps(stored)


def test_what_cannot_work_is_refused() -> None:
    """Settings and bytes."""
    with pytest.raises(ValueError, match="blocks = 9"):
        DriftConfig(blocks=9)
    with pytest.raises(ValueError, match="delta"):
        DriftConfig(delta=0.0)
    raw = interest_drift.CODEC.dumps(DriftState(losses=[1.0], errors=[1.0]))
    with pytest.raises(StateCorruptError, match="restore an older"):
        interest_drift.CODEC.loads(raw[:-1])
    with pytest.raises(StateCorruptError, match="not finite"):
        interest_drift.CODEC.loads(interest_drift.CODEC.dumps(DriftState(losses=[math.nan], errors=[1.0])))
