"""Settings that jobs have in common; each job's own class adds to them and says its defaults."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from schemas.registry import Registry, open_registry
from state.burst_config import DAY_MS, SECOND_MS

MAX_PARALLELISM = 128  # key groups, fixed for ever: it decides where keyed state lives
_MAX_BATCH_ROWS = 100_000
_MAX_WAIT_MS = 60_000

Check = tuple[bool, str]  # holds?, and what is said when it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """Settings of every job: where Kafka is and how to run.

    Attributes:
        kafka_bootstrap: host:port list of the brokers.
        kafka_properties_file: File with how to reach a broker that asks who is there, at the same path here
            and on every machine of the cluster; empty = plain text. What it may say: how-to "Secure".
        group_id: Consumer group; shows progress, positions live in checkpoints.
        topics: Kafka topics to read.
        registry_url: Confluent-compatible schema registry; empty = the released files. No password in here.
        registry_auth_file: File with user:password of the registry, on every machine; empty = none.
        bounded: Stop at the newest records of the start.
        parallelism: Subtasks of every step; 0 = the cluster's default.
        execution_mode: Where keyed steps run: thread (in the JVM process) or process.
        delivery: Guarantee of the topics that the job writes.
        transaction_prefix: Of Kafka transactions; unique per running job.
        batch_rows: Records that Python decodes at a time.
        bundle_ms: Longest wait for a batch to fill.
    """

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_properties_file: str = ""
    group_id: str
    topics: tuple[str, ...]
    registry_url: str = ""
    registry_auth_file: str = ""
    bounded: bool = False
    parallelism: int = 0
    execution_mode: Literal["thread", "process"] = "process"
    delivery: Literal["exactly-once", "at-least-once"] = "exactly-once"
    transaction_prefix: str
    batch_rows: int = 10_000
    bundle_ms: int = 100

    def registry(self) -> Registry:
        """Open the registry; for workers, once each. Raises ContractError."""
        return open_registry(self.registry_url or None, self.registry_auth_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedJobOptions(JobOptions):
    """Settings of a job that goes by event time and writes to Redis.

    Attributes:
        redis_url: Where answers are served from. No password in here: see redis_password_file.
        redis_password_file: File with the Redis password; empty = none.
        out_of_order_ms: How far behind the newest record time of its partition an event may come.
        idle_timeout_ms: A partition silent for this long no longer holds time back; 0 = it always does.
    """

    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_password_file: str = ""
    out_of_order_ms: int = 500
    idle_timeout_ms: int = 10_000


def job_checks(options: JobOptions) -> tuple[Check, ...]:
    """Return what must hold for every job."""
    return (
        (bool(options.kafka_bootstrap), "kafka_bootstrap is empty: expected host:port"),
        (bool(options.topics), "topics is empty: expected at least one Kafka topic"),
        (
            "@" not in options.registry_url,
            "registry_url holds a user or password: put it into a file and name it in registry_auth_file",
        ),
        (options.parallelism >= 0, "parallelism: expected 0 (the cluster's default) or more"),
        (1 <= options.batch_rows <= _MAX_BATCH_ROWS, "batch_rows: expected 1 to 100,000"),
        wait_check("bundle_ms", options.bundle_ms),
    )


def served_checks(options: ServedJobOptions) -> tuple[Check, ...]:
    """Return what must hold for every job that writes to Redis."""
    return (
        *job_checks(options),
        (
            options.redis_url.startswith(("redis://", "rediss://", "unix://")),
            f"redis_url {options.redis_url.split('://')[0]!r}: expected redis://, rediss:// or unix://",
        ),
        (
            "@" not in options.redis_url,
            "redis_url holds a user or password: put it into a file and name it in redis_password_file",
        ),
        (0 <= options.out_of_order_ms <= DAY_MS, "out_of_order_ms: expected 0 to one day"),
        (options.idle_timeout_ms >= 0, "idle_timeout_ms: expected 0 (never idle) or more"),
    )


def wait_check(name: str, wait_ms: int) -> Check:
    """Return that a wait between batches is neither none nor longer than a minute."""
    return 1 <= wait_ms <= _MAX_WAIT_MS, f"{name}: expected 1 to 60,000"


def pane_check(name: str, pane_ms: int) -> Check:
    """Return that panes of this length are whole seconds and start at midnight every day."""
    good = pane_ms > 0 and pane_ms % SECOND_MS == 0 and DAY_MS % pane_ms == 0
    return good, f"{name} = {pane_ms}: expected whole seconds that divide a day"


def shards_check(shards: int) -> Check:
    """Return that a number of shards can be spread over key groups."""
    return 1 <= shards <= MAX_PARALLELISM, f"shards = {shards}: expected 1 to {MAX_PARALLELISM}"


def refuse(checks: Iterable[Check]) -> None:
    """Report everything that does not hold at once.

    Raises:
        ValueError: With one line per setting.
    """
    problems = [text for holds, text in checks if not holds]
    if problems:
        raise ValueError("\n".join(problems))
