"""Take back what a compacted topic holds of people who asked to be forgotten, and write down what was done.

The job forgets a person within its delay, but it does not know which records it wrote weeks ago. The sweep
does: it reads the keys of `interest.examples` once for all requests, sends a tombstone for each of theirs,
and adds the counts to `erasure.audit`. A request is swept once the job has carried it out: from then on it
writes no more about what was before. Swept requests stand in the audit and are passed over, so it may run
hourly.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from groundswell.kafka_read import KafkaReadError, KafkaRecord, read_topic
from schemas.codec import decode_value, encode_record
from schemas.erasure_subject import subject_of
from schemas.kafka_access import client_settings
from schemas.records import ErasureCarriedOut, ErasureRequested
from schemas.registry import Registry
from schemas.topics import topic_of

if TYPE_CHECKING:
    from confluent_kafka import Producer

EXAMPLES, PLACE, BY_THE_JOB = "interest.examples", "topic.interest.examples", "state.interests"
_FLUSH_S = 30.0
_MOST_UNSENT = 10_000


class Request(NamedTuple):
    """A request to forget a person: what was before its moment goes."""

    event_id: str
    user: str
    at_ms: int


class Place(NamedTuple):
    """Where the newest record of a key lies."""

    partition: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        removed: Request -> records that got a tombstone.
        waiting: Requests that the job has not carried out yet.
        done_before: Requests that an earlier sweep did.
    """

    removed: Mapping[Request, int]
    waiting: int
    done_before: int


@dataclass(slots=True)
class Examples:
    """Finds what belongs to requests among the records of the examples topic.

    Attributes:
        requests: Of each person the newest one.
        found: Newest record of a key -> its request; keys whose newest record is a tombstone are not there.
    """

    requests: Mapping[str, Request]
    found: dict[Place, Request] = field(default_factory=dict)

    def read(self, records: Iterable[KafkaRecord]) -> None:
        """Look at records, each partition in order of offsets. Values are not decoded."""
        for record in records:
            key = record.key or b""
            request = self._request_of(key)
            if request is None:
                continue
            place = Place(record.partition, key)
            if record.value is None or record.timestamp_ms > request.at_ms:
                self.found.pop(place, None)
            else:
                self.found[place] = request

    def _request_of(self, key: bytes) -> Request | None:
        """Return the request of whose key this is; ids may hold bars themselves."""
        text, at = key.decode(errors="replace"), -1
        while (at := text.find("|", at + 1)) >= 0:
            request = self.requests.get(text[:at])
            if request is not None:
                return request
        return None


def sweep(bootstrap: str, registry: Registry, audit_key: bytes) -> Swept:
    """Sweep once. Reads `erasure`, `erasure.audit` and the keys of `interest.examples` from their beginning.

    Raises:
        KafkaReadError: Kafka cannot be read, or did not take a record. Running it again is no harm.
    """
    requests = _requests(bootstrap, registry)
    seen: Counter[tuple[str, str]] = Counter()
    for record in read_topic(bootstrap, "erasure.audit"):
        _, audit = decode_value(record.value or b"", registry)
        if isinstance(audit, ErasureCarriedOut):
            seen[audit.event_id, audit.place] += 1
    new = [one for one in requests if not seen[one.event_id, PLACE]]
    ready = [one for one in new if seen[one.event_id, BY_THE_JOB]]
    removed = dict.fromkeys(ready, 0)
    if ready:
        examples = Examples({one.user: one for one in sorted(ready, key=lambda one: one.at_ms)})
        examples.read(read_topic(bootstrap, EXAMPLES))
        for request in examples.found.values():
            removed[request] += 1
        _send(bootstrap, registry, examples.found, removed, audit_key)
    return Swept(removed, len(new) - len(ready), len(requests) - len(new))


def _requests(bootstrap: str, registry: Registry) -> Sequence[Request]:
    found: dict[str, Request] = {}
    for record in read_topic(bootstrap, "erasure"):
        _, asked = decode_value(record.value or b"", registry)
        if isinstance(asked, ErasureRequested):
            found[asked.event_id] = Request(asked.event_id, asked.actor_id, asked.source_ms)
    return list(found.values())


def _send(
    bootstrap: str,
    registry: Registry,
    places: Iterable[Place],
    removed: Mapping[Request, int],
    audit_key: bytes,
) -> None:
    """Send tombstones to where the records lie; when Kafka has them all, the audit."""
    from confluent_kafka import Producer  # noqa: PLC0415 - loading costs 40 ms

    producer = Producer(
        {
            **client_settings(bootstrap),
            "client.id": "groundswell-sweep",
            "enable.idempotence": True,
            "log_level": 0,
        }
    )
    for at, place in enumerate(places):
        # Flink's partitioner is not this client's: a tombstone elsewhere would take nothing away.
        producer.produce(EXAMPLES, key=place.key, value=None, partition=place.partition)
        if at % _MOST_UNSENT == _MOST_UNSENT - 1:
            _flush(producer, bootstrap)
    _flush(producer, bootstrap)
    topic, now_ms = topic_of("erasure_audit").name, time.time_ns() // 1_000_000
    for request, count in removed.items():
        record = ErasureCarriedOut(
            event_id=request.event_id,
            source_ms=request.at_ms,
            received_ms=now_ms,
            subject=subject_of(request.event_id, request.user, audit_key),
            keyed=bool(audit_key),
            place=PLACE,
            removed=count,
        )
        value = encode_record(record, registry)
        producer.produce(topic, key=request.event_id.encode(), value=value, timestamp=request.at_ms)
    _flush(producer, bootstrap)


def _flush(producer: "Producer", bootstrap: str) -> None:
    if left := producer.flush(_FLUSH_S):
        raise KafkaReadError(f"Kafka at {bootstrap} did not take {left} records within {_FLUSH_S:g} s")
