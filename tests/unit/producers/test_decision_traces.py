"""A decision's trace: its record's header, its own field, and a span until Kafka has it."""

import pytest
from opentelemetry.trace import StatusCode
from support.fake_kafka import FakeProducer
from support.spans import Spans, trace_of

from producers import decisions
from producers.errors import SinkError
from producers.sink import KafkaSink
from schemas.codec import decode_value
from schemas.records import ErasureRequested, ModerationDecided
from schemas.registry import FileRegistry

NOW_MS = 1_760_000_000_000
DENIAL = {"actor_id": "m", "action": "deny", "target_type": "topic", "target_id": "tea"}


def _sent(monkeypatch: pytest.MonkeyPatch, spans: Spans | None, producer: FakeProducer) -> None:
    monkeypatch.setattr(decisions, "open_provider", lambda *_, **__: spans and spans.provider)
    sink = KafkaSink(producer, lambda _: None, clock_ms=lambda: NOW_MS)
    monkeypatch.setattr(decisions, "open_kafka", lambda *_, **__: sink)


def test_a_decision_names_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the header and in the event; who asks to be forgotten has no such field, and the header."""
    spans, producer = Spans(), FakeProducer()
    _sent(monkeypatch, spans, producer)
    decisions.send_decision("kafka:9092", None, DENIAL, NOW_MS)
    (record,) = producer.delivered
    (span,) = spans.ended()
    _, event = decode_value(record.value, FileRegistry())
    assert isinstance(event, ModerationDecided)
    assert event.trace_id == trace_of(span)
    assert span.name == "send moderation"
    assert f"{trace_of(span)}-{span.context.span_id:016x}" in str(record.headers)


def test_a_wish_to_be_forgotten_has_the_header_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its span does not say whose wish it is."""
    spans, producer = Spans(), FakeProducer()
    _sent(monkeypatch, spans, producer)
    decisions.send_erasure("kafka:9092", None, "ann", "asked", NOW_MS)
    (record,), (span,) = producer.delivered, spans.ended()
    _, event = decode_value(record.value, FileRegistry())
    assert isinstance(event, ErasureRequested)
    assert trace_of(span) in str(record.headers)
    assert "ann" not in str(dict(span.attributes or {}))


def test_a_decision_that_kafka_refused_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the span as of the command."""
    spans, producer = Spans(), FakeProducer(refused={NOW_MS: "MSG_SIZE_TOO_LARGE"})
    _sent(monkeypatch, spans, producer)
    with pytest.raises(SinkError, match="did not acknowledge the moderation event"):
        decisions.send_decision("kafka:9092", None, DENIAL, NOW_MS)
    assert spans.one("send moderation").status.status_code == StatusCode.ERROR


def test_without_a_collector_a_decision_has_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """And an empty trace id, as before."""
    producer = FakeProducer()
    _sent(monkeypatch, None, producer)
    decisions.send_decision("kafka:9092", None, DENIAL, NOW_MS)
    (record,) = producer.delivered
    _, event = decode_value(record.value, FileRegistry())
    assert isinstance(event, ModerationDecided)
    assert (event.trace_id, record.headers) == ("", None)
