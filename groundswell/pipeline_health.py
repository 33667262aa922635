"""How the pipeline is: lag, dead letters, checkpoints, freshness and the model's quality, in one record.

Only this process asks Kafka and Flink. What it finds goes to one Redis key that lives for a minute. So the
server, which has neither a Kafka client nor Flink, shows it by one read, and says so when nobody collects.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import redis

from groundswell.dead_letters import dead_letter_topics, letter_of
from groundswell.kafka_read import KafkaReadError, read_from
from groundswell.stack.flink_rest import FlinkRest
from schemas.kafka_access import client_settings
from schemas.served import PREFIX, ServedError, as_of_key, decode_as_of
from schemas.served_health import (
    HEALTH_KEY,
    HEALTH_TTL_MS,
    MOST_JOBS,
    MOST_REASONS,
    DeadLetters,
    GroupLag,
    HealthRecord,
    JobHealth,
    Quality,
    QualityPoint,
    encode_health,
)
from schemas.served_interests import QualityRecord, decode, head_key, quality_key
from schemas.topics import DLQ_SUFFIX, topics
from serving.errors import StoreContentError, StoreUnavailableError
from serving.redis_read import open_client, read

if TYPE_CHECKING:
    from confluent_kafka import Consumer

JOBS: Final = ("trending", "interests", "content", "feed")
_TIMEOUT_S = 5.0
_MOST_SHARDS = 128
_MOST_POINTS = 96
T = TypeVar("T")


class Collector:
    """Collects again and again; each dead letter is read once.

    Args:
        bootstrap: Of Kafka.
        redis_url: Where the record goes.
        flink_url: Flink's REST interface; empty = jobs are left out.
    """

    def __init__(self, bootstrap: str, redis_url: str, flink_url: str = "") -> None:
        self._bootstrap = bootstrap
        self._flink_url = flink_url
        self._redis = open_client(redis_url, _TIMEOUT_S)
        self._next: dict[str, dict[int, int]] = {}
        self._letters: Counter[tuple[str, str, str]] = Counter()
        self._problems: list[str] = []

    def collect(self) -> HealthRecord:
        """Ask everybody once and write the record. What could not be asked is named in it.

        Raises:
            StoreUnavailableError: Redis does not answer.
            StoreContentError: Redis holds what this build cannot read.
        """
        self._problems = []
        lags = self._told("Kafka", lambda: list(lags_of(self._bootstrap)))
        letters = self._told("dead letters", self._dead_letters)
        jobs = self._told("Flink", lambda: list(jobs_of(self._flink_url))) if self._flink_url else []
        trends_ms, interests_ms, quality = _from_redis(self._redis)
        found = HealthRecord(
            at_ms=time.time_ns() // 1_000_000,
            trends_ms=trends_ms,
            interests_ms=interests_ms,
            lags=tuple(lags),
            dead_letters=tuple(letters),
            jobs=tuple(jobs[:MOST_JOBS]),
            quality=quality,
            problems=tuple(self._problems),
        )
        _write(self._redis, encode_health(found))
        return found

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _told(self, whom: str, ask: Callable[[], list[T]]) -> list[T]:
        try:
            return ask()
        except (KafkaReadError, OSError, ValueError, LookupError, TypeError) as error:
            self._problems.append(f"{whom}: {str(error)[:200]}")
            return []

    def _dead_letters(self) -> list[DeadLetters]:
        for topic in dead_letter_topics():
            seen = self._next.setdefault(topic, {})
            for record in read_from(self._bootstrap, topic + DLQ_SUFFIX, seen):
                letter = letter_of(record)
                self._letters[topic, letter.error, letter.job] += 1
                seen[record.partition] = record.offset + 1
        return [
            DeadLetters(topic=topic, reason=reason, job=job, records=count)
            for (topic, reason, job), count in self._letters.most_common(MOST_REASONS)
        ]


def _write(client: redis.Redis, raw: bytes) -> None:
    try:
        client.set(HEALTH_KEY, raw, px=HEALTH_TTL_MS)
    except redis.RedisError as error:
        raise StoreUnavailableError(f"Redis did not take {HEALTH_KEY}: {error}") from error


def lags_of(bootstrap: str) -> Iterator[GroupLag]:
    """Yield how far each job's group is behind each of its topics; groups that never committed are left out.

    Flink commits when a checkpoint is complete, so what came since the last one counts as lag.

    Raises:
        KafkaReadError: Kafka does not answer.
    """
    from confluent_kafka import Consumer, KafkaException  # noqa: PLC0415 - loading costs 40 ms

    settings = client_settings(bootstrap)
    for job in JOBS:
        consumer = Consumer({**settings, "group.id": f"groundswell-{job}", "log_level": 0})
        try:
            for spec in topics().values():
                if f"flink_jobs.{job}" in spec.readers:
                    lag = _lag(consumer, spec.name)
                    if lag is not None:
                        yield GroupLag(job=job, topic=spec.name, records=lag)
        except KafkaException as error:
            raise KafkaReadError(f"{bootstrap} does not answer: {error}") from error
        finally:
            consumer.close()


def _lag(consumer: "Consumer", topic: str) -> int | None:
    from confluent_kafka import TopicPartition  # noqa: PLC0415

    known = consumer.list_topics(topic, timeout=_TIMEOUT_S).topics[topic]
    if known.error is not None:
        return None
    committed = consumer.committed(
        [TopicPartition(topic, partition) for partition in known.partitions], timeout=_TIMEOUT_S
    )
    if all(one.offset < 0 for one in committed):
        return None
    lag = 0
    for one in committed:
        low, high = consumer.get_watermark_offsets(one, timeout=_TIMEOUT_S)
        lag += max(high - max(one.offset, low), 0)
    return lag


def jobs_of(url: str) -> Iterator[JobHealth]:
    """Yield what Flink says of its newest job of each name.

    Raises:
        OSError: It does not answer.
    """
    rest = FlinkRest(url)
    for job_id, name, state in rest.newest_jobs():
        found = rest.checkpoints(job_id)
        done = (found.get("latest") or {}).get("completed") or {}
        ended_ms = done.get("latest_ack_timestamp")
        yield JobHealth(
            name=name,
            state=state,
            checkpoint_ms=int(ended_ms) if ended_ms else None,
            checkpoint_took_ms=int(done.get("end_to_end_duration", 0)),
            checkpoint_bytes=int(done.get("state_size", 0)),
            failed_checkpoints=int(found["counts"]["failed"]),
            restarts=int(found["counts"]["restored"]),
        )


def _from_redis(client: redis.Redis) -> tuple[int | None, int | None, Quality]:
    """Return how far trends and interests have come, and the quality of the model. One round trip."""
    shards = range(_MOST_SHARDS)
    as_of, *found = read(
        client,
        PREFIX,
        ("HGET", as_of_key("global"), "d"),
        *(("HGET", head_key(shard), "_v") for shard in shards),
        *(("HGET", quality_key(shard), "d") for shard in shards),
    )
    heads = [int(raw) for raw in found[:_MOST_SHARDS] if raw]
    try:
        trends_ms = decode_as_of(as_of).as_of_ms if as_of else None
        records = [decode(QualityRecord, raw) for raw in found[_MOST_SHARDS:] if raw]
    except ServedError as error:
        raise StoreContentError(f"Redis holds {error}") from error
    return trends_ms, max(heads, default=None), quality_of(records)


def quality_of(records: Sequence[QualityRecord]) -> Quality:
    """Return the quality of all shards together; all blocks have equally many labels."""
    newest = [record.points[-1] for record in records if record.points]
    if not newest:
        return Quality()
    points = sorted(point for record in records for point in record.points)
    return Quality(
        as_of_ms=max(at_ms for at_ms, _, _ in newest),
        labels=sum(record.labels for record in records),
        log_loss=sum(loss for _, loss, _ in newest) / len(newest),
        calibration=sum(ratio for _, _, ratio in newest) / len(newest),
        alarms=sum(record.alarms for record in records),
        points=tuple(
            QualityPoint(at_ms=at_ms, log_loss=loss, calibration=ratio)
            for at_ms, loss, ratio in points[-_MOST_POINTS:]
        ),
    )
