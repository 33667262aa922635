"""Items that were read a moment ago: candidates come again and again, and counts change once a pane."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from serving.scorer import Item

FRESH_S = 5.0
_SPREAD = 0.2  # what was read at once is not read again all at once
MOST_ITEMS = 50_000


class ItemCache:
    """Prepared items by id, at most 50,000, each for four to five seconds. Safe for several threads.

    Only items with counts are kept: for others a request brings its own author and topics, so of them is kept
    only that nobody met them.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._held: OrderedDict[str, tuple[Item, float]] = OrderedDict()
        self._unmet: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def get(self, ids: Sequence[str]) -> dict[str, Item]:
        """Return those that are fresh."""
        now_s, held = self._clock_s(), self._held
        with self._lock:
            found = {one: held[one] for one in ids if one in held}
        return {one: item for one, (item, until_s) in found.items() if until_s >= now_s}

    def unmet(self, ids: Sequence[str]) -> set[str]:
        """Return those that nobody had met when they were asked for a moment ago."""
        now_s, unmet = self._clock_s(), self._unmet
        with self._lock:
            return {one for one in ids if unmet.get(one, 0.0) >= now_s}

    def put(self, items: Sequence[Item]) -> dict[str, Item]:
        """Keep items that were just read, and return them by id.

        One that did not change stays the very same, with what a scorer keeps of it.
        """
        now_s, held = self._clock_s(), self._held
        kept = {read.item: read for read in items}
        with self._lock:
            for read in items:
                until_s = now_s + FRESH_S * (1.0 - _SPREAD * (hash(read.item) % 256) / 256)
                if read.stats is None:
                    self._unmet[read.item] = until_s
                    self._unmet.move_to_end(read.item)
                    continue
                before = held.get(read.item)
                item = kept[read.item] = before[0] if before is not None and before[0] == read else read
                held[item.item] = item, until_s
                held.move_to_end(item.item)
            for some in (held, self._unmet):
                while len(some) > MOST_ITEMS:
                    some.popitem(last=False)
        return kept
