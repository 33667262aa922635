"""A correction counts nobody: what was suspicious about a topic stays so until its next pane."""

import pytest

from state.shard_correction import CORRECTED, REVIEWED
from state.trend_list import ListChange, ListState, settle
from tests.support.list_parts import CFG, END_MS, PANE_MS, news, record

EVIDENCE = {
    "duplicate_ratio": 0.9,
    "mean_trust": 0.1,
    "top_user_share": 0.2,
    "low_trust_share": 0.8,
    "flags": ("duplicates",),
}


def _trusted() -> tuple[ListState, int]:
    """A list in which tea has ended well three times."""
    state, at_ms = ListState(), END_MS
    for _ in range(3):
        at_ms += PANE_MS
        shown = record("tea", at_ms=at_ms, review="allowed")
        settle(CFG, state, news((shown, range(9), range(9))), at_ms)
        at_ms += PANE_MS
        settle(CFG, state, news((record("tea", 0.001, at_ms), [], [])), at_ms)
    return state, at_ms


def _once(state: ListState, at_ms: int, **changed: object) -> ListChange:
    return settle(CFG, state, news((record("tea", at_ms=at_ms, **changed), range(9), range(9))), at_ms)


@pytest.mark.parametrize("why", [CORRECTED, REVIEWED])
def test_a_correction_does_not_clear_a_suspicion(why: str) -> None:
    """Who bans one of many accounts, or takes an approval back, does not show the rest to everybody."""
    state, at_ms = _trusted()
    flagged = _once(state, at_ms + PANE_MS, **EVIDENCE)
    assert (flagged.records[0].review, flagged.allowed) == ("pending", [])
    corrected = _once(state, at_ms + PANE_MS + 1, reasons=(why,))
    assert corrected.allowed == []
    (one,) = corrected.records
    assert {name: getattr(one, name) for name in EVIDENCE} == EVIDENCE
    assert one.reasons == (why,)


def test_the_next_pane_has_evidence_of_its_own() -> None:
    """A topic whose newest pane is above suspicion is shown again."""
    state, at_ms = _trusted()
    _once(state, at_ms + PANE_MS, **EVIDENCE)
    later = _once(state, at_ms + 2 * PANE_MS)
    assert [topic for topic, _ in later.allowed] == ["tea"]
    assert later.records[0].flags == ()
