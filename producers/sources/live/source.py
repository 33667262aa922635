"""A followed stream as encoded batches, each with the position that may be saved once it has arrived."""

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from producers.batch import EncodedBatch
from producers.encode import BATCH_EVENTS, Batcher, EventEncoder, NewBatcher
from producers.mapping.event import Mapped, Rejected, Skipped
from producers.sources.lines import Malformed
from producers.sources.live.memory import Memory
from producers.sources.live.message import Message, Position
from producers.sources.live.pull import Pull
from producers.sources.tally import MAX_EXAMPLES, Tally

Translate: TypeAlias = Callable[[dict[str, object]], Mapped | Rejected | Skipped]

LINGER_S = 0.5
SEEN_IDS = 200_000  # more than any protocol repeats after a disconnect


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop by itself; None = never."""

    events: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class LiveSource:
    """Iterate it for batches; tell it which were handed over.

    Attributes:
        messages: The followed stream.
        translate: From a message to an event.
        encoder: Holds the schemas.
        warn: Hears of malformed and rejected messages, and of notices of the server.
        bounds: When to stop.
        clock: Monotonic seconds.
        wall_ms: Wall clock, milliseconds UTC: when an event was received.
        new_batcher: Makes what collects events.
        tally: What became of every message.
        repeated: Events that came a second time and were left out.
        position: Everything up to here was handed over.
    """

    messages: AsyncGenerator[Message, None]
    translate: Translate
    encoder: EventEncoder
    warn: Callable[[str], None] = lambda _: None
    bounds: Bounds = Bounds()
    clock: Callable[[], float] = time.monotonic
    wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    new_batcher: NewBatcher = Batcher
    tally: Tally = field(default_factory=Tally)
    repeated: int = 0
    position: Position | None = None
    _seen: Memory[None] = field(default_factory=lambda: Memory(SEEN_IDS), init=False)
    _marks: deque[tuple[EncodedBatch, Position]] = field(default_factory=deque, init=False)
    _number: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[EncodedBatch]:
        pull = Pull(self.messages)
        try:
            yield from self._batches(pull)
        finally:
            pull.close()

    def _batches(self, pull: Pull[Message]) -> Iterator[EncodedBatch]:
        batcher = self.new_batcher(self.encoder, None)
        stop_s = None if self.bounds.seconds is None else self.clock() + self.bounds.seconds
        while not pull.ended and not self._full() and (stop_s is None or self.clock() < stop_s):
            reached: Position | None = None
            batches: list[EncodedBatch] = []
            for message in pull.take(BATCH_EVENTS, LINGER_S):
                if self._full():
                    break
                mapped = self._take(message)
                if mapped is not None:
                    batches += batcher.add(mapped)
                reached = message.position or reached
            batches += batcher.flush()
            if reached is not None and batches:
                self._marks.append((batches[-1], reached))
            elif reached is not None and not self._marks:
                self.position = reached  # nothing to wait for
            yield from batches

    def handed_over(self, batch: EncodedBatch) -> None:
        """Hear that the sink has taken a batch whole; batches come in the order of iteration."""
        if self._marks and self._marks[0][0] is batch:
            self.position = self._marks.popleft()[1]

    def _full(self) -> bool:
        return self.bounds.events is not None and self.tally.events >= self.bounds.events

    def _take(self, message: Message) -> Mapped | None:
        if message.notice:
            self.warn(message.notice)
        if message.body is None:
            if message.fault:
                self._number += 1
                self._refuse(Malformed(self._number, message.fault))
            return None
        self._number += 1
        mapped = self.translate(message.body)
        if not isinstance(mapped, Mapped):
            self._refuse(mapped)
            return None
        if not self._seen.first_time(mapped.event_id, None):
            self.repeated += 1
            return None
        received = Mapped(mapped.event, mapped.record | {"received_ms": self.wall_ms()})
        self.tally.count(received)
        return received

    def _refuse(self, what: Malformed | Rejected | Skipped) -> None:
        sentence = self.tally.refuse(self._number, what)
        refused = sum(self.tally.malformed.values()) + sum(self.tally.rejected.values())
        if sentence and refused <= MAX_EXAMPLES:
            self.warn(sentence)

    def summary(self) -> dict[str, object]:
        """Counts as JSON values."""
        return {**self.tally.summary(), "repeated": self.repeated}
