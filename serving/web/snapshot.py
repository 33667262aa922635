"""A list at one moment, every trend encoded once: pages and differences are put together of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

import msgspec

from schemas.served import AsOf, encode
from serving.fill import origin
from serving.ranks import Ranks
from serving.trend import Listing
from serving.web.changes import changes, top
from serving.web.cursor import cursor
from serving.web.shapes import Moved, RankChange, TrendPage, TrendView
from serving.web.views import public, view

_VERSION_BYTES = 8
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ListKey:
    """Which list: its scope, the kind of its topics, only what is allowed, and filled when it is short."""

    scope: str
    kind: str
    allowed: bool
    fill: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list at one moment.

    Attributes:
        key: Which list.
        version: Digest of its content: equal lists have equal versions, on every server.
        as_of: The moment; None before anything was computed.
        compared_ms: The moment that moves are counted from.
        own: How many of the rows are the list's own; those behind them fill it.
        places: Topic -> place, in the order of the list.
        rows: JSON of each trend.
        origins: Topic -> scope that it was filled in from.
    """

    key: ListKey
    version: str
    as_of: AsOf | None
    compared_ms: int | None
    own: int
    places: Mapping[str, int]
    rows: tuple[msgspec.Raw, ...]
    origins: Mapping[str, str]


def version_of(shown: Listing) -> str:
    """Return a digest of what a list holds. O(bytes)."""
    digest = blake2b(digest_size=_VERSION_BYTES)
    if shown.as_of is not None:
        digest.update(encode(shown.as_of))
    for trend in shown.trends:
        raw = encode(trend.record)
        digest.update(b"%d:%d:" % (trend.position or 0, len(raw)))
        digest.update(raw)
    return digest.hexdigest()


def snapshot(key: ListKey, version: str, shown: Listing, before: Ranks | None) -> Snapshot:
    """Encode a list. About 10 microseconds a trend.

    Args:
        key: Which list it is.
        version: Its `version_of`.
        shown: The list.
        before: What its places are compared with.
    """
    names = frozenset(trend.record.topic for trend in shown.trends)
    trends = [public(trend, names) for trend in shown.trends] if key.allowed else shown.trends
    return Snapshot(
        key=key,
        version=version,
        as_of=shown.as_of,
        compared_ms=before.as_of_ms if before else None,
        own=sum(trend.record.scope == shown.scope for trend in shown.trends),
        places={t.record.topic: t.position or 0 for t in shown.trends},
        rows=tuple(msgspec.Raw(_encode(view(trend, before, shown.scope))) for trend in trends),
        origins={t.record.topic: t.record.scope for t in shown.trends if origin(shown, t)},
    )


def page(shown: Snapshot, offset: int, limit: int, stale_ms: int | None) -> bytes:
    """Return the JSON of a page: a TrendPage.

    Fillers complete a first page only: whoever turns pages sees the list's own trends and no others.

    Args:
        shown: The state of the list.
        offset: Trends before the page.
        limit: Trends at most.
        stale_ms: When the list was last known to be current, clock time; None = it is.
    """
    end = offset + limit
    rows = shown.rows[offset:end] if offset == 0 else shown.rows[offset : min(end, shown.own)]
    as_of = shown.as_of
    return _encode(
        TrendPage(
            scope=shown.key.scope,
            kind=shown.key.kind,
            allowed=shown.key.allowed,
            as_of_ms=as_of.as_of_ms if as_of else None,
            half_life_ms=as_of.half_life_ms if as_of else None,
            min_strength=as_of.min_strength if as_of else None,
            compared_with_ms=shown.compared_ms,
            version=shown.version,
            stale=stale_ms is not None,
            confirmed_ms=stale_ms,
            next=cursor(shown.version, end) if shown.own > end else None,
            trends=_typed(rows),
        )
    )


def change(before: Snapshot, now: Snapshot, limit: int) -> bytes:
    """Return the JSON of what changed among the first trends of a list: a RankChange."""
    found = changes(top(before.places, limit), top(now.places, limit))
    entered = set(found.entered)
    rows = tuple(row for topic, row in zip(now.places, now.rows, strict=True) if topic in entered)
    return _encode(
        RankChange(
            scope=now.key.scope,
            kind=now.key.kind,
            as_of_ms=now.as_of.as_of_ms if now.as_of else None,
            before=before.version,
            version=now.version,
            entered=_typed(rows),
            left=found.left,
            moved=tuple(Moved(topic=topic, was=was, now=place) for topic, was, place in found.moved),
        )
    )


def _typed(rows: Any) -> tuple[TrendView, ...]:
    """Return encoded trends as what they are: the encoder copies them as they stand."""
    return cast("tuple[TrendView, ...]", rows)
