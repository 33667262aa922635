"""Create our topics on the local broker, as `schemas/topics.toml` describes them."""

from collections.abc import Iterable

from schemas.kafka_access import client_settings
from schemas.topics import TopicSpec, topics

_FUTURE_MS = 300_000  # how far ahead of the broker's clock an event may claim to be
_TIMEOUT_S = 10


def settings(spec: TopicSpec, *, keep_all: bool = True) -> dict[str, str]:
    """Return a topic's settings.

    On the local stack everything is kept: a replay carries event times of years ago, Kafka counts retention
    from the record's timestamp, and would delete such segments while they are being read. A production
    broker takes `retention_ms` from topics.toml.
    """
    chosen = {
        "cleanup.policy": spec.cleanup,
        "retention.ms": "-1" if keep_all else str(spec.retention_ms),
        "message.timestamp.type": "CreateTime",
    }
    if "producers" in spec.writers:
        # One producer with a wrong clock must not move everybody's watermark: the broker refuses it.
        chosen["message.timestamp.after.max.ms"] = str(_FUTURE_MS)
    return chosen


def create_missing(
    bootstrap: str,
    wanted: Iterable[TopicSpec] | None = None,
    *,
    replicas: int = 1,
    keep_all: bool = True,
) -> bool:
    """Create the topics that the broker lacks.

    Args:
        bootstrap: host:port of the broker.
        wanted: which topics; all of topics.toml by default.
        replicas: copies of each partition.
        keep_all: no retention, instead of that of topics.toml.

    Returns:
        True when all exist; False when the broker does not answer yet.
    """
    from confluent_kafka import KafkaError, KafkaException  # noqa: PLC0415 - only the stack needs it
    from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # noqa: PLC0415

    specs = list(topics().values() if wanted is None else wanted)
    admin = AdminClient({**client_settings(bootstrap), "log_level": 0})
    try:
        present = admin.list_topics(timeout=_TIMEOUT_S).topics
    except KafkaException:
        return False
    absent = [
        NewTopic(
            spec.name,
            num_partitions=spec.partitions,
            replication_factor=replicas,
            config=settings(spec, keep_all=keep_all),
        )
        for spec in specs
        if spec.name not in present
    ]
    if not absent:
        return True
    futures = admin.create_topics(absent, operation_timeout=_TIMEOUT_S).values()
    failures = [future.exception(timeout=_TIMEOUT_S) for future in futures]
    codes = [failure.args[0].code() for failure in failures if isinstance(failure, KafkaException)]
    return all(code == KafkaError.TOPIC_ALREADY_EXISTS for code in codes)
