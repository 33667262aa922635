"""Interests and scores on request: one round trip each; heads and items are kept for some seconds."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from schemas.served_interests import InterestRecord, PastRecord
from serving.errors import StoreUnavailableError
from serving.interest_store import InterestStore
from serving.scorer import Item, Score, Scorer
from serving.web.calls import Calls, heard, within
from serving.web.item_cache import ItemCache
from serving.web.people_shapes import Candidate

_FRESH_S = 5.0  # the job writes a head every five minutes of event time
T = TypeVar("T")


class People:
    """Asks the store about people. For one event loop.

    Args:
        store: Where interests are read, from several threads.
        calls: Reads of the store in threads.
        deadline_s: How long a request waits for the store.
    """

    def __init__(self, store: InterestStore, calls: Calls, deadline_s: float) -> None:
        self._store, self._calls, self._deadline_s = store, calls, deadline_s
        self._items = ItemCache()
        self._scorers: dict[int, tuple[Scorer, float]] = {}

    async def interests(self, user: str) -> InterestRecord | None:
        """Return a person's interests; None when nothing is known.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._store.interests, user))

    async def past(self, user: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests, None when nothing is known, and how they were before.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._store.past, user))

    async def rank(
        self, user: str, candidates: Sequence[Candidate]
    ) -> tuple[InterestRecord | None, list[Score]]:
        """Return what is known of a person, and a score for each candidate.

        Raises:
            StoreUnavailableError: The store did not answer within the deadline.
        """
        return await self._asked(partial(self._rank, user, candidates))

    def _rank(self, user: str, candidates: Sequence[Candidate]) -> tuple[InterestRecord | None, list[Score]]:
        held = self._items.get([one.id for one in candidates])
        missing = [one for one in candidates if one.id not in held]
        person, records = self._store.ranking(user, [one.id for one in missing])
        read = [
            Item.of(one.id, record, one.author, one.topics)
            for one, record in zip(missing, records, strict=True)
        ]
        self._items.put(read)
        held |= {item.item: item for item in read}
        scorer = self._scorer(person.shard if person else 0)
        return person, scorer.score(person, [held[one.id] for one in candidates])

    def _scorer(self, shard: int) -> Scorer:
        """Return the scorer of a shard; an old one serves on while the store is away."""
        held, now_s = self._scorers.get(shard), time.monotonic()
        if held is None or now_s - held[1] > _FRESH_S:
            try:
                held = self._scorers[shard] = Scorer(self._store.head(shard)), now_s
            except StoreUnavailableError:
                if held is None:
                    raise
        return held[0]

    async def _asked(self, read: Callable[[], T]) -> T:
        work = asyncio.create_task(self._calls.asked(read))
        work.add_done_callback(heard)
        return await within(self._deadline_s, work)
