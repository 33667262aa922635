"""A Kafka client that keeps records in memory and fails when told to."""

from collections import deque
from dataclasses import dataclass, field

from producers.sink import OnDelivery
from schemas.record_trace import Headers


@dataclass(frozen=True)
class FakeError:
    """Looks like the client's error object."""

    code: str

    def name(self) -> str:
        """Error name."""
        return self.code


@dataclass(frozen=True)
class FakeRecord:
    """One record as the broker got it."""

    name: str
    value: bytes
    key: bytes
    timestamp: int
    headers: Headers | None = None

    def topic(self) -> str:
        """Topic of the record."""
        return self.name


@dataclass
class FakeProducer:
    """Holds at most `capacity` records; each poll or flush delivers `per_poll` of them.

    Records whose timestamp is in `refused` fail; only failures call back, as in the real configuration.
    """

    capacity: int = 10**9
    per_poll: int = 10**9
    refused: dict[int, str] = field(default_factory=dict)
    stuck: bool = False  # nothing is ever delivered
    fatal_at: int | None = None  # produce fails for good at this timestamp
    delivered: list[FakeRecord] = field(default_factory=list)
    polls: int = 0
    _queue: deque[tuple[FakeRecord, OnDelivery]] = field(default_factory=deque)

    def produce(
        self,
        topic: str,
        value: bytes,
        key: bytes,
        *,
        timestamp: int,
        on_delivery: OnDelivery,
        headers: Headers | None = None,
    ) -> None:
        """Queue a record."""
        if timestamp == self.fatal_at:
            raise RuntimeError("_FATAL: out of order sequence")
        if len(self._queue) >= self.capacity:
            raise BufferError("Local: Queue full")
        self._queue.append((FakeRecord(topic, value, key, timestamp, headers), on_delivery))

    def poll(self, timeout: float) -> int:
        """Deliver some records."""
        assert timeout >= 0
        self.polls += 1
        if self.stuck:
            return 0
        for _ in range(min(self.per_poll, len(self._queue))):
            record, on_delivery = self._queue.popleft()
            reason = self.refused.get(record.timestamp)
            if reason:
                on_delivery(FakeError(reason), record)
            else:
                self.delivered.append(record)
        return 0

    def flush(self, timeout: float) -> int:
        """Deliver like poll; return what remains."""
        self.poll(timeout)
        return len(self._queue)

    def __len__(self) -> int:
        return len(self._queue)
