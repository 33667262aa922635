"""Trends from Redis: what the trending job wrote, each read in one round trip."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.served import (
    PREFIX,
    AsOf,
    TrendRecord,
    as_of_key,
    decode_as_of,
    decode_trend,
    denied_key,
    list_key,
    meta_key,
)
from serving.fill import filled, places_needed
from serving.redis_read import RedisReader, decoded, read
from serving.trend import Listing, Scopes, Trend, check_limit, in_order, listing, single
from state.backoff import steps

GLOBAL = "global"  # the job writes how far it has come there, for all scopes
MAX_SCANNED_KEYS = 2_000_000
_SCAN_KEYS = 2_000
_FIELD = "d"
_FENCE = "_v"

# KEYS: sorted set.  ARGV: index of the last member, start of the keys of its members' hashes, field.
# The hashes' names depend on the set's members, so they cannot be in KEYS; the hash tag in their names keeps
# them in the slot of KEYS[1], which is what Redis Cluster needs. EVAL, not EVALSHA: the text is short, and a
# server that lost its scripts costs no second trip.
_READ_LIST = """
local found = redis.call('ZREVRANGE', KEYS[1], 0, ARGV[1], 'WITHSCORES')
local out = {}
for i = 1, #found, 2 do
  out[i] = found[i + 1]
  out[i + 1] = redis.call('HGET', ARGV[2] .. found[i], ARGV[3])
end
return out
"""


class RedisTrendStore(RedisReader):
    """Reads trends. Safe for several threads; holds a pool of connections."""

    def listing(
        self, scope: str, limit: int, kind: str = "tag", *, allowed: bool = False, fill: bool = False
    ) -> Listing:
        """Return the strongest of a kind in a scope and the moment they belong to. O(limit) in Redis.

        One round trip; a second one for all lists to fill from, when the own list is short.
        """

        def places(of: str, count: int) -> tuple[str | int, ...]:
            """Return the command that reads the first places of a scope's list."""
            key = list_key(of, kind, allowed=allowed)
            return "EVAL", _READ_LIST, 1, key, count - 1, meta_key(of, "", kind), _FIELD

        check_limit(limit)
        raw_as_of, rows, denied = self._read(
            ("HGET", as_of_key(GLOBAL), _FIELD),
            places(scope, limit),
            ("ZRANGE", denied_key(scope, kind), 0, -1, "WITHSCORES"),
        )
        as_of = _as_of(raw_as_of)
        own = listing(scope, as_of, _ranked(rows), kind)
        if as_of is None or not fill or len(own.trends) >= limit:
            return own
        wanted, barred = steps(scope), _in_force(denied, as_of)
        count = places_needed(own, barred, limit)
        others = iter(self._read(*(places(of, count) for step in wanted for of in step)) if wanted else ())
        lists = [[listing(of, as_of, _ranked(next(others)), kind) for of in step] for step in wanted]
        return filled(own, lists, barred, limit)

    def trends(self, scope: str, limit: int, kind: str = "tag") -> list[Trend]:
        """Return the strongest trends of a kind in a scope."""
        return list(self.listing(scope, limit, kind).trends)

    def trend(self, scope: str, topic: str, kind: str = "tag") -> Trend | None:
        """Return one topic by its canonical name."""
        as_of, place, raw = self._read(
            ("HGET", as_of_key(GLOBAL), _FIELD),
            ("ZREVRANK", list_key(scope, kind), topic),
            ("HGET", meta_key(scope, topic, kind), _FIELD),
        )
        return single(_as_of(as_of), place, _trend(raw))

    def fences(self, lists: Sequence[tuple[str, str]]) -> list[str]:
        """Return how new some lists are: the fence of their newest write. O(1) in Redis for each."""
        if not lists:
            return []
        found = self._read(*(("HGET", as_of_key(scope, kind), _FENCE) for kind, scope in lists))
        return [(raw or b"").decode() for raw in found]

    def as_of(self) -> AsOf | None:
        """Return how far event time has come."""
        (raw,) = self._read(("HGET", as_of_key(GLOBAL), _FIELD))
        return _as_of(raw)

    def scopes(self, kind: str = "tag") -> Scopes:
        """Return which scopes have a list of a kind. SCAN over at most 2,000,000 keys; never KEYS."""
        # A glob reads no meaning into braces and bars, so the contract's key is its own pattern.
        start, end = list_key("?", kind).split("?")
        names: set[str] = set()
        cursor = 0
        for _ in range(MAX_SCANNED_KEYS // _SCAN_KEYS):
            scan = ("SCAN", cursor, "MATCH", f"{start}*{end}", "COUNT", _SCAN_KEYS, "TYPE", "zset")
            ((cursor, keys),) = self._read(scan)
            names |= {key.decode()[len(start) : -len(end)] for key in keys}
            if not cursor:
                break
        return in_order(names, complete=not cursor)

    def _read(self, *commands: tuple[str | int, ...]) -> list[Any]:
        """Send commands together and return their answers."""
        return read(self._client, PREFIX, *commands)


def _trend(raw: bytes | None) -> TrendRecord | None:
    return decoded(decode_trend, raw)


def _as_of(raw: bytes | None) -> AsOf | None:
    return decoded(decode_as_of, raw)


def _ranked(rows: list[Any]) -> Iterator[tuple[float, TrendRecord | None]]:
    """Yield (rank, record) from the answer of the script that reads a list."""
    for rank, raw in zip(rows[::2], rows[1::2], strict=True):
        yield float(rank), _trend(raw)


def _in_force(denied: list[Any], as_of: AsOf) -> set[str]:
    """Return topics whose denial has not ended."""
    pairs = zip(denied[::2], denied[1::2], strict=True)
    return {name.decode() for name, until_ms in pairs if float(until_ms) > as_of.as_of_ms}
