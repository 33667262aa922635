"""What readers see of interests: a person's topics with the reason for each, and scores of items."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from schemas.served_interests import COUNTS, HeadRecord, InterestRecord, ItemRecord
from state import interest_head, interest_model
from state.interest_config import InterestConfig
from state.interest_features import FEATURES
from state.interest_head import HeadState
from state.interest_model import About
from state.interest_stats import ItemStats
from state.interest_user import UserState, fast_clock, slow_clock
from state.topics import normalise

_SHOWN_REASONS = 3
_NO_REASON = 0.005  # on the log-odds scale


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic of a person at a moment.

    Attributes:
        topic: Its name; a creator's starts with an @.
        slow: Share of the person's liking of the last weeks, 0 to 1. A deed with several topics counts for
            each, so shares may add to more than 1.
        fast: The same of the last hours and deeds.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        lift: How many times as often as on average this person likes what has the topic.
    """

    topic: str
    slow: float
    fast: float
    liked: float
    labels: float
    lift: float


@dataclass(frozen=True, slots=True)
class Interests:
    """A person's interests at a moment, strongest first.

    Attributes:
        user: Who.
        as_of_ms: Event time of the newest change.
        events: Labels so far.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        topics: Slow and fast together, strongest first.
    """

    user: str
    as_of_ms: int
    events: float
    liked: float
    labels: float
    topics: tuple[Interest, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How likely a person likes an item.

    Attributes:
        item: Which.
        p: Probability, 0 to 1.
        known: The item has been met by somebody.
        reasons: (feature, what it adds on the log-odds scale), strongest first.
    """

    item: str
    p: float
    known: bool
    reasons: tuple[tuple[str, float], ...]


def interests_of(user: str, record: InterestRecord, limit: int, at_ms: int | None = None) -> Interests:
    """Return the strongest topics of a person.

    Args:
        user: Who.
        record: As served.
        limit: Topics at most.
        at_ms: As of which event time; the newest change by default.
    """
    age_ms = max(0, (record.as_of_ms if at_ms is None else at_ms) - record.as_of_ms)
    slow = 0.5 ** (age_ms / record.slow_half_life_ms)
    fast = 0.5 ** (age_ms / record.fast_half_life_ms)
    faded = np.array([slow, slow, fast, fast, slow])
    total = np.maximum(np.frombuffer(record.total, "<f4") * faded, 0.0).tolist()
    counts = np.maximum(np.frombuffer(record.counts, "<f4").reshape(-1, COUNTS) * faded, 0.0).tolist()
    own = total[0] / max(total[1], 1e-9)
    found = [
        Interest(
            topic=topic,
            slow=row[0] / max(total[0], 1e-9),
            fast=row[2] / max(total[2], 1e-9),
            liked=row[0],
            labels=row[1],
            lift=row[0] / max(row[1], 1e-9) / max(own, 1e-9),
        )
        for topic, row in zip(record.topics, counts, strict=True)
    ]
    found.sort(key=lambda one: (-(one.slow + one.fast), one.topic))
    return Interests(user, record.as_of_ms, record.events, total[0], total[1], tuple(found[:limit]))


def score(
    user: InterestRecord | None, head: HeadRecord | None, items: Sequence[tuple[str, ItemRecord | None]]
) -> list[Score]:
    """Return how likely a person likes each item, as the job would predict it. About 10 us an item.

    Args:
        user: As served; None = unknown.
        head: Of the person's shard; None = a fresh one.
        items: (id, as served); None = unknown.
    """
    cfg, state, names = _model(head)
    person = None if user is None else _user(cfg, user)
    moments = [record.as_of_ms for record in (user, head, *(record for _, record in items)) if record]
    at_ms = max(moments, default=0)
    out = []
    for item, record in items:
        about = About(item_id=item) if record is None else _about(item, record, names)
        scored = interest_model.predict(cfg, state, person, about, at_ms)
        adds = [
            (name, weight * value)
            for name, weight, value in zip(FEATURES, state.weights, scored.features, strict=True)
        ]
        adds.sort(key=lambda pair: -abs(pair[1]))
        reasons = tuple(pair for pair in adds[:_SHOWN_REASONS] if abs(pair[1]) > _NO_REASON)
        out.append(Score(item, scored.p, record is not None, reasons))
    return out


def _about(item: str, record: ItemRecord, names: dict[str, ItemStats]) -> About:
    topics = [name for name in (normalise(topic) for topic in record.topics) if name]
    creator = f"@{record.author}" if record.author else ""
    return About(
        topics=[*topics, creator] if creator else topics,
        item=ItemStats(record.pos, record.n, record.short_pos, record.short_n, record.as_of_ms),
        creator=names.get(creator),
        topic_stats=[names.get(topic) for topic in topics],
        item_id=item,
    )


def _model(head: HeadRecord | None) -> tuple[InterestConfig, HeadState, dict[str, ItemStats]]:
    if head is None:
        return InterestConfig(), HeadState(), {}
    cfg = msgspec.convert(head.settings, InterestConfig, strict=False)
    stats = {name: ItemStats(pos, n) for name, (pos, n) in zip(head.names, head.stats, strict=True)}
    return cfg, interest_head.CODEC.loads(head.state), stats


def _user(cfg: InterestConfig, record: InterestRecord) -> UserState:
    """Return the person's state as it was at the newest change."""
    state = UserState(
        names=list(record.topics),
        places={name: at for at, name in enumerate(record.topics)},
        events=record.events,
        seen_ms=record.as_of_ms,
        slow_base=slow_clock(cfg, record.events, record.as_of_ms),
        fast_base=fast_clock(cfg, record.events, record.as_of_ms),
    )
    state.recent.extend(record.recent)
    state.rows.extend(np.frombuffer(record.counts, "<f4").tolist())
    state.total[:] = type(state.total)("f", np.frombuffer(record.total, "<f4").tolist())
    return state
