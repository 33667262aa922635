"""Make a feed: read, gather and filter, score, order. Blocks while it reads; for threads.

Stages, each timed: person, pools, filter, score, order. In steady state a feed costs two round trips:
what the person wants and has seen, and what it likes; pools, bars and items are shared by all and kept for
seconds.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from schemas.served_feed import PARTS, PoolKind, PoolRecord, new_name
from schemas.served_interests import InterestRecord
from serving.feed_pools import PoolCache
from serving.feed_store import FeedStore, Person, PoolName
from serving.interests import interests_of
from serving.scorer import Score
from serving.spans import span
from state.feed_candidates import Candidate, Drawn, Source, gather
from state.feed_config import FeedConfig
from state.feed_filters import Viewer, against
from state.feed_order import Scored, base_score
from state.feed_slate import Slate, decide
from state.scopes import GLOBAL

TOPICS: Final = 12  # of a person's interests
FOLLOWED: Final = 60  # newest followed creators
TRENDING: Final = 10  # topics of each scope


class Scoring(Protocol):
    """Scores items for people, in threads (``serving.web.people``)."""

    def taste(self, user: str) -> tuple[str, InterestRecord | None]:
        """Return the model and a person's interests."""

    def scored(self, model: str, person: InterestRecord | None, items: Sequence[Candidate]) -> list[Score]:
        """Return a score for each item."""


Trending = Callable[[str], Sequence[str]]


@dataclass
class Trace:
    """What happened on the way, for who asks.

    Attributes:
        took_ms: Stage -> milliseconds.
        found: Source -> candidates that it named first.
        dropped: Reason -> items that were looked at and left out.
        scores: Item -> its score, which knows what speaks for and against it.
    """

    took_ms: dict[str, float] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; a span where requests are traced."""
        start_s = time.perf_counter()
        try:
            with span(f"feed {name}"):
                yield
        finally:
            self.took_ms[name] = round((time.perf_counter() - start_s) * 1000, 3)


@dataclass(frozen=True, slots=True)
class Made:
    """A slate with what it was made for and how.

    Attributes:
        user: For whom.
        slate: The decision.
        model: Tag of the model that scored.
        viewer: What the person wanted then.
        trace: What happened on the way.
    """

    user: str
    slate: Slate
    model: str
    viewer: Viewer
    trace: Trace


class FeedMaker:
    """Makes feeds. Safe for several threads.

    Args:
        store: Where wishes, seen items, pools and bars are read.
        scoring: Scores items.
        trending: Returns the topics that trend in a scope, strongest first; keeps them for seconds.
        config: The policy's settings.
    """

    def __init__(
        self, store: FeedStore, scoring: Scoring, trending: Trending, config: FeedConfig | None = None
    ) -> None:
        self._store, self._scoring, self._trending = store, scoring, trending
        self.config = config or FeedConfig()
        self.cache = PoolCache(store)

    def make(self, user: str, scope: str, decision_id: str) -> Made:
        """Return a slate of the full rung, empty when no source has anything that may be shown.

        Args:
            user: For whom.
            scope: Where; empty = the person's own language and region, and the world.
            decision_id: Of the decision.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        cfg, trace = self.config, Trace()
        with trace.stage("person"):
            person = self._store.person(user)
            model, taste = self._scoring.taste(user)
        with trace.stage("pools"):
            sources = self._sources(user, person, taste, scope)
            pools = self.cache.pools([name for _, _, name in sources])
            barred = self.cache.barred()
            drawn = [
                Drawn(source, why, pool.items)
                for (source, why, _), pool in zip(sources, pools, strict=True)
                if pool is not None
            ]
        at_ms = _as_of(person, taste, pools)
        with trace.stage("filter"):
            viewer = viewer_of(user, person)
            gathered = gather(cfg, drawn, lambda one: against(cfg, viewer, barred, one, at_ms))
            kept = gathered.candidates
        with trace.stage("score"):
            scores = self._scoring.scored(model, taste, kept)
        with trace.stage("order"):
            scored = [
                Scored(
                    one,
                    score.p,
                    base_score(
                        cfg, one, score.p, followed=one.author in viewer.follows,
                        tired_ms=viewer.tired.get(one.author), at_ms=at_ms,
                    ),
                )
                for one, score in zip(kept, scores, strict=True)
            ]  # fmt: skip
            slate = decide(cfg, scored, decision_id, at_ms)
        for one in kept:
            trace.found[one.source] = trace.found.get(one.source, 0) + 1
        trace.dropped.update(gathered.dropped)
        trace.scores.update(zip((one.item for one in kept), scores, strict=True))
        return Made(user, slate, model, viewer, trace)

    def _sources(
        self, user: str, person: Person, taste: InterestRecord | None, scope: str
    ) -> list[tuple[Source, str, PoolName]]:
        """Return which pools are drawn from, for which source and why."""
        wishes = person.wishes
        places = scopes_of(person, scope)
        out: list[tuple[Source, str, PoolName]] = []
        if wishes is not None:
            newest = reversed(wishes.follows[-FOLLOWED:])
            out += [("in_network", name, ("creator", name)) for name in newest]
        if taste is not None:
            for one in interests_of(user, taste, TOPICS).topics:
                kind: PoolKind = "creator" if one.topic.startswith("@") else "topic"
                if one.liked > 0 and one.topic != "@":
                    out.append(("interest", one.topic, (kind, one.topic.removeprefix("@"))))
        for place in places:
            out += [("trending", topic, ("topic", topic)) for topic in self._trending(place)[:TRENDING]]
        out += [("popular", place, ("popular", place)) for place in places]
        out += [("new", place, ("new", new_name(place, part))) for place in places for part in range(PARTS)]
        return out


def scopes_of(person: Person, scope: str) -> list[str]:
    """Return where a person looks: the scope asked for, or its language and region; then the world."""
    wishes = person.wishes
    own = (scope,) if scope else (wishes.lang, wishes.region) if wishes else ()
    return list(dict.fromkeys(filter(None, (*own, GLOBAL))))


def viewer_of(user: str, person: Person) -> Viewer:
    """Return what filters need of a person."""
    wishes, seen = person
    items = frozenset(np.frombuffer(seen.items, "<u4").tolist()) if seen else frozenset()
    if wishes is None:
        return Viewer(user, seen=items)
    return Viewer(
        user,
        follows=frozenset(wishes.follows),
        hidden=frozenset(wishes.hidden),
        blocked=frozenset(wishes.blocked),
        muted=frozenset(wishes.muted),
        seen=items,
        tired=dict(wishes.tired),
    )


def _as_of(person: Person, taste: InterestRecord | None, pools: Sequence[PoolRecord | None]) -> int:
    """Return the event time of the newest of what was read: "now" of a feed, also of a replay."""
    known = (person.wishes, person.seen, taste, *pools)
    return max((one.as_of_ms for one in known if one is not None), default=0)


def reasons_of(scores: Mapping[str, Score], item: str) -> tuple[tuple[str, float], ...]:
    """Return what speaks for and against an item; nothing for one that was not scored."""
    found = scores.get(item)
    return found.reasons if found else ()
