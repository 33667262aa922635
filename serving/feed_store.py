"""What every store of feeds can do."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemas.served_feed import BarsRecord, PoolKind, PoolRecord, SeenRecord, WishRecord

PoolName = tuple[PoolKind, str]


class Person(NamedTuple):
    """What is known of a person; None = nothing."""

    wishes: WishRecord | None
    seen: SeenRecord | None


class FeedStore(Protocol):
    """Read access to what feeds are made of.

    All methods raise StoreUnavailableError when the store does not answer, StoreContentError for content that
    this build cannot read, and ServedError for an id that cannot exist. Each is one round trip.
    """

    def person(self, user: str) -> Person:
        """Return what a person wants and has seen."""
        ...

    def pools(self, names: Sequence[PoolName]) -> list[PoolRecord | None]:
        """Return pools, in their order."""
        ...

    def bars(self) -> list[BarsRecord]:
        """Return what nobody is shown, part by part."""
        ...
