"""One list in memory: its newest states, and who waits for the next."""

import asyncio
from collections import OrderedDict

from serving.ranks import RankMemory
from serving.trend import Listing
from serving.web.answers import Answer, answer
from serving.web.snapshot import ListKey, Snapshot, change, page, snapshot, version_of
from state.backoff import steps

_PAGES = 64  # encoded pages of one state


class Kept:
    """A list and its newest states, oldest first.

    Attributes:
        sources: (kind, scope) of the list and of those that may fill it.
        fences: What was last said about how new they are.
        loading: Its first read, while that goes on.
        readers: Streams that follow it.
        used_s: When it was last asked for, monotonic.
        read_s: When it was last read.
        unreadable_ms: Since when what the store holds of it cannot be read, clock time; None = it can.
        changed: Set, and replaced by another, when there is something to look at.
    """

    def __init__(self, key: ListKey, states: int, now_s: float) -> None:
        self.key = key
        wanted = [scope for step in steps(key.scope) for scope in step] if key.fill else []
        self.sources = tuple((key.kind, scope) for scope in (key.scope, *wanted))
        self.fences: tuple[str, ...] = ()
        self.states: OrderedDict[str, Snapshot] = OrderedDict()
        self.loading: asyncio.Task[None] | None = None
        self.readers = 0
        self.unreadable_ms: int | None = None
        self.used_s = now_s
        self.read_s = float("-inf")
        self._most = states
        self._memory = RankMemory()
        self.changed = asyncio.Event()
        self._pages: dict[tuple[str, int, int, int | None], Answer] = {}
        self._changes: dict[tuple[str, int], bytes] = {}

    @property
    def newest(self) -> Snapshot:
        """The newest state; there must be one."""
        return next(reversed(self.states.values()))

    def at(self, version: str) -> Snapshot | None:
        """Return a state by its version, when it is still kept."""
        return self.states.get(version)

    def see(self, shown: Listing, now_s: float) -> None:
        """Take what was read; a new state is made only when something is different. O(trends)."""
        self.read_s = now_s
        self.unreadable_ms = None
        version = version_of(shown)
        if self.states and self.newest.version == version:
            return
        before = self._memory.see(shown, now_s)
        self.states.pop(version, None)
        self.states[version] = snapshot(self.key, version, shown, before)
        while len(self.states) > self._most:
            self.states.popitem(last=False)
        self._pages.clear()
        self._changes.clear()
        self.wake()

    def page(self, shown: Snapshot, offset: int, limit: int, stale_ms: int | None) -> Answer:
        """Return an encoded page; one that was asked for before costs nothing.

        Args:
            shown: The state.
            offset: Trends before the page.
            limit: Trends at most.
            stale_ms: When the list was last known to be current; None = it is.
        """
        stale_ms = self.unreadable_ms if stale_ms is None else stale_ms
        name = (shown.version, offset, limit, stale_ms)
        found = self._pages.get(name)
        if found is None:
            if len(self._pages) >= _PAGES:
                self._pages.clear()
            found = answer(page(shown, offset, limit, stale_ms))
            self._pages[name] = found
        return found

    def change(self, before: Snapshot, limit: int) -> bytes:
        """Return what changed since a state, encoded once for all who follow the list."""
        found = self._changes.get((before.version, limit))
        if found is None:
            found = self._changes[before.version, limit] = change(before, self.newest, limit)
        return found

    def wake(self) -> None:
        """Tell those who wait that there is something to look at."""
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()
