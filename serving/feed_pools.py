"""Pools and bars that were read a moment ago: they are the same for many people and change once a pane."""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from schemas.served_feed import PoolRecord
from serving.feed_store import FeedStore, PoolName
from state.feed_filters import Barred

FRESH_S: Final = 5.0
BARS_FRESH_S: Final = 1.0  # what a moderator removes is gone soon
_MOST: Final = 5_000


class PoolCache:
    """Pools by name, at most 5,000, each for five seconds. Safe for several threads."""

    def __init__(self, store: FeedStore, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock_s = store, clock_s
        self._held: dict[PoolName, tuple[PoolRecord | None, float]] = {}
        self._barred: tuple[Barred, float] | None = None
        self._lock = Lock()

    def pools(self, names: Sequence[PoolName]) -> list[PoolRecord | None]:
        """Return pools in their order; one round trip for all that are not fresh, if there are any."""
        now_s = self._clock_s()
        with self._lock:
            held = {name: self._held[name] for name in names if name in self._held}
        missing = [name for name in names if name not in held or held[name][1] < now_s]
        if missing:
            read = dict(zip(missing, self._store.pools(missing), strict=True))
            new = {name: (pool, now_s + FRESH_S) for name, pool in read.items()}
            held |= new
            with self._lock:
                if len(self._held) + len(new) > _MOST:
                    self._held.clear()
                self._held |= new
        return [held[name][0] for name in names]

    def held(self, name: PoolName) -> PoolRecord | None:
        """Return a pool however long ago it was read; asks nobody."""
        with self._lock:
            found = self._held.get(name)
        return found[0] if found else None

    def barred(self) -> Barred:
        """Return what nobody is shown; a round trip at most once a second."""
        now_s, held = self._clock_s(), self._barred
        if held is None or held[1] < now_s:
            parts = self._store.bars()
            posts = dict(one for part in parts for one in part.posts)
            users = dict(one for part in parts for one in part.users)
            held = self._barred = Barred(posts, users), now_s + BARS_FRESH_S
        return held[0]

    @property
    def last_barred(self) -> Barred:
        """What nobody is shown, as last read; asks nobody."""
        return self._barred[0] if self._barred else Barred()
