"""What kept a topic from an alert stands in its record, as it was."""

import numpy as np

from schemas.served import TrendRecord
from state import tail_sketch
from state.alert_tests import NO_ALERT
from state.pane_rows import PaneRows, pane_rows
from state.trend_config import TrendConfig
from state.trend_engine import close_pane
from tests.property.test_trend_engine_laws import DictStore
from tests.support.pane_parts import piece

CFG = TrendConfig()
FIRST, QUIET_PANES = 1000, 300
MINUTES = CFG.quiet_start_ms // 60_000


def _pane(pane: int, users: int, contents: int | None = None) -> PaneRows:
    posts = [(u + 1, (u + 1) if contents is None else (u % contents) + 1, 100) for u in range(users)]
    return pane_rows(piece(pane, {"tea": posts}), 1.0)


def _after_a_day(*last: tuple[int, int | None]) -> list[TrendRecord]:
    """Records of panes of (users, contents) that follow a day of one or two people a pane."""
    store, sketch, rng = DictStore(), tail_sketch.empty(), np.random.default_rng(3)
    for pane in range(FIRST, FIRST + QUIET_PANES):
        close_pane(CFG, sketch, store, _pane(pane, 1 + int(rng.integers(0, 2))))
    told = [
        close_pane(CFG, sketch, store, _pane(FIRST + QUIET_PANES + i, *one)) for i, one in enumerate(last)
    ]
    return [record for verdict in told for record in verdict.records]


def _missing(record: TrendRecord) -> list[str]:
    return [word.removeprefix(NO_ALERT) for word in record.reasons if word.startswith(NO_ALERT)]


def test_a_young_stream_says_so() -> None:
    """At first everything looks new."""
    store, sketch = DictStore(), tail_sketch.empty()
    close_pane(CFG, sketch, store, _pane(FIRST, 30))
    (record,) = close_pane(CFG, sketch, store, _pane(FIRST + 1, 300)).records
    assert _missing(record)[0] == f"the stream is younger than {MINUTES} minutes"


def test_too_few_contents_and_one_that_is_most_of_it_are_said() -> None:
    """Two hundred people who spread two texts do not alert, and the record says which tests stopped them."""
    (copied,) = _after_a_day((200, 1))
    assert not copied.alert
    assert f"one content makes more than {CFG.burst.max_top_share:.0%}" in _missing(copied)
    assert "fewer than 5 people" not in _missing(copied)


def test_a_rise_that_is_not_improbable_says_so() -> None:
    """Twice what is usual is listed, and its evidence and lift are too small."""
    told = [record for record in _after_a_day(*[(4, None)] * 12) if not record.alert]
    assert told
    assert any("not improbable enough (evidence below 2.4)" in _missing(record) for record in told)


def test_a_record_has_an_alert_or_says_what_is_missing() -> None:
    """Never both, never neither; also through the hold of an alert."""
    told = _after_a_day(*[(4, None)] * 4, (200, 1), (300, None), (5, None), (2, None))
    assert {record.alert for record in told} == {True, False}
    assert all(record.alert != bool(_missing(record)) for record in told)
