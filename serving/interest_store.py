"""What every store of interests can do."""

from collections.abc import Sequence
from typing import Protocol

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord, PastRecord


class InterestStore(Protocol):
    """Read access to interests, items and heads.

    All methods raise StoreUnavailableError when the store does not answer, StoreContentError for content that
    this build cannot read, and ServedError for an id that cannot exist.
    """

    def interests(self, user: str) -> InterestRecord | None:
        """Return a person's interests; None when nothing is known."""
        ...

    def items(self, items: Sequence[str]) -> list[ItemRecord | None]:
        """Return what is known of items, in their order."""
        ...

    def head(self, shard: int) -> HeadRecord | None:
        """Return what scores the people of a shard; None before the first was written."""
        ...

    def past(self, user: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests and how they were before, oldest first, in one round trip."""
        ...

    def ranking(
        self, user: str, items: Sequence[str]
    ) -> tuple[InterestRecord | None, list[ItemRecord | None]]:
        """Return what is known of a person and of items, in one round trip."""
        ...
