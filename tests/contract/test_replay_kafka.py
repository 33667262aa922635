"""A replayed file and a followed stream against a real broker."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.codec import decode_value
from schemas.records import ContentChanged
from schemas.registry import FileRegistry
from tests.support.live_servers import SseServer
from tests.support.shared_data import shared_data

TOPIC = "content"
REGISTRY = FileRegistry()


@pytest.fixture
def consumer(broker: str) -> Iterator[Consumer]:
    """Reads what a test points it at."""
    settings = {"bootstrap.servers": broker, "group.id": uuid.uuid4().hex}
    client = Consumer({**settings, "enable.auto.commit": False})
    yield client
    client.close()


def ends(consumer: Consumer, until_s: float | None = None) -> dict[int, int]:
    """End offset of every partition of the topic; one that was just made has no leader at once."""
    until_s = until_s or time.monotonic() + 30
    partitions = consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions
    try:
        return {
            p: consumer.get_watermark_offsets(TopicPartition(TOPIC, p), timeout=10)[1] for p in partitions
        }
    except KafkaException:
        if time.monotonic() > until_s:
            raise
    time.sleep(0.2)
    return ends(consumer, until_s)


def read_since(consumer: Consumer, start: dict[int, int]) -> list[ContentChanged]:
    """Records written since; record timestamps are event times and keys are actors, or the test fails."""
    stop = ends(consumer)
    consumer.assign([TopicPartition(TOPIC, p, offset) for p, offset in start.items()])
    out: list[ContentChanged] = []
    until_s = time.monotonic() + 60
    while len(out) < sum(stop.values()) - sum(start.values()):
        assert time.monotonic() < until_s, f"only {len(out)} records came"
        for message in consumer.consume(10_000, timeout=0.5):
            assert message.error() is None
            _, record = decode_value(message.value() or b"", REGISTRY)
            assert isinstance(record, ContentChanged)
            assert message.timestamp()[1] == record.source_ms
            assert message.key() == record.actor_id.encode()
            out.append(record)
    return out


def produce(broker: str, *options: str) -> dict[str, object]:
    """Run `groundswell produce` as a user types it; return its summary."""
    command = [sys.executable, "-m", "groundswell.cli", "produce", *options]
    command += ["--bootstrap", broker, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(summary, dict)
    return summary


def test_every_edit_of_a_replayed_day_arrives_once(broker: str, consumer: Consumer) -> None:
    """39,244 edits in the file, as many acknowledged, as many in Kafka, each id once."""
    before = ends(consumer)
    summary = produce(broker, "replay", str(shared_data("topics/wikiticker_2015-09-12.jsonl.gz")))
    assert summary["produced"] == summary["acknowledged"] == summary["events"] == summary["rows"] == 39_244
    records = read_since(consumer, before)
    assert len(records) == len({record.event_id for record in records}) == 39_244


def test_two_runs_of_a_cut_stream_leave_every_edit_in_kafka(
    broker: str, consumer: Consumer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Disconnects within a run and a stop between runs: no edit is missing, a repeated one has its old id."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    run = uuid.uuid4().hex
    edits = [
        {
            "meta": {"id": f"{run}-{i}", "dt": "2026-01-31T12:00:00Z", "domain": "en.wikipedia.org"},
            "type": "edit",
            "title": f"Page {i}",
            "user": f"User {i}",
            "bot": False,
            "wiki": "enwiki",
            "server_name": "en.wikipedia.org",
            "revision": {"new": i},
        }
        for i in range(100)
    ]
    server = SseServer([(i, json.dumps(edit)) for i, edit in enumerate(edits)], plan=[20, 25, None])
    before = ends(consumer)
    with server.running() as url:
        for limit in ("60", "41"):
            options = ["--url", url, "--state", str(tmp_path / "cursor.json"), "--limit", limit]
            summary = produce(broker, "wikimedia", *options)
            assert summary["acknowledged"] == int(limit)
    found = [record.event_id for record in read_since(consumer, before)]
    assert sorted(set(found)) == sorted(f"{run}-{i}" for i in range(100))
    assert len(found) == 101
