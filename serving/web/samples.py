"""Sample posts of a topic, from the feed job's pools. Never the reason why an answer fails or is late."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from schemas.served_feed import PoolItem, PoolRecord
from serving.errors import ServingError
from serving.feed_pools import PoolCache
from serving.feed_store import PoolName
from serving.trend import Trend
from serving.web.calls import Calls
from serving.web.mastodon_routes import Statuses
from serving.web.plain_text import plain
from serving.web.shapes import Sample
from state.feed_filters import Barred
from state.feed_samples import samples

_DENIED = "denied"
_MOST_NAMES = 4  # a topic and its first other names


class Samples:
    """Finds sample posts. For one event loop.

    Args:
        pools: Where pools are read, in threads.
        calls: Reads of the store in threads.
        statuses: Looks posts up; None = only their ids are known.
        site: Address of the platform; "" = posts have no address.
        deadline_s: How long a request waits for pools, and again for posts.
    """

    def __init__(
        self, pools: PoolCache, calls: Calls, statuses: Statuses | None, site: str, deadline_s: float
    ) -> None:
        self._pools, self._calls, self._statuses = pools, calls, statuses
        self._site, self._deadline_s = site.rstrip("/"), deadline_s

    async def of(self, trend: Trend) -> tuple[Sample, ...]:
        """Return sample posts of a tag or a creator; none of other kinds, or while nothing is known."""
        record = trend.record
        names = _names(trend)
        if not names or record.review == _DENIED:
            return ()
        try:
            pools, barred = await self._calls.asked_within(self._deadline_s, lambda: self._read(names))
        except ServingError:
            return ()
        at_ms = max([pool.as_of_ms for pool in pools] + [trend.as_of.as_of_ms])
        found = samples([pool.items for pool in pools], barred, at_ms)
        texts = await self._texts([one.item for one in found])
        return tuple(
            Sample(
                id=one.item,
                author=one.author,
                first_ms=one.first_ms,
                met=one.met,
                url=f"{self._site}/statuses/{quote(one.item, safe='')}" if self._site else None,
                text=texts.get(one.item) if texts else None,
            )
            for one in found
            if isinstance(one, PoolItem) and (texts is None or one.item in texts)
        )

    def _read(self, names: Sequence[PoolName]) -> tuple[list[PoolRecord], Barred]:
        found = self._pools.pools(names)
        return [pool for pool in found if pool is not None], self._pools.barred()

    async def _texts(self, ids: Sequence[str]) -> Mapping[str, str] | None:
        """Return id -> text of those that may be shown, as the platform says; None when it is not asked."""
        if self._statuses is None or not ids:
            return None
        known: Mapping[str, Mapping[str, Any]] = {}
        # The platform's own code may fail in any way: what cannot be looked up is not shown.
        with suppress(Exception):
            known = await asyncio.wait_for(self._statuses(ids), self._deadline_s)
        return {one: plain(str(status.get("content") or "")) for one, status in known.items()}


def _names(trend: Trend) -> list[PoolName]:
    """Return the pools that hold a topic's posts."""
    record = trend.record
    if record.kind == "creator":
        return [("creator", record.topic)]
    if record.kind == "tag":
        return [("topic", name) for name in (record.topic, *record.aliases)[:_MOST_NAMES]]
    return []
