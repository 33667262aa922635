"""Bounded reading and dead letters against a real broker."""

import base64
import json
import time
import uuid
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from support.contract_cases import good_examples
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.kafka_read import KafkaReadError, KafkaRecord, read_offsets, read_topic
from schemas.codec import encode_record
from schemas.registry import FileRegistry

runner = CliRunner()
SOURCE, LETTERS = "moderation", "moderation.dlq"  # no other test uses them


@pytest.fixture
def topic(broker: str) -> Iterator[str]:
    """A topic of two partitions, removed afterwards."""
    admin = AdminClient({"bootstrap.servers": broker})
    name = f"test-{uuid.uuid4().hex}"
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
    deadline_s = time.monotonic() + 30  # the broker learns of it a moment after the controller
    while admin.list_topics(name, timeout=10).topics[name].error is not None:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    yield name
    admin.delete_topics([name])[name].result(30)


def produce(broker: str, name: str, values: list[str], partition: int = 0, *, outcome: str = "") -> None:
    """Write values; with an outcome in a transaction that is committed or aborted."""
    settings: dict[str, object] = {"bootstrap.servers": broker, "log_level": 0}
    if outcome:
        settings["transactional.id"] = uuid.uuid4().hex
    producer = Producer(settings)
    if outcome:
        producer.init_transactions(30)
        producer.begin_transaction()
    for value in values:
        producer.produce(name, value, f"k{value}", partition, timestamp=1_000, headers=[("h", value)])
    assert producer.flush(30) == 0
    if outcome == "commit":
        producer.commit_transaction(30)
    elif outcome:
        producer.abort_transaction(30)


def read(broker: str, name: str) -> list[tuple[int, bytes | None]]:
    """Partition and value of all that is read."""
    return sorted((each.partition, each.value) for each in read_topic(broker, name))


def test_a_topic_is_read_whole_and_committed_only(broker: str, topic: str) -> None:
    """Aborted records and the marks of transactions are no records, also at the end of a partition."""
    produce(broker, topic, ["a", "b"])
    produce(broker, topic, ["c"], outcome="commit")
    produce(broker, topic, ["d", "e"], outcome="abort")
    produce(broker, topic, ["f"], 1, outcome="abort")
    assert read(broker, topic) == [(0, b"a"), (0, b"b"), (0, b"c")]
    first = next(read_topic(broker, topic))
    assert first == KafkaRecord(topic, 0, 0, 1_000, b"ka", b"a", (("h", b"a"),))


def test_an_empty_topic_is_read_at_once(broker: str, topic: str) -> None:
    """Nothing to read is an answer."""
    assert read(broker, topic) == []


def test_a_missing_topic_and_a_missing_broker_are_told(broker: str) -> None:
    """Neither looks like an empty topic, and no topic is made by asking."""
    for _ in range(2):
        with pytest.raises(KafkaReadError, match="has no topic 'test-nobody'"):
            list(read_topic(broker, "test-nobody"))
    with pytest.raises(KafkaReadError, match=r"no Kafka broker answers at 127\.0\.0\.1:1 within 1 s"):
        list(read_topic("127.0.0.1:1", "t", silence_s=1.0))


def test_single_offsets_are_found_again(broker: str, topic: str) -> None:
    """Far apart or close, in several partitions; what was deleted or never was is left out."""
    produce(broker, topic, [str(n) for n in range(25_000)])
    produce(broker, topic, ["x", "y", "z"], 1)
    admin = AdminClient({"bootstrap.servers": broker})
    deleted = admin.delete_records([TopicPartition(topic, 0, 10)])
    for done in deleted.values():
        done.result(30)
    wanted = {0: {3, 12, 13, 24_999, 24_500, 70_000}, 1: {1}, 5: {0}}
    found = read_offsets(broker, topic, wanted)
    assert sorted((each.partition, each.offset, each.value) for each in found) == [
        (0, 12, b"12"),
        (0, 13, b"13"),
        (0, 24_500, b"24500"),
        (0, 24_999, b"24999"),
        (1, 1, b"y"),
    ]


def run(broker: str, *arguments: str) -> tuple[int, object]:
    """Exit code and JSON value of a dlq command for the topic of these tests."""
    if not app.registered_commands:
        load_verbs(app)
    options = ["--topic", SOURCE, "--json", "--bootstrap", broker]
    done = runner.invoke(app, ["dlq", *arguments, *options])
    assert done.stdout, done.output
    return done.exit_code, json.loads(done.stdout)


def bury(broker: str, record: KafkaRecord, error: str) -> None:
    """Write a dead letter as the job does."""
    headers = {
        "error.class": error,
        "error.message": f"{error} for a test",
        "source.topic": record.topic,
        "source.partition": str(record.partition),
        "source.offset": str(record.offset),
        "schema.id": "1",
    }
    producer = Producer({"bootstrap.servers": broker, "log_level": 0})
    key = f"{record.partition}:{record.offset}"
    producer.produce(LETTERS, record.value, key, headers=list(headers.items()))
    assert producer.flush(30) == 0


def test_dead_letters_are_listed_counted_and_sent_back(broker: str) -> None:
    """The way of an operator: look, count, ask what would happen, send; bytes, key and time are the same."""
    event = next(each for each in good_examples() if each.event == "moderation").record()
    good = encode_record(event, FileRegistry())
    producer = Producer({"bootstrap.servers": broker, "log_level": 0})
    for value, key in ((good, b"first"), (b"\x00damaged", None)):
        producer.produce(SOURCE, value, key, timestamp=1_700_000_000_000)
    assert producer.flush(30) == 0
    sources = list(read_topic(broker, SOURCE))
    assert len(sources) == 2
    for record, error in zip(sources, ("late", "undecodable"), strict=True):
        bury(broker, record, error)
        bury(broker, record, error)  # a restarted job writes it again

    code, counted = run(broker, "count")
    assert (code, counted) == (
        0,
        {
            "total": 2,
            "repeats": 2,
            "by_class": {"late": 1, "undecodable": 1},
            "reasons": [
                {"class": "late", "message": "late for a test", "count": 1},
                {"class": "undecodable", "message": "undecodable for a test", "count": 1},
            ],
        },
    )
    _, listed = run(broker, "list", "--reason", "late")
    assert isinstance(listed, list)
    assert [base64.b64decode(each["value"]) for each in listed] == [good]

    expected = {"letters": 2, "to_send": 2, "still_unreadable": 1, "time_unknown": 0, "acknowledged": 0}
    assert run(broker, "replay") == (1, expected)
    assert len(list(read_topic(broker, SOURCE))) == 2
    assert run(broker, "replay", "--yes") == (0, {**expected, "acknowledged": 2})
    back = list(read_topic(broker, SOURCE))[2:]
    assert {(each.value, each.key or b"", each.timestamp_ms) for each in back} == {
        (good, b"first", 1_700_000_000_000),
        (b"\x00damaged", b"", 1_700_000_000_000),
    }
