"""Settings of the feed job."""

from dataclasses import dataclass, field
from typing import Literal

from state.feed_cards import CardConfig
from state.feed_pools import PoolConfig
from state.feed_viewer import ViewerConfig

ENV_PREFIX = "GROUNDSWELL_FEED"
_DAY_MS = 86_400_000
_SECOND_MS = 1000
_MAX_BATCH_ROWS = 100_000
_MAX_BUNDLE_MS = 60_000


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """Settings of the feed job.

    Attributes:
        kafka_bootstrap: host:port list of the brokers.
        group_id: Consumer group; shows progress, positions live in checkpoints.
        topics: Kafka topics of what people were shown and did, and of content.
        moderation_topic: Kafka topic of moderators' decisions; empty = none. Silence holds nothing back.
        erasure_topic: Kafka topic of requests to forget a person; empty = none. Silence holds nothing back.
        registry_url: Confluent-compatible schema registry; empty = the released files.
        redis_url: Where feeds are served from. No password in here: see redis_password_file.
        redis_password_file: File with the Redis password; empty = none.
        out_of_order_ms: How far behind the newest record time of its partition an event may come. Pools and
            wishes are that much late.
        idle_timeout_ms: A partition silent for this long no longer holds time back; 0 = it always does.
        bounded: Stop at the newest records of the start.
        parallelism: Subtasks of every step; 0 = the cluster's default.
        execution_mode: Where keyed steps run: thread (in the JVM process) or process.
        dead_letters: Send what cannot be used to the dead-letter topics. Off: the trending and interests jobs
            read the same topics and do it.
        delivery: Guarantee of the dead-letter topics.
        transaction_prefix: Of Kafka transactions; unique per running job.
        batch_rows: Records that Python decodes at a time.
        bundle_ms: Longest wait for a batch to fill.
        tick_ms: Wishes, what was seen and bars are written once per this much event time.
        pane_ms: Pools are written once per this much event time.
        item_ttl_ms: An item that nobody met for this long is forgotten.
        watermark_ms: How often event time is told to the next step.
        cards: How items grow.
        pools: How large pools are, and who is new.
        viewers: How much is kept of a person.
    """

    kafka_bootstrap: str = "127.0.0.1:9092"
    group_id: str = "groundswell-feed"
    topics: tuple[str, ...] = ("engagement", "content")
    moderation_topic: str = "moderation"
    erasure_topic: str = "erasure"
    registry_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_password_file: str = ""
    out_of_order_ms: int = 500
    idle_timeout_ms: int = 10_000
    bounded: bool = False
    parallelism: int = 0
    execution_mode: Literal["thread", "process"] = "process"
    dead_letters: bool = False
    delivery: Literal["exactly-once", "at-least-once"] = "exactly-once"
    transaction_prefix: str = "groundswell-feed"
    batch_rows: int = 10_000
    bundle_ms: int = 100
    tick_ms: int = 500
    pane_ms: int = 10_000
    item_ttl_ms: int = 14 * _DAY_MS
    watermark_ms: int = 100
    cards: CardConfig = field(default_factory=CardConfig)
    pools: PoolConfig = field(default_factory=PoolConfig)
    viewers: ViewerConfig = field(default_factory=ViewerConfig)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
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
            (0 <= self.out_of_order_ms <= _DAY_MS, "out_of_order_ms: expected 0 to one day"),
            (self.idle_timeout_ms >= 0, "idle_timeout_ms: expected 0 (never idle) or more"),
            (self.parallelism >= 0, "parallelism: expected 0 (the cluster's default) or more"),
            (1 <= self.batch_rows <= _MAX_BATCH_ROWS, "batch_rows: expected 1 to 100,000"),
            (1 <= self.bundle_ms <= _MAX_BUNDLE_MS, "bundle_ms: expected 1 to 60,000"),
            (1 <= self.watermark_ms <= _MAX_BUNDLE_MS, "watermark_ms: expected 1 to 60,000"),
            (self.tick_ms >= 1, "tick_ms: expected 1 or more"),
            (
                self.pane_ms % _SECOND_MS == 0 and self.pane_ms > 0 and _DAY_MS % self.pane_ms == 0,
                f"pane_ms = {self.pane_ms}: expected whole seconds that divide a day",
            ),
            (self.item_ttl_ms >= _DAY_MS, "item_ttl_ms: expected at least one day"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))
