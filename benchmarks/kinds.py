"""What each kind of topics costs: `python benchmarks/kinds.py [--events N] [--hours H]`.

The Python steps of the trending job over simulated events, without Flink: "count" is decode, validate and
The Python steps of the trending job over simulated events, without Flink: "count" is decode, validate and
are contributions, one for each event and topic. Microseconds of processor time per event.
"""

import argparse
import json
import time

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
from state.topic_kinds import KINDS, Kind
from state.trend_config import TrendConfig

BATCH, SHARDS = 10_000, 8
TOPICS = ("engagement", "content")


def batches(events: int, hours: float) -> list[RawBatch]:
    """Return simulated records as the job reads them, in batches of one topic."""
    waiting: dict[str, list[tuple[bytes, int]]] = {topic: [] for topic in TOPICS}
    out = []
    for batch in Simulation(SimulationConfig(events=events, hours=hours)).batches():
        if batch.topic in waiting:
            waiting[batch.topic] += zip(batch.values, batch.timestamps_ms, strict=True)
    for topic, records in waiting.items():
        for at in range(0, len(records), BATCH):
            part = records[at : at + BATCH]
            out.append(
                RawBatch(
                    topics=[topic] * len(part),
                    partitions=np.zeros(len(part), np.int64),
                    offsets=np.arange(len(part)),
                    record_ms=np.array([at_ms for _, at_ms in part], np.int64),
                    values=[value for value, _ in part],
                )
            )
    return out


def run(given: list[RawBatch], kinds: tuple[Kind, ...]) -> dict[str, object]:
    """Count and close everything with some kinds."""
    cfg = TrendConfig(kinds=kinds)
    decoder = BatchDecoder(FileRegistry(), ActionWeights(), cfg.burst.pane_ms, SHARDS, kinds)
    decoder.count(given[0], np.full(len(given[0].values), NO_TIME_MS))  # warm: tables are made once a process
    start_s = time.process_time()
    routed = [
        piece
        for batch in given
        for piece in decoder.count(batch, np.full(len(batch.values), NO_TIME_MS)).pieces
        if rows.step_of(piece) is None
    ]
    count_s = time.process_time() - start_s
    panes: dict[tuple[int, int], list[bytes]] = {}
    for piece in routed:
        panes.setdefault((rows.pane_of(piece), rows.shard_of(piece)), []).append(rows.body_of(piece))
    stores, sketches = [DictStore() for _ in range(SHARDS)], [tail_sketch.empty() for _ in range(SHARDS)]
    start_s = time.process_time()
    for (_, shard), pieces in sorted(panes.items()):
        shard_pane.close(cfg, sketches[shard], stores[shard], Rules(), pieces)
    close_s = time.process_time() - start_s
    n = sum(len(batch.values) for batch in given)
    size = sum(len(body) for pieces in panes.values() for body in pieces)
    found = size // contributions.CONTRIBUTION.itemsize
    return {
        "kinds": ",".join(kinds),
        "rows_an_event": round(found / n, 2),
        "count_us": round(1e6 * count_s / n, 2),
        "close_us": round(1e6 * close_s / n, 2),
        "states": sum(len(store.states) for store in stores),
    }


def main() -> None:
    """Measure tags alone, tags with each other kind, and all."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--events", type=int, default=300_000)
    options.add_argument("--hours", type=float, default=6)
    asked = options.parse_args()
    given = batches(asked.events, asked.hours)
    choices: list[tuple[Kind, ...]] = [("tag",), *(("tag", kind) for kind in KINDS[1:]), KINDS, ("tag",)]
    for kinds in choices:
        print(json.dumps(run(given, kinds)))


if __name__ == "__main__":
    main()
