"""The Kafka sink counts every record exactly once, whatever happens to it."""

import pytest

from producers.batch import EncodedBatch
from producers.errors import SinkError
from producers.sink import FUTURE, MAX_AHEAD_MS, KafkaSink
from tests.support.fake_kafka import FakeProducer

NOW_MS = 1_760_000_000_000


def batch(*timestamps_ms: int) -> EncodedBatch:
    """One record a timestamp."""
    count = len(timestamps_ms)
    return EncodedBatch(
        "engagement", [b"u%d" % n for n in range(count)], [b"v%d" % n for n in range(count)], timestamps_ms
    )


def sink_of(producer: FakeProducer, **options: object) -> tuple[KafkaSink, list[str]]:
    """A sink on a fake client, and the warnings it will have given."""
    warnings: list[str] = []
    sink = KafkaSink(producer=producer, warn=warnings.append, clock_ms=lambda: NOW_MS, **options)  # type: ignore[arg-type]
    return sink, warnings


def test_records_arrive_with_key_value_and_event_time() -> None:
    """Kafka gets exactly what the source yielded, in its order."""
    producer = FakeProducer()
    sink, _ = sink_of(producer)
    sink.send(batch(NOW_MS - 2, NOW_MS - 1))
    delivery = sink.close()
    assert [(r.name, r.key, r.value, r.timestamp) for r in producer.delivered] == [
        ("engagement", b"u0", b"v0", NOW_MS - 2),
        ("engagement", b"u1", b"v1", NOW_MS - 1),
    ]
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (2, 2, 0)
    assert delivery.complete


def test_a_full_queue_is_waited_for_and_loses_nothing() -> None:
    """BufferError means wait, not drop."""
    producer = FakeProducer(capacity=3, per_poll=1)
    sink, _ = sink_of(producer)
    assert sink.send(batch(*range(NOW_MS - 50, NOW_MS))) == 50
    assert sink.close().acknowledged == 50
    assert [r.timestamp for r in producer.delivered] == list(range(NOW_MS - 50, NOW_MS))


def test_refused_records_are_counted_by_reason_and_explained_once() -> None:
    """Three refusals of one reason give one warning and a count of three."""
    refused = {NOW_MS - n: "INVALID_TIMESTAMP" for n in (1, 3, 5)}
    sink, warnings = sink_of(FakeProducer(refused=refused))
    sink.send(batch(*range(NOW_MS - 10, NOW_MS)))
    delivery = sink.close()
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (10, 7, 3)
    assert delivery.reasons == {"INVALID_TIMESTAMP": 3}
    assert not delivery.complete
    assert len(warnings) == 1
    assert "broker's clock is behind" in warnings[0]


def test_an_event_from_the_future_is_not_sent_but_its_neighbours_are() -> None:
    """The broker refuses a whole record batch for one such record, so it must not get there."""
    producer = FakeProducer()
    sink, warnings = sink_of(producer)
    sink.send(batch(NOW_MS, NOW_MS + MAX_AHEAD_MS, NOW_MS + MAX_AHEAD_MS + 1, NOW_MS + 1))
    delivery = sink.close()
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (4, 3, 1)
    assert delivery.reasons == {FUTURE: 1}
    assert len(producer.delivered) == 3
    assert "more than 5 minutes in the future" in warnings[0]


def test_what_is_still_under_way_at_the_time_limit_is_not_acknowledged() -> None:
    """A broker that went away leaves records neither failed nor acknowledged."""
    sink, _ = sink_of(FakeProducer(stuck=True))
    sink.send(batch(NOW_MS - 1, NOW_MS))
    delivery = sink.close(timeout_s=0.5)
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (2, 0, 0)
    assert not delivery.complete


def test_while_stopping_a_full_queue_ends_the_batch_and_the_rest_is_not_counted() -> None:
    """An interrupt must not wait for a broker that is down; what was not taken was not produced."""
    sink, _ = sink_of(FakeProducer(capacity=2, stuck=True), stopping=lambda: True)
    assert sink.send(batch(*range(NOW_MS - 5, NOW_MS))) == 2
    assert sink.delivery().produced == 2


def test_a_fatal_client_error_keeps_the_count_of_what_went_before() -> None:
    """The error names the topic; records queued before it stay counted."""
    sink, _ = sink_of(FakeProducer(fatal_at=NOW_MS - 2))
    with pytest.raises(SinkError, match=r"topic 'engagement'.*out of order"):
        sink.send(batch(NOW_MS - 4, NOW_MS - 3, NOW_MS - 2, NOW_MS - 1))
    assert sink.close().produced == 2
    assert sink.close().acknowledged == 2


def test_an_empty_batch_is_nothing() -> None:
    """No record, no count, no fault."""
    sink, _ = sink_of(FakeProducer())
    assert sink.send(batch()) == 0
    assert sink.close().complete
