"""A store of interests in memory: the contract of the Redis store without Redis, for tests."""

from collections.abc import Sequence

from schemas.served_interests import (
    HeadRecord,
    InterestRecord,
    ItemRecord,
    PastRecord,
    head_key,
    interest_key,
    item_key,
)
from schemas.served_models import UNREGISTERED
from serving.interest_store import Ranking


class MemoryInterestStore:
    """Keeps what is put into it. Not for several threads.

    Attributes:
        current: Tag of the model that is served.
    """

    def __init__(self) -> None:
        self.current = UNREGISTERED
        self._held: dict[str, InterestRecord | ItemRecord | HeadRecord] = {}
        self._past: dict[str, list[PastRecord]] = {}

    def put_interests(self, user: str, record: InterestRecord, model: str = UNREGISTERED) -> None:
        """Store a person's interests."""
        self._put(interest_key(user, model), record)

    def put_item(self, item: str, record: ItemRecord, model: str = UNREGISTERED) -> None:
        """Store what is known of an item."""
        self._put(item_key(item, model), record)

    def put_head(self, shard: int, record: HeadRecord, model: str = UNREGISTERED) -> None:
        """Store the head of a shard."""
        self._put(head_key(shard, model), record)

    def interests(self, user: str, model: str) -> InterestRecord | None:
        """Return a person's interests."""
        found = self._held.get(interest_key(user, model))
        return found if isinstance(found, InterestRecord) else None

    def items(self, items: Sequence[str], model: str) -> list[ItemRecord | None]:
        """Return what is known of items, in their order."""
        found = [self._held.get(item_key(item, model)) for item in items]
        return [one if isinstance(one, ItemRecord) else None for one in found]

    def head(self, shard: int, model: str) -> HeadRecord | None:
        """Return what scores the people of a shard."""
        found = self._held.get(head_key(shard, model))
        return found if isinstance(found, HeadRecord) else None

    def put_past(self, user: str, record: PastRecord) -> None:
        """Store how a person's interests were at an earlier moment; oldest first."""
        self._past.setdefault(user, []).append(record)

    def past(self, user: str, model: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests and how they were at earlier moments."""
        return self.interests(user, model), list(self._past.get(user, ()))

    def ranking(self, user: str, items: Sequence[str], model: str) -> Ranking:
        """Return what is known of a person and of items, and which model is served."""
        return Ranking(self.current, self.interests(user, model), self.items(items, model))

    def _put(self, key: str, record: InterestRecord | ItemRecord | HeadRecord) -> None:
        """Store a record, unless the stored one is of the same moment or a newer one."""
        old = self._held.get(key)
        if old is None or old.as_of_ms < record.as_of_ms:
            self._held[key] = record
