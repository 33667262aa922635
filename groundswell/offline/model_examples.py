"""Read what models predicted from the examples topic."""

from collections.abc import Iterator

from groundswell.kafka_read import read_topic
from groundswell.offline.model_compare import Seen
from schemas.codec import decode_value
from schemas.records import InterestExampleJoined
from schemas.registry import Registry

TOPIC = "interest.examples"


def examples_of(bootstrap: str, registry: Registry, since_ms: int, *, alone: bool = False) -> Iterator[Seen]:
    """Yield all records from an event time on.

    Args:
        bootstrap: host:port list.
        registry: Of schemas.
        since_ms: Shown at or after this event time, UTC.
        alone: Also actions without an impression: what nobody chose from says little of a prediction.

    Raises:
        KafkaReadError: The topic cannot be read.
        SchemasError: It holds a record that is no example.
    """
    for record in read_topic(bootstrap, TOPIC):
        if record.timestamp_ms < since_ms:  # when its label became known: it was shown before that
            continue
        _, one = decode_value(record.value or b"", registry)
        if not isinstance(one, InterestExampleJoined) or one.shown_ms < since_ms:
            continue
        if one.from_impression or alone:
            yield Seen(
                one.model, one.event_id, one.actor_id, one.decision_id, one.kind, one.label, one.p,
                one.source_ms,
            )  # fmt: skip
