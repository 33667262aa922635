"""Single topics: read on demand, each at most once a second, the last known while the store is away."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from serving.errors import StoreUnavailableError
from serving.store import TrendStore
from serving.trend import Trend
from serving.web.calls import Calls, heard, within

_FRESH_S = 1.0
_LAST_KNOWN_S = 600.0
_TOPICS = 2_000


class TopicKey(NamedTuple):
    """Which topic, by its canonical name."""

    scope: str
    topic: str
    kind: str


@dataclass(slots=True)
class _Found:
    trend: Trend | None
    read_s: float


class Topics:
    """Topics in memory, at most 2,000. For one event loop."""

    def __init__(self, store: TrendStore, calls: Calls, deadline_s: float) -> None:
        self._store, self._calls, self._deadline_s = store, calls, deadline_s
        self._found: OrderedDict[TopicKey, _Found] = OrderedDict()
        self._reading: dict[TopicKey, asyncio.Task[Trend | None]] = {}

    async def get(self, key: TopicKey) -> tuple[Trend | None, bool]:
        """Return a topic, None when it is unknown, and whether that is only what was last known of it.

        Raises:
            StoreUnavailableError: It is not known, and cannot be read within the deadline.
            StoreContentError: The store holds what cannot be read.
        """
        held, now_s = self._found.get(key), time.monotonic()
        if held and now_s - held.read_s < _FRESH_S:
            return held.trend, False
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.create_task(self._read(key))
            reading.add_done_callback(heard)
        try:
            return await within(self._deadline_s, reading), False
        except StoreUnavailableError:
            if held and now_s - held.read_s < _LAST_KNOWN_S:
                return held.trend, True
            raise

    async def _read(self, key: TopicKey) -> Trend | None:
        try:
            trend = await self._calls.asked(partial(self._store.trend, *key))
        finally:
            del self._reading[key]
        self._found[key] = _Found(trend, time.monotonic())
        self._found.move_to_end(key)
        while len(self._found) > _TOPICS:
            self._found.popitem(last=False)
        return trend
