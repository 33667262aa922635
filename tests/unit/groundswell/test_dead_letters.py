"""Dead letters: read, counted once, and made ready to go back."""

from collections.abc import Iterable

from support.contract_cases import good_examples

from groundswell.dead_letters import DeadLetter, LetterBox, dead_letter_topics, letter_of
from groundswell.dead_replay import plan
from groundswell.kafka_read import KafkaRecord
from schemas.codec import encode_record
from schemas.records import EngagementRecorded
from schemas.registry import FileRegistry

REGISTRY = FileRegistry()


def good() -> EngagementRecorded:
    """An event that decodes."""
    record = next(each for each in good_examples() if each.event == "engagement").record()
    assert isinstance(record, EngagementRecorded)
    return record


def buried(offset: int, error: str = "late", message: str = "too late", at: int = 0) -> KafkaRecord:
    """A record of engagement.dlq as the job writes it."""
    headers = {
        "error.class": error,
        "error.message": message,
        "source.topic": "engagement",
        "source.partition": "2",
        "source.offset": str(offset),
        "schema.id": "1",
    }
    pairs = tuple((name, text.encode()) for name, text in headers.items())
    return KafkaRecord("engagement.dlq", 0, at, 5, f"2:{offset}".encode(), b"\x00raw", pairs)


def letter(value: bytes, offset: int = 7) -> DeadLetter:
    """A letter of partition 2."""
    return DeadLetter("engagement", 2, offset, "invalid", "why", "1", value)


def kept(value: bytes, *, offset: int = 7, at_ms: int = 123, key: bytes | None = b"u1") -> KafkaRecord:
    """The record where it came from."""
    return KafkaRecord("engagement", 2, offset, at_ms, key, value, ())


def sorted_box(records: Iterable[KafkaRecord], reason: str = "") -> tuple[LetterBox, list[DeadLetter]]:
    """A box after it sorted records, and what it passed on."""
    box = LetterBox(reason)
    return box, list(box.sort(records))


def test_a_letter_says_where_it_came_from_and_why() -> None:
    """All headers of the job are read."""
    assert letter_of(buried(41, "invalid", "lang: 'x y'")) == DeadLetter(
        "engagement", 2, 41, "invalid", "lang: 'x y'", "1", b"\x00raw"
    )


def test_a_letter_counts_once_however_often_it_was_written() -> None:
    """A restarted job writes some letters again: the source record is what counts."""
    box, letters = sorted_box([buried(1), buried(2, at=1), buried(1, at=2)])
    assert [each.offset for each in letters] == [1, 2]
    assert (box.total, box.repeats) == (2, 1)


def test_letters_are_counted_by_kind_and_reason() -> None:
    """Both views come from one pass."""
    box, _ = sorted_box([buried(1), buried(2), buried(3, "invalid", "a"), buried(4, "invalid", "b")])
    assert box.by_error == {"late": 2, "invalid": 2}
    assert box.by_reason[("invalid", "a")] == 1


def test_only_letters_of_the_wanted_kind_pass() -> None:
    """What is filtered out is not counted either."""
    box, letters = sorted_box([buried(1), buried(2, "invalid", "a")], "invalid")
    assert [each.offset for each in letters] == [2]
    assert box.total == 1


def test_a_stranger_in_the_topic_counts_as_one_of_its_own() -> None:
    """Records without our headers neither hide each other nor real letters, nor are they looked up."""
    strangers = [KafkaRecord("engagement.dlq", 0, at, 5, None, None, ()) for at in (1, 2)]
    odd = KafkaRecord("engagement.dlq", 0, 3, 5, None, b"", (("source.offset", b"-1"), ("error.class", None)))
    box, letters = sorted_box([*strangers, odd, buried(1, at=4)])
    assert box.total == 4
    assert all(each.partition < 0 for each in letters[:3])
    assert letters[0].error == "?"


def test_the_topics_of_dead_letters_are_known() -> None:
    """They follow from topics.toml."""
    assert set(dead_letter_topics()) >= {"engagement", "content"}


def test_a_letter_goes_back_with_the_key_and_time_of_its_source() -> None:
    """Whether it decodes or not: the source knows best."""
    raw = encode_record(good(), REGISTRY)
    made = plan(
        [letter(b"\x00bad", 9), letter(raw)],
        {letter(raw).source: kept(raw), letter(b"", 9).source: kept(b"\x00bad", offset=9, key=None)},
        REGISTRY,
    )
    (batch,) = made.batches()
    assert batch.topic == "engagement"
    assert (batch.keys, batch.values, batch.timestamps_ms) == ([b"u1", b""], [raw, b"\x00bad"], [123, 123])
    assert (made.unreadable, made.timeless) == (1, 0)


def test_without_its_source_the_value_gives_key_and_time() -> None:
    """Kafka forgets; the event itself still says who and when."""
    event = good()
    (batch,) = plan([letter(encode_record(event, REGISTRY))], {}, REGISTRY).batches()
    assert (batch.keys, batch.timestamps_ms) == ([event.actor_id.encode()], [event.source_ms])


def test_a_source_that_holds_something_else_now_is_not_believed() -> None:
    """A topic that was made anew uses the same offsets for other records."""
    event = good()
    raw = encode_record(event, REGISTRY)
    (batch,) = plan([letter(raw)], {letter(raw).source: kept(b"other", at_ms=1)}, REGISTRY).batches()
    assert batch.timestamps_ms == [event.source_ms]


def test_a_time_is_never_guessed() -> None:
    """A damaged letter whose source is gone stays where it is, and is counted."""
    made = plan([letter(b"\x00bad"), letter(b"\x00\x00\x00\x03\xe7zz", 8)], {}, REGISTRY)
    assert (len(made.outgoing), made.timeless) == (0, 2)
    assert list(made.batches()) == []


def test_large_replays_go_in_batches_in_the_order_of_their_sources() -> None:
    """Order within a partition is kept; no batch grows without bound."""
    raw = encode_record(good(), REGISTRY)
    letters = [letter(raw, offset) for offset in range(5_003)]
    made = plan(
        letters[::-1],
        {each.source: kept(raw, offset=each.offset, at_ms=each.offset) for each in letters},
        REGISTRY,
    )
    batches = list(made.batches())
    assert [len(batch) for batch in batches] == [5_000, 3]
    assert [at for batch in batches for at in batch.timestamps_ms] == list(range(5_003))
