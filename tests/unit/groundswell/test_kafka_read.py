"""Reading a topic to its end of now, over a consumer that plays a script."""

from collections.abc import Iterable

import pytest
from confluent_kafka import KafkaError, Message

from groundswell.kafka_read import KafkaReadError, drain


def record(partition: int, offset: int, **more: object) -> Message:
    """A record whose value names its place."""
    values = {"topic": "t", "key": b"k", "value": f"{partition}:{offset}".encode(), "timestamp": (1, 1000)}
    return Message(partition=partition, offset=offset, **{**values, **more})


def mark(partition: int, offset: int, code: int = KafkaError._PARTITION_EOF) -> Message:
    """What the client hands out in place of a record."""
    return Message(topic="t", partition=partition, offset=offset, error=KafkaError(code))


class Script:
    """A consumer that hands out these batches, then nothing."""

    def __init__(self, *batches: Iterable[Message]) -> None:
        self._batches = [list(batch) for batch in batches]

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """Return the next batch."""
        assert num_messages > 0
        assert timeout > 0
        return self._batches.pop(0) if self._batches else []


class Clock:
    """Seconds that pass with each look."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Return the time, one second later each time."""
        self.now_s += 1.0
        return self.now_s


def values(script: Script, ends: dict[int, int], silence_s: float = 5.0) -> list[bytes | None]:
    """The values that are read."""
    return [each.value for each in drain(script, ends, "topic 't'", silence_s, Clock())]


def test_every_partition_is_read_to_its_end() -> None:
    """The record before the end ends a partition; nothing behind it is read."""
    script = Script([record(0, 0), record(1, 7)], [], [record(0, 1), record(0, 2), record(1, 8)])
    assert values(script, {0: 2, 1: 9}) == [b"0:0", b"1:7", b"0:1", b"1:8"]


def test_a_topic_without_records_is_read_at_once() -> None:
    """No partitions to read: no waiting."""
    assert values(Script(), {}) == []


def test_marks_of_transactions_at_the_end_are_not_waited_for() -> None:
    """The last offset may be no record: then the client's mark of the end is what comes."""
    assert values(Script([record(0, 0), mark(0, 3)]), {0: 3}) == [b"0:0"]


def test_a_topic_that_is_written_to_still_ends() -> None:
    """The first record behind the end ends a partition too, and is left out."""
    assert values(Script([record(0, 0), record(0, 5), record(0, 6)]), {0: 3}) == [b"0:0"]


def test_silence_is_an_error() -> None:
    """A dump that stopped half-way must not look complete."""
    with pytest.raises(KafkaReadError, match=r"nothing came for 5 s, partitions \[1\] not read"):
        values(Script([record(0, 0), mark(0, 1)]), {0: 1, 1: 4})


def test_an_error_of_the_client_is_an_error() -> None:
    """Any other mark than that of the end stops the reading."""
    broken = mark(0, 0, KafkaError._ALL_BROKERS_DOWN)
    with pytest.raises(KafkaReadError, match="partition 0"):
        values(Script([broken]), {0: 1})


def test_a_record_keeps_all_its_parts() -> None:
    """Place, time, key and headers come through, headers as bytes."""
    message = record(3, 4, headers=[("a", b"1"), ("b", "text"), ("a", None)])
    (found,) = drain(Script([message]), {3: 5}, "t", 5.0)
    assert (found.topic, found.partition, found.offset) == ("t", 3, 4)
    assert (found.timestamp_ms, found.key) == (1000, b"k")
    assert found.headers == (("a", b"1"), ("b", b"text"), ("a", None))
