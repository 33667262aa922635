"""The entrance: `simulate(config)` yields encoded batches, `simulate_columns(config)` columns."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from producers.batch import EncodedBatch
from producers.errors import ConfigError
from producers.sources.simulate.actions import CONTENT_SYMBOLS, ENGAGEMENT_SYMBOLS, MODERATION_SYMBOLS
from producers.sources.simulate.columns import EVENTS
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.damage import KINDS
from producers.sources.simulate.encode import EventColumns, RowEncoder
from producers.sources.simulate.play import play
from producers.sources.simulate.rng import Ints
from producers.sources.simulate.rows import CONTENT, ENGAGEMENT, MODERATION, NONE, Rows, concat, size, take
from producers.sources.simulate.truth import Totals, as_json
from producers.sources.simulate.world import build_world
from schemas.registry import FileRegistry, Registry
from schemas.topics import topic_of

BATCH_EVENTS = 20_000
_SYMBOLS = {ENGAGEMENT: ENGAGEMENT_SYMBOLS, CONTENT: CONTENT_SYMBOLS, MODERATION: MODERATION_SYMBOLS}
_TOPIC = {kind: topic_of(event).name for kind, event in EVENTS.items()}
KAFKA_TOPICS = tuple(_TOPIC.values())


class Simulation:
    """One run. Read it once; `totals` is complete when it was read to its end.

    Args:
        config: Everything the events depend on.
        batch_events: Records of all topics that are cut off together; does not change the events.
        batch_span_ms: Cut earlier when a batch spans so much event time; 0 = do not.
        registry: Where schema ids come from; our files by default.
    """

    def __init__(
        self,
        config: SimulationConfig,
        *,
        batch_events: int = BATCH_EVENTS,
        batch_span_ms: int = 0,
        registry: Registry | None = None,
    ) -> None:
        if batch_events < 1 or batch_span_ms < 0:
            raise ConfigError(
                f"batches of {batch_events} events and {batch_span_ms} ms: expected at least 1 event, 0 ms"
            )
        self.config = config
        self.world = build_world(config)
        self.totals = Totals()
        self._batch_events, self._span_ms = batch_events, batch_span_ms
        self._encoder = RowEncoder(self.world, registry or FileRegistry())

    @property
    def expected(self) -> int:
        """Records that a run will have, without second copies: good ones and malformed ones."""
        return self.config.events + int(self.config.malformed * self.config.events)

    def columns(self) -> Iterator[EventColumns]:
        """Play the world as columns, one event kind at a time."""
        for rows in self._cut(play(self.world)):
            self._count(rows)
            yield from self._encoder.columns(rows)
        self.totals.complete = True

    def encode(self, part: EventColumns) -> EncodedBatch:
        """Encode columns that `columns` gave."""
        return self._encoder.batch(part)

    def batches(self) -> Iterator[EncodedBatch]:
        """Play the world as encoded records."""
        return map(self.encode, self.columns())

    def truth(self) -> dict[str, object]:
        """The truth file's object, with the totals up to now."""
        return as_json(self.config, self.world.plants, self.totals)

    def _cut(self, stream: Iterator[Rows]) -> Iterator[Rows]:
        """Cut rows into batches across slots."""
        rest: list[Rows] = []
        for rows in stream:
            whole = concat([*rest, rows])
            cuts = self._cuts(whole["arrival_ms"].astype(np.int64))
            for start, stop in pairwise(cuts):
                yield take(whole, slice(start, stop))
            rest = [take(whole, slice(cuts[-1], None))]
        if rest and size(rest[0]):
            yield rest[0]

    def _cuts(self, arrival_ms: Ints) -> list[int]:
        """Where full batches end; what lies behind the last cut waits for more."""
        if not self._span_ms:
            return list(range(0, len(arrival_ms) + 1, self._batch_events))
        cuts = [0]
        while cuts[-1] < len(arrival_ms):
            due = int(np.searchsorted(arrival_ms, arrival_ms[cuts[-1]] + self._span_ms))
            stop = min(due, cuts[-1] + self._batch_events)
            if stop == len(arrival_ms) and stop < cuts[-1] + self._batch_events:
                break
            cuts.append(stop)
        return cuts

    def _count(self, rows: Rows) -> None:
        totals, damaged, copy = self.totals, rows["damage"] != 0, rows["copy"] != 0
        good = take(rows, ~damaged & ~copy)
        totals.good += size(good)
        totals.duplicates += int(copy.sum())
        for kind, topic in _TOPIC.items():
            counts = np.bincount(good["action"][good["kind"] == kind].astype(np.int64))
            actions = totals.actions.setdefault(topic, Counter())
            for action in np.flatnonzero(counts).tolist():
                actions[_SYMBOLS[kind][action]] += int(counts[action])
            for number in np.flatnonzero(
                np.bincount(rows["damage"][damaged & (rows["kind"] == kind)].astype(np.int64))
            ).tolist():
                of_kind = int(((rows["damage"] == number) & (rows["kind"] == kind)).sum())
                totals.malformed.setdefault(KINDS[number], Counter())[topic] += of_kind
        self._count_topics(take(good, good["kind"] != MODERATION))

    def _count_topics(self, good: Rows) -> None:
        """Count records by topic; two spellings of one topic in a record count once."""
        topics = self.world.topics
        named = np.stack([good[name].astype(np.int64) for name in ("t0", "t1", "t2")], axis=1)
        owner = np.sort(np.where(named >= 0, topics.topic_of_name[named], NONE), axis=1)
        first = np.ones_like(owner, dtype=np.bool_)
        first[:, 1:] = owner[:, 1:] != owner[:, :-1]
        counts = np.bincount(owner[first & (owner >= 0)], minlength=len(topics.plain))
        for topic in np.flatnonzero(counts).tolist():
            self.totals.topics[topics.plain[topic]] += int(counts[topic])


def simulate(config: SimulationConfig, *, batch_events: int = BATCH_EVENTS) -> Iterator[EncodedBatch]:
    """Yield encoded batches of one run."""
    return Simulation(config, batch_events=batch_events).batches()


def simulate_columns(config: SimulationConfig, *, batch_events: int = BATCH_EVENTS) -> Iterator[EventColumns]:
    """Yield columns of one run: cheaper than records when nothing is sent anywhere."""
    return Simulation(config, batch_events=batch_events).columns()
