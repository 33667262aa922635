"""What every source yields: encoded records of one Kafka topic, as three sequences of one length."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """Records of one topic in the order in which they are produced.

    Attributes:
        topic: Kafka topic of all of them.
        keys: Kafka keys; equal keys stay in order.
        values: Kafka values, wire header included.
        timestamps_ms: Kafka record timestamps = event times, milliseconds UTC.
    """

    topic: str
    keys: Sequence[bytes]
    values: Sequence[bytes]
    timestamps_ms: Sequence[int]

    def __len__(self) -> int:
        """Records in the batch."""
        return len(self.values)
