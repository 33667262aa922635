"""Read a Kafka topic from its beginning to its end of now: committed records only, no group, no commits."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from schemas.kafka_access import ENV, client_settings

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

_POLL_S = 0.1  # also what reading to the end waits in vain
_BATCH = 5_000
_CONNECT_S = 10.0
_GAP = 10_000  # records that are read in vain rather than fetching anew; about 20 ms
_EOF = "_PARTITION_EOF"
Headers = tuple[tuple[str, bytes | None], ...]


class KafkaReadError(Exception):
    """A topic could not be read to its end: no broker, no topic, or silence. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """One record as it lies in Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class ConsumerLike(Protocol):
    """The part of `confluent_kafka.Consumer` that is used."""

    def consume(self, num_messages: int, timeout: float) -> "list[Message]":
        """Return up to so many records and end-of-partition marks."""


def read_topic(bootstrap: str, topic: str, *, silence_s: float = 30.0) -> Iterator[KafkaRecord]:
    """Yield every committed record that the topic holds now; partition by partition in offset order.

    What is written meanwhile is left out. Records of transactions that are still open are not waited for.

    Args:
        bootstrap: host:port list.
        topic: Its name.
        silence_s: Give up when nothing comes for this long.

    Raises:
        KafkaReadError: No broker, no such topic, or silence.
    """
    consumer, ends = _open(bootstrap, topic, min(silence_s, _CONNECT_S))
    try:
        yield from drain(consumer, ends, f"topic {topic!r} at {bootstrap}", silence_s)
    finally:
        consumer.close()


def read_offsets(
    bootstrap: str, topic: str, wanted: Mapping[int, Collection[int]], *, silence_s: float = 30.0
) -> Iterator[KafkaRecord]:
    """Yield the records at these offsets by partition, in order; what is no longer there is left out.

    Offsets that lie close together are read in one go, the records between them too, so the cost is one
    fetch for each group of them.

    Raises:
        KafkaReadError: No broker, no such topic, or silence.
    """
    groups = {partition: _groups(offsets) for partition, offsets in wanted.items() if offsets}
    if not groups:
        return
    consumer, ends = _open(bootstrap, topic, min(silence_s, _CONNECT_S))
    what = f"topic {topic!r} at {bootstrap}"
    try:
        while groups := {p: left for p, left in groups.items() if left and p in ends}:
            taken = {p: left.pop() for p, left in groups.items()}
            # What lies behind the topic's end never comes, so nobody waits for it.
            spans = {
                p: (first, min(last + 1, ends[p])) for p, (first, last) in taken.items() if first < ends[p]
            }
            _assign_at(consumer, topic, {p: first for p, (first, _) in spans.items()})
            for record in drain(consumer, {p: end for p, (_, end) in spans.items()}, what, silence_s):
                if record.offset in wanted[record.partition]:
                    yield record
    finally:
        consumer.close()


def read_from(
    bootstrap: str, topic: str, start: Mapping[int, int], *, silence_s: float = 30.0
) -> Iterator[KafkaRecord]:
    """Yield what a topic holds from some offsets on; partitions without one from their beginning.

    Raises:
        KafkaReadError: No broker, no such topic, or silence.
    """
    consumer, ends = _open(bootstrap, topic, min(silence_s, _CONNECT_S))
    try:
        ends = {partition: end for partition, end in ends.items() if start.get(partition, 0) < end}
        _assign_at(consumer, topic, {partition: start.get(partition, 0) for partition in ends})
        yield from drain(consumer, ends, f"topic {topic!r} at {bootstrap}", silence_s)
    finally:
        consumer.close()


def drain(
    consumer: ConsumerLike,
    ends: dict[int, int],
    what: str,
    silence_s: float,
    clock_s: Callable[[], float] = time.monotonic,
) -> Iterator[KafkaRecord]:
    """Yield records until every partition has reached its end.

    A partition is done at its end-of-partition mark, or when a record at or behind its end was seen: the
    last offsets may be marks of transactions, which are no records, and on a busy topic the mark never comes.

    Args:
        consumer: Already assigned to the partitions.
        ends: First offset that is not wanted any more, by partition; partitions without records are absent.
        what: For messages.
        silence_s: Longest wait for anything.
        clock_s: A clock that does not go back.

    Raises:
        KafkaReadError: An error in place of a record, or silence.
    """
    open_ends = dict(ends)
    heard_s = clock_s()
    while open_ends:
        messages = consumer.consume(_BATCH, timeout=_POLL_S)
        if messages:
            heard_s = clock_s()
        elif clock_s() - heard_s > silence_s:
            raise KafkaReadError(
                f"{what}: nothing came for {silence_s:g} s, partitions {sorted(open_ends)} not read to their "
                "end; is the broker up? See `groundswell status`"
            )
        for message in messages:
            partition, offset = message.partition(), message.offset()
            error = message.error()
            if error is not None and error.name() != _EOF:
                raise KafkaReadError(f"{what}, partition {partition}: {error}")
            if partition is None or offset is None or partition not in open_ends:
                continue
            end = open_ends[partition]
            if error is not None or offset >= end - 1:
                del open_ends[partition]
            if error is None and offset < end:
                yield _record(message, partition, offset)


def _groups(offsets: Collection[int]) -> list[tuple[int, int]]:
    """Return (first, last) of groups of offsets without wide gaps, the first group last."""
    groups: list[tuple[int, int]] = []
    for offset in sorted(offsets):
        if groups and offset - groups[-1][1] <= _GAP:
            groups[-1] = (groups[-1][0], offset)
        else:
            groups.append((offset, offset))
    return groups[::-1]


def _open(bootstrap: str, topic: str, timeout_s: float) -> "tuple[Consumer, dict[int, int]]":
    from confluent_kafka import Consumer, KafkaException  # noqa: PLC0415  loading costs 40 ms

    # What the client says beside its exceptions: a refused password, a wrong certificate.
    told: list[str] = []
    consumer = Consumer(
        {
            **client_settings(bootstrap),
            "group.id": "groundswell-read",  # the client wants one; it is never joined
            "client.id": "groundswell-read",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "log_level": 0,  # trouble comes through exceptions, in our words
            "error_cb": lambda error: told.append(error.str()),
        }
    )
    try:
        start, ends = _bounds(consumer, bootstrap, topic, timeout_s)
        _assign_at(consumer, topic, start)
    except KafkaException as error:
        consumer.poll(0)  # what was told is handed over here
        consumer.close()
        why = next((text for text in told if "uthentication" in text or "SSL" in text), str(error))
        raise KafkaReadError(
            f"no Kafka broker answers at {bootstrap} within {timeout_s:g} s ({why}); "
            "start the local stack with `groundswell up`, or give --bootstrap host:port; a broker that asks "
            f"who is there wants {ENV}"
        ) from error
    except KafkaReadError:
        consumer.close()
        raise
    return consumer, ends


def _bounds(
    consumer: "Consumer", bootstrap: str, topic: str, timeout_s: float
) -> tuple[dict[int, int], dict[int, int]]:
    """Return first offset and end of each partition that holds records."""
    from confluent_kafka import TopicPartition  # noqa: PLC0415

    known = consumer.list_topics(topic, timeout=timeout_s).topics[topic]
    if known.error is not None:
        raise KafkaReadError(f"Kafka at {bootstrap} has no topic {topic!r} ({known.error})")
    start, ends = {}, {}
    deadline_s = time.monotonic() + timeout_s
    for partition in known.partitions:
        low, high = _watermarks(consumer, TopicPartition(topic, partition), deadline_s)
        if high > low:
            start[partition], ends[partition] = low, high
    return start, ends


def _watermarks(consumer: "Consumer", partition: "TopicPartition", deadline_s: float) -> tuple[int, int]:
    """Return first offset and end of a partition. One that was just made has no leader for a moment."""
    from confluent_kafka import KafkaError, KafkaException  # noqa: PLC0415

    passing = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
    while True:
        left_s = deadline_s - time.monotonic()
        try:
            return consumer.get_watermark_offsets(partition, timeout=max(left_s, 0.1))
        except KafkaException as error:
            if error.args[0].code() not in passing or left_s <= 0:
                raise
            time.sleep(0.1)


def _assign_at(consumer: "Consumer", topic: str, start: Mapping[int, int]) -> None:
    from confluent_kafka import TopicPartition  # noqa: PLC0415

    consumer.assign([TopicPartition(topic, partition, offset) for partition, offset in start.items()])


def _record(message: "Message", partition: int, offset: int) -> KafkaRecord:
    headers = message.headers() or ()
    pairs = headers.items() if isinstance(headers, dict) else headers
    return KafkaRecord(
        topic=message.topic() or "",
        partition=partition,
        offset=offset,
        timestamp_ms=message.timestamp()[1],
        key=message.key(),
        value=message.value(),
        headers=tuple((name, raw.encode() if isinstance(raw, str) else raw) for name, raw in pairs),
    )
