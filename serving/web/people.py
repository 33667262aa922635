"""Interests and scores on request: one round trip each; heads and items are kept for some seconds.

Each answer says which model it is of, and is of that one alone: what was kept of another model is not used.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from schemas.served_interests import InterestRecord, PastRecord
from schemas.served_models import UNREGISTERED
from serving.current_model import follow
from serving.errors import StoreUnavailableError
from serving.interest_store import InterestStore
from serving.scorer import Item, Score, Scorer
from serving.spans import span
from serving.web.calls import Calls
from serving.web.item_cache import ItemCache
from serving.web.people_shapes import Candidate
from state.feed_candidates import Candidate as FeedCandidate

_FRESH_S = 5.0  # the job writes a head every five minutes of event time
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _OfModel:
    """What is kept of one model.

    Attributes:
        model: Its tag.
        items: Prepared items.
        scorers: Shard -> (its scorer, when it was read).
    """

    model: str
    items: ItemCache = field(default_factory=ItemCache)
    scorers: dict[int, tuple[Scorer, float]] = field(default_factory=dict)


class People:
    """Asks the store about people. For one event loop.

    Args:
        store: Where interests are read, from several threads.
        calls: Reads of the store in threads.
        deadline_s: How long a request waits for the store.
    """

    def __init__(self, store: InterestStore, calls: Calls, deadline_s: float) -> None:
        self._store, self._calls, self._deadline_s = store, calls, deadline_s
        self._kept = _OfModel(UNREGISTERED)

    async def interests(self, user: str) -> tuple[str, InterestRecord | None]:
        """Return the model that is served and a person's interests; None when nothing is known.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._interests, user))

    async def past(self, user: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests, None when nothing is known, and how they were before.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._past, user))

    async def rank(
        self, user: str, candidates: Sequence[Candidate]
    ) -> tuple[str, InterestRecord | None, list[Score]]:
        """Return the model that is served, what is known of a person, and a score for each candidate.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._rank, user, candidates))

    def taste(self, user: str) -> tuple[str, InterestRecord | None]:
        """Return the model that is served and a person's interests; blocks, for threads. One round trip."""
        return self._interests(user)

    def scored(
        self, model: str, person: InterestRecord | None, items: Sequence[FeedCandidate]
    ) -> list[Score]:
        """Return a score for each item; blocks, for threads. One round trip for those not read of late."""
        kept = self._of(model)
        held = kept.items.get([one.item for one in items])
        others = [one for one in items if one.item not in held]
        unmet = kept.items.unmet([one.item for one in others])
        held |= {
            one.item: Item.of(one.item, None, one.author, one.topics) for one in others if one.item in unmet
        }
        missing = [one for one in others if one.item not in unmet]
        records = self._store.items([one.item for one in missing], model) if missing else []
        read = [
            Item.of(one.item, record, one.author, one.topics)
            for one, record in zip(missing, records, strict=True)
        ]
        held |= kept.items.put(read)
        scorer = self._scorer(kept, person.shard if person else 0)
        return scorer.score(person, [held[one.item] for one in items])

    def _interests(self, user: str) -> tuple[str, InterestRecord | None]:
        model, found = follow(self._store, user, (), self._kept.model)
        self._of(model)
        return model, found.person

    def _past(self, user: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        model, _ = self._interests(user)
        return self._store.past(user, model)

    def _rank(
        self, user: str, candidates: Sequence[Candidate]
    ) -> tuple[str, InterestRecord | None, list[Score]]:
        kept = self._kept
        held = kept.items.get([one.id for one in candidates])
        missing = [one for one in candidates if one.id not in held]
        with span("rank read"):
            found = self._store.ranking(user, [one.id for one in missing], kept.model)
            if found.current != kept.model:
                held, missing = {}, list(candidates)
                model, found = follow(self._store, user, [one.id for one in missing], found.current)
                kept = self._of(model)
        with span("rank score"):
            read = [
                Item.of(one.id, record, one.author, one.topics)
                for one, record in zip(missing, found.items, strict=True)
            ]
            held |= kept.items.put(read)
            scorer = self._scorer(kept, found.person.shard if found.person else 0)
            return kept.model, found.person, scorer.score(found.person, [held[one.id] for one in candidates])

    def _of(self, model: str) -> "_OfModel":
        """Return what is kept of a model; of another one nothing is kept on."""
        kept = self._kept
        if kept.model != model:
            kept = self._kept = _OfModel(model)  # one assignment: another thread sees the old or the new
        return kept

    def _scorer(self, kept: "_OfModel", shard: int) -> Scorer:
        """Return the scorer of a shard; it stays as long as the head does, or while the store is away."""
        held, now_s = kept.scorers.get(shard), time.monotonic()
        if held is None or now_s - held[1] > _FRESH_S:
            try:
                head = self._store.head(shard, kept.model)
                scorer = held[0] if held is not None and held[0].head == head else Scorer(head)
                held = kept.scorers[shard] = scorer, now_s
            except StoreUnavailableError:
                if held is None:
                    raise
        return held[0]

    async def _asked(self, read: Callable[[], T]) -> T:
        return await self._calls.asked_within(self._deadline_s, read)
