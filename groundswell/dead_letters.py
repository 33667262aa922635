"""Dead letters: records that a job could not count, with where they came from and why."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from groundswell.kafka_read import KafkaRecord
from schemas.topics import DLQ_SUFFIX, topics

Source = tuple[str, int, int]
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that was refused.

    Attributes:
        topic: Where it came from.
        partition: Partition there.
        offset: Offset there.
        error: Kind of reason: unreadable, undecodable, invalid, late.
        message: The reason.
        schema_id: Id in its wire header; "" when it has none.
        value: The original bytes.
        job: Who refused it; "" when it does not say.
    """

    topic: str
    partition: int
    offset: int
    error: str
    message: str
    schema_id: str
    value: bytes
    job: str = ""

    @property
    def source(self) -> Source:
        """What makes it one and the same letter, however often it was written."""
        return self.topic, self.partition, self.offset


def dead_letter_topics() -> tuple[str, ...]:
    """Return the topics that have a topic of dead letters."""
    return tuple(name.removesuffix(DLQ_SUFFIX) for name in topics() if name.endswith(DLQ_SUFFIX))


def letter_of(record: KafkaRecord) -> DeadLetter:
    """Read a record of a dead-letter topic. Headers that are missing read as "?".

    A record that does not say where it came from counts as one of its own, named by its own place with a
    negative partition, so that it neither hides another one nor is looked for in the source.
    """
    headers = {name: (raw or b"").decode(errors="replace") for name, raw in record.headers}
    partition, offset = headers.get("source.partition", ""), headers.get("source.offset", "")
    known = partition.isdecimal() and offset.isdecimal()
    return DeadLetter(
        topic=record.topic.removesuffix(DLQ_SUFFIX),  # what the header says too
        partition=int(partition) if known else -1 - record.partition,
        offset=int(offset) if known else record.offset,
        error=headers.get("error.class", _UNKNOWN),
        message=headers.get("error.message", _UNKNOWN),
        schema_id=headers.get("schema.id", ""),
        value=record.value or b"",
        job=headers.get("job", ""),
    )


@dataclass(slots=True)
class LetterBox:
    """Passes each letter on once and counts.

    Attributes:
        reason: Letters of another kind are not passed on; "" = all kinds.
        repeats: Records that were the same letter again: a restart wrote it a second time, or another job
            that reads the topic refused it too.
        by_error: Letters by kind.
        by_reason: Letters by (kind, message).
    """

    reason: str = ""
    repeats: int = 0
    by_error: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seen: set[Source] = field(default_factory=set)

    def sort(self, records: Iterable[KafkaRecord]) -> Iterator[DeadLetter]:
        """Yield the letters of records, each once."""
        for record in records:
            letter = letter_of(record)
            if self.reason not in ("", letter.error):
                continue
            if letter.source in self._seen:
                self.repeats += 1
                continue
            self._seen.add(letter.source)
            self.by_error[letter.error] += 1
            self.by_reason[letter.error, letter.message] += 1
            yield letter

    @property
    def total(self) -> int:
        """Letters passed on."""
        return len(self._seen)
