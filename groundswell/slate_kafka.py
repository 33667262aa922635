"""Decisions of feeds to Kafka, from a server that never waits for it."""

from collections.abc import Callable

from schemas.kafka_access import client_settings
from schemas.record_trace import Headers
from serving.web.slate_log import TOPIC

_CLOSE_S = 3.0
_USUAL = {
    "client.id": "groundswell-serve",
    "compression.type": "lz4",
    "linger.ms": 50,
    "enable.idempotence": True,
    "partitioner": "murmur2_random",  # as all our producers: equal keys meet in one partition
    "queue.buffering.max.messages": 10_000,
    "queue.buffering.max.kbytes": 131_072,
    "message.timeout.ms": 60_000,
    "log_level": 0,
}


class KafkaSlates:
    """Sends records to the slate topic. Not for several threads.

    Args:
        bootstrap: host:port list of the brokers; they need not answer yet.

    Raises:
        ImportError: The Kafka client is not installed: extra ``serving-log``.
    """

    def __init__(self, bootstrap: str) -> None:
        from confluent_kafka import Producer  # noqa: PLC0415 - loading costs 40 ms, and it is optional

        self._producer: Producer = Producer({**_USUAL, **client_settings(bootstrap)})

    def send(
        self, key: bytes, value: bytes, at_ms: int, told: Callable[[bool], None], headers: Headers
    ) -> bool:
        """Take a record; False when the client's own queue is full, since no broker answers."""

        def delivered(error: object, _record: object) -> None:
            """Tell whether the broker has it; a minute without one is the end of a record."""
            told(error is None)

        try:
            self._producer.produce(
                TOPIC, key=key, value=value, timestamp=at_ms, headers=headers, on_delivery=delivered
            )
        except BufferError:
            return False
        self._producer.poll(0)
        return True

    def poll(self) -> None:
        """Tell what became of records."""
        self._producer.poll(0)

    def close(self) -> None:
        """Send what waits, for three seconds at most."""
        self._producer.flush(_CLOSE_S)
