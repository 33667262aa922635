"""The list by the hour: newest record, strongest first, faded topics gone; digests see every byte."""

from benchmarks.trends.stream import Shown, digest, hourly_tops
from schemas.served import TrendRecord

HOUR_MS = 3_600_000
HALF_LIFE_MS = 3 * HOUR_MS


def _record(topic: str, strength: float, at_ms: int, scope: str = "global") -> TrendRecord:
    """A topic that peaked with this strength at this moment."""
    exponent = {0.5: -1.0, 1.0: 0.0, 4.0: 2.0, 8.0: 3.0}[strength]
    return TrendRecord(
        topic=topic, scope=scope, pane_start_ms=at_ms, pane_ms=300_000, observed=1.0, expected=1.0, score=1.0,
        z=1.0, users=1, events=1, recent_users=1, first_seen_ms=at_ms, peak_ms=at_ms, peak_strength=strength,
        rank=exponent + at_ms / HALF_LIFE_MS, alert_ms=0, alert=False, reasons=(), history=(),
    )  # fmt: skip


def test_a_list_by_the_hour() -> None:
    """B passes a with the next pane; c belongs to another scope; a fades below .3 after its time."""
    shown = [
        Shown(0, [_record("a", 1.0, 0), _record("b", 0.5, 0), _record("c", 8.0, 0, "lang:en")]),
        Shown(HOUR_MS, [_record("b", 4.0, HOUR_MS)]),
        Shown(6 * HOUR_MS, []),
    ]
    tops = [[record.topic for record in top] for top in hourly_tops(shown, "global", 20)]
    assert tops == [["a", "b"], ["b", "a"], ["b"]]
    assert [len(top) for top in hourly_tops(shown, "global", 1)] == [1, 1, 1]


def test_a_digest_sees_any_change() -> None:
    """Another number in one record, or another pane, is another digest; the same records are the same."""
    one, other = [Shown(0, [_record("a", 1.0, 0)])], [Shown(0, [_record("a", 4.0, 0)])]
    assert digest(one) == digest(list(one))
    assert digest(one)[1] == 1
    assert len({digest(one)[0], digest(other)[0], digest([Shown(1, one[0].records)])[0]}) == 3
