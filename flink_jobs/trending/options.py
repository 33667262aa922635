"""Settings of the trending job."""

from dataclasses import dataclass, field

from flink_jobs._shell.job_options import ServedJobOptions, pane_check, refuse, served_checks, shards_check
from state.actions import ActionWeights
from state.trend_config import TrendConfig

ENV_PREFIX = "GROUNDSWELL_TRENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingOptions(ServedJobOptions):
    """Settings of the trending job.

    Attributes:
        topics: Kafka topics to count; with content.labels also the tags suggested for posts without.
        decisions_topic: Kafka topic of moderators' decisions; empty = none. Silence there holds nothing back.
        idle_timeout_ms: A partition silent for this long no longer holds time back; 0 = it always does.
            When all are silent, the panes that are open wait for the next event.
        bounded: Stop at the newest records of the start, and close every pane.
        shards: Pieces of the detector's key space. Fixed for the life of the state.
        delivery: Guarantee of the panes and dead-letter topics.
        trend: The engine.
        weights: What each action is worth.
    """

    group_id: str = "groundswell-trending"
    topics: tuple[str, ...] = ("engagement", "content")
    decisions_topic: str = "moderation"
    out_of_order_ms: int = 60_000
    idle_timeout_ms: int = 60_000
    shards: int = 16
    transaction_prefix: str = "groundswell-trending"
    bundle_ms: int = 300
    trend: TrendConfig = field(default_factory=TrendConfig)
    weights: ActionWeights = field(default_factory=ActionWeights)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        refuse(
            (
                *served_checks(self),
                pane_check("trend.burst.pane_ms", self.trend.burst.pane_ms),
                shards_check(self.shards),
            )
        )
