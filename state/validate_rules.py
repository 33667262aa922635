"""What a record of each event must obey, beyond being readable.

The reason code of a rule is its place in the list, from 1. A code means something only inside one process:
store and chart the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.served import KINDS
from state.links import MAX_LINK_CHARS
from state.validate_kinds import Among, Count, Each, Known, Real, Rule, Text, Whole

MAX_TOPICS: Final = 32
MAX_TOPIC_CHARS: Final = 200
MAX_NAME_CHARS: Final = MAX_LINK_CHARS  # of a topic of any kind; ids may be as long
MAX_TEXT_CHARS: Final = 20_000


@dataclass(frozen=True, slots=True)
class EventRules:
    """Fields that a record must have, and the rules for those that it has."""

    required: tuple[str, ...]
    rules: tuple[Rule, ...]
    time_field: str | None = "source_ms"


_WHO_AND_WHEN: tuple[Rule, ...] = (
    Text("event_id", 1, 128),
    Whole("source_ms", 1),
    Whole("received_ms", 0),
    Text("actor_id", 1, 256),
    Known("action"),
)
_ITEM: tuple[Rule, ...] = (
    Text("item_id", 1, 512),
    Text("item_type", 0, 64),
    Count("topics", MAX_TOPICS),
    Each("topics", 0, MAX_TOPIC_CHARS),
    Text("item_lang", 0, 64),
)
_REQUEST: tuple[Rule, ...] = (
    Text("lang", 0, 64),
    Text("region", 0, 64),
    Text("client", 0, 512),
    Whole("account_age_days", -1),
    Whole("followers", -1),
    Text("surface", 0, 64),
    Text("decision_id", 0, 256),
    Whole("position", 0),
    Real("propensity", 0, 1, open_low=True),
    Count("experiments", 32, "id"),
    Each("experiments", 1, 128, "id"),
    Each("experiments", 1, 128, "arm"),
    Text("trace_id", 0, 64),
    Text("community", 0, 256),
)
_ENGAGEMENT = EventRules(
    required=("event_id", "source_ms", "actor_id", "action", "item_id"),
    rules=(
        *_WHO_AND_WHEN,
        *_ITEM,
        *_REQUEST,
        Text("author_id", 0, 256),
        Real("value", 0),
        Text("query", 0, 2_000),
    ),
)
_CONTENT = EventRules(
    required=("event_id", "source_ms", "actor_id", "action", "item_id"),
    rules=(
        *_WHO_AND_WHEN,
        *_ITEM,
        *_REQUEST,
        Text("text", 0, MAX_TEXT_CHARS),
        Count("media", 32),
        Each("media", 0, 512),
        Count("links", 64),
        Each("links", 0, 2_048),
        Text("reply_to", 0, 512),
        Text("share_of", 0, 512),
    ),
)
_MODERATION = EventRules(
    required=("event_id", "source_ms", "actor_id", "action", "target_type", "target_id"),
    rules=(
        *_WHO_AND_WHEN,
        Known("target_type"),
        Text("target_id", 1, 512),
        Text("scope", 1, 64),
        Text("reason", 0, 2_000),
        Whole("until_ms", 1),
        Among("topic_kind", KINDS),
        Text("trace_id", 0, 64),
    ),
)
_TREND_PANE = EventRules(
    required=("topic", "scope", "pane_start_ms", "pane_ms", "weight_milli", "events", "users"),
    rules=(
        Text("topic", 1, MAX_NAME_CHARS),
        Text("scope", 1, 80),
        Whole("pane_start_ms", 0),
        Whole("pane_ms", 1),
        Whole("events", 0),
        Whole("users", 0),
        Among("kind", KINDS),
    ),
    time_field=None,
)
_TREND_REVIEW = EventRules(
    required=("kind", "topic", "scope", "source_ms", "position"),
    rules=(
        Text("kind", 1, 16),
        Text("topic", 1, 512),
        Text("scope", 1, 80),
        Whole("source_ms", 0),
        Whole("position", 1),
        Whole("users", 0),
    ),
    time_field=None,
)
_CONTENT_LABEL = EventRules(
    required=("event_id", "source_ms", "actor_id", "item_id"),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Text("actor_id", 1, 256),
        Text("item_id", 1, 512),
        Text("lang", 1, 64),
        Real("lang_prob", 0, 1),
        Count("tags", MAX_TOPICS, "tag"),
        Each("tags", 1, MAX_TOPIC_CHARS, "tag"),
        Text("near_dup_id", 0, 16),
        Whole("label_version", 1),
        Text("lang_model", 0, 128),
        Text("tag_model", 0, 128),
        Whole("tag_model_posts", 0),
        Text("share_of", 0, 512),
        Text("request_lang", 0, 64),
        Text("request_region", 0, 64),
        Whole("account_age_days", -1),
        Whole("followers", -1),
    ),
)
_INTEREST_EXAMPLE = EventRules(
    required=("event_id", "source_ms", "actor_id", "item_id", "kind", "label", "p", "shown_ms"),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Text("actor_id", 1, 256),
        Text("item_id", 1, 512),
        Known("kind"),
        Whole("label", 0),
        Real("weight", 0),
        Real("p", 0, 1),
        Text("model", 0, 128),
        Whole("shown_ms", 1),
        Text("author_id", 0, 256),
        Count("topics", MAX_TOPICS),
        Each("topics", 0, MAX_TOPIC_CHARS),
        Text("decision_id", 0, 256),
        Whole("position", 0),
    ),
)
_ERASURE = EventRules(
    required=("event_id", "source_ms", "actor_id"),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Text("actor_id", 1, 256),
        Text("reason", 0, 2_000),
    ),
)
_ERASURE_AUDIT = EventRules(
    required=("event_id", "source_ms", "subject", "place", "removed"),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Text("subject", 64, 64),
        Text("place", 1, 128),
        Whole("removed", 0),
    ),
)
_INTEREST_ALARM = EventRules(
    required=("event_id", "source_ms", "kind", "shard", "labels", "log_loss", "calibration"),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Known("kind"),
        Whole("shard", 0),
        Whole("labels", 0),
        Real("log_loss", 0),
        Real("calibration", 0),
        Text("model", 0, 128),
    ),
)

_SLATE = EventRules(
    required=(
        *("event_id", "source_ms", "actor_id", "as_of_ms"),
        *("rung", "policy", "settings", "inputs_hash"),
    ),
    rules=(
        Text("event_id", 1, 128),
        Whole("source_ms", 1),
        Whole("received_ms", 0),
        Text("actor_id", 1, 256),
        Whole("as_of_ms", 0),
        Text("surface", 0, 64),
        Among("rung", ("full", "cached", "popular", "trending", "static", "none")),
        Text("model", 0, 128),
        Text("policy", 1, 128),
        Text("settings", 1, 4_096),
        Text("inputs_hash", 1, 64),
        Count("items", 1_000, "item_id"),
        Each("items", 1, 512, "item_id"),
        Count("candidates", 1_000, "item_id"),
        Each("candidates", 1, 512, "item_id"),
        Each("candidates", 0, 256, "author_id"),
    ),
)

RULES: Final[Mapping[str, EventRules]] = MappingProxyType(
    {
        "engagement": _ENGAGEMENT,
        "content": _CONTENT,
        "moderation": _MODERATION,
        "trend_pane": _TREND_PANE,
        "content_label": _CONTENT_LABEL,
        "trend_review": _TREND_REVIEW,
        "interest_example": _INTEREST_EXAMPLE,
        "erasure": _ERASURE,
        "erasure_audit": _ERASURE_AUDIT,
        "interest_alarm": _INTEREST_ALARM,
        "slate": _SLATE,
    }
)
