"""Where canaries go in and where they are seen: Kafka, Redis, HTTP. Each call returns at once or soon."""

import time
import uuid
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import httpx
import msgspec

from groundswell.canary.waiting import Place
from producers.encode import open_encoder
from producers.errors import SinkError
from producers.mapping.event import Mapped, Record
from schemas.kafka_access import client_settings
from serving.errors import ServingError
from serving.health_store import RedisHealthStore
from serving.web.canary_shapes import Canaries
from state.canary import CANARY_ACTOR

if TYPE_CHECKING:
    from confluent_kafka import Message, Producer

    from groundswell.canary.traces import CanaryTraces
    from schemas.record_trace import Headers

_EVENT: Final = "engagement"
_TIMEOUT_S: Final = 2.0
_MESSAGE_TIMEOUT_MS: Final = 10_000


class _Page(msgspec.Struct):
    """What a canary reads of a list."""

    as_of_ms: int | None


class Sender:
    """Sends canaries to all partitions in turn.

    Args:
        bootstrap: host:port of Kafka.
        registry_url: Schema registry; None = our own files.
        traces: Begins a trace for each; None = nobody traces.

    Raises:
        ConfigError: The registry or the client's settings cannot be used.
        SinkError: Kafka does not answer, or has no topic of engagements.
    """

    def __init__(
        self, bootstrap: str, registry_url: str | None, traces: "CanaryTraces | None" = None
    ) -> None:
        self._encoder = open_encoder(registry_url, (_EVENT,))
        self._topic = self._encoder.topics[_EVENT]
        self._client, self._partitions = _open(bootstrap, self._topic)
        self._traces = traces
        self._number = 0
        self.acknowledged: list[int] = []
        self.failed = 0

    def send(self, at_ms: int) -> None:
        """Hand a canary over; `poll` says what became of it."""
        record: Record = {
            "event_id": str(uuid.uuid4()), "source_ms": at_ms, "received_ms": at_ms, "actor_id": CANARY_ACTOR,
            "action": "click", "item_id": CANARY_ACTOR, "topics": [CANARY_ACTOR],
        }  # fmt: skip
        self._number += 1
        partition = self._number % self._partitions
        headers: Headers = []
        if self._traces:
            record["trace_id"], headers = self._traces.sent(at_ms, self._topic, partition)
        key, value = self._encoder.encode(Mapped(_EVENT, record))
        self._client.produce(
            self._topic,
            value,
            key,
            partition=partition,
            timestamp=at_ms,
            headers=headers,
            on_delivery=lambda error, sent: self._done(error, at_ms, sent),
        )

    def poll(self) -> None:
        """Hear from Kafka."""
        self._client.poll(0)

    def close(self) -> None:
        """Wait a moment for what is under way."""
        self._client.flush(_TIMEOUT_S)

    def _done(self, error: object, at_ms: int, sent: "Message") -> None:
        if error is None:
            self.acknowledged.append(at_ms)
            if self._traces:
                self._traces.acknowledged(at_ms, at_ms + round((sent.latency() or 0.0) * 1000))
        else:
            self.failed += 1
            if self._traces:
                self._traces.refused(at_ms, time.time_ns() // 1_000_000)


def _open(bootstrap: str, topic: str) -> tuple["Producer", int]:
    """Return a client that tells of every record, and the number of partitions of a topic."""
    from confluent_kafka import KafkaException, Producer  # noqa: PLC0415 - loading it costs 40 ms

    client = Producer(
        {
            **client_settings(bootstrap),
            "client.id": "groundswell-canary",
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0,
            "message.timeout.ms": _MESSAGE_TIMEOUT_MS,
            "log_level": 0,
        }
    )
    try:
        known = client.list_topics(topic, timeout=_TIMEOUT_S).topics[topic]
    except KafkaException as error:
        raise SinkError(
            f"no Kafka broker answers at {bootstrap} within {_TIMEOUT_S:g} s ({error})"
        ) from error
    if known.error is not None:
        raise SinkError(f"Kafka at {bootstrap} has no topic {topic}: `groundswell topics` creates it")
    return client, len(known.partitions)


class Watcher:
    """Looks for canaries.

    Args:
        redis_url: Where the jobs write.
        api: http://host:port of the HTTP API; empty = it is left out.
        key: API key; empty = none.
        traces: Makes a span of requests that belong to a canary; None = nobody traces.
    """

    def __init__(self, redis_url: str, api: str, key: str = "", traces: "CanaryTraces | None" = None) -> None:
        self._traces = traces
        self._store = RedisHealthStore.at(redis_url, _TIMEOUT_S)
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=api, headers=headers, timeout=_TIMEOUT_S) if api else None

    def look(self, stage: str) -> dict[Place, int] | None:
        """Return the newest canary of each job at a stage; None when nobody answers there."""
        try:
            found = self._store.canaries() if stage == "redis" else self._from_api()
        except (ServingError, httpx.HTTPError, msgspec.MsgspecError):
            return None
        return {(job, stage): at_ms for job, at_ms in found.items()}

    def read_list(self) -> tuple[float, int | None] | None:
        """Return (seconds of a request for a list, how far the list has come); None = no answer."""
        if self._http is None:
            return None
        start_s = time.perf_counter()
        try:
            page = msgspec.json.decode(self._get("/v1/trends?limit=1"), type=_Page)
        except (httpx.HTTPError, msgspec.MsgspecError):
            return None
        return time.perf_counter() - start_s, page.as_of_ms

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def _from_api(self) -> dict[str, int]:
        found = msgspec.json.decode(self._get("/v1/canary"), type=Canaries)
        named = {"trending": found.trending_ms, "interests": found.interests_ms}
        return {job: at_ms for job, at_ms in named.items() if at_ms is not None}

    def _get(self, path: str) -> bytes:
        if self._http is None:
            return b"{}"
        with self._traces.asking(path) if self._traces else nullcontext() as headers:
            answer = self._http.get(path, headers=headers)
            answer.raise_for_status()
        return answer.content
