"""What every store of trends can do. Each read is one consistent moment and one round trip."""

from collections.abc import Sequence
from typing import Protocol

from schemas.served import AsOf
from serving.trend import Listing, Scopes, Trend


class TrendStore(Protocol):
    """Read access to lists of trends.

    All methods raise StoreUnavailableError when the store does not answer, StoreContentError for content
    that this build cannot read, and ServedError for a scope or kind that cannot exist.
    """

    def listing(
        self, scope: str, limit: int, kind: str = "tag", *, allowed: bool = False, fill: bool = False
    ) -> Listing:
        """Return the strongest trends of a kind in a scope and the moment they belong to.

        Args:
            scope: Scope of the list.
            limit: Trends at most, 1 to 1,000.
            kind: Kind of the topics.
            allowed: Only those that may be shown to everybody.
            fill: Fill a list that is too short from others (``state.backoff``); the scope of each record says
                where it comes from.

        Raises:
            ValueError: The limit is not within 1 to 1,000.
        """
        ...

    def trends(self, scope: str, limit: int, kind: str = "tag") -> list[Trend]:
        """Return the strongest trends of a kind in a scope, strongest first."""
        ...

    def trend(self, scope: str, topic: str, kind: str = "tag") -> Trend | None:
        """Return one topic by its canonical name, also when it has left the list; None when unknown."""
        ...

    def fences(self, lists: Sequence[tuple[str, str]]) -> list[str]:
        """Return how new some lists are, each as text that another write of the list changes; "" = no list.

        Args:
            lists: (kind, scope) of each.
        """
        ...

    def as_of(self) -> AsOf | None:
        """Return how far event time has come; None when nothing was ever written."""
        ...

    def scopes(self, kind: str = "tag") -> Scopes:
        """Return which scopes have lists of a kind. Looks through the whole store: not for requests."""
        ...
