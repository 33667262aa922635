"""A store of feeds in memory: the contract of the Redis store without Redis, for tests."""

from collections.abc import Sequence

from schemas.served_feed import (
    PARTS,
    BarsRecord,
    FeedRecord,
    PoolRecord,
    SeenRecord,
    WishRecord,
    bars_key,
    pool_key,
    seen_key,
    wish_key,
)
from serving.feed_store import Person, PoolName


class MemoryFeedStore:
    """Keeps what is put into it. Not for several threads."""

    def __init__(self) -> None:
        self._held: dict[str, FeedRecord] = {}

    def put(self, key: str, record: FeedRecord) -> None:
        """Store a record, unless the stored one is of the same moment or a newer one."""
        old = self._held.get(key)
        if old is None or old.as_of_ms < record.as_of_ms:
            self._held[key] = record

    def person(self, user: str) -> Person:
        """Return what a person wants and has seen."""
        wishes, seen = self._held.get(wish_key(user)), self._held.get(seen_key(user))
        return Person(
            wishes if isinstance(wishes, WishRecord) else None, seen if isinstance(seen, SeenRecord) else None
        )

    def pools(self, names: Sequence[PoolName]) -> list[PoolRecord | None]:
        """Return pools, in their order."""
        found = [self._held.get(pool_key(*name)) for name in names]
        return [one if isinstance(one, PoolRecord) else None for one in found]

    def bars(self) -> list[BarsRecord]:
        """Return what nobody is shown, part by part."""
        found = [self._held.get(bars_key(part)) for part in range(PARTS)]
        return [one for one in found if isinstance(one, BarsRecord)]
