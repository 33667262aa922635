"""Settings of the interests job."""

from dataclasses import dataclass, field
from typing import Literal

from schemas.served_models import UNREGISTERED
from state.interest_config import InterestConfig
from state.interest_drift import DriftConfig
from state.interest_turn import TurnConfig
from state.model_entry import ModelConfig, ModelEntry, ModelEntryError
from state.outcome_join import JoinConfig

ENV_PREFIX = "GROUNDSWELL_INTERESTS"
_SECOND_MS = 1000
_MAX_PARALLELISM = 128
_DAY_MS = 86_400_000
_MAX_BATCH_ROWS = 100_000
_MAX_BUNDLE_MS = 60_000


@dataclass(frozen=True, slots=True)
class InterestsOptions:
    """Settings of the interests job.

    Attributes:
        kafka_bootstrap: host:port list of the brokers.
        group_id: Consumer group; shows progress, positions live in checkpoints.
        topics: Kafka topics of what people were shown and did.
        erasure_topic: Kafka topic of requests to forget a person; empty = none. Silence holds nothing back.
        registry_url: Confluent-compatible schema registry; empty = the released files.
        redis_url: Where interests are served from. No password in here: see redis_password_file.
        redis_password_file: File with the Redis password; empty = none.
        out_of_order_ms: How far behind the newest record time of its partition an event may come. Every
            interest is that much late. What comes later is still taken, see late_ms.
        late_ms: An event whose moment is over by less than this is taken as if it had happened now: an
            impression and its outcome still meet, only their order may be lost. Later ones are dead letters.
            0 = all late ones are: then what comes out depends on the events alone.
        idle_timeout_ms: A partition silent for this long no longer holds time back; 0 = it always does.
        bounded: Stop at the newest records of the start, and end every window.
        parallelism: Subtasks of every step; 0 = the cluster's default.
        shards: Pieces of people and of items. Fixed for the life of the state.
        execution_mode: Where keyed steps run: thread (in the JVM process) or process.
        delivery: Guarantee of the examples and dead-letter topics.
        transaction_prefix: Of Kafka transactions; unique per running job.
        batch_rows: Records that Python decodes at a time.
        bundle_ms: Longest wait for a batch to fill.
        tick_ms: Deeds are handled, and interests written, once per this much event time.
        pane_ms: Counts of items grow by panes of this length.
        item_ttl_ms: An item that nobody met for this long is forgotten.
        watermark_ms: How often event time is told to the next step.
        audit_key_file: File with the secret key of the subjects in erasure.audit; empty = none.
        drift: When the model's quality alarms.
        join: How impressions meet outcomes.
        turn: How people are handled.
        model: The model.
        model_name: Run this model of the registry in Redis: its settings take the place of ``model``,
            ``turn.learn_alone`` and ``turn.creators``, and what it serves stands under keys of its own, so
            that it can run beside another one. Empty = the settings given here, under keys without a model.
    """

    kafka_bootstrap: str = "127.0.0.1:9092"
    group_id: str = "groundswell-interests"
    topics: tuple[str, ...] = ("engagement",)
    erasure_topic: str = "erasure"
    registry_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_password_file: str = ""
    out_of_order_ms: int = 500
    late_ms: int = 60_000
    idle_timeout_ms: int = 10_000
    bounded: bool = False
    parallelism: int = 0
    shards: int = 8
    execution_mode: Literal["thread", "process"] = "process"
    delivery: Literal["exactly-once", "at-least-once"] = "exactly-once"
    transaction_prefix: str = "groundswell-interests"
    batch_rows: int = 10_000
    bundle_ms: int = 100
    tick_ms: int = 250
    pane_ms: int = 60_000
    item_ttl_ms: int = 90 * _DAY_MS
    watermark_ms: int = 100
    audit_key_file: str = ""
    drift: DriftConfig = field(default_factory=DriftConfig)
    join: JoinConfig = field(default_factory=JoinConfig)
    turn: TurnConfig = field(default_factory=TurnConfig)
    model: InterestConfig = field(default_factory=InterestConfig)
    model_name: str = ""

    @property
    def model_tag(self) -> str:
        """Tag of the registered model that these settings are; empty without a name."""
        return self.model_entry.tag if self.model_name else UNREGISTERED

    @property
    def model_entry(self) -> ModelEntry:
        """The settings that a model consists of, as an entry; needs a name."""
        config = ModelConfig(self.model, self.turn.learn_alone, self.turn.creators)
        return ModelEntry(self.model_name, config)

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
            (0 <= self.late_ms <= _DAY_MS, "late_ms: expected 0 to one day"),
            (self.idle_timeout_ms >= 0, "idle_timeout_ms: expected 0 (never idle) or more"),
            (
                1 <= self.shards <= _MAX_PARALLELISM,
                f"shards = {self.shards}: expected 1 to {_MAX_PARALLELISM}",
            ),
            (1 <= self.batch_rows <= _MAX_BATCH_ROWS, "batch_rows: expected 1 to 100,000"),
            (1 <= self.bundle_ms <= _MAX_BUNDLE_MS, "bundle_ms: expected 1 to 60,000"),
            (1 <= self.watermark_ms <= _MAX_BUNDLE_MS, "watermark_ms: expected 1 to 60,000"),
            (self.tick_ms >= 1, "tick_ms: expected 1 or more"),
            (
                self.pane_ms % _SECOND_MS == 0 and self.pane_ms > 0 and _DAY_MS % self.pane_ms == 0,
                f"pane_ms = {self.pane_ms}: expected whole seconds that divide a day",
            ),
            (self.item_ttl_ms >= _DAY_MS, "item_ttl_ms: expected at least one day"),
            (
                self.tick_ms >= 1
                and self.join.due_step_ms % self.tick_ms == 0
                and self.turn.head_step_ms % self.tick_ms == 0,
                "join.due_step_ms and turn.head_step_ms: expected multiples of tick_ms",
            ),
        )
        problems = [text for ok, text in checks if not ok]
        if self.model_name:
            try:
                self.model_entry  # noqa: B018 - a name that cannot be one is told here
            except ModelEntryError as error:
                problems.append(f"model_name: {error}")
        if problems:
            raise ValueError("\n".join(problems))
