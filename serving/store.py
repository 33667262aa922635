"""What every store of trends can do. Each read is one consistent moment and one round trip."""

from typing import Protocol

from schemas.served import AsOf
from serving.trend import Listing, Scopes, Trend


class TrendStore(Protocol):
    """Read access to lists of trends.

    All methods raise StoreUnavailableError when the store does not answer, StoreContentError for content
    that this build cannot read, and ServedError for a scope that cannot exist.
    """

    def listing(self, scope: str, limit: int) -> Listing:
        """Return the strongest trends of a scope and the moment they belong to.

        Raises:
            ValueError: The limit is not within 1 to 1,000.
        """
        ...

    def trends(self, scope: str, limit: int) -> list[Trend]:
        """Return the strongest trends of a scope, strongest first."""
        ...

    def trend(self, scope: str, topic: str) -> Trend | None:
        """Return one topic by its canonical form, also when it has left the list; None when unknown."""
        ...

    def as_of(self) -> AsOf | None:
        """Return how far event time has come; None when nothing was ever written."""
        ...

    def scopes(self) -> Scopes:
        """Return which scopes have a list. Looks through the whole store: for people, not for requests."""
        ...
