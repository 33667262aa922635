"""Settings of the content job."""

from dataclasses import dataclass, field

from flink_jobs._shell.job_options import JobOptions, job_checks, refuse
from state.language import LanguageConfig
from state.tagger import TaggerConfig

ENV_PREFIX = "GROUNDSWELL_CONTENT"
_CHECKPOINT_MS = (100, 3_600_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentOptions(JobOptions):
    """Settings of the content job.

    Attributes:
        topics: Kafka topics with content events.
        delivery: Guarantee of the labels and dead-letter topics. With exactly-once a label is visible when
            the next checkpoint has ended; with at-least-once at once, and some come twice after a loss.
        batch_rows: Records that Python reads at a time.
        bundle_ms: Longest wait for a batch to fill; each of two steps may wait so long.
        checkpoint_ms: Between checkpoints; labels wait for them, see delivery.
        tagged_languages: Languages that have a tagger of their own. All others share one.
        language: How sure an identified language must be.
        tagger: How tags are learned.
    """

    group_id: str = "groundswell-content"
    topics: tuple[str, ...] = ("content",)
    transaction_prefix: str = "groundswell-content"
    batch_rows: int = 1_000
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
        refuse(
            (
                *job_checks(self),
                (low_ms <= self.checkpoint_ms <= high_ms, "checkpoint_ms: expected 100 to 3,600,000"),
            )
        )
