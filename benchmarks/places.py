"""What lists of communities and of tags cost: `python benchmarks/places.py [--events N] [--hours H]`.

The Python steps of the trending job over simulated events, without Flink: "count" is decode, validate and
split into pieces, "close" is what a shard does with its panes. Microseconds of processor time an event, the
least of several runs. "wordless" is the usual views with a part of the engagement on content without words.
"""

import argparse
import json
import time
from collections.abc import Sequence

import numpy as np

from flink_jobs._shell.raw_batch import NO_TIME_MS, RawBatch
from flink_jobs.trending import rows
from flink_jobs.trending.decode import BatchDecoder
from groundswell.offline.trends import DictStore
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.simulation import Simulation
from schemas.registry import FileRegistry
from state import contributions, shard_pane, tail_sketch
from state.actions import ActionWeights
from state.moderation import Rules
from state.places import WORDLESS
from state.scopes import USUAL_VIEWS, ViewName
from state.trend_config import TrendConfig

BATCH, SHARDS = 10_000, 8
TOPICS = ("engagement", "content")


def batches(events: int, hours: float) -> list[RawBatch]:
    """Return simulated records as the job reads them, in batches of one topic."""
    waiting: dict[str, list[tuple[bytes, int]]] = {topic: [] for topic in TOPICS}
    for batch in Simulation(SimulationConfig(events=events, hours=hours)).batches():
        if batch.topic in waiting:
            waiting[batch.topic] += zip(batch.values, batch.timestamps_ms, strict=True)
    return [
        RawBatch(
            topics=[topic] * len(part),
            partitions=np.zeros(len(part), np.int64),
            offsets=np.arange(len(part)),
            record_ms=np.array([at_ms for _, at_ms in part], np.int64),
            values=[value for value, _ in part],
        )
        for topic, records in waiting.items()
        for part in (records[at : at + BATCH] for at in range(0, len(records), BATCH))
    ]


def _without_words(piece: bytes) -> bytes:
    """Return a piece in which a third of the people look at pictures."""
    whole = contributions.CODEC.loads(piece)
    out = whole.rows.copy()
    out["region"] |= np.where(out["user"] % 3 == 0, WORDLESS, 0).astype(np.uint16)
    return contributions.CODEC.dumps(contributions.Contributions(whole.pane, whole.topics, out))


def run(
    given: Sequence[RawBatch], views: tuple[ViewName, ...], *, wordless: bool = False
) -> dict[str, float]:
    """Count and close everything with some views."""
    cfg = TrendConfig(views=views)
    decoder = BatchDecoder(FileRegistry(), ActionWeights(), cfg.burst.pane_ms, SHARDS, views=views)
    decoder.count(given[0], np.full(len(given[0].values), NO_TIME_MS))  # warm: tables are made once a process
    start_s = time.process_time()
    routed = [
        piece
        for batch in given
        for piece in decoder.count(batch, np.full(len(batch.values), NO_TIME_MS)).pieces
    ]
    count_s = time.process_time() - start_s
    panes: dict[tuple[int, int], list[bytes]] = {}
    for piece in routed:
        body = rows.body_of(piece)
        there = panes.setdefault((rows.pane_of(piece), rows.shard_of(piece)), [])
        there.append(_without_words(body) if wordless else body)
    stores, sketches = [DictStore() for _ in range(SHARDS)], [tail_sketch.empty() for _ in range(SHARDS)]
    start_s = time.process_time()
    for (_, shard), pieces in sorted(panes.items()):
        shard_pane.close(cfg, sketches[shard], stores[shard], Rules(), pieces)
    close_s = time.process_time() - start_s
    n = sum(len(batch.values) for batch in given)
    size = sum(len(body) for pieces in panes.values() for body in pieces)
    return {
        "rows_an_event": size / contributions.CONTRIBUTION.itemsize / n,
        "count_us": 1e6 * count_s / n,
        "close_us": 1e6 * close_s / n,
        "states": float(sum(len(store.states) for store in stores)),
    }


def main() -> None:
    """Measure the usual views, each kind of place beside them, both, and content without words."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--hours", type=float, default=6)
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    given = batches(asked.events, asked.hours)
    choices: dict[str, tuple[tuple[ViewName, ...], bool]] = {
        "usual": (USUAL_VIEWS, False),
        "community": ((*USUAL_VIEWS, "community"), False),
        "tag": ((*USUAL_VIEWS, "tag"), False),
        "both": ((*USUAL_VIEWS, "community", "tag"), False),
        "wordless": (USUAL_VIEWS, True),
    }
    for name, (views, wordless) in choices.items():
        found = [run(given, views, wordless=wordless) for _ in range(asked.runs)]
        least = {key: round(min(one[key] for one in found), 2) for key in found[0]}
        print(json.dumps({"views": name, **least}))


if __name__ == "__main__":
    main()
