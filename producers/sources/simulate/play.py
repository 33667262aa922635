"""Play a world: slot by slot of event time, in the order in which records arrive.

Slots depend on the configuration only, so cutting the stream into batches afterwards cannot change it.
"""

from collections.abc import Iterator

import numpy as np

from producers.sources.simulate.arrival import copy_arrival, first_arrival, is_copied
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.damage import add_damaged
from producers.sources.simulate.regions import HOUR_MS, activity
from producers.sources.simulate.rng import Ints, stream
from producers.sources.simulate.rows import Rows, concat, replaced, size, take
from producers.sources.simulate.world import World

SLOT_EVENTS = 120_000  # about; bounds the memory to some hundred megabytes


def slot_starts(config: SimulationConfig) -> Ints:
    """Starts of the slots and, last, the end: an hour each, less when an hour has many events."""
    per_hour = config.events / config.hours
    slot_ms = HOUR_MS // max(1, round(per_hour / SLOT_EVENTS))
    return np.append(np.arange(config.start_ms, config.end_ms, slot_ms), config.end_ms)


def _talk_counts(world: World, starts: Ints) -> Ints:
    """Everyday events by slot, following everybody's day; their sum is exactly what the plants leave over."""
    cells = world.people.cells
    middle = (starts[:-1] + starts[1:]) / 2
    awake = (activity(middle[:, None], cells.utc_offset_h[None, :]) * cells.count).sum(axis=1)
    weight = awake * np.diff(starts)
    total = world.config.events - size(world.planted)
    drawn = stream(world.config.seed, "slot-counts").multinomial(total, weight / weight.sum())
    return np.asarray(drawn, dtype=np.int64)


def _with_arrival(rows: Rows, config: SimulationConfig) -> Rows:
    arrival = first_arrival(rows["at_ms"].astype(np.int64), rows["seq"].astype(np.int64), config)
    return {**rows, "arrival_ms": arrival}


def _copies(rows: Rows, config: SimulationConfig) -> Rows:
    """Second copies of a share of the records: same id and bytes, another moment of arrival."""
    chosen = is_copied(rows["seq"].astype(np.int64), config)
    rows = take(rows, chosen)
    arrival = copy_arrival(rows["at_ms"].astype(np.int64), rows["seq"].astype(np.int64), config)
    return replaced(rows, {"arrival_ms": arrival, "copy": 1})


def play(world: World) -> Iterator[Rows]:
    """Yield all rows in order of arrival, about one slot at a time."""
    config = world.config
    starts = slot_starts(config)
    counts = _talk_counts(world, starts)
    cuts = np.searchsorted(world.planted["at_ms"], starts)
    waiting: list[Rows] = []
    good = 0
    for slot, (start_ms, stop_ms) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        rng = stream(config.seed, "slot", slot)
        talk = world.talk.slot(start_ms, stop_ms, int(counts[slot]), rng)
        new = _with_arrival(concat([take(world.planted, slice(cuts[slot], cuts[slot + 1])), talk]), config)
        damaged = add_damaged(new, config, good, rng)
        good += size(new)
        rows = concat([*waiting, new, _copies(new, config), damaged])
        last = stop_ms >= config.end_ms
        due = np.full(size(rows), last) | (rows["arrival_ms"] < stop_ms)
        waiting = [take(rows, ~due)]
        out = take(rows, due)
        if size(out):
            yield take(out, np.argsort(out["arrival_ms"], kind="stable"))
