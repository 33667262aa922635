"""Feeds from Redis: what the feed job wrote, each read in one round trip."""

from collections.abc import Sequence
from functools import partial

from schemas.served_feed import (
    BARS_PREFIX,
    PARTS,
    POOL_PREFIX,
    WISH_PREFIX,
    BarsRecord,
    PoolRecord,
    R,
    SeenRecord,
    WishRecord,
    bars_key,
    decode,
    pool_key,
    seen_key,
    wish_key,
)
from serving.feed_store import Person, PoolName
from serving.redis_read import RedisReader, decoded, read

_FIELD = "d"


class RedisFeedStore(RedisReader):
    """Reads feeds. Safe for several threads; holds a pool of connections."""

    def person(self, user: str) -> Person:
        """Return what a person wants and has seen."""
        keys = wish_key(user), seen_key(user)
        wishes, seen = read(self._client, WISH_PREFIX, *(("HGET", key, _FIELD) for key in keys))
        return Person(_decoded(WishRecord, wishes), _decoded(SeenRecord, seen))

    def pools(self, names: Sequence[PoolName]) -> list[PoolRecord | None]:
        """Return pools, in their order."""
        commands = [("HGET", pool_key(kind, name), _FIELD) for kind, name in names]
        return [_decoded(PoolRecord, raw) for raw in read(self._client, POOL_PREFIX, *commands)]

    def bars(self) -> list[BarsRecord]:
        """Return what nobody is shown, part by part."""
        commands = [("HGET", bars_key(part), _FIELD) for part in range(PARTS)]
        found = (_decoded(BarsRecord, raw) for raw in read(self._client, BARS_PREFIX, *commands))
        return [one for one in found if one is not None]


def _decoded(kind: type[R], raw: bytes | None) -> R | None:
    return decoded(partial(decode, kind), raw)
