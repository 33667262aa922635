"""What every source yields: encoded records of one Kafka topic, as three sequences of one length."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.record_trace import Headers


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """Records of one topic in the order in which they are produced.

    Attributes:
        topic: Kafka topic of all of them.
        keys: Kafka keys; equal keys stay in order.
        values: Kafka values, wire header included.
        timestamps_ms: Kafka record timestamps = event times, milliseconds UTC.
        headers: Place in the batch -> Kafka headers, for the few records that are traced; in rising order.
    """

    topic: str
    keys: Sequence[bytes]
    values: Sequence[bytes]
    timestamps_ms: Sequence[int]
    headers: Mapping[int, Headers] = field(default_factory=dict)

    def __len__(self) -> int:
        """Records in the batch."""
        return len(self.values)

    def parts(self) -> "Iterator[tuple[EncodedBatch, Headers | None]]":
        """Yield records that go out alike, in order, with their headers: all at once when none is traced."""
        if not self.headers:
            yield self, None
            return
        start = 0
        for place, headers in self.headers.items():
            yield self._slice(start, place), None
            yield self._slice(place, place + 1), headers
            start = place + 1
        yield self._slice(start, len(self)), None

    def _slice(self, start: int, end: int) -> "EncodedBatch":
        return EncodedBatch(
            self.topic, self.keys[start:end], self.values[start:end], self.timestamps_ms[start:end]
        )
