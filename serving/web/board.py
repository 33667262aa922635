"""Keeps the lists that are asked for as snapshots, and fresh; answers from them while the store is away.

One task looks what is new: one round trip for all lists, then a read of those that changed. Requests never
read a list that is kept. The first request for a list waits for its first read, and all others that come
meanwhile wait for the same one.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from serving.errors import ServingError, StoreContentError, StoreUnavailableError
from serving.store import TrendStore
from serving.trend import Listing
from serving.web.calls import Calls, heard, within
from serving.web.kept import Kept
from serving.web.options import WebOptions
from serving.web.shapes import StoreState
from serving.web.snapshot import ListKey

_GLOBAL = ("tag", "global")  # how far event time has come stands there, for all lists
_REREAD_S = 10.0  # a late writer may change a record and not the list's version
_log = logging.getLogger("groundswell.serving")
Watched = Callable[[StoreState], None]


class Board:
    """Lists in memory. For one event loop.

    Args:
        store: Where lists are read.
        calls: Runs its reads.
        options: Settings.
        warm: Lists that are read before the first request, and always kept.
    """

    def __init__(self, store: TrendStore, calls: Calls, options: WebOptions, warm: Sequence[ListKey]) -> None:
        self._store, self._calls, self._options = store, calls, options
        self._warm = warm
        self._kept: OrderedDict[ListKey, Kept] = OrderedDict()
        self._confirmed_s = float("-inf")  # monotonic
        self._confirmed_ms: int | None = None
        self._failed = False
        self._said = ""
        self.warmed = False
        self.on_refresh: Callable[[float], None] = lambda _: None

    @property
    def stale(self) -> bool:
        """Whether lists may be older than what the store holds."""
        return self._failed or time.monotonic() - self._confirmed_s > self._options.stale_after_s

    @property
    def state(self) -> StoreState:
        """Whether lists are current, and since when they are not."""
        return StoreState(stale=self.stale, confirmed_ms=self._confirmed_ms)

    @property
    def stale_ms(self) -> int | None:
        """When lists were last known to be current, clock time; None = they are; 0 = never known."""
        return (self._confirmed_ms or 0) if self.stale else None

    @property
    def as_of_ms(self) -> int | None:
        """How far event time has come, by the first warm list."""
        kept = self._kept.get(self._warm[0])
        as_of = kept.newest.as_of if kept and kept.states else None
        return as_of.as_of_ms if as_of else None

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: ListKey) -> Kept:
        """Return a list that has at least one state. Waits for a first read, within the deadline.

        Raises:
            StoreUnavailableError: It was never read, and cannot be now.
            StoreContentError: The store holds what cannot be read.
            ServedError: There can be no such list.
        """
        kept = self.held(key)
        if kept is None:
            kept = await self._first(key)
            kept.used_s = time.monotonic()
        return kept

    def held(self, key: ListKey) -> Kept | None:
        """Return a list when it is in memory and was read."""
        kept = self._kept.get(key)
        if kept is None or not kept.states:
            return None
        self._kept.move_to_end(key)
        kept.used_s = time.monotonic()
        return kept

    async def run(self) -> None:
        """Look for news until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._options.poll_s)

    async def look(self) -> None:
        """Look for news once: read what changed, drop what nobody asks for. Never raises for the store."""
        self._drop_idle()
        try:
            await self._read_news()
        except ServingError as error:
            self._complain(str(error))
            self._mark(failed=True)
            return
        self._complain("")
        self._confirmed_s = time.monotonic()
        self._confirmed_ms = time.time_ns() // 1_000_000
        self._mark(failed=False)
        self.warmed = True

    async def _read_news(self) -> None:
        for key in self._warm:
            if key not in self._kept:
                self._keep(key)
        waiting = list(self._kept.values())
        sources = sorted({source for kept in waiting for source in kept.sources} | {_GLOBAL})
        found = await self._calls.watched(partial(self._store.fences, sources))
        fences = dict(zip(sources, found, strict=True))
        oldest_s = time.monotonic() - _REREAD_S
        changed = [
            (kept, mine)
            for kept in waiting
            for mine in [tuple(fences[source] for source in (_GLOBAL, *kept.sources))]
            if mine != kept.fences or kept.read_s < oldest_s
        ]
        # Side by side: when the store is slow, all lists together take hardly longer than one.
        await asyncio.gather(*(self._read_again(kept, mine) for kept, mine in changed))

    async def _read_again(self, kept: Kept, fences: tuple[str, ...]) -> None:
        """Read a list that changed. One that cannot be read stays as it was, stale, and hurts no other."""
        kept.fences = fences
        try:
            await self._read(kept, self._calls.watched)
        except StoreContentError as error:
            kept.read_s = time.monotonic()
            if kept.unreadable_ms is None:
                kept.unreadable_ms = self._confirmed_ms or 0
                kept.wake()
                _log.warning("the list %s of %s stays as it was: %s", kept.key.kind, kept.key.scope, error)
        except ServingError:
            kept.fences = ()
            raise

    async def _read(self, kept: Kept, run: Callable[[Callable[[], Listing]], Awaitable[Listing]]) -> None:
        """Read a list and keep its state."""
        key, start_s = kept.key, time.monotonic()
        listing = self._store.listing
        shown = await run(
            partial(listing, key.scope, self._options.depth, key.kind, allowed=key.allowed, fill=key.fill)
        )
        kept.see(shown, time.monotonic())
        self.on_refresh(time.monotonic() - start_s)

    async def _first(self, key: ListKey) -> Kept:
        kept = self._kept.get(key) or self._keep(key)
        if kept.states:
            return kept
        if self._failed and not kept.loading:
            # Nothing was asked of the store yet: another request would wait, and fail like the last look.
            self._forget(kept)
            raise StoreUnavailableError(f"this list was never read, and the store is away: {self._said}")
        if kept.loading is None:
            kept.loading = asyncio.create_task(self._load(kept))
            kept.loading.add_done_callback(heard)
        await within(self._options.deadline_s, kept.loading)
        return kept

    async def _load(self, kept: Kept) -> None:
        try:
            await self._read(kept, self._calls.asked)
        except BaseException:
            self._forget(kept)
            raise
        finally:
            kept.loading = None

    def _keep(self, key: ListKey) -> Kept:
        kept = self._kept[key] = Kept(key, self._options.versions, time.monotonic())
        for old in [k for k, held in self._kept.items() if not held.readers and k not in self._warm]:
            if len(self._kept) <= self._options.lists:
                break
            if old != key:
                del self._kept[old]
        return kept

    def _forget(self, kept: Kept) -> None:
        if self._kept.get(kept.key) is kept and not kept.states and kept.key not in self._warm:
            del self._kept[kept.key]

    def _drop_idle(self) -> None:
        oldest_s = time.monotonic() - self._options.idle_s
        for key, kept in list(self._kept.items()):
            if kept.used_s < oldest_s and not kept.readers and not kept.loading and key not in self._warm:
                del self._kept[key]

    def _mark(self, *, failed: bool) -> None:
        if failed != self._failed:
            self._failed = failed
            self.wake()

    def wake(self) -> None:
        """Let all who follow a list look at it."""
        for kept in self._kept.values():
            kept.wake()

    def _complain(self, said: str) -> None:
        """Log the first failure of a row, and its end."""
        if said and not self._said:
            _log.warning("lists are stale: %s", said)
        elif self._said and not said:
            _log.warning("lists are current again")
        self._said = said
