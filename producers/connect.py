"""Open the Kafka client: settings, a first look at the broker, clear words when there is none."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from producers.errors import ConfigError, SinkError
from schemas.errors import ContractError
from schemas.kafka_access import client_settings

if TYPE_CHECKING:
    from confluent_kafka import Producer

_RETRY_S = 0.25
_FIXED = {"enable.idempotence": True, "acks": "all", "delivery.report.only.error": True}
_USUAL = {
    "client.id": "groundswell-produce",
    "compression.type": "lz4",
    "linger.ms": 50,
    "batch.size": 1_000_000,
    "batch.num.messages": 100_000,
    "queue.buffering.max.messages": 200_000,
    "queue.buffering.max.kbytes": 262_144,
    "partitioner": "murmur2_random",  # the Java clients' choice: equal keys meet in one partition
    "message.timeout.ms": 120_000,
    "log_level": 0,  # connection troubles come through error_cb, in our words
}


def open_client(
    bootstrap: str,
    warn: Callable[[str], None],
    topics: tuple[str, ...],
    properties: Mapping[str, str],
    timeout_s: float,
) -> "Producer":
    """Build the client and wait until a broker knows all topics; see `sink.open_kafka`."""
    from confluent_kafka import KafkaException, Producer  # noqa: PLC0415  loading it costs 40 ms

    fixed = sorted(set(properties) & {*_FIXED, "bootstrap.servers"})
    if fixed:
        raise ConfigError(f"Kafka settings {fixed} are fixed: every record is acknowledged exactly once")
    own = {"error_cb": lambda error: warn(f"Kafka at {bootstrap}: {error}")}
    try:
        producer = Producer({**_USUAL, **client_settings(bootstrap), **properties, **_FIXED, **own})
    except ContractError as error:
        raise ConfigError(str(error)) from error
    except KafkaException as error:
        raise ConfigError(f"Kafka client settings: {error}") from error
    _find_topics(producer, bootstrap, set(topics), timeout_s)
    return producer


def _find_topics(producer: "Producer", bootstrap: str, missing: set[str], timeout_s: float) -> None:
    """Wait until all topics are known; one that was just created is not known at once."""
    from confluent_kafka import KafkaException  # noqa: PLC0415

    until_s = time.monotonic() + timeout_s
    while missing:
        try:
            missing -= set(producer.list_topics(timeout=timeout_s).topics)
        except KafkaException as error:
            raise SinkError(
                f"no Kafka broker answers at {bootstrap} within {timeout_s:g} s ({error}); "
                "start the local stack with `groundswell up`, or give --bootstrap host:port"
            ) from error
        if missing and time.monotonic() > until_s:
            raise SinkError(
                f"Kafka at {bootstrap} has no topic {', '.join(sorted(missing))}; "
                "`groundswell up` creates all of schemas/topics.toml, elsewhere create them first"
            )
        if missing:
            time.sleep(_RETRY_S)
