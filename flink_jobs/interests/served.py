"""What the shards emit for readers: values for Redis, each fenced by the event time of its newest change."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from flink_jobs._shell.for_readers import Served, served_of
from flink_jobs._shell.redis_sink import ValueWrite
from schemas.served_canary import canary_key
from schemas.served_interests import (
    COUNTS,
    HeadRecord,
    InterestRecord,
    ItemRecord,
    PastRecord,
    QualityRecord,
    encode,
    head_key,
    interest_key,
    item_key,
    of_model,
    past_field,
    quality_key,
)
from state import interest_quality
from state.interest_config import InterestConfig
from state.interest_items import ItemFacts
from state.interest_past import Past
from state.interest_person import Person
from state.interest_quality import QualityState
from state.interest_turn import MODEL, Names, Store, Told
from state.interest_user import UserState, scales

_MOST_NAMES = 1_000


def of_item(cfg: InterestConfig, item: str, facts: ItemFacts) -> Served:
    """Return what readers learn of an item."""
    s = facts.stats
    record = ItemRecord(
        as_of_ms=s.seen_ms,
        pos=s.pos,
        n=s.n,
        short_pos=s.short_pos,
        short_n=s.short_n,
        half_life_ms=cfg.item_half_life_ms,
        short_half_life_ms=cfg.item_short_half_life_ms,
        author=facts.author,
        topics=facts.topics,
    )
    return Served(item_key(item), s.seen_ms, encode(record))


def of_turn(
    cfg: InterestConfig, shard: int, told: Told, people: Store[Person], names: Names, past_step_ms: int
) -> Iterator[Served]:
    """Yield what readers learn of a turn: who was forgotten, who changed, the newest head."""
    for one in told.erased:
        yield Served(interest_key(one.user), one.at_ms, None)
    for user, at_ms in told.people.items():
        person = people.get(user)
        if person is not None:
            value = encode(_interests(cfg, shard, person.user, at_ms))
            yield Served(interest_key(user), at_ms, value, _past(told.past.get(user, ()), past_step_ms))
    for at_ms, state in told.heads[-1:]:
        most = names.largest(_MOST_NAMES)
        record = HeadRecord(
            as_of_ms=at_ms,
            model=MODEL,
            state=state,
            settings={name: float(value) for name, value in asdict(cfg).items()},
            names=tuple(name for name, _ in most),
            stats=tuple((stats.pos, stats.n) for _, stats in most),
        )
        yield Served(head_key(shard), at_ms, encode(record))


def of_canary(at_ms: int) -> Served:
    """Return what readers learn of a canary."""
    return Served(canary_key("interests"), at_ms, str(at_ms).encode())


def writes_of(message: bytes, model: str = "") -> list[ValueWrite]:
    """Return the writes of a message, under the keys of the model with this tag; canaries are of no model."""
    canary = canary_key("interests")
    return [
        one.write(one.key if one.key == canary else of_model(one.key, model)) for one in served_of(message)
    ]


def of_quality(shard: int, state: QualityState) -> Served:
    """Return what readers learn of the head's quality when a block was closed."""
    newest = state.points[-1]
    record = QualityRecord(
        as_of_ms=newest.at_ms,
        model=MODEL,
        labels=interest_quality.labels_of_blocks(state),
        alarms=state.drift.alarms,
        points=tuple((one.at_ms, one.log_loss, one.calibration) for one in state.points),
    )
    return Served(quality_key(shard), newest.at_ms, encode(record))


def _past(some: Sequence[Past], step_ms: int) -> dict[str, bytes]:
    """Return earlier interests as fields of a person's hash; one a stretch: writing again is no harm."""
    return {
        past_field(one.at_ms // step_ms): encode(
            PastRecord(
                as_of_ms=one.at_ms,
                liked=one.liked,
                labels=one.labels,
                topics=one.topics,
                slow=one.slow,
                fast=one.fast,
            )
        )
        for one in some
    }


def _interests(cfg: InterestConfig, shard: int, user: UserState, at_ms: int) -> InterestRecord:
    slow, fast = scales(cfg, user, at_ms)
    factors = np.array([slow, slow, fast, fast, slow], np.float64)
    stored = np.frombuffer(user.total + user.rows, np.float32).reshape(-1, COUNTS)
    counts = (stored * factors).astype("<f4").tobytes()
    total = 4 * COUNTS
    return InterestRecord(
        as_of_ms=max(at_ms, user.seen_ms),
        shard=shard,
        events=user.events,
        slow_half_life_ms=cfg.long_half_life_ms,
        fast_half_life_ms=cfg.short_half_life_ms,
        total=counts[:total],
        topics=tuple(user.names),
        counts=counts[total:],
        recent=tuple(user.recent),
    )
