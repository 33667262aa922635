"""Feeds on request: made in threads within the deadline, kept for their pages, with a ladder below them."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import msgspec

from schemas.served_feed import PoolRecord
from serving.errors import ServingError, StoreUnavailableError
from serving.feed import FeedMaker, Made, Trace
from serving.web.calls import Calls, heard, within
from serving.web.feed_shapes import Feed
from serving.web.feed_view import feed_of
from serving.web.kept_feeds import KeptFeeds
from serving.web.metrics import Metrics
from serving.web.slate_log import SlateLog
from serving.web.trending_topics import TrendingTopics
from state.feed_candidates import Candidate, Drawn, Source, gather
from state.feed_filters import Viewer, against, is_barred
from state.feed_slate import Rung, decide, lowest, unscored
from state.scopes import GLOBAL

MOST_AT_ONCE: Final = (
    16  # feeds in the making, 7 ms each: more would wait for each other until their deadline
)
_POSTS: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A feed that is shown.

    Attributes:
        feed: All of it.
        took_ms: Stage -> milliseconds; empty when nothing was made.
    """

    feed: Feed
    took_ms: Mapping[str, float]


class Feeds:
    """Makes and keeps feeds. For one event loop.

    Args:
        maker: Makes slates, in threads.
        trending: What trends.
        calls: Runs the maker.
        log: Takes decisions.
        metrics: Counts.
        deadline_s: How long a request waits for its slate before a lower rung answers.
        most: Feeds kept.
        static: Items of the lowest rung.
    """

    def __init__(
        self,
        maker: FeedMaker,
        trending: TrendingTopics,
        calls: Calls,
        log: SlateLog,
        metrics: Metrics,
        deadline_s: float,
        most: int,
        static: Sequence[str],
    ) -> None:
        self._maker, self._trending, self._calls, self._log = maker, trending, calls, log
        self._metrics, self._deadline_s = metrics, deadline_s
        self._static = [Candidate(item, source="static") for item in dict.fromkeys(static)]
        self._kept = KeptFeeds(most)
        self._making = 0

    async def page(self, user: str, decision_id: str) -> Feed | None:
        """Return a feed of a person that was decided before; None when it is no longer kept."""
        found = self._kept.get(user, decision_id)
        if found is None:
            return None
        with suppress(ServingError):
            await self._calls.asked_within(self._deadline_s, self._maker.cache.barred)
        return self._allowed(found)

    async def new(self, user: str, scope: str, *, explain: bool) -> Shown:
        """Return a new feed, of the highest rung that has anything. Never raises for a store that is away.

        Args:
            user: For whom.
            scope: Where; empty = the person's own language and region, and the world.
            explain: Say how it was made, on all of its pages.

        Raises:
            ServedError: There can be no such person or scope.
        """
        decision_id = uuid.uuid4().hex
        try:
            made = await self._asked(user, scope, decision_id)
        except ServingError:
            last = self._kept.last(user)
            if last is not None:
                self._metrics.feeds.labels("cached").inc()  # an old decision: it was logged when it was made
                return Shown(msgspec.structs.replace(self._allowed(last), rung="cached"), {})
            made = self._lower(user, scope, decision_id, Viewer(user))
        self._metrics.feeds.labels(made.slate.rung).inc()
        for stage, took_ms in made.trace.took_ms.items():
            self._metrics.feed_stages.labels(stage).observe(took_ms / 1000)
        self._log.put(made, time.time_ns() // 1_000_000)
        feed = feed_of(made, explain=explain)
        self._kept.put(user, feed)
        return Shown(feed, made.trace.took_ms)

    async def _asked(self, user: str, scope: str, decision_id: str) -> Made:
        """Make a slate within the deadline.

        Raises:
            StoreUnavailableError: It takes longer, or too many are being made.
        """
        if self._making >= MOST_AT_ONCE:
            raise StoreUnavailableError(f"{self._making} feeds are being made: ask again")
        self._making += 1
        work = asyncio.create_task(self._calls.asked(partial(self._made, user, scope, decision_id)))
        work.add_done_callback(self._ended)
        return await within(self._deadline_s, work)

    def _ended(self, work: "asyncio.Task[Made]") -> None:
        self._making -= 1
        heard(work)

    def _made(self, user: str, scope: str, decision_id: str) -> Made:
        """Make a slate; one without items gives way to a lower rung. In a thread."""
        made = self._maker.make(user, scope, decision_id)
        if made.slate.places:
            return made
        with suppress(ServingError):
            self._trending.topics(scope or GLOBAL, "post", _POSTS)
        return replace(self._lower(user, scope, decision_id, made.viewer), trace=made.trace)

    def _lower(self, user: str, scope: str, decision_id: str, viewer: Viewer) -> Made:
        """Return a slate of the lower rungs, from what was read before; asks nobody.

        What the person has seen comes again only when there is nothing else.
        """
        maker = self._maker
        places = list(dict.fromkeys(filter(None, (scope, GLOBAL))))
        pools = [(place, maker.cache.held(("popular", place))) for place in places]
        as_of_ms = max((pool.as_of_ms for _, pool in pools if pool), default=0)
        posts = [
            Candidate(item, source="trending")
            for item in dict.fromkeys(item for place in places for item in self._trending.last(place, "post"))
        ]
        lists: list[tuple[Rung, list[Drawn]]] = [
            ("popular", _drawn(pools)),
            ("trending", [_listed("trending", posts)]),
            ("static", [_listed("static", self._static)]),
        ]
        rung, found = lowest(
            [
                (rung, self._of(looker, some, as_of_ms))
                for looker in (viewer, replace(viewer, seen=frozenset()))
                for rung, some in lists
            ]
        )
        slate = decide(maker.config, unscored(found), decision_id, as_of_ms, rung)
        return Made(user, slate, "", viewer, Trace())

    def _of(self, viewer: Viewer, pools: Sequence[Drawn], at_ms: int) -> list[Candidate]:
        cfg, barred = self._maker.config, self._maker.cache.last_barred
        return gather(cfg, pools, lambda one: against(cfg, viewer, barred, one, at_ms)).candidates

    def _allowed(self, feed: Feed) -> Feed:
        """Return a feed without what moderators took away since it was made; positions stay."""
        barred, at_ms = self._maker.cache.last_barred, feed.as_of_ms or 0
        items = tuple(one for one in feed.items if not is_barred(barred, one.id, one.author, at_ms))
        return feed if len(items) == len(feed.items) else msgspec.structs.replace(feed, items=items)


def _drawn(pools: Sequence[tuple[str, PoolRecord | None]]) -> list[Drawn]:
    return [Drawn("popular", place, pool.items) for place, pool in pools if pool is not None]


def _listed(source: Source, items: Sequence[Candidate]) -> Drawn:
    return Drawn(source, "", items)
