"""Pools: the best items of a topic, a creator or a scope, and new creators' items. Bounded, best first.

A pool is a function of the newest row of each item that is or was in it, so the order of panes matters and
the order of rows within a pane does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from state.codec import Codec, StateCorruptError, register

PoolKind = Literal["topic", "creator", "popular", "new"]


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """How large pools are, and who is new.

    Attributes:
        topic_items: Items of a topic at most.
        creator_items: Items of a creator at most.
        popular_items: Popular items of a scope at most.
        new_items: Items of new creators of a scope and part at most.
        max_age_ms: Older items leave.
        new_age_ms: A new creator's item is explored until this age.
        new_creator_met: A creator that so many people met is no longer new.
        new_item_met: An item that so many people met needs no exploration.
    """

    topic_items: int = 100
    creator_items: int = 20
    popular_items: int = 200
    new_items: int = 50
    max_age_ms: int = 7 * 86_400_000
    new_age_ms: int = 2 * 86_400_000
    new_creator_met: int = 1_000
    new_item_met: int = 100

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        sizes = ("topic_items", "creator_items", "popular_items", "new_items")
        checks = (
            *(
                (1 <= getattr(self, name) <= _MOST, f"pools.{name}: expected 1 to {_MOST:,}")
                for name in sizes
            ),
            (self.max_age_ms >= 1, "pools.max_age_ms: expected 1 or more"),
            (self.new_age_ms >= 1, "pools.new_age_ms: expected 1 or more"),
            (self.new_creator_met >= 0, "pools.new_creator_met: expected 0 or more"),
            (self.new_item_met >= 0, "pools.new_item_met: expected 0 or more"),
        )
        if problems := [text for ok, text in checks if not ok]:
            raise ValueError("\n".join(problems))

    def size(self, kind: PoolKind) -> int:
        """Return how many items a pool of a kind holds at most."""
        return {
            "topic": self.topic_items,
            "creator": self.creator_items,
            "popular": self.popular_items,
            "new": self.new_items,
        }[kind]


_MOST: Final = 1_000


class Row(msgspec.Struct, array_like=True, gc=False):
    """What a pane says of an item, for a pool.

    Attributes:
        item: Its id.
        author: Empty = unknown.
        topics: At most 8.
        first_ms: When it was made, or first heard of.
        met: People who met it.
        more: How many of them in this pane.
        rank: Its rank in the pool.
        scopes: Where it is met, with its rank in each; only for the pool of its creator.
    """

    item: str
    author: str
    topics: tuple[str, ...]
    first_ms: int
    met: int
    more: int
    rank: float
    scopes: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class Pool:
    """Items, best first.

    Attributes:
        as_of_ms: End of the newest pane that changed it.
        met: People who met items of it, each once an item and pane window. Of a creator: how new it is.
        rows: Best first; equal ranks in the order of their ids.
    """

    as_of_ms: int = 0
    met: int = 0
    rows: list[Row] = field(default_factory=list)


def updated(cfg: PoolConfig, kind: PoolKind, pool: Pool, rows: Iterable[Row], end_ms: int) -> Pool:
    """Return a pool after a pane. O(n log n) of its items.

    Args:
        cfg: Settings.
        kind: What it collects.
        pool: As it was.
        rows: One for each item of it that the pane touched.
        end_ms: End of the pane.
    """
    held = {row.item: row for row in pool.rows}
    more = 0
    for row in rows:
        held[row.item] = row
        more += row.more
    kept = [row for row in held.values() if row.first_ms > end_ms - cfg.max_age_ms]
    kept.sort(key=lambda row: (-row.rank, row.item))
    return Pool(end_ms, pool.met + more, kept[: cfg.size(kind)])


def is_new(cfg: PoolConfig, row: Row, creator_met: int, now_ms: int) -> bool:
    """Return whether an item is to be explored: a new creator's, young, and met by few.

    Args:
        cfg: Settings.
        row: The item.
        creator_met: How many people met the creator's items.
        now_ms: Event time.
    """
    return (
        bool(row.author)
        and creator_met < cfg.new_creator_met
        and row.met < cfg.new_item_met
        and row.first_ms > now_ms - cfg.new_age_ms
    )


def explored(
    cfg: PoolConfig,
    pool: Pool,
    rows: Iterable[Row],
    no_longer: frozenset[str],
    done: frozenset[str],
    end_ms: int,
) -> Pool:
    """Return a pool of new creators' items after a pane, the youngest first.

    Args:
        cfg: Settings.
        pool: As it was.
        rows: Items of the pane that are to be explored.
        no_longer: Items of the pane that are not, or no longer.
        done: Creators that are no longer new.
        end_ms: End of the pane.
    """
    kept = [
        row
        for row in pool.rows
        if row.item not in no_longer and row.author not in done and row.first_ms > end_ms - cfg.new_age_ms
    ]
    return updated(cfg, "new", Pool(pool.as_of_ms, pool.met, kept), rows, end_ms)


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(tuple[int, int, list[Row]])


def _dump(pool: Pool) -> bytes:
    return _encode((pool.as_of_ms, pool.met, pool.rows))


def _load(raw: bytes) -> Pool:
    try:
        return Pool(*_decoder.decode(raw))
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"pool of items: {error}; restore an older snapshot") from error


CODEC: Final[Codec[Pool]] = register(Codec(kind=b"fp", version=1, encode=_dump, decoders={1: _load}))
