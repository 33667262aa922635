"""Who may take over, and why not."""

import pytest

from state.interest_head import HeadState
from state.model_gate import GateConfig, ModelStatus, objections, status_of

CURRENT = ModelStatus(frozenset({0, 1}), 10_000.0, 3_000_000)
READY = ModelStatus(frozenset({0, 1}), 9_000.0, 2_900_000)


def test_a_model_that_keeps_up_may_take_over() -> None:
    """Nothing speaks against it; nor does anything against the first model of all."""
    assert objections(GateConfig(), READY, CURRENT) == []
    assert objections(GateConfig(), READY, ModelStatus()) == []


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        (ModelStatus(), "nothing is served of it"),
        (ModelStatus(frozenset({0, 1}), 900.0, 2_900_000), "900 labels, expected 1,000"),
        (ModelStatus(frozenset({0, 1}), 4_999.0, 2_900_000), "4,999 labels, the current model 10,000"),
        (ModelStatus(frozenset({1}), 9_000.0, 2_900_000), "shards without a head: 0"),
        (ModelStatus(frozenset({0, 1}), 9_000.0, 2_399_999), "600 s of event time behind"),
    ],
)
def test_what_speaks_against_it_is_told(candidate: ModelStatus, said: str) -> None:
    """One reason each, with what was found and what was expected."""
    found = objections(GateConfig(), candidate, CURRENT)
    assert said in " ".join(found)


def test_all_reasons_are_told_together() -> None:
    """Nobody mends one to find the next."""
    assert len(objections(GateConfig(), ModelStatus(frozenset({0}), 5.0, 1), CURRENT)) == 4


def test_heads_come_to_a_status() -> None:
    """Labels add up, the newest head counts."""
    heads = [(3, 70, HeadState(learned=5.0)), (1, 90, HeadState(learned=2.0))]
    assert status_of(heads) == ModelStatus(frozenset({1, 3}), 7.0, 90)
    assert status_of([]) == ModelStatus()


def test_wrong_settings_are_told_together() -> None:
    """Each with its range."""
    with pytest.raises(ValueError, match="min_share") as told:
        GateConfig(-1.0, 2.0, -1)
    assert len(str(told.value).splitlines()) == 3
