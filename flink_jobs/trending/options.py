"""Settings of the trending job."""

from dataclasses import dataclass, field
from typing import Literal

from state.actions import ActionWeights
from state.trend_config import TrendConfig

ENV_PREFIX = "GROUNDSWELL_TRENDING"
_SECOND_MS = 1000
_MAX_PARALLELISM = 128
_DAY_MS = 86_400_000
_MAX_BATCH_ROWS = 100_000
_MAX_BUNDLE_MS = 60_000


@dataclass(frozen=True, slots=True)
class TrendingOptions:
    """Settings of the trending job.

    Attributes:
        kafka_bootstrap: host:port list of the brokers.
        group_id: Consumer group; shows progress, positions live in checkpoints.
        topics: Kafka topics to count; with content.labels also the tags suggested for posts without.
        decisions_topic: Kafka topic of moderators' decisions; empty = none. Silence there holds nothing back.
        registry_url: Confluent-compatible schema registry; empty = the released files.
        redis_url: Where trends are served from. No password in here: see redis_password_file.
        redis_password_file: File with the Redis password; empty = none.
        out_of_order_ms: How far behind the newest record time of its partition an event may come.
        idle_timeout_ms: A partition silent for this long no longer holds time back; 0 = it always does.
            When all are silent, the panes that are open wait for the next event.
        bounded: Stop at the newest records of the start, and close every pane.
        parallelism: Subtasks of every step; 0 = the cluster's default.
        shards: Pieces of the detector's key space. Fixed for the life of the state.
        execution_mode: Where detectors run: thread (in the JVM process) or process.
        delivery: Guarantee of the panes and dead-letter topics.
        transaction_prefix: Of Kafka transactions; unique per running job.
        batch_rows: Records that Python decodes at a time.
        bundle_ms: Longest wait for a batch to fill.
        trend: The engine.
        weights: What each action is worth.
    """

    kafka_bootstrap: str = "127.0.0.1:9092"
    group_id: str = "groundswell-trending"
    topics: tuple[str, ...] = ("engagement", "content")
    decisions_topic: str = "moderation"
    registry_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_password_file: str = ""
    out_of_order_ms: int = 60_000
    idle_timeout_ms: int = 60_000
    bounded: bool = False
    parallelism: int = 0
    shards: int = 16
    execution_mode: Literal["thread", "process"] = "process"
    delivery: Literal["exactly-once", "at-least-once"] = "exactly-once"
    transaction_prefix: str = "groundswell-trending"
    batch_rows: int = 10_000
    bundle_ms: int = 300
    trend: TrendConfig = field(default_factory=TrendConfig)
    weights: ActionWeights = field(default_factory=ActionWeights)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        pane_ms = self.trend.burst.pane_ms
        checks = (
            (bool(self.kafka_bootstrap), "kafka_bootstrap is empty: expected host:port"),
            (bool(self.topics), "topics is empty: expected at least one Kafka topic"),
            (
                self.redis_url.startswith(("redis://", "rediss://", "unix://")),
                f"redis_url {self.redis_url.split('://')[0]!r}: expected redis://, rediss:// or unix://",
            ),
            (
                "@" not in self.redis_url,
                "redis_url holds a user or password: put it into a file and name it in redis_password_file",
            ),
            (
                pane_ms % _SECOND_MS == 0 and _DAY_MS % pane_ms == 0,
                f"trend.burst.pane_ms = {pane_ms}: expected whole seconds that divide a day",
            ),
            (0 <= self.out_of_order_ms <= _DAY_MS, "out_of_order_ms: expected 0 to one day"),
            (self.idle_timeout_ms >= 0, "idle_timeout_ms: expected 0 (never idle) or more"),
            (
                1 <= self.shards <= _MAX_PARALLELISM,
                f"shards = {self.shards}: expected 1 to {_MAX_PARALLELISM}",
            ),
            (1 <= self.batch_rows <= _MAX_BATCH_ROWS, "batch_rows: expected 1 to 100,000"),
            (1 <= self.bundle_ms <= _MAX_BUNDLE_MS, "bundle_ms: expected 1 to 60,000"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))
