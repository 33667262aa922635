"""Settings of the content job."""

from dataclasses import dataclass, field
from typing import Literal

from state.language import LanguageConfig
from state.tagger import TaggerConfig

ENV_PREFIX = "GROUNDSWELL_CONTENT"
_MAX_BATCH_ROWS = 100_000
_MAX_BUNDLE_MS = 60_000
_CHECKPOINT_MS = (100, 3_600_000)


@dataclass(frozen=True, slots=True)
class ContentOptions:
    """Settings of the content job.

    Attributes:
        kafka_bootstrap: host:port list of the brokers.
        group_id: Consumer group; shows progress, positions live in checkpoints.
        topics: Kafka topics with content events.
        registry_url: Confluent-compatible schema registry; empty = the released files.
        bounded: Stop at the newest records of the start.
        parallelism: Subtasks of every step; 0 = the cluster's default.
        execution_mode: Where taggers run: thread (in the JVM process) or process.
        delivery: Guarantee of the labels and dead-letter topics. With exactly-once a label is visible when
            the next checkpoint has ended; with at-least-once at once, and some come twice after a loss.
        transaction_prefix: Of Kafka transactions; unique per running job.
        batch_rows: Records that Python reads at a time.
        bundle_ms: Longest wait for a batch to fill; each of two steps may wait so long.
        checkpoint_ms: Between checkpoints; labels wait for them, see delivery.
        tagged_languages: Languages that have a tagger of their own. All others share one.
        language: How sure an identified language must be.
        tagger: How tags are learned.
    """

    kafka_bootstrap: str = "127.0.0.1:9092"
    group_id: str = "groundswell-content"
    topics: tuple[str, ...] = ("content",)
    registry_url: str = ""
    bounded: bool = False
    parallelism: int = 0
    execution_mode: Literal["thread", "process"] = "process"
    delivery: Literal["exactly-once", "at-least-once"] = "exactly-once"
    transaction_prefix: str = "groundswell-content"
    batch_rows: int = 1_000
    bundle_ms: int = 100
    checkpoint_ms: int = 2_000
    tagged_languages: tuple[str, ...] = (
        *("ar", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja"),
        *("ko", "nl", "pl", "pt", "ru", "th", "tr", "uk", "vi", "zh"),
    )
    language: LanguageConfig = field(default_factory=LanguageConfig)
    tagger: TaggerConfig = field(default_factory=TaggerConfig)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        low_ms, high_ms = _CHECKPOINT_MS
        checks = (
            (bool(self.kafka_bootstrap), "kafka_bootstrap is empty: expected host:port"),
            (bool(self.topics), "topics is empty: expected at least one Kafka topic"),
            (self.parallelism >= 0, "parallelism: expected 0 (the cluster's default) or more"),
            (1 <= self.batch_rows <= _MAX_BATCH_ROWS, "batch_rows: expected 1 to 100,000"),
            (1 <= self.bundle_ms <= _MAX_BUNDLE_MS, "bundle_ms: expected 1 to 60,000"),
            (low_ms <= self.checkpoint_ms <= high_ms, "checkpoint_ms: expected 100 to 3,600,000"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))
