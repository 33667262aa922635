"""Run the trending engine over events in this process: for evaluation, not for production."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

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
        self._decoder = BatchDecoder(registry, weights, cfg.burst.pane_ms, shards, cfg.kinds, cfg.views)
        self._lateness_ms = out_of_order_ms
        self._stores = [DictStore() for _ in range(shards)]
        self._sketches = [tail_sketch.empty() for _ in range(shards)]
        self._open: dict[int, dict[int, list[bytes]]] = {}  # pane -> shard -> pieces
        self._marks: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    def run(self, events: Iterable[Mapped]) -> Iterator[ClosedPane]:
        """Count all events and yield every pane in the order of time."""
        rest = iter(events)
        while some := list(islice(rest, BATCH)):
            values = [self._encoder.encode(event)[1] for event in some]
            topics = [self._encoder.topics[event.event] for event in some]
            yield from self._take(topics, values, [event.source_ms for event in some], "file")
        yield from self._close(1 << 62)

    def run_encoded(self, batches: Iterable[EncodedBatch], topics: Sequence[str]) -> Iterator[ClosedPane]:
        """The same for records as they go to Kafka; time waits for the slowest of ``topics``."""
        self._marks = dict.fromkeys(topics, NO_TIME_MS)
        for batch in batches:
            if batch.topic in self._marks and len(batch.values):
                topics = [batch.topic] * len(batch.values)
                yield from self._take(topics, batch.values, batch.timestamps_ms, batch.topic)
        yield from self._close(1 << 62)

    def _take(
        self, topics: Sequence[str], values: Sequence[bytes], at_ms: Sequence[int], source: str
    ) -> Iterator[ClosedPane]:
        times = np.array(at_ms, np.int64)
        # Each source has its own watermark, and time is the slowest of them, as for Kafka's partitions.
        mine = self._marks.get(source, NO_TIME_MS)
        newest = np.maximum.accumulate(np.maximum(times - self._lateness_ms, mine))
        others = min((m for t, m in self._marks.items() if t != source), default=1 << 62)
        raw = RawBatch(
            topics=topics,
            partitions=np.zeros(len(times), np.int64),
            offsets=np.arange(len(times)),
            record_ms=times,
            values=list(values),
        )
        complete = np.minimum(np.concatenate([[mine], newest[:-1]]), others)
        counted = self._decoder.count(raw, complete)
        for text in counted.refused:
            reason = text.split(FIELD_SEPARATOR, 4)[3]
            self.refused[reason] = self.refused.get(reason, 0) + 1
        for piece in counted.pieces:
            if rows.step_of(piece) is not None:
                continue  # undos of closed panes are the job's
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
