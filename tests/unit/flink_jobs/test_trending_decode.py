"""Every record becomes counted rows or one refused row with its reason; nothing raises."""

import numpy as np
import pytest

from flink_jobs.trending.decode import NO_WATERMARK, BatchDecoder, RawBatch
from flink_jobs.trending.rows import BAD_MARK, FIELD_SEPARATOR, BadRecord, bad, entries_of, parse
from schemas.registry import FileRegistry
from schemas.released import schema_of
from state.actions import ActionWeights
from state.entries import summarise
from tests.support.avro_rows import reference_encode

NOW_MS = 1_767_225_600_000
PANE_MS = 300_000
ROW = {
    "event_id": "e", "source_ms": NOW_MS, "received_ms": NOW_MS, "actor_id": "ann", "action": "like",
    "item_id": "i", "item_type": "post", "topics": ["Tea", "東京"], "lang": "en", "region": "",
}  # fmt: skip


def _value(**changed: object) -> bytes:
    return reference_encode(schema_of("engagement"), {**ROW, **changed}, 1)


def _rows(*values: bytes | None, watermark_ms: int = NO_WATERMARK) -> list[str]:
    n = len(values)
    decoder = BatchDecoder(FileRegistry(), ActionWeights(), PANE_MS, 100)
    marks, times = np.full(n, watermark_ms), np.full(n, NOW_MS)
    return decoder.rows(RawBatch(["t"] * n, np.zeros(n, np.int64), np.arange(n), times, marks, values))


def test_good_records_become_rows_of_topic_and_scope() -> None:
    """Two likes and an undo: sums, and the users behind them."""
    rows = _rows(_value(), _value(actor_id="bob"), _value(action="unlike"))
    parsed = {p.key: p for p in map(parse, rows)}
    assert sorted(parsed) == sorted(f"{t}\x1f{s}" for t in ("tea", "東京") for s in ("global", "lang:en"))
    for row in parsed.values():
        assert (row.pane_start_ms, row.weight_milli, row.events) == (NOW_MS, 300, 3)
        summary = summarise(*entries_of([row.who]))
        assert (summary.users[0], summary.trusted_users[0]) == (2, 1)


def test_a_negative_sum_survives() -> None:
    """More undone than done."""
    assert {parse(row).weight_milli for row in _rows(_value(action="unlike"))} == {-300}


@pytest.mark.parametrize(
    ("value", "watermark_ms", "error"),
    [
        (_value()[:-1], NO_WATERMARK, "undecodable"),
        (b"\0\0\0\x03\xe7" + _value()[5:], NO_WATERMARK, "unreadable"),
        (b"\1" + _value()[1:], NO_WATERMARK, "unreadable"),
        (b"", NO_WATERMARK, "unreadable"),
        (None, NO_WATERMARK, "unreadable"),
        (b"\0\0", NO_WATERMARK, "unreadable"),
        (_value(actor_id=""), NO_WATERMARK, "invalid"),
        (_value(), NOW_MS + PANE_MS - 1, "late"),
    ],
)
def test_each_reason(value: bytes | None, watermark_ms: int, error: str) -> None:
    """One refused row with error, message, place and bytes."""
    (row,) = _rows(value, watermark_ms=watermark_ms)
    assert row.startswith(BAD_MARK)
    topic, partition, offset, found, message, _, raw = row[1:].split(FIELD_SEPARATOR)
    assert (topic, partition, offset, found, raw) == ("t", "0", "0", error, (value or b"").hex())
    assert message


def test_a_pane_that_is_still_open_is_not_late() -> None:
    """One millisecond before its end it counts."""
    assert not any(r.startswith(BAD_MARK) for r in _rows(_value(), watermark_ms=NOW_MS + PANE_MS - 2))


def test_random_bytes_never_raise() -> None:
    """Noise behind headers of source events gives one refused row each, or counts."""
    rng = np.random.default_rng(5)
    values = [
        bytes([0, 0, 0, 0, int(rng.integers(0, 6))]) + rng.bytes(int(rng.integers(0, 80))) for _ in range(300)
    ]
    assert len(_rows(*values, *[rng.bytes(9) for _ in range(50)])) >= 350


def test_separators_in_a_refusal_cannot_forge_fields() -> None:
    """A message with the separator stays one field."""
    text = bad(BadRecord("t", 1, 2, "e", f"a{FIELD_SEPARATOR}b", "1", b"\x1e"))
    assert len(text.split(FIELD_SEPARATOR)) == 7
