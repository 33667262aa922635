"""Cost of settling a minute's undos in one shard: `python benchmarks/undo.py [--rows N] [--undos U]`.

72 closed panes of N contributions each, to 500 topics of which some are much larger than others. Prints one
JSON line for each kind of minute, in milliseconds of processor time: medians of several minutes.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator

import numpy as np

from flink_jobs.trending.kept_panes import KeptPanes
from groundswell.offline.trends import DictStore
from state import contributions, shard_pane, tail_sketch, undo_correction
from state.contributions import CONTRIBUTION, Contributions
from state.moderation import Rules
from state.trend_config import TrendConfig

PANES, TOPICS, MINUTES, FIRST_PANE = 72, 500, 5, 5_900_000


class Memory(dict[str, bytes]):
    """A map of bytes in memory."""

    def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        self[key] = value

    def remove(self, key: str) -> None:
        """Remove an entry."""
        del self[key]

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        """Return all entries."""
        return iter(list(super().items()))


def deeds(rng: np.random.Generator, pane: int, rows: int) -> Contributions:
    """Return likes: topics by Zipf's law, posts and users at random."""
    out = np.zeros(rows, CONTRIBUTION)
    out["topic"] = np.minimum(rng.zipf(1.3, rows) - 1, TOPICS - 1)
    out["user"] = rng.integers(1, 1 << 47, rows)
    out["item"] = out["fingerprint"] = rng.integers(1, 1 << 32, rows)
    out["lang"], out["region"] = rng.integers(0, 4, rows), rng.integers(0, 4, rows)
    out["centi"], out["events"], out["milli"] = 30, 1, 300
    return Contributions(pane, [f"topic{i:03}" for i in range(TOPICS)], out)


def undos(rng: np.random.Generator, given: list[Contributions], count: int) -> Contributions:
    """Return undos of deeds of the last hours, more often of late ones."""
    panes = len(given) - 1 - np.minimum(rng.geometric(0.1, count), len(given) - 1)
    rows = np.concatenate([rng.choice(given[pane].rows, 1) for pane in panes])
    rows["centi"], rows["milli"] = -rows["centi"], -rows["milli"]
    return Contributions(0, given[0].topics, rows)


def measure(work: Callable[[int], object]) -> tuple[float, float]:
    """Return milliseconds of the first minute, and the median of the others."""
    times = []
    for minute in range(MINUTES + 1):
        start_s = time.process_time()
        work(minute)
        times.append(1000 * (time.process_time() - start_s))
    return round(times[0], 2), round(float(np.median(times[1:])), 2)


def main() -> None:
    """Build the panes, then settle minutes."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=5_000)
    options.add_argument("--undos", type=int, default=50)
    asked = options.parse_args()
    cfg, rng, cell = TrendConfig(undo_share=0.0), np.random.default_rng(5), Memory()
    kept = KeptPanes(cell, lambda whole: contributions.folded(whole, cfg.user_limit))
    store, sketch, given, closes = DictStore(), tail_sketch.empty(), [], []
    for pane in range(FIRST_PANE, FIRST_PANE + PANES):
        given.append(deeds(rng, pane, asked.rows))
        raw = contributions.CODEC.dumps(given[-1])
        start_s = time.process_time()
        closed = shard_pane.close(cfg, sketch, store, Rules(), [raw])
        closes.append(1000 * (time.process_time() - start_s))
        kept.keep(0, closed.kept, 0)
    minute_ms, step = 60_000, (FIRST_PANE + PANES) * cfg.burst.pane_ms // 60_000

    def settle(minute: int, mine: Contributions) -> None:
        at_ms = (step + minute + 1) * minute_ms + 2
        done = undo_correction.settle(
            cfg, store, Rules(), [(step + minute, mine)], lambda: kept.panes(0), at_ms
        )
        kept.change(0, done.changes)

    nothing = deeds(rng, 0, asked.undos)
    nothing.rows["milli"] = nothing.rows["centi"] = -30
    unknown = Contributions(0, [f"unknown{i}" for i in range(TOPICS)], nothing.rows)
    print(json.dumps({"close_of_a_pane_ms": round(float(np.median(closes)), 2), "rows": asked.rows}))
    for name, make in (
        ("topics without state", lambda: unknown),
        ("nothing to find", lambda: nothing),
        ("deeds of closed panes", lambda: undos(rng, given, asked.undos)),
    ):
        parts = [make() for _ in range(MINUTES + 1)]
        first, later = measure(lambda minute, parts=parts: settle(minute, parts[minute]))
        print(json.dumps({"undos": name, "first_minute_ms": first, "minute_ms": later}))
    stored = sum(map(len, cell.values()))
    print(json.dumps({"stored_mb": round(stored / 1e6, 1), "entries": len(cell)}))


if __name__ == "__main__":
    main()
