"""Run the trending engine over events in this process: for evaluation, not for production."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR, NO_TIME_MS, RawBatch
from flink_jobs.trending import rows
from flink_jobs.trending.decode import BatchDecoder
from producers.batch import EncodedBatch
from producers.encode import EventEncoder
from producers.mapping.event import Mapped
from schemas.registry import FileRegistry
from state import shard_pane, tail_sketch
from state.actions import ActionWeights
from state.moderation import Rules
from state.trend_config import TrendConfig

BATCH = 5000


class DictStore:
    """Topic states of one shard in memory."""

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the stored bytes of each key."""
        return [self.states.get(key) for key in keys]

    def put(self, states: Mapping[str, bytes]) -> None:
        """Store many."""
        self.states.update(states)

    def known(self) -> Iterable[str]:
        """Return all keys that have a state."""
        return tuple(self.states)


@dataclass(frozen=True, slots=True)
class ClosedPane:
    """One pane: what each shard that had rows says.

    Attributes:
        start_ms: Start of the pane.
        shards: One closed pane per shard.
    """

    start_ms: int
    shards: list[shard_pane.ClosedPane]


class OfflineTrends:
    """Feed events, iterate closed panes. The decoder, the counting and the engine are the job's own."""

    def __init__(
        self,
        cfg: TrendConfig,
        weights: ActionWeights,
        *,
        shards: int,
        out_of_order_ms: int,
    ) -> None:
        registry = FileRegistry()
        self._cfg = cfg
        self._encoder = EventEncoder(registry)
        self._decoder = BatchDecoder(registry, weights, cfg.burst.pane_ms, shards)
        self._lateness_ms = out_of_order_ms
        self._stores = [DictStore() for _ in range(shards)]
        self._sketches = [tail_sketch.empty() for _ in range(shards)]
        self._open: dict[int, dict[int, list[bytes]]] = {}  # pane -> shard -> pieces
        self._marks: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    def run(self, events: Iterable[Mapped]) -> Iterator[ClosedPane]:
        """Count all events and yield every pane in the order of time."""
        for batch in _batches(events, self._encoder):
            yield from self._take(batch, "file")
        yield from self._close(1 << 62)

    def run_encoded(self, batches: Iterable[EncodedBatch], topics: Sequence[str]) -> Iterator[ClosedPane]:
        """The same for records as they go to Kafka; time waits for the slowest of ``topics``."""
        self._marks = dict.fromkeys(topics, NO_TIME_MS)
        for batch in batches:
            if batch.topic in self._marks and len(batch.values):
                yield from self._take(batch, batch.topic)
        yield from self._close(1 << 62)

    def _take(self, batch: EncodedBatch, source: str) -> Iterator[ClosedPane]:
        times = np.array(batch.timestamps_ms, np.int64)
        # Each source has its own watermark, and time is the slowest of them, as for Kafka's partitions.
        mine = self._marks.get(source, NO_TIME_MS)
        newest = np.maximum.accumulate(np.maximum(times - self._lateness_ms, mine))
        others = min((m for t, m in self._marks.items() if t != source), default=1 << 62)
        raw = RawBatch(
            topics=[batch.topic] * len(times),
            partitions=np.zeros(len(times), np.int64),
            offsets=np.arange(len(times)),
            record_ms=times,
            values=list(batch.values),
        )
        complete = np.minimum(np.concatenate([[mine], newest[:-1]]), others)
        counted = self._decoder.count(raw, complete)
        for text in counted.refused:
            reason = text.split(FIELD_SEPARATOR, 4)[3]
            self.refused[reason] = self.refused.get(reason, 0) + 1
        for piece in counted.pieces:
            shards = self._open.setdefault(rows.pane_of(piece), {})
            shards.setdefault(rows.shard_of(piece), []).append(rows.body_of(piece))
        self._marks[source] = int(newest[-1])
        yield from self._close(min(self._marks.values()))

    def _close(self, mark_ms: int) -> Iterator[ClosedPane]:
        pane_ms = self._cfg.burst.pane_ms
        for index in sorted(i for i in self._open if (i + 1) * pane_ms - 1 <= mark_ms):
            closed = [
                shard_pane.close(self._cfg, self._sketches[shard], self._stores[shard], Rules(), pieces)
                for shard, pieces in sorted(self._open.pop(index).items())
            ]
            yield ClosedPane(index * pane_ms, closed)


def _batches(events: Iterable[Mapped], encoder: EventEncoder) -> Iterator[EncodedBatch]:
    """Encode events in their order; a batch ends where the topic changes or when it is full."""
    pending: list[Mapped] = []
    for event in events:
        if pending and (len(pending) == BATCH or pending[0].event != event.event):
            yield _encoded(pending, encoder)
            pending = []
        pending.append(event)
    if pending:
        yield _encoded(pending, encoder)


def _encoded(events: Sequence[Mapped], encoder: EventEncoder) -> EncodedBatch:
    pairs = [encoder.encode(event) for event in events]
    return EncodedBatch(
        topic=encoder.topics[events[0].event],
        keys=[key for key, _ in pairs],
        values=[value for _, value in pairs],
        timestamps_ms=[event.source_ms for event in events],
    )
