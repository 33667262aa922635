"""What each Python step of the interests job costs, without Flink: CPU an event, and what goes to state.

Simulated events go through the decoder, shards of items, shards of people and the encoders of what leaves,
in this process; state is a dictionary. Event time moves on after each batch, timers fire as Flink's would.

    python benchmarks/interests_steps.py --events 200000 --hours 2
    python benchmarks/interests_steps.py --profile people    # the costliest functions of a step
"""

import argparse
import cProfile
import json
import os
import pstats
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np

from flink_jobs._shell.memory import rare_collections
from flink_jobs._shell.raw_batch import NO_TIME_MS, RawBatch
from flink_jobs.interests import pieces, served
from flink_jobs.interests.decode import DeedDecoder
from flink_jobs.interests.examples import ExampleRecords
from flink_jobs.interests.items import ITEM_MAPS, ItemShards
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.people import PEOPLE_CELLS, PEOPLE_MAPS, PeopleShards
from producers.sources.simulate.config import NO_PLANTS, SimulationConfig
from producers.sources.simulate.simulation import Simulation
from schemas.registry import FileRegistry

T = TypeVar("T")
END_MS = (1 << 63) - 1
STEPS = ("decode", "items", "people", "examples", "serve")


class Keyed:
    """State of one name, a map or a value of each key; counts what is written."""

    def __init__(self, flow: "Flow") -> None:
        self._flow = flow
        self._of: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
        self.reads = self.writes = self.removed = self.written = 0

    def get(self, key: str = "") -> bytes | None:
        """Return an entry."""
        self.reads += 1
        return self._of[self._flow.key].get(key)

    def put(self, key: str | bytes, value: bytes | None = None) -> None:
        """Store an entry, or the value."""
        name, raw = ("", bytes(key)) if value is None else (str(key), value)  # type: ignore[arg-type]
        self.writes += 1
        self.written += len(raw)
        self._of[self._flow.key][name] = raw

    def remove(self, key: str) -> None:
        """Remove an entry."""
        self.removed += 1
        del self._of[self._flow.key][key]

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Return all entries."""
        return iter(list(self._of[self._flow.key].items()))

    def clear(self) -> None:
        """Remove all entries."""
        self._of[self._flow.key].clear()

    def size(self) -> int:
        """Return the bytes that are held."""
        return sum(len(raw) for entries in self._of.values() for raw in entries.values())


class Flow:
    """All steps, one after the other, with a clock for each."""

    def __init__(self, options: InterestsOptions, profiled: str) -> None:
        registry = FileRegistry()
        self.key = self.turns = self.labels = 0
        self.options = options
        self.state = {name: Keyed(self) for name in (*ITEM_MAPS, *PEOPLE_MAPS, *PEOPLE_CELLS)}
        self.cpu_s = dict.fromkeys(STEPS, 0.0)
        self.profile = cProfile.Profile()
        self._profiled = profiled
        self._decoder = DeedDecoder(registry, options.pane_ms, options.shards)
        self._items = ItemShards(options, {name: self.state[name] for name in ITEM_MAPS})
        self._people = PeopleShards(
            options,
            {name: self.state[name] for name in PEOPLE_MAPS},
            {name: self.state[name] for name in PEOPLE_CELLS},  # type: ignore[misc]
        )
        self._examples = ExampleRecords(registry)
        self._mark_ms = NO_TIME_MS
        self._timers: dict[str, set[tuple[int, int]]] = {"items": set(), "people": set()}

    def take(self, values: list[bytes], at_ms: np.ndarray) -> None:
        """Take a batch of records, then let event time follow."""
        n = len(values)
        batch = RawBatch(["engagement"] * n, np.zeros(n, np.int64), np.arange(n), at_ms, values)
        found, _ = self._timed("decode", self._decoder.read, batch, np.full(n, self._mark_ms))
        for piece in found:
            self.key = pieces.shard_of(piece)
            moments, out = self._timed("items", self._items.take, piece, self._mark_ms)
            self._timers["items"] |= {(moment, self.key) for moment in moments}
            self._sort_out(out)
        self.until(max(self._mark_ms, int(at_ms.max()) - self.options.out_of_order_ms - 1))

    def until(self, mark_ms: int) -> None:
        """Move event time on."""
        self._mark_ms = mark_ms
        for moment, key in self._due("items"):
            self.key = key
            self._sort_out(self._timed("items", self._close, moment))
        while due := self._due("people"):
            for _, key in due:
                self.key = key
                self.turns += 1
                moments, out = self._timed("people", self._people.at, self.key, mark_ms)
                self._timers["people"] |= {(moment, self.key) for moment in moments}
                self._sort_out(out)

    def _close(self, moment_ms: int) -> list[bytes]:
        return list(self._items.at(self.key, moment_ms))

    def _due(self, step: str) -> list[tuple[int, int]]:
        due = sorted(timer for timer in self._timers[step] if timer[0] <= self._mark_ms)
        self._timers[step] -= set(due)
        return due

    def _sort_out(self, messages: Iterable[bytes]) -> None:
        back = self.key
        for message in messages:
            kind, body = message[:1], message[1:]
            if kind == pieces.DEEDS:
                self.key = pieces.shard_of(body)
                self._timers["people"].add((self._timed("people", self._people.take, body), self.key))
            elif kind == pieces.EXAMPLES:
                self.labels += len(self._timed("examples", self._examples.of, body))
            elif kind == pieces.SERVED:  # alarms and audits, which are few, are left out
                self._timed("serve", served.writes_of, body)
        self.key = back

    def _timed(self, step: str, work: Callable[..., T], *args: object) -> T:
        watched = step == self._profiled
        if watched:
            self.profile.enable()
        start_s = time.process_time()
        out = work(*args)
        self.cpu_s[step] += time.process_time() - start_s
        if watched:
            self.profile.disable()
        return out


def engagements(events: int, hours: int, users: int) -> tuple[list[bytes], np.ndarray]:
    """Return simulated engagement records and their times, as they would lie in Kafka."""
    config = SimulationConfig(seed=1, events=events, hours=hours, users=users, plants=NO_PLANTS)
    values: list[bytes] = []
    at_ms: list[int] = []
    for batch in Simulation(config).batches():
        if batch.topic == "engagement":
            values += batch.values
            at_ms += batch.timestamps_ms
    return values, np.array(at_ms, np.int64)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--hours", type=int, default=2, help="event time that they spread over")
    parser.add_argument("--users", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--profile", choices=STEPS, default="")
    args = parser.parse_args()
    rare_collections()
    values, at_ms = engagements(args.events, args.hours, args.users)
    flow = Flow(InterestsOptions(out_of_order_ms=30_000), args.profile)
    for start in range(0, len(values), args.batch):
        flow.take(values[start : start + args.batch], at_ms[start : start + args.batch])
    flow.until(END_MS)
    n = len(values)
    cpu = {name: round(1e6 * took_s / n, 2) for name, took_s in flow.cpu_s.items()}
    print(json.dumps({"events": n, "labels": flow.labels, "turns": flow.turns, "load": os.getloadavg()[0]}))
    print(json.dumps({"cpu_us_per_event": cpu | {"all": round(sum(cpu.values()), 2)}}))
    for name, one in flow.state.items():
        per_event = {
            "bytes_written": round(one.written / n, 1), "writes": round(one.writes / n, 3),
            "reads": round(one.reads / n, 3), "removed": round(one.removed / n, 3),
        }  # fmt: skip
        print(json.dumps({"state": name, "per_event": per_event, "held_mb": round(one.size() / 1e6, 2)}))
    if args.profile:
        pstats.Stats(flow.profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
