"""Feeds on request: made in threads within the deadline, kept for their pages, with a ladder below them."""

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from schemas.served_feed import PoolRecord
from serving.errors import ServingError, StoreUnavailableError
from serving.feed import FeedMaker, Made, Trace
from serving.store import TrendStore
from serving.web.calls import Calls, heard, within
from serving.web.metrics import Metrics
from serving.web.slate_log import SlateLog
from state import feed_filters
from state.feed_candidates import Candidate, Drawn, gather
from state.feed_filters import Viewer
from state.feed_slate import Rung, decide, lowest, unscored
from state.scopes import GLOBAL

_TRENDING_FRESH_S: Final = 5.0
_MOST_SCOPES: Final = 500
_POSTS: Final = 100


class TrendingTopics:
    """Topics that trend in a scope; each scope is read at most once in five seconds. For threads."""

    def __init__(self, store: TrendStore) -> None:
        self._store = store
        self._held: dict[tuple[str, str], tuple[tuple[str, ...], float]] = {}

    def topics(self, scope: str, kind: str = "tag", most: int = 20) -> tuple[str, ...]:
        """Return topics, strongest first."""
        held = self._held.get((scope, kind))
        if held is None or held[1] < time.monotonic():
            found = tuple(one.record.topic for one in self._store.trends(scope, most, kind))
            if len(self._held) >= _MOST_SCOPES:
                self._held.clear()
            held = self._held[scope, kind] = found, time.monotonic() + _TRENDING_FRESH_S
        return held[0]

    def last(self, scope: str, kind: str) -> tuple[str, ...]:
        """Return topics as last read; asks nobody."""
        held = self._held.get((scope, kind))
        return held[0] if held else ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A slate that is shown, and on which rung it was found this time."""

    made: Made
    rung: Rung


class Feeds:
    """Makes and keeps feeds. For one event loop.

    Args:
        maker: Makes slates, in threads.
        trending: What trends.
        calls: Runs the maker.
        log: Takes decisions.
        metrics: Counts.
        deadline_s: How long a request waits for its slate before a lower rung answers.
        most: Slates kept.
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
        self._metrics, self._deadline_s, self._most = metrics, deadline_s, most
        self._static = [Candidate(item, source="static") for item in dict.fromkeys(static)]
        self._slates: OrderedDict[str, Made] = OrderedDict()
        self._last: OrderedDict[str, str] = OrderedDict()

    def held(self, user: str, decision_id: str) -> Made | None:
        """Return a slate of a person that was decided before; None when it is no longer kept."""
        made = self._slates.get(decision_id)
        if made is None or made.user != user:
            return None
        self._slates.move_to_end(decision_id)
        return made

    async def new(self, user: str, scope: str) -> Shown:
        """Return a new slate, of the highest rung that has anything. Never raises for a store that is away.

        Raises:
            ServedError: There can be no such person or scope.
        """
        decision_id = uuid.uuid4().hex
        made: Made | None = None
        try:
            work = asyncio.create_task(self._calls.asked(partial(self._made, user, scope, decision_id)))
            work.add_done_callback(heard)
            made = await within(self._deadline_s, work)
        except StoreUnavailableError:
            last = self._slates.get(self._last.get(user, ""))
            if last is not None:
                self._metrics.feeds.labels("cached").inc()
                return Shown(last, "cached")  # an old decision: it was logged when it was made
            made = self._lower(user, scope, decision_id, Viewer(user))
        rung = made.slate.rung
        self._keep(made)
        self._metrics.feeds.labels(rung).inc()
        for stage, took_ms in made.trace.took_ms.items():
            self._metrics.feed_stages.labels(stage).observe(took_ms / 1000)
        self._log.put(made, time.time_ns() // 1_000_000)
        return Shown(made, rung)

    def _made(self, user: str, scope: str, decision_id: str) -> Made:
        """Make a slate; one without items gives way to a lower rung. In a thread."""
        made = self._maker.make(user, scope, decision_id)
        if made.slate.places:
            return made
        with suppress(ServingError):
            self._trending.topics(scope or GLOBAL, "post", _POSTS)
        return replace(self._lower(user, scope, decision_id, made.viewer), trace=made.trace)

    def _lower(self, user: str, scope: str, decision_id: str, viewer: Viewer) -> Made:
        """Return a slate of the lower rungs, from what was read before; asks nobody."""
        maker, cfg = self._maker, self._maker.config
        places = list(dict.fromkeys(filter(None, (scope, GLOBAL))))
        pools = [(place, maker.cache.held(("popular", place))) for place in places]
        as_of_ms = max((pool.as_of_ms for _, pool in pools if pool), default=0)
        items = dict.fromkeys(item for place in places for item in self._trending.last(place, "post"))
        rungs: list[tuple[Rung, list[Candidate]]] = [
            ("popular", gather(cfg, _drawn(pools))),
            ("trending", [Candidate(item, source="trending") for item in items]),
            ("static", self._static),
        ]
        allowed = [
            (rung, feed_filters.filtered(cfg, viewer, maker.cache.last_barred, some, as_of_ms)[0])
            for rung, some in rungs
        ]
        rung, found = lowest(allowed)
        slate = decide(cfg, unscored(found), decision_id, as_of_ms, rung)
        return Made(user, slate, "", viewer, Trace())

    def _keep(self, made: Made) -> None:
        self._slates[made.slate.decision_id] = made
        self._last[made.user] = made.slate.decision_id
        self._last.move_to_end(made.user)
        while len(self._slates) > self._most:
            self._slates.popitem(last=False)
        while len(self._last) > self._most:
            self._last.popitem(last=False)


def _drawn(pools: Sequence[tuple[str, PoolRecord | None]]) -> list[Drawn]:
    return [Drawn("popular", place, pool.items) for place, pool in pools if pool is not None]
