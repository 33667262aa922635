"""The log of decisions: a bounded queue and one thread, so that no answer ever waits for Kafka.

What does not fit is dropped and counted. Without a sender nothing is logged, and that is counted, too.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final, Protocol

from schemas.codec import encode_large
from schemas.record_trace import Headers
from schemas.records import SlateDecided
from schemas.registry import Registry
from serving.feed import Made
from serving.slates import event_of
from serving.spans import Sending, sending

TOPIC: Final = "slate"
WAITING: Final = 1_000
SENT, OFF, FULL, FAILED = "sent", "off", "full", "failed"
_LOOK_S = 0.1


class Sender(Protocol):
    """Takes encoded decisions; no call may wait long, and none may raise for a broker that is away."""

    def send(
        self, key: bytes, value: bytes, at_ms: int, told: Callable[[bool], None], headers: Headers
    ) -> bool:
        """Take one; False when there is no room.

        Args:
            key: Of the record.
            value: Of the record.
            at_ms: Its timestamp.
            told: Called once within a later call of this sender, with whether the record arrived.
            headers: Of the record: of which trace it is part; empty = of none.
        """

    def poll(self) -> None:
        """Tell what became of records; does not wait."""

    def close(self) -> None:
        """Send what waits, for some seconds at most."""


class SlateLog:
    """Logs decisions. `put` may be called from everywhere.

    Args:
        sender: Where they go; None = nowhere.
        registry: Where schema ids come from.
        count: Called with what became of each.
        waiting: How many may wait.
    """

    def __init__(
        self,
        sender: Sender | None,
        registry: Callable[[], Registry],
        count: Callable[[str], None],
        waiting: int = WAITING,
    ) -> None:
        self._sender, self._registry, self._count = sender, registry, count
        self._waiting: Queue[tuple[Made, int, Sending | None]] = Queue(waiting)
        self._end = Event()
        self._thread = Thread(target=self._work, name="slate-log", daemon=True)
        if sender is not None:
            self._thread.start()

    def put(self, made: Made, decided_ms: int) -> None:
        """Log a decision some time soon; returns at once."""
        if self._sender is None:
            self._count(OFF)
            return
        record = sending(TOPIC)
        try:
            self._waiting.put_nowait((made, decided_ms, record))
        except Full:
            self._became(FULL, record)

    def close(self) -> None:
        """Send what waits, then end."""
        self._end.set()
        if self._sender is not None:
            self._thread.join()
            self._sender.close()

    def _work(self) -> None:
        while True:
            try:
                made, decided_ms, record = self._waiting.get(timeout=_LOOK_S)
            except Empty:
                if self._end.is_set():
                    return
                self._polled()
                continue
            event = event_of(made.user, made.slate, made.model, decided_ms)
            if became := self._sent(event, record):
                self._became(became, record)

    def _polled(self) -> None:
        if self._sender is not None:
            with suppress(Exception):  # as below
                self._sender.poll()

    def _sent(self, event: SlateDecided, record: Sending | None) -> str:
        """Send one; return what became of it, "" when that is told later."""
        assert self._sender is not None  # noqa: S101 - or no thread runs
        try:
            value = encode_large(event, self._registry())
            taken = self._sender.send(
                event.actor_id.encode(),
                value,
                event.source_ms,
                partial(self._told, record),
                record.headers if record else [],
            )
        except Exception:  # noqa: BLE001 - the log may fail in any way and the feed goes on
            return FAILED
        return "" if taken else FULL

    def _told(self, record: Sending | None, arrived: bool) -> None:
        self._became(SENT if arrived else FAILED, record)

    def _became(self, result: str, record: Sending | None) -> None:
        self._count(result)
        if record is not None:
            record.end(result, arrived=result == SENT)
