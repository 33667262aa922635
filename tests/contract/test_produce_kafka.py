"""The sink and the simulator against a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from producers.batch import EncodedBatch
from producers.errors import SinkError
from producers.sink import MAX_AHEAD_MS, open_kafka
from producers.sources.simulate.reference import refusal
from producers.sources.simulate.simulation import KAFKA_TOPICS

Positions = dict[tuple[str, int], int]


@pytest.fixture
def topic(broker: str) -> Iterator[str]:
    """A topic of two partitions that refuses events from the future, removed afterwards."""
    admin = AdminClient({"bootstrap.servers": broker})
    name = f"test-{uuid.uuid4().hex}"
    settings = {"message.timestamp.after.max.ms": str(MAX_AHEAD_MS), "message.timestamp.type": "CreateTime"}
    admin.create_topics([NewTopic(name, 2, 1, config=settings)])[name].result(30)
    yield name
    admin.delete_topics([name])[name].result(30)


@pytest.fixture
def consumer(broker: str) -> Iterator[Consumer]:
    """Reads what a test points it at."""
    client = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": uuid.uuid4().hex,
            "enable.auto.commit": False,
            "enable.partition.eof": False,
        }
    )
    yield client
    client.close()


def ends(consumer: Consumer, names: tuple[str, ...]) -> Positions:
    """End offsets of all partitions."""
    found = {}
    for name in names:
        for number in consumer.list_topics(name, timeout=10).topics[name].partitions:
            found[name, number] = consumer.get_watermark_offsets(TopicPartition(name, number), timeout=10)[1]
    return found


def read_between(consumer: Consumer, start: Positions, stop: Positions) -> list[Message]:
    """Every record of the given ranges of offsets."""
    consumer.assign([TopicPartition(name, number, offset) for (name, number), offset in start.items()])
    need = sum(stop[place] - start[place] for place in start)
    out: list[Message] = []
    until = time.monotonic() + 60
    while len(out) < need and time.monotonic() < until:
        for record in consumer.consume(10_000, timeout=1.0):
            assert record.error() is None, record.error()
            if record.offset() < stop[record.topic(), record.partition()]:
                out.append(record)
    assert len(out) == need
    return out


def now_ms() -> int:
    """Wall clock."""
    return time.time_ns() // 1_000_000  # noqa: TID251  a real broker compares with it


def test_keys_values_and_event_times_arrive_unchanged(broker: str, topic: str, consumer: Consumer) -> None:
    """Record timestamp = event time, equal keys in one partition and in order."""
    at = now_ms() - 1_000_000
    keys = [b"user-%d" % (n % 7) for n in range(1_000)]
    batch = EncodedBatch(topic, keys, [b"value-%d" % n for n in range(1_000)], [at + n for n in range(1_000)])
    sink = open_kafka(broker, pytest.fail, topics=(topic,))
    sink.send(batch)
    delivery = sink.close()
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (1_000, 1_000, 0)
    records = read_between(consumer, {(topic, 0): 0, (topic, 1): 0}, ends(consumer, (topic,)))
    found = {r.value(): (r.key(), r.timestamp()[1]) for r in records}
    assert found == {b"value-%d" % n: (keys[n], at + n) for n in range(1_000)}
    places = {(r.key(), r.partition()) for r in records}
    assert len(places) == 7
    for key in set(keys):
        times = [r.timestamp()[1] for r in records if r.key() == key]
        assert times == sorted(times)


def test_what_the_broker_refuses_is_counted_with_its_reason(broker: str, topic: str) -> None:
    """With our own clock wrong the broker refuses the event, and we must not call it delivered."""
    warnings: list[str] = []
    sink = open_kafka(broker, warnings.append, topics=(topic,))
    sink.clock_ms = lambda: now_ms() + 10 * MAX_AHEAD_MS
    sink.send(EncodedBatch(topic, [b"k"], [b"v"], [now_ms() + 5 * MAX_AHEAD_MS]))
    delivery = sink.close(30)
    assert (delivery.produced, delivery.acknowledged, delivery.failed) == (1, 0, 1)
    assert delivery.reasons == {"INVALID_TIMESTAMP": 1}
    assert any("broker's clock is behind" in line for line in warnings)


def test_a_missing_topic_and_a_missing_broker_are_said_before_anything_is_sent(broker: str) -> None:
    """Both errors name what was looked for and what to do."""
    with pytest.raises(SinkError, match=r"has no topic no-such-topic"):
        open_kafka(broker, lambda _: None, topics=("no-such-topic",), connect_timeout_s=2.0)
    with pytest.raises(SinkError, match=r"no Kafka broker answers at 127\.0\.0\.1:1 .*groundswell up"):
        open_kafka("127.0.0.1:1", lambda _: None, topics=("any",), connect_timeout_s=1.0)


def simulate_command(broker: str, *options: str) -> list[str]:
    """The command as a user types it."""
    return [
        *(
            sys.executable,
            "-m",
            "groundswell.cli",
            "produce",
            "simulate",
            "--bootstrap",
            broker,
        ),
        *("--no-plants", "--users", "500", "--topics", "50", "--hours", "12", "--json", *options),
    ]


def test_a_simulation_arrives_whole_and_its_malformed_records_are_malformed(
    broker: str, consumer: Consumer, tmp_path: Path
) -> None:
    """Counts in Kafka, by topic, equal the truth file's."""
    truth = tmp_path / "truth.json"
    before = ends(consumer, KAFKA_TOPICS)
    command = simulate_command(broker, "--events", "20000", "--malformed", "0.01", "--truth", str(truth))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["produced"] == summary["acknowledged"] == 20_200
    records = read_between(consumer, before, ends(consumer, KAFKA_TOPICS))
    bad = Counter(r.topic() for r in records if refusal(r.value() or b"", r.topic(), r.timestamp()[1]))
    told: Counter[str] = Counter()
    for counts in json.loads(truth.read_text(encoding="utf-8"))["totals"]["malformed"].values():
        told.update(counts)
    assert bad == told
    assert len(records) - sum(bad.values()) == 20_000


def test_an_interrupt_flushes_and_the_summary_tells_what_arrived(broker: str, consumer: Consumer) -> None:
    """Interrupted in the middle of a paced run: exit code 0, acknowledged = what is in Kafka."""
    before = ends(consumer, KAFKA_TOPICS)
    command = simulate_command(broker, "--events", "20000", "--speed", "3600")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while ends(consumer, KAFKA_TOPICS) == before and time.monotonic() < until:
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    summary = json.loads(out.splitlines()[-1])
    after = ends(consumer, KAFKA_TOPICS)
    assert summary["interrupted"]
    assert 0 < summary["acknowledged"] == summary["produced"] < 20_000
    assert sum(after.values()) - sum(before.values()) == summary["acknowledged"]
