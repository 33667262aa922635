"""Settings of the interests job."""

from dataclasses import dataclass, field

from flink_jobs._shell.job_options import (
    Check,
    ServedJobOptions,
    pane_check,
    refuse,
    served_checks,
    shards_check,
    wait_check,
)
from schemas.served_models import UNREGISTERED
from state.burst_config import DAY_MS
from state.interest_config import InterestConfig
from state.interest_drift import DriftConfig
from state.interest_turn import TurnConfig
from state.model_entry import ModelConfig, ModelEntry, ModelEntryError
from state.outcome_join import JoinConfig

ENV_PREFIX = "GROUNDSWELL_INTERESTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestsOptions(ServedJobOptions):
    """Settings of the interests job.

    Attributes:
        topics: Kafka topics of what people were shown and did.
        erasure_topic: Kafka topic of requests to forget a person; empty = none. Silence holds nothing back.
        out_of_order_ms: How far behind the newest record time of its partition an event may come. Every
            interest is that much late. What comes later is still taken, see late_ms.
        late_ms: An event whose moment is over by less than this is taken as if it had happened now: an
            impression and its outcome still meet, only their order may be lost. Later ones are dead letters.
            0 = all late ones are: then what comes out depends on the events alone.
        bounded: Stop at the newest records of the start, and end every window.
        shards: Pieces of people and of items. Fixed for the life of the state.
        delivery: Guarantee of the examples and dead-letter topics.
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

    group_id: str = "groundswell-interests"
    topics: tuple[str, ...] = ("engagement",)
    erasure_topic: str = "erasure"
    late_ms: int = 60_000
    shards: int = 8
    transaction_prefix: str = "groundswell-interests"
    tick_ms: int = 250
    pane_ms: int = 60_000
    item_ttl_ms: int = 90 * DAY_MS
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
        refuse(
            (
                *served_checks(self),
                (0 <= self.late_ms <= DAY_MS, "late_ms: expected 0 to one day"),
                shards_check(self.shards),
                wait_check("watermark_ms", self.watermark_ms),
                (self.tick_ms >= 1, "tick_ms: expected 1 or more"),
                pane_check("pane_ms", self.pane_ms),
                (self.item_ttl_ms >= DAY_MS, "item_ttl_ms: expected at least one day"),
                (
                    self.tick_ms >= 1
                    and self.join.due_step_ms % self.tick_ms == 0
                    and self.turn.head_step_ms % self.tick_ms == 0,
                    "join.due_step_ms and turn.head_step_ms: expected multiples of tick_ms",
                ),
                self._model_check(),
            )
        )

    def _model_check(self) -> Check:
        if self.model_name:
            try:
                self.model_entry  # noqa: B018 - a name that cannot be one is told here
            except ModelEntryError as error:
                return False, f"model_name: {error}"
        return True, ""
