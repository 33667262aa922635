"""Every record becomes contributions or one refusal with its reason; nothing raises."""

import numpy as np
import pytest

from flink_jobs._shell.raw_batch import BAD_MARK, FIELD_SEPARATOR, NO_TIME_MS, RawBatch
from flink_jobs.trending.decode import BatchDecoder, Counted
from flink_jobs.trending.rows import body_of, pane_of, shard_of, step_of
from schemas.registry import FileRegistry
from schemas.released import read_schema, schema_of
from schemas.served import KINDS
from state.actions import ActionWeights
from state.contributions import CODEC
from state.pane_rows import pane_rows
from state.pane_split import shard_of as shard_of_topic
from state.topic_kinds import typed
from tests.support.avro_rows import reference_encode

NOW_MS = 1_767_225_600_000
PANE_MS = 300_000
SHARDS = 4
ROW = {
    "event_id": "e", "source_ms": NOW_MS, "received_ms": NOW_MS, "actor_id": "ann", "action": "like",
    "item_id": "i", "item_type": "post", "topics": ["Tea", "東京"], "lang": "en", "region": "",
}  # fmt: skip


def _value(**changed: object) -> bytes:
    return reference_encode(read_schema("engagement/v1.avsc"), {**ROW, **changed}, 1)


def _count(*values: bytes | None, watermark_ms: int = NO_TIME_MS) -> Counted:
    n = len(values)
    decoder = BatchDecoder(FileRegistry(), ActionWeights(), PANE_MS, SHARDS)
    marks, times = np.full(n, watermark_ms), np.full(n, NOW_MS)
    return decoder.count(RawBatch(["t"] * n, np.zeros(n, np.int64), np.arange(n), times, values), marks)


def test_good_records_become_contributions_of_their_topics() -> None:
    """Two likes and an undo: sums, and the users behind them; each piece with its address."""
    got = _count(_value(), _value(actor_id="bob"), _value(action="unlike"))
    assert not got.refused
    seen = set()
    for raw in (raw for raw in got.pieces if step_of(raw) is None):
        rows = pane_rows(CODEC.loads(body_of(raw)), 1.0)
        assert pane_of(raw) == rows.pane == NOW_MS // PANE_MS
        for i, topic in enumerate(rows.topics):
            seen.add((topic, rows.scopes[i]))
            assert shard_of(raw) == shard_of_topic(topic, SHARDS)
            assert (rows.milli[i], rows.events[i]) == (300, 3)
            assert (rows.who.users[i], rows.who.trusted_users[i]) == (2, 1)
    assert seen == {(t, s) for t in ("tea", "東京") for s in ("global", "lang:en")}


def test_a_negative_sum_survives() -> None:
    """More undone than done."""
    for raw in _count(_value(action="unlike")).pieces:
        assert set(CODEC.loads(body_of(raw)).rows["milli"].tolist()) == {-300}


@pytest.mark.parametrize(
    ("value", "watermark_ms", "error"),
    [
        (_value()[:-1], NO_TIME_MS, "undecodable"),
        (b"\0\0\0\x03\xe7" + _value()[5:], NO_TIME_MS, "unreadable"),
        (b"\1" + _value()[1:], NO_TIME_MS, "unreadable"),
        (b"", NO_TIME_MS, "unreadable"),
        (None, NO_TIME_MS, "unreadable"),
        (b"\0\0", NO_TIME_MS, "unreadable"),
        (_value(actor_id=""), NO_TIME_MS, "invalid"),
        (_value(), NOW_MS + PANE_MS - 1, "late"),
    ],
)
def test_each_reason(value: bytes | None, watermark_ms: int, error: str) -> None:
    """One refusal with error, message, place and bytes."""
    got = _count(value, watermark_ms=watermark_ms)
    assert not got.pieces
    (row,) = got.refused
    topic, partition, offset, found, message, _, raw = row.removeprefix(BAD_MARK).split(FIELD_SEPARATOR)
    assert (topic, partition, offset, found, raw) == ("t", "0", "0", error, (value or b"").hex())
    assert message


def test_a_pane_that_is_still_open_is_not_late() -> None:
    """One millisecond before its end it counts."""
    assert not _count(_value(), watermark_ms=NOW_MS + PANE_MS - 2).refused


def test_random_bytes_never_raise() -> None:
    """Noise behind headers of source events gives one refusal each, or counts."""
    rng = np.random.default_rng(5)
    values = [
        bytes([0, 0, 0, 0, int(rng.integers(0, 6))]) + rng.bytes(int(rng.integers(0, 80))) for _ in range(300)
    ]
    assert len(_count(*values, *[rng.bytes(9) for _ in range(50)]).refused) >= 340  # noise seldom decodes


def test_kinds_that_are_asked_for_are_counted() -> None:
    """Tags alone by default; with others each topic lies in the shard of its whole name."""
    value = _value(author_id="bob", topics=["tea"])
    names = []
    for kinds in (("tag",), KINDS):
        decoder = BatchDecoder(FileRegistry(), ActionWeights(), PANE_MS, SHARDS, kinds)
        batch = RawBatch(["t"], np.zeros(1, np.int64), np.zeros(1, np.int64), np.full(1, NOW_MS), [value])
        pieces = decoder.count(batch, np.full(1, NO_TIME_MS)).pieces
        for raw in pieces:
            assert {shard_of(raw)} == {shard_of_topic(t, SHARDS) for t in CODEC.loads(body_of(raw)).topics}
        names.append({topic for raw in pieces for topic in CODEC.loads(body_of(raw)).topics})
    assert names == [{"tea"}, {"tea", typed("post", "i"), typed("creator", "bob")}]


def test_labels_are_read_from_version_2_on() -> None:
    """A label of version 1 does not say what was done: it is neither counted nor refused."""
    row = {"event_id": "e", "source_ms": NOW_MS, "actor_id": "ann", "item_id": "i", "tags_from": "model"}
    row |= {"tags": [{"tag": "tea", "prob": 0.7}], "action": "create", "request_lang": "en"}
    old = reference_encode(read_schema("content_label/v1.avsc"), row, 5)
    new = reference_encode(schema_of("content_label"), row, 11)
    assert _count(old) == Counted()
    got = _count(old, new)
    assert [topic for raw in got.pieces for topic in CODEC.loads(body_of(raw)).topics] == ["tea"]
    assert got.refused == []
