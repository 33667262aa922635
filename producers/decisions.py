"""Send one decision of a moderator and wait until Kafka has it."""

import sys
import uuid
from collections.abc import Mapping

from producers.batch import EncodedBatch
from producers.encode import open_encoder
from producers.errors import SinkError
from producers.mapping.event import Mapped, Record, Value
from producers.sink import open_kafka

EVENT = "moderation"


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
    record: Record = {**fields, "event_id": str(uuid.uuid4()), "source_ms": at_ms, "received_ms": at_ms}
    mapped = Mapped(EVENT, record)
    encoder = open_encoder(registry_url)
    key, value = encoder.encode(mapped)
    topic = encoder.topics[EVENT]
    sink = open_kafka(bootstrap, lambda text: print(text, file=sys.stderr), topics=(topic,))  # noqa: T201
    sink.send(EncodedBatch(topic, [key], [value], [at_ms]))
    delivery = sink.close(30.0)
    if not delivery.complete:
        raise SinkError(f"Kafka at {bootstrap} did not acknowledge the decision: {delivery.reasons}")
    return record
