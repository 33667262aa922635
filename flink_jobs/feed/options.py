"""Settings of the feed job."""

from dataclasses import dataclass, field

from flink_jobs._shell.job_options import (
    ServedJobOptions,
    pane_check,
    refuse,
    served_checks,
    wait_check,
)
from state.burst_config import DAY_MS
from state.feed_cards import CardConfig
from state.feed_pools import PoolConfig
from state.feed_viewer import ViewerConfig

ENV_PREFIX = "GROUNDSWELL_FEED"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions(ServedJobOptions):
    """Settings of the feed job.

    Attributes:
        topics: Kafka topics of what people were shown and did, and of content.
        moderation_topic: Kafka topic of moderators' decisions; empty = none. Silence holds nothing back.
        erasure_topic: Kafka topic of requests to forget a person; empty = none. Silence holds nothing back.
        out_of_order_ms: How far behind the newest record time of its partition an event may come. Pools and
            wishes are that much late.
        dead_letters: Send what cannot be used to the dead-letter topics. Off: the trending and interests jobs
            read the same topics and do it.
        delivery: Guarantee of the dead-letter topics.
        tick_ms: Wishes, what was seen and bars are written once per this much event time.
        pane_ms: Pools are written once per this much event time.
        item_ttl_ms: An item that nobody met for this long is forgotten.
        watermark_ms: How often event time is told to the next step.
        cards: How items grow.
        pools: How large pools are, and who is new.
        viewers: How much is kept of a person.
    """

    group_id: str = "groundswell-feed"
    topics: tuple[str, ...] = ("engagement", "content")
    moderation_topic: str = "moderation"
    erasure_topic: str = "erasure"
    dead_letters: bool = False
    transaction_prefix: str = "groundswell-feed"
    tick_ms: int = 500
    pane_ms: int = 10_000
    item_ttl_ms: int = 14 * DAY_MS
    watermark_ms: int = 100
    cards: CardConfig = field(default_factory=CardConfig)
    pools: PoolConfig = field(default_factory=PoolConfig)
    viewers: ViewerConfig = field(default_factory=ViewerConfig)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        refuse(
            (
                *served_checks(self),
                wait_check("watermark_ms", self.watermark_ms),
                (self.tick_ms >= 1, "tick_ms: expected 1 or more"),
                pane_check("pane_ms", self.pane_ms),
                (self.item_ttl_ms >= DAY_MS, "item_ttl_ms: expected at least one day"),
            )
        )
