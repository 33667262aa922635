"""Send one decision of a moderator, or one request to forget a person, and wait until Kafka has it."""

import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from producers.batch import EncodedBatch
from producers.encode import open_encoder
from producers.errors import SinkError
from producers.mapping.event import Mapped, Record, Value
from producers.sink import open_kafka
from producers.tracing import SCOPE, close, open_provider
from schemas.record_trace import Headers, begin_record

MODERATION, ERASURE = "moderation", "erasure"


def send_decision(
    bootstrap: str, registry_url: str | None, fields: Mapping[str, Value], at_ms: int
) -> Record:
    """Send a moderation event and return it as it was sent.

    Args:
        bootstrap: host:port of Kafka.
        registry_url: Schema registry; None = our own files.
        fields: action, target_type, target_id and what else is known.
        at_ms: Event time.

    Raises:
        ConfigError: The registry or the client's settings cannot be used.
        SinkError: Kafka did not acknowledge it.
    """
    return _send(bootstrap, registry_url, MODERATION, fields, at_ms)


def send_erasure(bootstrap: str, registry_url: str | None, user: str, reason: str, at_ms: int) -> Record:
    """Send a request to forget a person and return it as it was sent.

    Args:
        bootstrap: host:port of Kafka.
        registry_url: Schema registry; None = our own files.
        user: Who is to be forgotten.
        reason: In words or as a ticket number.
        at_ms: Event time: what the person did before is forgotten.

    Raises:
        ConfigError: The registry or the client's settings cannot be used.
        SinkError: Kafka did not acknowledge it.
    """
    return _send(bootstrap, registry_url, ERASURE, {"actor_id": user, "reason": reason}, at_ms)


def _send(
    bootstrap: str, registry_url: str | None, event: str, fields: Mapping[str, Value], at_ms: int
) -> Record:
    record: Record = {**fields, "event_id": str(uuid.uuid4()), "source_ms": at_ms, "received_ms": at_ms}
    encoder = open_encoder(registry_url, (event,))
    topic = encoder.topics[event]
    sink = open_kafka(bootstrap, _warn, topics=(topic,))
    with _traced(topic) as (trace_id, headers):
        if event == MODERATION:  # the other one has no such field
            record["trace_id"] = trace_id
        key, value = encoder.encode(Mapped(event, record))
        sink.send(EncodedBatch(topic, [key], [value], [at_ms], {0: headers} if headers else {}))
        delivery = sink.close(30.0)
        if not delivery.complete:
            raise SinkError(f"Kafka at {bootstrap} did not acknowledge the {event} event: {delivery.reasons}")
    return record


@contextmanager
def _traced(topic: str) -> Iterator[tuple[str, Headers]]:
    """Give a block the trace id and the headers of its record; the span ends when Kafka has it."""
    provider = open_provider("groundswell-decide", _warn, always=True)
    if provider is None:
        yield "", []
        return
    span, trace_id, headers = begin_record(provider.get_tracer(SCOPE), "send", topic)
    try:
        yield trace_id, headers
    except Exception as error:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - optional

        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(StatusCode.ERROR)
        raise
    finally:
        span.end()
        close(provider)


def _warn(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201
