"""What trends in a scope, as feeds draw from it: each list is read at most once in five seconds."""

import time
from typing import Final

from serving.store import TrendStore

_FRESH_S: Final = 5.0
_MOST: Final = 500


class TrendingTopics:
    """Topics that trend in a scope. For threads.

    Args:
        store: Where lists are read.
        allowed_only: Only topics that may be shown to everybody.
    """

    def __init__(self, store: TrendStore, *, allowed_only: bool = False) -> None:
        self._store, self._allowed_only = store, allowed_only
        self._held: dict[tuple[str, str], tuple[tuple[str, ...], float]] = {}

    def topics(self, scope: str, kind: str = "tag", most: int = 20) -> tuple[str, ...]:
        """Return topics, strongest first.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        held = self._held.get((scope, kind))
        if held is None or held[1] < time.monotonic():
            read = self._store.listing(scope, most, kind, allowed=self._allowed_only)
            found = tuple(one.record.topic for one in read.trends)
            if len(self._held) >= _MOST:
                self._held.clear()
            held = self._held[scope, kind] = found, time.monotonic() + _FRESH_S
        return held[0]

    def last(self, scope: str, kind: str) -> tuple[str, ...]:
        """Return topics as last read; asks nobody."""
        held = self._held.get((scope, kind))
        return held[0] if held else ()
