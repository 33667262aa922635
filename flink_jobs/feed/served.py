"""What the shards emit for readers: values for Redis, each fenced by the event time of its newest change."""

from collections.abc import Iterator

import numpy as np

from flink_jobs._shell.for_readers import Served, served_of
from flink_jobs._shell.redis_sink import ValueWrite
from schemas.served_feed import (
    BarsRecord,
    PoolItem,
    PoolRecord,
    SeenRecord,
    WishRecord,
    bars_key,
    encode,
    pool_key,
    seen_key,
    wish_key,
)
from state import feed_bars, feed_viewer
from state.feed_bars import Bars
from state.feed_cards import CardConfig
from state.feed_pools import Pool, PoolKind
from state.feed_viewer import Seen, ViewerConfig, Wishes


def of_pool(cfg: CardConfig, kind: PoolKind, name: str, pool: Pool) -> Served:
    """Return what readers learn of a pool."""
    record = PoolRecord(
        as_of_ms=pool.as_of_ms,
        half_life_ms=cfg.half_life_ms,
        met=pool.met,
        items=tuple(
            PoolItem(row.item, row.author, row.topics, row.first_ms, row.met, row.rank) for row in pool.rows
        ),
    )
    return Served(pool_key(kind, name), pool.as_of_ms, encode(record))


def of_wishes(user: str, wishes: Wishes) -> Served:
    """Return what readers learn of a person's wishes."""
    tired: dict[str, int] = {}
    for author, at_ms in wishes.hidden.values():
        if author:
            tired[author] = max(at_ms, tired.get(author, 0))
    record = WishRecord(
        as_of_ms=wishes.changed_ms,
        follows=tuple(wishes.follows),
        hidden=tuple(wishes.hidden),
        blocked=tuple(wishes.blocked),
        muted=tuple(wishes.muted),
        tired=tuple(tired.items()),
        lang=wishes.lang,
        region=wishes.region,
    )
    return Served(wish_key(user), wishes.changed_ms, encode(record))


def of_seen(cfg: ViewerConfig, user: str, seen: Seen) -> Served:
    """Return what readers learn of what a person met."""
    items = np.array(feed_viewer.fresh(cfg, seen), "<u4").tobytes()
    return Served(seen_key(user), seen.changed_ms, encode(SeenRecord(as_of_ms=seen.changed_ms, items=items)))


def of_bars(part: int, bars: Bars) -> Served:
    """Return a part of what is barred."""
    record = BarsRecord(
        as_of_ms=bars.changed_ms,
        posts=tuple(feed_bars.in_force(bars.posts).items()),
        users=tuple(feed_bars.in_force(bars.users).items()),
    )
    return Served(bars_key(part), bars.changed_ms, encode(record))


def of_nobody(user: str, at_ms: int) -> Iterator[Served]:
    """Yield that nothing of a person is served any more."""
    yield Served(wish_key(user), at_ms, None)
    yield Served(seen_key(user), at_ms, None)


def writes_of(message: bytes) -> list[ValueWrite]:
    """Return the writes of a message."""
    return [one.write() for one in served_of(message)]
