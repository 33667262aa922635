"""Send dead letters back to where they came from: the original bytes with their own key and time.

Key and time are looked up where the record came from; when Kafka keeps it no longer, they are taken from
the decoded value. A time is never guessed: it drives the job, and a wrong one would make good records late.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from groundswell.dead_letters import DeadLetter, Source
from groundswell.kafka_read import KafkaRecord, read_offsets
from producers.batch import EncodedBatch
from schemas.codec import decode_value
from schemas.errors import UnknownSchemaError, WireError
from schemas.registry import Registry
from schemas.topics import topics

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter that is ready to be sent.

    Attributes:
        letter: The letter.
        key: Its Kafka key.
        at_ms: Its event time.
        readable: It decodes today; otherwise the job will refuse it again.
    """

    letter: DeadLetter
    key: bytes
    at_ms: int
    readable: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do.

    Attributes:
        outgoing: To be sent, in the order of their sources.
        timeless: Letters whose event time nobody knows any more; they are not sent.
    """

    outgoing: Sequence[Outgoing]
    timeless: int

    @property
    def unreadable(self) -> int:
        """Letters to be sent that the job will refuse again."""
        return sum(not out.readable for out in self.outgoing)

    def batches(self) -> Iterator[EncodedBatch]:
        """Yield what to produce, topic by topic."""
        for topic, group in groupby(self.outgoing, key=lambda out: out.letter.topic):
            rows = list(group)
            for start in range(0, len(rows), _BATCH):
                part = rows[start : start + _BATCH]
                yield EncodedBatch(
                    topic=topic,
                    keys=[out.key for out in part],
                    values=[out.letter.value for out in part],
                    timestamps_ms=[out.at_ms for out in part],
                )


def originals(bootstrap: str, letters: Iterable[DeadLetter]) -> dict[Source, KafkaRecord]:
    """Return the source records that Kafka still keeps.

    Raises:
        KafkaReadError: Kafka cannot be read.
    """
    wanted: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for letter in letters:
        if letter.partition >= 0:
            wanted[letter.topic][letter.partition].add(letter.offset)
    return {
        (topic, record.partition, record.offset): record
        for topic, offsets in wanted.items()
        for record in read_offsets(bootstrap, topic, offsets)
    }


def plan(letters: Iterable[DeadLetter], kept: dict[Source, KafkaRecord], registry: Registry) -> Plan:
    """Decide what is sent, with which key and time.

    Raises:
        RegistryUnavailableError: The registry did not answer.
    """
    outgoing: list[Outgoing] = []
    timeless = 0
    for letter in sorted(letters, key=lambda each: each.source):
        inside = _inside(letter, registry)
        source = kept.get(letter.source)
        # Another value at that offset: the topic was made anew since.
        if source is not None and (source.value or b"") == letter.value and source.timestamp_ms >= 0:
            outgoing.append(Outgoing(letter, source.key or b"", source.timestamp_ms, inside is not None))
        elif inside is not None:
            outgoing.append(Outgoing(letter, *inside, readable=True))
        else:
            timeless += 1
    return Plan(outgoing, timeless)


def _inside(letter: DeadLetter, registry: Registry) -> tuple[bytes, int] | None:
    """Return the key and time that the decoded value gives, None when it does not decode."""
    try:
        _, record = decode_value(letter.value, registry)
    except (WireError, UnknownSchemaError):
        return None
    key_field, at_ms = topics()[letter.topic].key, getattr(record, "source_ms", -1)
    return (str(getattr(record, key_field, "")).encode(), at_ms) if at_ms >= 0 else None
