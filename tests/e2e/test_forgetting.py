"""After an erasure and a sweep nothing that stays tells the person: Redis, topics, a savepoint, answers."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from groundswell.kafka_read import KafkaRecord, read_topic
from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import stop_with_savepoint, submit
from schemas.codec import decode_value, encode_record
from schemas.erasure_subject import subject_of
from schemas.records import ContentChanged, EngagementRecorded, ErasureCarriedOut
from schemas.registry import FileRegistry
from schemas.topics import topics
from tests.support.browser import running_server
from tests.support.cli_talk import told
from tests.support.redis_dump import redis_dump
from tests.support.stack_talk import eventually

EVENTS = 40_000
END, END_MS = "2026-03-01T00:00Z", 1_772_323_200_000
_TIMEOUT_S = 1200
_DEADLINE_MS = 28 * 86_400_000
_told = partial(told, timeout_s=_TIMEOUT_S)


def _all_topics(stack: Stack) -> list[str]:
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    return [name for name in admin.list_topics(timeout=10).topics if not name.startswith("__")]


def _left(stack: Stack, topic: str) -> Iterator[KafkaRecord]:
    """Yield the records of a topic that stay: of a compacted one the last of each key, without tombstones."""
    if "compact" not in topics()[topic].cleanup:
        yield from read_topic(stack.kafka_bootstrap, topic)
        return
    last = {(one.partition, one.key): one for one in read_topic(stack.kafka_bootstrap, topic)}
    yield from (one for one in last.values() if one.value is not None)


def _names(word: bytes, record: KafkaRecord) -> bool:
    return any(word in (raw or b"") for raw in (record.key, record.value, *(v for _, v in record.headers)))


def _in_redis(word: str, url: str) -> list[str]:
    return [
        key for key, value in redis_dump(url).items() if word in key or word.encode() in repr(value).encode()
    ]


def _in_files(word: bytes, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def _audits(stack: Stack) -> list[ErasureCarriedOut]:
    found = [
        decode_value(record.value or b"", FileRegistry())[1]
        for record in read_topic(stack.kafka_bootstrap, "erasure.audit")
    ]
    return [one for one in found if isinstance(one, ErasureCarriedOut)]


def _two_people(stack: Stack) -> tuple[str, str]:
    """Return two people with many examples who are nobody's author: one to forget, one to compare with."""
    counts: dict[str, int] = {}
    for record in read_topic(stack.kafka_bootstrap, "interest.examples"):
        user = (record.key or b"").decode().split("|")[0]
        counts[user] = counts.get(user, 0) + 1
    authors = _authors(stack)
    first, second, *_ = sorted(counts.keys() - authors, key=lambda user: (-counts[user], user))
    return first, second


def _authors(stack: Stack) -> set[str]:
    """Return who wrote something, or was acted upon: what is said of authors is not about what they did."""
    found: set[str] = set()
    for topic in ("engagement", "content"):
        for record in read_topic(stack.kafka_bootstrap, topic):
            _, value = decode_value(record.value or b"", FileRegistry())
            if isinstance(value, EngagementRecorded):
                found |= {value.author_id, value.item_id}
            elif isinstance(value, ContentChanged):
                found.add(value.actor_id)
    return found


@pytest.mark.timeout(_TIMEOUT_S)
def test_nothing_that_stays_names_who_was_forgotten(tmp_path: Path) -> None:
    """The id of another person is found by the same search in each place, so the search can fail."""
    key_file = tmp_path / "audit.key"
    key_file.write_bytes(os.urandom(32).hex().encode())
    with local.running(tmp_path / "stack", fresh=True) as stack:
        simulate = ("produce", "simulate", "--no-plants", "--users", "3000", "--hours", "6")
        kafka = ("--bootstrap", stack.kafka_bootstrap)
        _told(
            *simulate, "--events", str(EVENTS), "--end", END, *kafka, "--truth", str(tmp_path / "truth.json")
        )
        submit(
            stack,
            "flink_jobs.interests",
            [
                f"--kafka-bootstrap={stack.kafka_bootstrap}",
                f"--redis-url={stack.redis_url}",
                f"--execution-mode={stack.plan.execution_mode}",
                "--parallelism=1",
                f"--audit-key-file={key_file}",
                "--idle-timeout-ms=0",
                "--out-of-order-ms=60000",
            ],
            "interests",
        )
        eventually(
            lambda: sum(1 for _ in read_topic(stack.kafka_bootstrap, "interest.examples")) > EVENTS / 20,
            "labels",
            _TIMEOUT_S,
        )
        gone, kept = _two_people(stack)
        eventually(lambda: _in_redis(gone, stack.redis_url), "interests in Redis", _TIMEOUT_S)
        _told("forget", gone, "--at-ms", str(END_MS - 60_000), *kafka)
        assert _told("sweep", "--audit-key-file", str(key_file), *kafka)["removed"] == {}
        # Later events of others move event time past the request.
        _later(stack, kept)
        eventually(
            lambda: any(one.place == "state.interests" for one in _audits(stack)), "an audit", _TIMEOUT_S
        )
        swept = _told("sweep", "--audit-key-file", str(key_file), *kafka)
        again = _told("sweep", "--audit-key-file", str(key_file), *kafka)
        assert again == {"removed": {}, "waiting": 0, "done_before": 1}
        savepoint = stop_with_savepoint(stack, "interests")

        audits = {one.place: one for one in _audits(stack)}
        ((event_id, removed),) = dict(swept["removed"]).items()  # type: ignore[call-overload]
        assert removed == audits["topic.interest.examples"].removed > 0
        assert audits["state.interests"].removed == audits["redis.interests"].removed == 1
        subject = subject_of(event_id, gone, key_file.read_bytes())
        assert {(one.subject, one.keyed) for one in audits.values()} == {(subject, True)}

        _nothing_names(stack, gone, kept, savepoint)


def _nothing_names(stack: Stack, gone: str, kept: str, savepoint: Path) -> None:
    """Search everything that stays for two ids."""
    assert _in_redis(gone, stack.redis_url) == []
    assert _in_redis(kept, stack.redis_url) != []
    assert _in_files(gone.encode(), savepoint) == []
    assert _in_files(kept.encode(), savepoint) != []
    named = {
        who: {
            topic
            for topic in _all_topics(stack)
            if any(_names(who.encode(), record) for record in _left(stack, topic))
        }
        for who in (gone, kept)
    }
    assert "interest.examples" in named[kept]
    # What is left are logs of what happened and the request; they go by their retention.
    assert named[gone] <= {"engagement", "content", "erasure", "engagement.dlq"}
    for topic in named[gone]:
        assert topics()[topic].cleanup == "delete"
        assert topics()[topic].retention_ms <= _DEADLINE_MS
    with running_server(stack.redis_url) as address:
        answer = httpx.get(f"{address}/v1/users/{gone}/interests")
        assert answer.status_code == 404
        assert httpx.get(f"{address}/v1/users/{kept}/interests").status_code == 200
        ranked = httpx.post(f"{address}/v1/rank", json={"user": gone, "candidates": [{"id": "p1"}]})
        assert ranked.json()["known"] is False


def _later(stack: Stack, user: str) -> None:
    """Send one harmless event of somebody else to every partition, two hours later."""
    producer = Producer({"bootstrap.servers": stack.kafka_bootstrap})
    for hours in (1, 2):
        at_ms = END_MS + hours * 3_600_000
        for partition in range(topics()["engagement"].partitions):
            event = EngagementRecorded(
                event_id=f"later-{hours}-{partition}",
                source_ms=at_ms,
                actor_id=user,
                action="impression",
                item_id=f"later-{partition}",
            )
            value = encode_record(event, FileRegistry())
            producer.produce(
                "engagement", key=user.encode(), value=value, partition=partition, timestamp=at_ms
            )
    assert producer.flush(30) == 0
