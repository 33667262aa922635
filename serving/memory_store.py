"""A store of trends in memory: the contract of the Redis store without Redis, for tests."""

from collections.abc import Sequence

from schemas.served import AsOf, TrendRecord, list_key
from serving.fill import filled, places_needed
from serving.trend import Listing, Scopes, Trend, check_limit, in_order, listing, single
from state.backoff import steps

_SHOWN = ("allowed", "trusted")


class MemoryTrendStore:
    """Keeps what is put into it. Not for several threads."""

    def __init__(self) -> None:
        self._as_of: AsOf | None = None
        self._denied: dict[tuple[str, str, str], int] = {}
        self._lists: dict[tuple[str, str], dict[str, TrendRecord]] = {}
        self._writes: dict[tuple[str, str], int] = {}

    def put(self, record: TrendRecord) -> None:
        """Store a record, unless the stored one is of the same pane or a newer one."""
        list_key(record.scope, record.kind)
        held = self._lists.setdefault((record.kind, record.scope), {})
        old = held.get(record.topic)
        if old is None or old.pane_start_ms < record.pane_start_ms:
            held[record.topic] = record
            self._wrote(record.kind, record.scope)

    def put_as_of(self, as_of: AsOf) -> None:
        """Store the moment, unless the stored one is the same or newer."""
        if self._as_of is None or self._as_of.as_of_ms < as_of.as_of_ms:
            self._as_of = as_of
            self._wrote("tag", "global")

    def deny(self, scope: str, topic: str, until_ms: int, kind: str = "tag") -> None:
        """Bar a topic from the list of one scope, also when it is filled from others."""
        self._denied[kind, scope, topic] = until_ms
        self._wrote(kind, scope)

    def drop(self, scope: str, topic: str, kind: str = "tag") -> None:
        """Forget a topic of one scope."""
        if self._lists.get((kind, scope), {}).pop(topic, None) is not None:
            self._wrote(kind, scope)

    def listing(
        self, scope: str, limit: int, kind: str = "tag", *, allowed: bool = False, fill: bool = False
    ) -> Listing:
        """Return the strongest trends of a kind in a scope and the moment they belong to."""
        check_limit(limit)

        def read(of: str, count: int) -> Listing:
            """Return the first places of a scope's list."""
            ranked = [r for r in self._ranked(of, kind) if not allowed or r.review in _SHOWN][:count]
            return listing(of, self._as_of, [(record.rank, record) for record in ranked], kind)

        own = read(scope, limit)
        if self._as_of is None or not fill:
            return own
        barred = {
            topic
            for (k, s, topic), until_ms in self._denied.items()
            if (k, s) == (kind, scope) and until_ms > self._as_of.as_of_ms
        }
        count = places_needed(own, barred, limit)
        return filled(own, [[read(of, count) for of in step] for step in steps(scope)], barred, limit)

    def trends(self, scope: str, limit: int, kind: str = "tag") -> list[Trend]:
        """Return the strongest trends of a kind in a scope."""
        return list(self.listing(scope, limit, kind).trends)

    def trend(self, scope: str, topic: str, kind: str = "tag") -> Trend | None:
        """Return one topic."""
        ranked = self._ranked(scope, kind)
        place = next((at for at, record in enumerate(ranked) if record.topic == topic), None)
        return single(self._as_of, place, None if place is None else ranked[place])

    def fences(self, lists: Sequence[tuple[str, str]]) -> list[str]:
        """Return how new some lists are, by the number of their writes."""
        return [str(self._writes.get(one, "")) for one in lists]

    def as_of(self) -> AsOf | None:
        """Return how far event time has come."""
        return self._as_of

    def scopes(self, kind: str = "tag") -> Scopes:
        """Return which scopes have a list of a kind."""
        return in_order((scope for held, scope in self._lists if held == kind), complete=True)

    def _wrote(self, kind: str, scope: str) -> None:
        self._writes[kind, scope] = self._writes.get((kind, scope), 0) + 1

    def _ranked(self, scope: str, kind: str) -> list[TrendRecord]:
        list_key(scope, kind)
        # Equal ranks: as a sorted set read backwards orders them, by bytes.
        held = self._lists.get((kind, scope), {}).values()
        return sorted(held, key=lambda record: (record.rank, record.topic.encode()), reverse=True)
