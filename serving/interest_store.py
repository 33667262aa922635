"""What every store of interests can do."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord, PastRecord


class Ranking(NamedTuple):
    """What one round trip told.

    Attributes:
        current: Tag of the model that is served now; the rest is of the model that was asked for.
        person: A person's interests; None when nothing is known.
        items: What is known of items, in their order.
    """

    current: str
    person: InterestRecord | None
    items: list[ItemRecord | None]


class InterestStore(Protocol):
    """Read access to interests, items and heads of a model, by tag: empty for a job without a model's name.

    All methods raise StoreUnavailableError when the store does not answer, StoreContentError for content that
    this build cannot read, and ServedError for an id or tag that cannot exist.
    """

    def interests(self, user: str, model: str) -> InterestRecord | None:
        """Return a person's interests; None when nothing is known."""
        ...

    def items(self, items: Sequence[str], model: str) -> list[ItemRecord | None]:
        """Return what is known of items, in their order."""
        ...

    def head(self, shard: int, model: str) -> HeadRecord | None:
        """Return what scores the people of a shard; None before the first was written."""
        ...

    def past(self, user: str, model: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests and how they were before, oldest first, in one round trip."""
        ...

    def ranking(self, user: str, items: Sequence[str], model: str) -> Ranking:
        """Return what is known of a person and of items, and which model is served, in one round trip."""
        ...
